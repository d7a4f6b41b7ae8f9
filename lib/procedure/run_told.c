/* Steps that have no claim, as the runner is told of them. */
#include "procedure/run.h"

#include <stddef.h>

#include "executor/told.h"
#include "procedure/run_private.h"
#include "procedure/step_kind.h"

bool
run_is_told(const struct run *r)
{
	return r->state == AT_STEP && !step_is_claimed(run_settings_now(r));
}

/* What only looks or waits is never left with an unknown outcome. */
static bool
may_be_told(enum step_outcome outcome)
{
	switch (outcome) {
	case STEP_DONE:
	case STEP_FAILED:
	case STEP_TIMED_OUT:
	case STEP_REFUSED:
	case STEP_WITHDRAWN:
		return true;
	case STEP_INTERRUPTED:
	case STEP_SKIPPED:
		return false;
	}
	return false;
}

bool
run_take_told(struct run *r, const char **told)
{
	const char *list = *told;
	struct step_ended ended = { 0 };
	struct told_step entry;

	if (list == NULL || !run_is_told(r) || !told_take(&list, &entry) ||
	    entry.step != r->step ||
	    !step_outcome_parse(entry.outcome, &ended.outcome) ||
	    !may_be_told(ended.outcome))
		return false;
	ended.step = r->step;
	ended.attempt = run_attempt_now(r);
	*told = list;
	return run_step_ended(r, &ended, 0);
}
