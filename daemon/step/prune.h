/*
 * prune.h - forgets runs that ended long ago, in system mode, where only the
 * runner can.
 */
#ifndef DAEMON_STEP_PRUNE_H
#define DAEMON_STEP_PRUNE_H

#include <stdbool.h>

#include "daemon/step/state.h"

/* At most daily, unless it is asked for. */
void prune_run(const struct state *s, bool is_asked_for);

#endif
