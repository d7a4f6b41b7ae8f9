/*
 * able.h - could a step be run now?  Asked before one has to be.
 */
#ifndef DAEMON_STEP_ABLE_H
#define DAEMON_STEP_ABLE_H

#include "daemon/step/state.h"

/*
 * The folders are there and ours already, or they could not be opened: takes
 * room in them as for a result.  Answers the word that the monitor has left
 * among the requests; without one, STEP_EXIT_NO_REQUEST.  Says on standard
 * error what is wrong.
 */
enum step_exit able_run(const struct state *s);

#endif
