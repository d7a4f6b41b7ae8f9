/*
 * follow.h - a run as the runner's own results tell it.
 */
#ifndef DAEMON_STEP_FOLLOW_H
#define DAEMON_STEP_FOLLOW_H

#include <stdbool.h>

#include "daemon/step/state.h"
#include "procedure/run.h"

/* The key that a run asks for; false when it asks for none. */
bool follow_key(const char *run, const struct next *next, char text[KEY_BYTES]);

/*
 * Tells the run what the result of that key says, or that it was ended before
 * it; false when neither is known.  Of a step that the monitor does itself
 * there is no result: that alone is taken from *told, which then says what is
 * left of it.
 */
bool follow_result(const struct state *s, struct run *run,
    const struct next *next, const char *key, const char **told);

#endif
