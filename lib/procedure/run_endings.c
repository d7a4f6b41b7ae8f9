/* What follows from each way in which what was asked for can end. */
#include <string.h>

#include "base/bug.h"
#include "procedure/flatten.h"
#include "procedure/retry.h"
#include "procedure/run_private.h"
#include "procedure/step_kind.h"

#define PROCEDURE_PREFIX "procedure:"

static void
set_outcome(struct run *r, enum step_outcome outcome)
{
	r->steps[r->step].outcome = outcome;
}

/* The monitor does it itself: it only looks or waits. */
static bool
changes_nothing(const struct run *r)
{
	return !step_is_claimed(run_settings_now(r));
}

static void
has_touched(struct run *r)
{
	if (changes_nothing(r))
		return;
	r->steps[r->step].touched = r->steps[r->step].attempt;
}

static void
step_is_over(struct run *r, int64_t now_ms)
{
	r->step++;
	run_enter(r, now_ms);
}

/* The rest of a procedure within this one is left out. */
static void
leave_group(struct run *r, const char *group, int64_t now_ms)
{
	while (r->step < r->step_count &&
	    step_is_within(run_settings_now(r), group))
		r->step++;
	run_enter(r, now_ms);
}

/* Nothing of the step is left to be tried: on_failure decides. */
static void
give_up(struct run *r, const char *reason, int64_t now_ms)
{
	const char *then = run_settings_now(r)->on_failure;
	size_t prefix = strlen(PROCEDURE_PREFIX);

	if (then != NULL && strcmp(then, "continue") == 0) {
		step_is_over(r, now_ms);
		return;
	}
	if (step_leaves(run_settings_now(r)) != NULL) {
		leave_group(r, step_leaves(run_settings_now(r)), now_ms);
		return;
	}
	if (then != NULL && !r->aborted &&
	    strncmp(then, PROCEDURE_PREFIX, prefix) == 0)
		r->procedure = then + prefix;
	run_finish(r, RUN_FAILED, reason);
}

static void
count_failure(struct run *r, const char *reason, int64_t now_ms)
{
	const struct step_settings *s = run_settings_now(r);

	r->failures++;
	if (r->failures < s->attempts)
		run_try_again(r, now_ms + retry_delay_ms(s, r->failures));
	else
		give_up(r, reason, now_ms);
}

static void
rerun(struct run *r, int64_t now_ms)
{
	if (r->reruns == RUN_RERUNS_MAX) {
		run_finish(r, RUN_INTERRUPTED, "interrupted too often");
		return;
	}
	r->reruns++;
	run_try_again(r, now_ms);
}

static void
keep_capture(struct run *r, const char *capture)
{
	struct step_state *s = &r->steps[r->step];

	/* A cut one could mean something else. */
	if (run_settings_now(r)->capture == NULL || capture == NULL ||
	    strlen(capture) > RUN_CAPTURE_MAX)
		return;
	memcpy(s->capture, capture, strlen(capture) + 1);
	s->captured = true;
}

static void
step_done(struct run *r, const struct step_ended *e, int64_t now_ms)
{
	has_touched(r);
	keep_capture(r, e->capture);
	set_outcome(r, STEP_DONE);
	step_is_over(r, now_ms);
}

/* It may have done its work, or half of it. */
static void
step_may_be_done(struct run *r, const char *reason, int64_t now_ms)
{
	has_touched(r);
	if (changes_nothing(r)) {
		count_failure(r, reason, now_ms);
		return;
	}
	switch (step_resume(run_settings_now(r))) {
	case RESUME_ASK:
		if (BUG(RERUN_FAILED))
			count_failure(r, reason, now_ms);
		else
			give_up(r, reason, now_ms);
		return;
	case RESUME_RERUN:
		count_failure(r, reason, now_ms);
		return;
	case RESUME_CHECK:
		run_ask_check(r, now_ms);
		return;
	}
}

static void
step_failed(struct run *r, const struct step_ended *e, int64_t now_ms)
{
	set_outcome(r, STEP_FAILED);
	if (retry_names_status(run_settings_now(r), e->exit_status))
		count_failure(r, "failed, with nothing done", now_ms);
	else
		step_may_be_done(r, "failed", now_ms);
}

static void
step_timed_out(struct run *r, const struct step_ended *e, int64_t now_ms)
{
	(void)e;
	set_outcome(r, STEP_TIMED_OUT);
	step_may_be_done(r, "timed out", now_ms);
}

static void
step_refused(struct run *r, const struct step_ended *e, int64_t now_ms)
{
	(void)e;
	set_outcome(r, STEP_REFUSED);
	give_up(r, "refused", now_ms);
}

static void
step_interrupted(struct run *r, const struct step_ended *e, int64_t now_ms)
{
	has_touched(r);
	set_outcome(r, STEP_INTERRUPTED);
	if (e->lives_on) {
		run_finish(r, RUN_INTERRUPTED,
		    "some of its processes cannot be killed");
		return;
	}
	switch (step_resume(run_settings_now(r))) {
	case RESUME_ASK:
		if (BUG(RERUN_INTERRUPTED))
			rerun(r, now_ms);
		else
			run_finish(r, RUN_INTERRUPTED,
			    "interrupted, its outcome unknown");
		return;
	case RESUME_RERUN:
		rerun(r, now_ms);
		return;
	case RESUME_CHECK:
		run_ask_check(r, now_ms);
		return;
	}
}

/* Nobody takes a step back but to end the run. */
static void
withdrawn(struct run *r, const struct step_ended *e, int64_t now_ms)
{
	(void)now_ms;
	if (r->state == AT_STEP)
		set_outcome(r, e->outcome);
	run_finish(r, RUN_ABORTED, "taken back before it ran");
}

static void
check_passed(struct run *r, const struct step_ended *e, int64_t now_ms)
{
	(void)e;
	set_outcome(r, STEP_DONE);
	step_is_over(r, now_ms);
}

/* The outcome of the step is still that from before the check. */
static void
check_cannot_tell(struct run *r, const struct step_ended *e, int64_t now_ms)
{
	enum step_outcome outcome = run_step_outcome(r, r->step);

	(void)e;
	if (outcome == STEP_TIMED_OUT)
		give_up(r, "timed out, and its check cannot tell", now_ms);
	else if (outcome == STEP_FAILED)
		give_up(r, "failed, and its check cannot tell", now_ms);
	else
		run_finish(r, RUN_INTERRUPTED,
		    "interrupted, and its check cannot tell");
}

static void
check_failed(struct run *r, const struct step_ended *e, int64_t now_ms)
{
	enum step_outcome outcome = run_step_outcome(r, r->step);

	if (e->exit_status != 1)
		check_cannot_tell(r, e, now_ms);
	else if (outcome == STEP_TIMED_OUT)
		count_failure(r, "timed out, and is not done", now_ms);
	else if (outcome == STEP_FAILED)
		count_failure(r, "failed, and is not done", now_ms);
	else
		rerun(r, now_ms);
}

static void
check_interrupted(struct run *r, const struct step_ended *e, int64_t now_ms)
{
	if (r->check == RUN_CHECKS_MAX)
		check_cannot_tell(r, e, now_ms);
	else
		run_ask_check(r, now_ms);
}

static void
undo_done(struct run *r, const struct step_ended *e, int64_t now_ms)
{
	(void)e;
	(void)now_ms;
	r->steps[r->undoing].undone = true;
	if (r->aborted && !plan_procedure(r->plan)->undo_on_abort)
		r->state = AT_END;
	else
		run_undo_next(r);
}

/* What comes before it is not undone either: it may rest on this. */
static void
undo_not_done(struct run *r, const struct step_ended *e, int64_t now_ms)
{
	(void)e;
	(void)now_ms;
	r->undo_failed = true;
	r->state = AT_END;
}

static void
undo_interrupted(struct run *r, const struct step_ended *e, int64_t now_ms)
{
	undo_not_done(r, e, now_ms);
	if (r->outcome != RUN_FAILED)
		return;
	r->outcome = RUN_INTERRUPTED;
	r->procedure = NULL;
}

static void
undo_withdrawn(struct run *r, const struct step_ended *e, int64_t now_ms)
{
	(void)e;
	(void)now_ms;
	r->state = AT_END;
	r->outcome = RUN_ABORTED;
	r->reason = "aborted";
	r->procedure = NULL;
}

/* No entry: nothing that can end so. */
static void (*const endings[][STEP_OUTCOMES])(
    struct run *, const struct step_ended *, int64_t) = {
	[AT_STEP] = {
	    [STEP_DONE] = step_done,
	    [STEP_FAILED] = step_failed,
	    [STEP_TIMED_OUT] = step_timed_out,
	    [STEP_REFUSED] = step_refused,
	    [STEP_INTERRUPTED] = step_interrupted,
	    [STEP_WITHDRAWN] = withdrawn,
	},
	[AT_CHECK] = {
	    [STEP_DONE] = check_passed,
	    [STEP_FAILED] = check_failed,
	    [STEP_TIMED_OUT] = check_cannot_tell,
	    [STEP_REFUSED] = check_cannot_tell,
	    [STEP_INTERRUPTED] = check_interrupted,
	    [STEP_WITHDRAWN] = withdrawn,
	},
	[AT_UNDO] = {
	    [STEP_DONE] = undo_done,
	    [STEP_FAILED] = undo_not_done,
	    [STEP_TIMED_OUT] = undo_not_done,
	    [STEP_REFUSED] = undo_not_done,
	    [STEP_INTERRUPTED] = undo_interrupted,
	    [STEP_WITHDRAWN] = undo_withdrawn,
	},
	[AT_END] = { NULL },
};

bool
run_ending(struct run *r, const struct step_ended *e, int64_t now_ms)
{
	if (e->outcome >= STEP_OUTCOMES ||
	    endings[r->state][e->outcome] == NULL)
		return false;
	endings[r->state][e->outcome](r, e, now_ms);
	return true;
}
