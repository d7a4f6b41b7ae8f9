#include "daemon/step/follow.h"

#include <stdio.h>

bool
follow_key(const char *run, const struct next *next, char text[KEY_BYTES])
{
	struct key key = { .step = next->step, .attempt = next->attempt };

	if (next->kind == NEXT_FINISHED)
		return false;
	if (next->kind == NEXT_CHECK)
		key.check = next->check;
	(void)snprintf(key.run, sizeof(key.run), "%s", run);
	key_text(&key, text);
	return true;
}

bool
follow_result(const struct state *s, struct run *run, const struct next *next,
    const char *key)
{
	static char buffer[RESULT_MAX_BYTES + 1];
	struct result result;
	struct step_ended ended = { .step = next->step,
		.attempt = next->attempt,
		.check = next->kind == NEXT_CHECK ? next->check : 0 };

	if (!state_read_result(s, key, &result, buffer) ||
	    !step_outcome_parse(result.outcome, &ended.outcome))
		return false;
	ended.exit_status = (int)result.exit_status;
	ended.capture = result.capture;
	return run_step_ended(run, &ended, result.ended_ms);
}
