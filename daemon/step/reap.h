/*
 * reap.h - says "interrupted" of a step whose runner has died, once nothing
 * of the step is alive any more.
 */
#ifndef DAEMON_STEP_REAP_H
#define DAEMON_STEP_REAP_H

#include <stdint.h>

#include "daemon/step/state.h"

enum step_exit reap_run(
    const struct state *s, const char *key, int64_t kill_grace_ms);

#endif
