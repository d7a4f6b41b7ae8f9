#include "service/incident.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum stage {
	STAGE_NEW,
	STAGE_CONFIRM,
	STAGE_PLAN,
	STAGE_STEPS,
	STAGE_VERIFY,    /* asked for, not stored yet */
	STAGE_VERIFYING, /* samples count */
	STAGE_CLOSED,
};

struct incident {
	const struct verify_settings *verify;
	struct verification *verification;
	enum stage stage;
	const char *procedure;               /* what STAGE_PLAN asks for */
	struct run *runs[INCIDENT_RUNS_MAX]; /* the last one is under way */
	const struct plan *plan;             /* of the last */
	unsigned run_count;
	unsigned planned_count; /* plans asked for */
	int64_t deadline_ms;
	bool is_aborted;
	bool has_begun;
	bool needs_approval;
	bool is_approved;
	bool is_confirmed; /* by samples that came after the approval */
	enum incident_outcome outcome;
	char reason[INCIDENT_REASON_MAX];
};

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
		run_free(i->runs[n]);
	verification_free(i->verification);
	free(i);
}

static void say(struct incident *i, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
say(struct incident *i, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(i->reason, sizeof(i->reason), fmt, ap);
	va_end(ap);
}

static void
finish(struct incident *i, enum incident_outcome outcome)
{
	i->stage = STAGE_CLOSED;
	i->outcome = outcome;
}

/* Another procedure, if it may still be: never deeper than two. */
static bool
go_on_with(struct incident *i, const char *procedure)
{
	if (procedure == NULL || i->is_aborted ||
	    i->planned_count == INCIDENT_RUNS_MAX)
		return false;
	i->procedure = procedure;
	i->planned_count++;
	i->stage = STAGE_PLAN;
	return true;
}

void
incident_begin(struct incident *i, const char *procedure)
{
	(void)go_on_with(i, procedure); /* the first one always may */
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
	struct next n;

	if (i->stage != STAGE_STEPS || i->has_begun || i->run_count != 1)
		return false;
	n = run_next(i->runs[0]);
	return n.kind == NEXT_STEP &&
	    !plan_step(i->plan, n.step)->settings->prepare;
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
	if (!incident_is_awaiting(i))
		return;
	say(i, "%s", reason);
	finish(i, outcome);
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
		say(i, "healthy again before the first step");
		finish(i, INCIDENT_NOT_NEEDED);
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
	say(i, "%s", reason);
	finish(i, INCIDENT_NOT_NEEDED);
}

bool
incident_planned(
    struct incident *i, const struct plan *plan, int64_t deadline_ms)
{
	struct run *r = run_new(plan);

	if (r == NULL) {
		say(i, "no memory for the run");
		finish(i, INCIDENT_FAILED);
		return false;
	}
	i->runs[i->run_count++] = r;
	i->plan = plan;
	i->deadline_ms = deadline_ms;
	i->stage = STAGE_STEPS;
	if (i->is_aborted)
		run_abort(r);
	return true;
}

void
incident_set_deadline(struct incident *i, int64_t deadline_ms)
{
	i->deadline_ms = deadline_ms;
}

void
incident_plan_failed(struct incident *i, const char *reason)
{
	say(i, "procedure %s could not be planned: %s", i->procedure, reason);
	finish(i, INCIDENT_FAILED);
}

static struct run *
run_now(struct incident *i)
{
	return i->run_count == 0 ? NULL : i->runs[i->run_count - 1];
}

static const char *
escalation(const struct incident *i)
{
	return plan_procedure(i->plan)->escalate;
}

static const char *
label(const struct incident *i, const struct next *n)
{
	if (n->step >= plan_step_count(i->plan))
		return "";
	return plan_step(i->plan, n->step)->label;
}

/* What a run that has ended leads to. */
static void
run_has_ended(struct incident *i, const struct next *n)
{
	switch (n->outcome) {
	case RUN_DONE:
		i->stage = STAGE_VERIFY;
		return;
	case RUN_FAILED:
		say(i, "step %s: %s", label(i, n),
		    n->reason == NULL ? "failed" : n->reason);
		/* Nobody has approved anything yet: what prepares has failed.
		 */
		if (incident_is_awaiting(i) ||
		    (!go_on_with(i, n->procedure) &&
			!go_on_with(i, escalation(i))))
			finish(i, INCIDENT_FAILED);
		return;
	case RUN_INTERRUPTED:
		say(i,
		    "the outcome of step %s is unknown: look before "
		    "anything else is done",
		    label(i, n));
		finish(i, INCIDENT_INTERRUPTED);
		return;
	case RUN_ABORTED:
		finish(i, INCIDENT_ABORTED);
		return;
	}
}

static void
settle(struct incident *i)
{
	struct next n;

	if (i->stage != STAGE_STEPS)
		return;
	n = run_next(run_now(i));
	if (n.kind == NEXT_FINISHED)
		run_has_ended(i, &n);
}

bool
incident_step_ended(
    struct incident *i, const struct step_ended *e, int64_t now_ms)
{
	if (i->stage != STAGE_STEPS)
		return false;
	if (!run_step_ended(run_now(i), e, now_ms))
		return false;
	settle(i);
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
		say(i, "verified by %u successes in a row of each probe",
		    i->verify->successes);
		finish(i, INCIDENT_RECOVERED);
		return;
	}
	say(i, "verification did not see %u successes in a row in time",
	    i->verify->successes);
	if (!go_on_with(i, escalation(i)))
		finish(i, INCIDENT_NOT_RECOVERED);
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
	say(i, "aborted: %s", reason);
	if (run_now(i) != NULL)
		run_abort(run_now(i));
	if (i->stage == STAGE_STEPS)
		settle(i);
	else
		finish(i, INCIDENT_ABORTED);
}

static void
stop_past_deadline(struct incident *i, int64_t now_ms)
{
	if (i->stage != STAGE_STEPS || now_ms <= i->deadline_ms)
		return;
	/* A check only looks, and what it sees decides whether the step
	   before is done: time is up for steps alone. */
	if (run_next(run_now(i)).kind != NEXT_STEP)
		return;
	if (!i->has_begun) {
		incident_drop(i, "its time was over before its first step");
		return;
	}
	say(i, "the time budget of the run is used up");
	if (!go_on_with(i, escalation(i)))
		finish(i, INCIDENT_FAILED);
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
	return (struct todo){
		.kind = n->kind == NEXT_CHECK ? TODO_CHECK : TODO_STEP,
		.step = n->step,
		.attempt = n->attempt,
		.check = n->kind == NEXT_CHECK ? n->check : 0,
		.at_ms = n->at_ms,
	};
}

struct todo
incident_todo(struct incident *i, int64_t now_ms)
{
	struct todo todo;
	struct next n;

	settle(i);
	if (waits(i, &todo))
		return todo;
	stop_past_deadline(i, now_ms);
	switch (i->stage) {
	case STAGE_NEW:
	case STAGE_VERIFYING:
		break;
	case STAGE_CONFIRM:
		return (struct todo){ .kind = TODO_CONFIRM };
	case STAGE_PLAN:
		return (struct todo){
			.kind = TODO_PLAN,
			.procedure = i->procedure,
		};
	case STAGE_STEPS:
		n = run_next(run_now(i));
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
	return i->run_count == 0 ? NULL : i->runs[i->run_count - 1];
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

/* What is asked for changes nothing. */
static bool
prepares(const struct incident *i)
{
	struct next n;

	if (i->stage != STAGE_STEPS)
		return false;
	n = run_next(i->runs[i->run_count - 1]);
	return n.kind != NEXT_FINISHED &&
	    plan_step(i->plan, n.step)->settings->prepare;
}

void
incident_step_begins(struct incident *i)
{
	if (!prepares(i))
		i->has_begun = true;
	/* An abort must know whether there is an end to wait for. */
	if (i->stage == STAGE_STEPS)
		(void)run_step_begins(run_now(i)); /* over: no matter */
}

bool
incident_has_begun(const struct incident *i)
{
	return i->has_begun;
}
