/* Steps that the monitor does itself: see service/own_step.h. */
#include <string.h>

#include "base/failpoint.h"
#include "daemon/life.h"
#include "daemon/log.h"
#include "daemon/rollback_private.h"
#include "executor/told.h"
#include "procedure/step_kind.h"

static const struct step_settings *
settings_of(const struct rollback *r)
{
	const struct rollback_run *run = &r->runs[r->run_count - 1];

	return plan_step(run->plan, r->todo.step)->settings;
}

bool
rollback_is_own(const struct rollback *r)
{
	return r->todo.kind == TODO_STEP && r->run_count > 0 &&
	    !step_is_claimed(settings_of(r));
}

bool
rollback_is_gate(const struct rollback *r)
{
	return rollback_is_own(r) && step_is_of(settings_of(r), "approval");
}

bool
rollback_is_at_gate(const struct rollback *r)
{
	return r->own != NULL && own_step_kind(r->own) == OWN_STEP_APPROVAL;
}

/* The runner cannot know it; what it was told once stands. */
void
rollback_tell(struct rollback *r, const struct step_ended *e)
{
	struct rollback_run *run = rollback_run_now(r);

	/* That there is room was seen to when the plan was made. */
	if (run != NULL && rollback_is_own(r))
		(void)told_add(
		    run->told, e->step, step_outcome_word(e->outcome));
}

static void
end(struct rollback *r, enum step_outcome outcome, const char *reason)
{
	int64_t now_ms = loop_now_ms(r->m->loop);
	struct own_step *own = r->own;
	struct result result = {
		.outcome = step_outcome_word(outcome),
		.reason = reason,
		.started_ms = r->asked.at_ms,
		.ended_ms = now_ms,
		.started_wall_ms = events_wall_ms(r->m, r->asked.at_ms),
	};

	r->own = NULL;
	loop_timer_stop(r->timer);
	rollback_await(r); /* nobody any longer */
	rollback_step_ended(r, &result);
	own_step_free(own);
}

static bool
is_over(struct rollback *r)
{
	enum step_outcome outcome;
	const char *reason;

	if (!own_step_has_ended(r->own, &outcome, &reason))
		return false;
	end(r, outcome, reason);
	return true;
}

static int64_t
left_ms(const struct rollback *r, int64_t now_ms)
{
	return incident_deadline_ms(r->core) - now_ms;
}

/* Time in which nobody watched is not time in which it failed. */
static void
look_at_pause(struct rollback *r, int64_t now_ms)
{
	int64_t away_ms =
	    now_ms - r->verify_turn_ms - own_step_interval_ms(r->own);

	r->verify_turn_ms = now_ms;
	if (away_ms <= TILT_MS || own_step_probes(r->own)->count == 0)
		return;
	log_service(LOG_LEVEL_WARNING, LOG_ID_PAUSED, r->service,
	    "was paused for %.1f s while it asked in step %s: begins again",
	    (double)away_ms / 1000, rollback_label(r));
	own_step_begin(r->own, r->asked.at_ms, now_ms, left_ms(r, now_ms));
}

static void
turn(struct rollback *r)
{
	int64_t now_ms = loop_now_ms(r->m->loop), next_ms;
	const struct strings *probes;

	if (r->own == NULL)
		return;
	look_at_pause(r, now_ms);
	own_step_tick(r->own, now_ms);
	if (is_over(r))
		return;
	probes = own_step_probes(r->own);
	next_ms = own_step_ends_ms(r->own);
	for (size_t i = 0; i < probes->count; i++)
		watched_verify_ask(
		    r->asks == NULL ? r->w : r->asks, probes->items[i]);
	if (probes->count > 0 &&
	    next_ms > now_ms + own_step_interval_ms(r->own))
		next_ms = now_ms + own_step_interval_ms(r->own);
	/* An answer may have come at once. */
	if (r->own != NULL)
		rollback_later(r, next_ms - now_ms, turn);
}

void
rollback_own_sample(
    struct rollback *r, const char *probe, const struct sample *s)
{
	look_at_pause(r, loop_now_ms(r->m->loop));
	rollback_count(r, s);
	own_step_sample(r->own, probe, s);
	(void)is_over(r);
}

void
rollback_own_withdraw(struct rollback *r)
{
	if (r->own != NULL)
		end(r, STEP_WITHDRAWN, "aborted");
}

void
rollback_own_said(struct rollback *r)
{
	own_step_said(r->own, r->said.is_approved, r->said.by, r->said.reason);
	(void)is_over(r);
}

/* A person's word may have been stored, and not what follows from it. */
static void
begin_gate(struct rollback *r)
{
	struct text ask = text_new(SUMMARY_MAX);

	rollback_gate_question(r, &ask);
	log_service(
	    LOG_LEVEL_NOTICE, LOG_ID_DECIDED, r->service, "%s", text_str(&ask));
	text_free(&ask);
	rollback_await(r);
	if (r->said.is_said)
		rollback_own_said(r);
}

/* After a crash it may be asked for again, and is the same one still. */
void
rollback_own_asked(struct rollback *r, int64_t now_ms)
{
	struct rollback_asked asked = {
		.run = r->run_count,
		.step = r->todo.step,
		.attempt = r->todo.attempt,
		.at_ms = now_ms,
	};

	if (r->asked.run == asked.run && r->asked.step == asked.step &&
	    r->asked.attempt == asked.attempt)
		return;
	if (rollback_is_gate(r) &&
	    (r->asked.run != asked.run || r->asked.step != asked.step))
		r->gates++;
	r->asked = asked;
	r->reminded_ms = now_ms;
	r->is_escalated = false;
	r->said = (struct rollback_said){ .is_said = false };
}

void
rollback_own_begin(struct rollback *r)
{
	int64_t now_ms = loop_now_ms(r->m->loop);
	struct result refused = { .outcome = "refused", .reason = "no memory" };

	r->is_busy = true;
	r->own = own_step_new(settings_of(r), r->verify);
	if (r->own == NULL) {
		rollback_step_ended(r, &refused);
		return;
	}
	r->verify_turn_ms = now_ms;
	own_step_begin(r->own, r->asked.at_ms, now_ms, left_ms(r, now_ms));
	if (rollback_is_at_gate(r))
		begin_gate(r);
	turn(r);
}
