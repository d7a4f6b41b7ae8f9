#include "service/incident.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "procedure/step_kind.h"
#include "service/incident_private.h"

const char *
incident_outcome_word(enum incident_outcome outcome)
{
	static const char *const words[] = {
		[INCIDENT_RECOVERED] = "recovered",
		[INCIDENT_NOT_RECOVERED] = "not_recovered",
		[INCIDENT_FAILED] = "failed",
		[INCIDENT_INTERRUPTED] = "interrupted",
		[INCIDENT_ABORTED] = "aborted",
		[INCIDENT_NOT_NEEDED] = "not_needed",
		[INCIDENT_CLEARED] = "cleared",
		[INCIDENT_SUPERSEDED] = "superseded",
		[INCIDENT_REJECTED] = "rejected",
		[INCIDENT_EXPIRED] = "expired",
	};

	return words[outcome];
}

struct incident *
incident_new(const struct verify_settings *verify)
{
	struct incident *i = calloc(1, sizeof(*i));

	if (i == NULL)
		return NULL;
	i->verify = verify;
	i->verification = verification_new(verify);
	if (i->verification == NULL) {
		free(i);
		return NULL;
	}
	return i;
}

void
incident_free(struct incident *i)
{
	if (i == NULL)
		return;
	for (unsigned n = 0; n < i->run_count; n++)
		run_free(i->runs[n].run);
	verification_free(i->verification);
	free(i);
}

void
incident_say(struct incident *i, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(i->reason, sizeof(i->reason), fmt, ap);
	va_end(ap);
}

void
incident_add(struct incident *i, const char *fmt, ...)
{
	size_t length = strlen(i->reason);
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(
	    i->reason + length, sizeof(i->reason) - length, fmt, ap);
	va_end(ap);
}

void
incident_finish(struct incident *i, enum incident_outcome outcome)
{
	i->stage = STAGE_CLOSED;
	i->outcome = outcome;
}

void
incident_begin(struct incident *i, const char *procedure)
{
	incident_ask(i, procedure);
}

void
incident_await(struct incident *i)
{
	i->needs_approval = true;
}

/* Has everything been done that comes before an approval? */
static bool
is_prepared(const struct incident *i)
{
	const struct incident_run *run;
	struct next n;

	if (i->stage != STAGE_STEPS || i->has_begun)
		return false;
	run = &i->runs[i->run_count - 1];
	n = run_next(run->run);
	return n.kind == NEXT_STEP &&
	    !plan_step(run->plan, n.step)->settings->prepare;
}

void
incident_approve(struct incident *i)
{
	i->is_approved = true;
}

bool
incident_is_awaiting(const struct incident *i)
{
	return i->needs_approval && !i->is_approved && i->stage != STAGE_CLOSED;
}

void
incident_turn_down(
    struct incident *i, enum incident_outcome outcome, const char *reason)
{
	if (!i->needs_approval || i->has_begun || i->stage == STAGE_CLOSED)
		return;
	incident_say(i, "%s", reason);
	incident_finish(i, outcome);
}

void
incident_confirm(struct incident *i)
{
	if (!i->has_begun && i->stage != STAGE_CLOSED)
		i->stage = STAGE_CONFIRM;
}

void
incident_confirmed(struct incident *i, bool still_bad)
{
	if (i->stage != STAGE_CONFIRM)
		return;
	if (!still_bad) {
		incident_say(i, "healthy again before the first step");
		incident_finish(i, INCIDENT_NOT_NEEDED);
		return;
	}
	i->is_confirmed = true;
	i->stage = i->run_count == 0 ? STAGE_PLAN : STAGE_STEPS;
}

void
incident_drop(struct incident *i, const char *reason)
{
	if (i->has_begun || i->stage == STAGE_CLOSED)
		return;
	incident_say(i, "%s", reason);
	incident_finish(i, INCIDENT_NOT_NEEDED);
}

int64_t
incident_deadline_ms(const struct incident *i)
{
	return i->deadline_ms;
}

void
incident_set_deadline(struct incident *i, int64_t deadline_ms)
{
	i->deadline_ms = deadline_ms;
}

/* An approval is asked for, in the middle of a run. */
static bool
is_at_gate(const struct incident_run *run)
{
	struct next n = run_next(run->run);

	return n.kind == NEXT_STEP &&
	    step_is_of(plan_step(run->plan, n.step)->settings, "approval");
}

bool
incident_step_ended(
    struct incident *i, const struct step_ended *e, int64_t now_ms)
{
	bool was_gate;

	if (i->stage != STAGE_STEPS)
		return false;
	was_gate = is_at_gate(incident_run_now(i));
	if (!run_step_ended(incident_run_now(i)->run, e, now_ms))
		return false;
	if (was_gate && i->gate_ms < now_ms)
		i->deadline_ms += now_ms - i->gate_ms;
	incident_settle(i);
	return true;
}

void
incident_verifying(struct incident *i, int64_t now_ms)
{
	if (i->stage != STAGE_VERIFY && i->stage != STAGE_VERIFYING)
		return;
	i->stage = STAGE_VERIFYING;
	verification_begin(i->verification, now_ms);
}

void
incident_verified(struct incident *i, bool recovered)
{
	if (i->stage != STAGE_VERIFY && i->stage != STAGE_VERIFYING)
		return;
	if (recovered) {
		incident_say(i,
		    "verified by %u successes in a row of each probe",
		    i->verify->successes);
		incident_finish(i, INCIDENT_RECOVERED);
		return;
	}
	incident_say(i,
	    "verification did not see %u successes in a row in time",
	    i->verify->successes);
	if (!incident_go_on(i, NULL))
		incident_finish(i, INCIDENT_NOT_RECOVERED);
}

static void
verification_went(struct incident *i, enum verification_state state)
{
	if (state != VERIFICATION_PENDING)
		incident_verified(i, state == VERIFICATION_PASSED);
}

void
incident_verify_sample(
    struct incident *i, unsigned probe, const struct sample *s)
{
	if (i->stage == STAGE_VERIFYING)
		verification_went(
		    i, verification_observe(i->verification, probe, s));
}

void
incident_tick(struct incident *i, int64_t now_ms)
{
	if (i->stage == STAGE_VERIFYING)
		verification_went(
		    i, verification_tick(i->verification, now_ms));
}

void
incident_abort(struct incident *i, const char *reason)
{
	if (i->stage == STAGE_CLOSED || i->is_aborted)
		return;
	i->is_aborted = true;
	incident_say(i, "aborted: %s", reason);
	if (i->run_count > 0)
		run_abort(incident_run_now(i)->run);
	if (i->stage == STAGE_STEPS)
		incident_settle(i);
	else
		incident_finish(i, INCIDENT_ABORTED);
}

/* Ready but for the approval, or for the samples that must follow it. */
static bool
waits(struct incident *i, struct todo *todo)
{
	if (!i->needs_approval || !is_prepared(i) ||
	    (i->is_approved && i->is_confirmed))
		return false;
	if (!i->is_approved)
		i->is_confirmed = false;
	*todo = (struct todo){ .kind = TODO_AWAIT };
	if (i->is_approved) {
		i->stage = STAGE_CONFIRM;
		todo->kind = TODO_CONFIRM;
	}
	return true;
}

static struct todo
step_todo(const struct next *n)
{
	static const enum todo_kind kinds[] = {
		[NEXT_STEP] = TODO_STEP,
		[NEXT_CHECK] = TODO_CHECK,
		[NEXT_UNDO] = TODO_UNDO,
	};

	return (struct todo){
		.kind = kinds[n->kind],
		.step = n->step,
		.attempt = n->attempt,
		.check = n->check,
		.undo = n->undo,
		.at_ms = n->at_ms,
	};
}

struct todo
incident_todo(struct incident *i, int64_t now_ms)
{
	struct todo todo;
	struct next n;

	incident_settle(i);
	if (waits(i, &todo))
		return todo;
	incident_stop_late(i, now_ms);
	switch (i->stage) {
	case STAGE_NEW:
	case STAGE_VERIFYING:
		break;
	case STAGE_CONFIRM:
		return (struct todo){ .kind = TODO_CONFIRM };
	case STAGE_PLAN:
		return (struct todo){
			.kind = TODO_PLAN,
			.procedure = i->runs[i->asked_count - 1].procedure,
		};
	case STAGE_STEPS:
		n = run_next(incident_run_now(i)->run);
		return step_todo(&n);
	case STAGE_VERIFY:
		return (struct todo){ .kind = TODO_VERIFY };
	case STAGE_CLOSED:
		return (struct todo){
			.kind = TODO_CLOSE,
			.outcome = i->outcome,
		};
	}
	return (struct todo){ .kind = TODO_WAIT };
}

const char *
incident_reason(const struct incident *i)
{
	return i->reason;
}

const struct run *
incident_run(const struct incident *i)
{
	return i->run_count == 0 ? NULL : i->runs[i->run_count - 1].run;
}

const struct verification *
incident_verification(const struct incident *i)
{
	return i->verification;
}

bool
incident_is_aborted(const struct incident *i)
{
	return i->is_aborted;
}

bool
incident_wants(const struct incident *i, const struct todo *todo)
{
	if (!i->is_aborted)
		return true;
	return todo->kind == TODO_UNDO &&
	    plan_procedure(i->runs[i->run_count - 1].plan)->undo_on_abort;
}

/* What is asked for changes nothing: it prepares, looks or waits. */
static bool
only_looks(const struct incident_run *run)
{
	struct next n = run_next(run->run);
	const struct step_settings *s;

	if (n.kind == NEXT_FINISHED)
		return false;
	s = plan_step(run->plan, n.step)->settings;
	return s->prepare || !step_is_claimed(s);
}

void
incident_step_begins(struct incident *i, int64_t now_ms)
{
	struct incident_run *run = incident_run_now(i);

	if (i->stage != STAGE_STEPS) {
		i->has_begun = true; /* better too early than too late */
		return;
	}
	if (!only_looks(run)) {
		if (!run->has_begun)
			i->deadline_ms =
			    now_ms + plan_procedure(run->plan)->budget_ms;
		run->has_begun = i->has_begun = true;
	}
	if (is_at_gate(run))
		i->gate_ms = now_ms;
	/* An abort must know whether there is an end to wait for. */
	(void)run_step_begins(run->run); /* over: no matter */
}

bool
incident_has_begun(const struct incident *i)
{
	return i->has_begun;
}
