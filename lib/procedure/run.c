#include "procedure/run.h"

#include <stdlib.h>
#include <string.h>

#include "procedure/when.h"

#define STEP_OUTCOMES 7
#define PROCEDURE_PREFIX "procedure:"

enum state {
	AT_STEP,  /* a step attempt is asked for */
	AT_CHECK, /* a check of the attempt is asked for */
	AT_END,
};

struct step_state {
	enum step_outcome outcome;
	bool reached;
	bool captured;
	char capture[RUN_CAPTURE_MAX + 1];
};

struct run {
	const struct plan *plan;
	unsigned step_count;
	enum state state;
	unsigned step;
	unsigned attempt;
	unsigned check;
	unsigned failures; /* attempts of the step that failed */
	unsigned reruns;   /* attempts of it after interruptions */
	bool begun;        /* what is asked for is under way */
	bool aborted;
	int64_t at_ms;
	enum run_outcome outcome;
	const char *procedure;
	const char *reason;
	struct step_state steps[];
};

static const struct step_settings *
settings_now(const struct run *r)
{
	return plan_step(r->plan, r->step)->settings;
}

/* Every end of a run goes through here: an abort outranks all others. */
static void
finish(struct run *r, enum run_outcome outcome, const char *reason)
{
	r->state = AT_END;
	r->begun = false;
	r->outcome = outcome;
	r->reason = reason;
	if (!r->aborted)
		return;
	r->outcome = RUN_ABORTED;
	r->reason = "aborted";
	if (run_step_outcome(r, r->step) == STEP_INTERRUPTED)
		r->reason = "aborted, a step's outcome unknown";
}

/* Every step and check that is asked for goes through here. */
static void
ask(struct run *r, enum state state, int64_t at_ms)
{
	if (r->aborted) {
		finish(r, RUN_ABORTED, NULL);
		return;
	}
	r->state = state;
	r->begun = false;
	r->at_ms = at_ms;
}

static bool
is_wanted(const struct run *r)
{
	const struct strings *when = &settings_now(r)->when;

	for (size_t i = 0; i < when->count; i++)
		if (!when_holds(when->items[i], r->plan, r->step, r))
			return false;
	return true;
}

/* The first step from here on that is wanted. */
static void
enter(struct run *r, int64_t now_ms)
{
	for (; r->step < r->step_count; r->step++) {
		if (r->aborted)
			break;
		r->steps[r->step].reached = true;
		if (!is_wanted(r))
			continue;
		r->attempt = 1;
		r->check = 0;
		r->failures = r->reruns = 0;
		ask(r, AT_STEP, now_ms);
		return;
	}
	finish(r, RUN_DONE, "every step is over");
}

static void
step_is_over(struct run *r, enum step_outcome outcome, int64_t now_ms)
{
	r->steps[r->step].outcome = outcome;
	r->step++;
	enter(r, now_ms);
}

/* Nothing of the step is left to be tried: on_failure decides. */
static void
give_up(struct run *r, const char *reason, int64_t now_ms)
{
	const char *then = settings_now(r)->on_failure;
	size_t prefix = strlen(PROCEDURE_PREFIX);

	if (then != NULL && strcmp(then, "continue") == 0) {
		r->step++;
		enter(r, now_ms);
		return;
	}
	finish(r, RUN_FAILED, reason);
	if (then != NULL && !r->aborted &&
	    strncmp(then, PROCEDURE_PREFIX, prefix) == 0)
		r->procedure = then + prefix;
}

static void
try_again(struct run *r, int64_t at_ms)
{
	r->attempt++;
	r->check = 0;
	ask(r, AT_STEP, at_ms);
}

static void
count_failure(struct run *r, const char *reason, int64_t now_ms)
{
	r->failures++;
	if (r->failures < settings_now(r)->attempts)
		try_again(r, now_ms + settings_now(r)->delay_ms);
	else
		give_up(r, reason, now_ms);
}

static void
rerun(struct run *r, int64_t now_ms)
{
	if (r->reruns == RUN_RERUNS_MAX) {
		finish(r, RUN_INTERRUPTED, "interrupted too often");
		return;
	}
	r->reruns++;
	try_again(r, now_ms);
}

static void
ask_check(struct run *r, int64_t now_ms)
{
	r->check++;
	ask(r, AT_CHECK, now_ms);
}

static void
keep_capture(struct run *r, const char *capture)
{
	struct step_state *s = &r->steps[r->step];

	/* A cut one could mean something else. */
	if (settings_now(r)->capture == NULL || capture == NULL ||
	    strlen(capture) > RUN_CAPTURE_MAX)
		return;
	memcpy(s->capture, capture, strlen(capture) + 1);
	s->captured = true;
}

static void
step_done(struct run *r, const struct step_ended *e, int64_t now_ms)
{
	keep_capture(r, e->capture);
	step_is_over(r, STEP_DONE, now_ms);
}

static void
step_failed(struct run *r, const struct step_ended *e, int64_t now_ms)
{
	r->steps[r->step].outcome = e->outcome;
	count_failure(r, "failed", now_ms);
}

static void
step_timed_out(struct run *r, const struct step_ended *e, int64_t now_ms)
{
	r->steps[r->step].outcome = e->outcome;
	switch (settings_now(r)->resume) {
	case RESUME_ASK:
		give_up(r, "timed out", now_ms);
		return;
	case RESUME_RERUN:
		count_failure(r, "timed out", now_ms);
		return;
	case RESUME_CHECK:
		ask_check(r, now_ms);
		return;
	}
}

static void
step_refused(struct run *r, const struct step_ended *e, int64_t now_ms)
{
	r->steps[r->step].outcome = e->outcome;
	give_up(r, "refused", now_ms);
}

static void
step_interrupted(struct run *r, const struct step_ended *e, int64_t now_ms)
{
	r->steps[r->step].outcome = e->outcome;
	switch (settings_now(r)->resume) {
	case RESUME_ASK:
		finish(r, RUN_INTERRUPTED, "interrupted, its outcome unknown");
		return;
	case RESUME_RERUN:
		rerun(r, now_ms);
		return;
	case RESUME_CHECK:
		ask_check(r, now_ms);
		return;
	}
}

/* Nobody takes a step back but to end the run. */
static void
withdrawn(struct run *r, const struct step_ended *e, int64_t now_ms)
{
	(void)now_ms;
	if (r->state == AT_STEP)
		r->steps[r->step].outcome = e->outcome;
	finish(r, RUN_ABORTED, "taken back before it ran");
}

static void
check_passed(struct run *r, const struct step_ended *e, int64_t now_ms)
{
	(void)e;
	step_is_over(r, STEP_DONE, now_ms);
}

/* The outcome of the step is still that from before the check. */
static bool
has_timed_out(const struct run *r)
{
	return r->steps[r->step].outcome == STEP_TIMED_OUT;
}

static void
check_cannot_tell(struct run *r, const struct step_ended *e, int64_t now_ms)
{
	(void)e;
	if (has_timed_out(r))
		give_up(r, "timed out, and its check cannot tell", now_ms);
	else
		finish(r, RUN_INTERRUPTED,
		    "interrupted, and its check cannot tell");
}

static void
check_failed(struct run *r, const struct step_ended *e, int64_t now_ms)
{
	if (e->exit_status != 1)
		check_cannot_tell(r, e, now_ms);
	else if (has_timed_out(r))
		count_failure(r, "timed out, and is not done", now_ms);
	else
		rerun(r, now_ms);
}

static void
check_interrupted(struct run *r, const struct step_ended *e, int64_t now_ms)
{
	if (r->check == RUN_CHECKS_MAX)
		check_cannot_tell(r, e, now_ms);
	else
		ask_check(r, now_ms);
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
	[AT_END] = { NULL },
};

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
	enter(r, 0);
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
		[AT_END] = NEXT_FINISHED,
	};

	return (struct next){
		.kind = kinds[r->state],
		.step = r->step,
		.attempt = r->attempt,
		.check = r->check,
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
	if (e->step != r->step || e->attempt != r->attempt ||
	    e->check != r->check || e->outcome >= STEP_OUTCOMES ||
	    endings[r->state][e->outcome] == NULL)
		return false;
	endings[r->state][e->outcome](r, e, now_ms);
	return true;
}

void
run_abort(struct run *r)
{
	if (r->state == AT_END)
		return;
	r->aborted = true;
	if (!r->begun)
		finish(r, RUN_ABORTED, NULL);
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
run_capture(const struct run *r, const char *name)
{
	for (unsigned i = r->step_count; i > 0; i--) {
		const struct step_settings *s =
		    plan_step(r->plan, i - 1)->settings;

		if (r->steps[i - 1].captured && strcmp(s->capture, name) == 0)
			return r->steps[i - 1].capture;
	}
	return NULL;
}
