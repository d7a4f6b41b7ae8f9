/*
 * attempt.h - one step attempt from its request to its result.
 */
#ifndef DAEMON_STEP_ATTEMPT_H
#define DAEMON_STEP_ATTEMPT_H

#include <stdint.h>

#include "daemon/step/state.h"

struct attempt_settings {
	const char *config; /* the main file, or its folder */
	const char *key;
	int64_t kill_grace_ms;
};

/* Says on standard error what cannot be said in a result. */
enum step_exit attempt_run(
    const struct state *s, const struct attempt_settings *settings);

#endif
