/*
 * helper_run.h - runs a notifier's program: no claim, no key.
 */
#ifndef DAEMON_STEP_HELPER_RUN_H
#define DAEMON_STEP_HELPER_RUN_H

#include <stdint.h>

#include "daemon/step/state.h"

enum step_exit helper_run(
    const struct state *s, const char *id, int64_t kill_grace_ms);

#endif
