/*
 * supervise.h - follows a child that carries out a step to its one result.
 */
#ifndef DAEMON_EXECUTORS_SUPERVISE_H
#define DAEMON_EXECUTORS_SUPERVISE_H

#include <stdint.h>
#include <sys/types.h>

#define CANCEL_GRACE_MS 2000 /* from "leave off" to SIGKILL */
#define CANCEL_WORDS "{\"cancel\":true}\n"

struct charge {
	pid_t pid;           /* leader of a process group of its own */
	int answers;         /* what it says: see executor/answer.h */
	int orders;          /* where CANCEL_WORDS are written */
	int64_t deadline_ms; /* CLOCK_BOOTTIME: then it is told to leave off */
};

/*
 * Until the child is dead, with all of its process group.  SIGTERM and SIGINT
 * are as the deadline; they must be blocked, and SIGCHLD too, since before the
 * child was started: see supervise_signals().  Its output goes to standard
 * output, what it says to people to standard error.  Closes both descriptors.
 * Gives the exit status that says how it went: of enum rollbackd_result.
 */
int supervise(const struct charge *charge);

/* In the parent before the fork, and undone in the child after it. */
void supervise_signals(void);
void supervise_signals_undo(void);

#endif
