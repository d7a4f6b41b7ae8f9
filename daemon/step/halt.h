/*
 * halt.h - a run that ends before its next step, because it was aborted or
 * its time is up, and is undone.
 *
 * Only the monitor knows that it ended.  So that it cannot go on as well, the
 * claim of the step that does not come is taken before anything is undone.
 */
#ifndef DAEMON_STEP_HALT_H
#define DAEMON_STEP_HALT_H

#include "daemon/step/permit.h"

/*
 * Of the key that the run asks for, which has no result: was its claim taken
 * so?  Then the run is told, and goes on to be undone.
 */
bool halt_was_made(const struct state *s, struct run *run, const char *asked);

/*
 * For a request made while the run asks for that other key, which has no
 * result: ends the run there, if it is to undo and that is what comes then.
 * False with the reason.
 */
bool halt_make(struct permit *p, const struct state *s, const char *asked,
    struct error *err);

#endif
