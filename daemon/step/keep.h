/*
 * keep.h - root's own copy of the configuration that the monitor has loaded.
 */
#ifndef DAEMON_STEP_KEEP_H
#define DAEMON_STEP_KEEP_H

#include "daemon/step/state.h"

#define KEEP_COPIES_MAX 4

/*
 * Copies the live configuration if it has that digest, and forgets all but
 * the newest copies.  STEP_EXIT_CHANGED: it is another one, and there is no
 * copy from before.
 */
enum step_exit keep_run(
    const struct state *s, const char *config, const char *digest);

#endif
