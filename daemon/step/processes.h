/*
 * processes.h - which processes belong to a step, and how they are ended.
 *
 * To a step belong all that carry its mark in their environment and, while
 * the runner lives, all that descend from it: it is a subreaper, so that
 * neither setsid nor a double fork leads away.  One that clears its
 * environment after the runner has died escapes.
 */
#ifndef DAEMON_STEP_PROCESSES_H
#define DAEMON_STEP_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct kin {
	const char *mark; /* "ROLLBACKD_KEY=..."; NULL: descent alone counts */
	pid_t ancestor;   /* whose descendants count too; 0: nobody's */
};

/*
 * How many there are, zombies left out and never the caller itself; with a
 * signal, it is sent to each of them: not to another process that got the
 * same pid meanwhile.
 */
#define SIGNAL_NONE 0
size_t processes_of(const struct kin *kin, int signal);

/*
 * Takes a short while, at most SWEEP_MS, to serve what else there is; true
 * while the caller has children that were not waited for.
 */
typedef bool processes_pause(void *arg);
#define SWEEP_MS 20

/* For callers that have nothing else to serve, and no children. */
processes_pause processes_sleep;

/*
 * Ends all of them: TERM, after the grace KILL, until none is left.  False
 * when some live on in spite of that.
 */
#define KILL_WAIT_MAX_MS 60000
bool processes_end(const struct kin *kin, int64_t kill_grace_ms,
    processes_pause *pause, void *arg);

#endif
