/*
 * steps_trial.h - tries whether a step and a helper could be run, by running
 * some that change nothing.
 */
#ifndef DAEMON_STEPS_TRIAL_H
#define DAEMON_STEPS_TRIAL_H

#include "daemon/steps.h"
#include "daemon/steps_link.h"

struct steps_trial;

/* Borrows all of it.  NULL when memory is short. */
struct steps_trial *trial_new(struct steps *s);
void trial_free(struct steps_trial *t); /* NULL is allowed */

void trial_begin(
    struct steps_trial *t, const char *digest, steps_tried *tried, void *arg);

/* What the link has to say of tests and copies, or that it broke. */
void trial_news(struct steps_trial *t, const struct link_news *news);

#endif
