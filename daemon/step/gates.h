/*
 * gates.h - approval steps in the middle of a run, which the monitor says were
 * approved.
 *
 * It is believed that they were not.  That they were is believed, in system
 * mode, when a person has left a file that names the step; after the first
 * step that was claimed behind it nobody asks again.
 */
#ifndef DAEMON_STEP_GATES_H
#define DAEMON_STEP_GATES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "executor/result.h"

struct permit;
struct state;
struct next;

#define GATES_AT_ONCE_MAX 16

struct gates {
	unsigned steps[GATES_AT_ONCE_MAX]; /* those nobody has looked at yet */
	unsigned count;
	bool are_too_many;
	int64_t waited_ms; /* which the budget of the run does not count */
	int64_t limit_ms;  /* what they had at most */
	int64_t ended_ms;  /* how long ago the last claimed step; -1: none */
	int64_t since_ms;  /* the same, of those still awaited; -1: none are */
};

void gates_begin(struct gates *g);

/* One of the run's own steps was told about; next is what it was. */
void gates_told(
    struct gates *g, const struct permit *p, const struct next *next);

/* A step was claimed and permitted. */
void gates_claimed(struct gates *g, const struct state *s,
    const struct claim *claim, bool is_undo);

/* Those that are left, for the step that is asked for. */
bool gates_are_open(struct gates *g, struct permit *p, const struct state *s,
    struct error *err);

#endif
