/*
 * helper_fetch.h - how a helper that PID 1 started comes by its record.
 */
#ifndef DAEMON_STEP_HELPER_FETCH_H
#define DAEMON_STEP_HELPER_FETCH_H

#include <stdint.h>

#include "base/error.h"

/*
 * Says to the monitor at the socket which helper this is, and is given the
 * memory to read and answer in, and the time between TERM and KILL.  The
 * connection lasts as long as this process: its end is how the monitor learns
 * that the answer is there.  -1 with the reason.
 */
int helper_fetch(const char *socket_path, const char *id,
    int64_t *kill_grace_ms, struct error *err);

#endif
