/*
 * crowd.h - the others in a world: services of which nothing is known but
 * whether they fail and when they were deployed, each a group of its own.
 */
#ifndef TESTS_REPLAY_CROWD_H
#define TESTS_REPLAY_CROWD_H

#include <stdbool.h>

#include "tests/replay/world.h"

#define CROWD_MAX 20

struct surroundings;

/* So many others.  False: too many, or there are some. */
bool crowd_gather(struct world *w, unsigned count);

/* Those from the first to the last; how: "fails", "well" or "deployed". */
bool crowd_is(struct world *w, unsigned first, unsigned last, const char *how);

/* A sample of the world's own service came. */
void crowd_sampled(struct world *w);

/* The world's own service, as it is, and what it may ask. */
void crowd_look(struct world *w, struct surroundings *around);

#endif
