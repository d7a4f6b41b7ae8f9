#include "daemon/step/follow.h"

#include <stdio.h>

#include "daemon/step/halt.h"

bool
follow_key(const char *run, const struct next *next, char text[KEY_BYTES])
{
	struct key key = { .step = next->step, .attempt = next->attempt };

	if (next->kind == NEXT_FINISHED)
		return false;
	key.check = next->check;
	key.undo = next->undo;
	(void)snprintf(key.run, sizeof(key.run), "%s", run);
	key_text(&key, text);
	return true;
}

static bool
follow_own(const struct state *s, struct run *run, const struct next *next,
    const char *key)
{
	static char buffer[RESULT_MAX_BYTES + 1];
	struct result result;
	struct step_ended ended = { .step = next->step,
		.attempt = next->attempt,
		.check = next->check,
		.undo = next->undo };

	bool is_known = state_read_result(s, key, &result, buffer) &&
	    step_outcome_parse(result.outcome, &ended.outcome);

	/* Of a halt a reaper may have said that it was refused, which it was:
	   that must not let the run go on. */
	if ((!is_known || ended.outcome == STEP_REFUSED) &&
	    halt_was_made(s, run, key))
		return true;
	if (!is_known)
		return false;
	ended.exit_status = (int)result.exit_status;
	ended.capture = result.capture;
	ended.lives_on = result.left_behind > 0;
	return run_step_ended(run, &ended, result.ended_ms);
}

bool
follow_result(const struct state *s, struct run *run, const struct next *next,
    const char *key, const char **told)
{
	/* Once it was ended there, it was not done. */
	if (run_is_told(run))
		return halt_was_made(s, run, key) || run_take_told(run, told);
	return follow_own(s, run, next, key);
}
