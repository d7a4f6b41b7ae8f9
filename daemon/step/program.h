/*
 * program.h - the command of the step that is permitted, and whether it is
 * safe to execute it.
 */
#ifndef DAEMON_STEP_PROGRAM_H
#define DAEMON_STEP_PROGRAM_H

#include "daemon/step/permit.h"

/*
 * Fills the permit's command and, in system mode, its user; of a step that a
 * helper does, what that is told as well.  Refuses with the reason.
 */
bool program_find(struct permit *p, const struct state *s, struct error *err);

#endif
