/*
 * history.h - what the runner's own claims tell of other runs.
 */
#ifndef DAEMON_STEP_HISTORY_H
#define DAEMON_STEP_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/step/state.h"

/* A claim that can be read, borrowed until return.  False: enough seen. */
typedef bool history_saw(
    void *arg, const struct key *key, const struct claim *claim);

/*
 * Every claim of the last so long, and perhaps some of before: reading all
 * that are kept would delay the first step.
 */
bool history_read(const struct state *s, int64_t span_ms, history_saw *saw,
    void *arg, struct error *err);

/* How long ago; over a reboot by the wall clock, whichever way it moved. */
int64_t history_age_ms(const struct state *s, const struct claim *c);

/*
 * Its step was taken back or could not be run, and no other followed: the run
 * did nothing.
 */
bool history_came_to_nothing(const struct state *s, const struct claim *c);

#endif
