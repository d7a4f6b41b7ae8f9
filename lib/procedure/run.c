#include "procedure/run.h"

#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "procedure/run_private.h"
#include "procedure/when.h"

const struct step_settings *
run_settings_now(const struct run *r)
{
	return plan_step(r->plan, r->step)->settings;
}

unsigned
run_step_now(const struct run *r)
{
	return r->state == AT_UNDO ? r->undoing : r->step;
}

unsigned
run_attempt_now(const struct run *r)
{
	if (r->state == AT_UNDO)
		return r->steps[r->undoing].touched;
	return r->step < r->step_count ? r->steps[r->step].attempt : 0;
}

static bool
undoes_on_abort(const struct run *r)
{
	return plan_procedure(r->plan)->undo_on_abort;
}

/* What is unknown is looked at by a person before anything else is done. */
static bool
is_to_be_undone(const struct run *r)
{
	if (r->outcome == RUN_ABORTED)
		return undoes_on_abort(r) &&
		    run_step_outcome(r, r->step) != STEP_INTERRUPTED;
	return r->outcome == RUN_FAILED;
}

static bool
has_undo(const struct run *r, unsigned step)
{
	return r->steps[step].touched > 0 && !r->steps[step].undone &&
	    plan_step(r->plan, step)->settings->undo.count > 0;
}

void
run_undo_next(struct run *r)
{
	r->state = AT_END;
	r->begun = false;
	r->at_ms = 0;
	for (unsigned i = r->step_count; i > 0; i--)
		if (has_undo(r, i - 1)) {
			r->state = AT_UNDO;
			r->undoing = i - 1;
			return;
		}
}

void
run_finish(struct run *r, enum run_outcome outcome, const char *reason)
{
	r->state = AT_END;
	r->begun = false;
	r->outcome = outcome;
	r->reason = reason;
	if (r->aborted || outcome == RUN_ABORTED) {
		r->outcome = RUN_ABORTED;
		if (r->aborted)
			r->reason = "aborted";
		if (run_step_outcome(r, r->step) == STEP_INTERRUPTED)
			r->reason = "aborted, a step's outcome unknown";
	}
	if (is_to_be_undone(r))
		run_undo_next(r);
}

/* Every step and check that is asked for goes through here. */
static void
ask(struct run *r, enum state state, int64_t at_ms)
{
	if (r->aborted) {
		run_finish(r, RUN_ABORTED, NULL);
		return;
	}
	if (state == AT_STEP)
		r->steps[r->step].attempt++;
	r->state = state;
	r->begun = false;
	r->at_ms = at_ms;
}

static bool
is_wanted(const struct run *r)
{
	const struct strings *when = &run_settings_now(r)->when;

	for (size_t i = 0; i < when->count; i++)
		if (!when_holds(when->items[i], r->plan, r->step, r))
			return false;
	return true;
}

void
run_enter(struct run *r, int64_t now_ms)
{
	for (; r->step < r->step_count && !r->aborted; r->step++) {
		r->steps[r->step].reached = true;
		if (!is_wanted(r))
			continue;
		r->check = r->failures = r->reruns = 0;
		ask(r, AT_STEP, now_ms);
		return;
	}
	run_finish(r, RUN_DONE, "every step is over");
}

void
run_try_again(struct run *r, int64_t at_ms)
{
	r->check = 0;
	ask(r, AT_STEP, at_ms);
}

void
run_ask_check(struct run *r, int64_t now_ms)
{
	r->check++;
	ask(r, AT_CHECK, now_ms);
}

struct run *
run_new(const struct plan *plan)
{
	unsigned count = plan_step_count(plan);
	struct run *r = calloc(1, sizeof(*r) + count * sizeof(r->steps[0]));

	if (r == NULL)
		return NULL;
	r->plan = plan;
	r->step_count = count;
	for (unsigned i = 0; i < r->step_count; i++)
		r->steps[i].outcome = STEP_SKIPPED;
	run_enter(r, 0);
	return r;
}

void
run_free(struct run *r)
{
	free(r);
}

struct next
run_next(const struct run *r)
{
	static const enum next_kind kinds[] = {
		[AT_STEP] = NEXT_STEP,
		[AT_CHECK] = NEXT_CHECK,
		[AT_UNDO] = NEXT_UNDO,
		[AT_END] = NEXT_FINISHED,
	};

	return (struct next){
		.kind = kinds[r->state],
		.step = run_step_now(r),
		.attempt = run_attempt_now(r),
		.check = r->state == AT_CHECK ? r->check : 0,
		.undo = r->state == AT_UNDO ? UNDO_FIRST : 0,
		.at_ms = r->at_ms,
		.outcome = r->outcome,
		.procedure = r->procedure,
		.reason = r->reason,
	};
}

bool
run_step_begins(struct run *r)
{
	if (r->state == AT_END)
		return false;
	r->begun = true;
	return true;
}

bool
run_step_ended(struct run *r, const struct step_ended *e, int64_t now_ms)
{
	struct next n = run_next(r);

	if (e->step != n.step || e->attempt != n.attempt ||
	    e->check != n.check || e->undo != n.undo)
		return false;
	return run_ending(r, e, now_ms);
}

void
run_abort(struct run *r)
{
	if (r->state == AT_END || BUG(START_AFTER_ABORT))
		return;
	r->aborted = true;
	r->procedure = NULL;
	if (r->state != AT_UNDO) {
		if (!r->begun)
			run_finish(r, RUN_ABORTED, NULL);
		return;
	}
	r->outcome = RUN_ABORTED;
	r->reason = "aborted";
	if (!r->begun && !undoes_on_abort(r))
		r->state = AT_END;
}

bool
run_stop(struct run *r, const char *reason)
{
	if (r->state != AT_STEP || r->begun)
		return false;
	run_finish(r, RUN_FAILED, reason);
	return true;
}

unsigned
run_undone_count(const struct run *r)
{
	unsigned count = 0;

	for (unsigned i = 0; i < r->step_count; i++)
		count += r->steps[i].undone;
	return count;
}

bool
run_undo_failed(const struct run *r, unsigned *step)
{
	*step = r->undoing;
	return r->undo_failed;
}

enum step_outcome
run_step_outcome(const struct run *r, unsigned step)
{
	return step < r->step_count ? r->steps[step].outcome : STEP_SKIPPED;
}

bool
run_step_was_reached(const struct run *r, unsigned step)
{
	return step < r->step_count && r->steps[step].reached;
}

const char *
run_capture(const struct run *r, unsigned step, const char *name)
{
	for (unsigned i = r->step_count; i > 0; i--)
		if (r->steps[i - 1].captured &&
		    plan_sees_capture(r->plan, step, i - 1, name))
			return r->steps[i - 1].capture;
	return NULL;
}
