/*
 * time_left.h - what is left of a run's time, by the runner's own claims.
 *
 * It counts from the claim of the first step that does not only prepare.
 */
#ifndef DAEMON_STEP_TIME_LEFT_H
#define DAEMON_STEP_TIME_LEFT_H

#include "daemon/step/permit.h"

/*
 * Fills time_left_ms and limit_ms of a permit for what its run asks for.
 * False with the reason for a step whose time is up; a check and an undo have
 * their own limit, whatever is left.
 */
bool time_left_find(struct permit *p, const struct state *s, struct error *err);

#endif
