/*
 * child.h - starts one program with nothing of ours but what it is given.
 */
#ifndef DAEMON_STEP_CHILD_H
#define DAEMON_STEP_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "daemon/step/who.h"
#include "executor/executor.h"

struct child {
	pid_t pid;
	int out; /* read ends, non-blocking */
	int err;
};

/*
 * In a process group of its own, folder "/", umask 022, signals as the kernel
 * gives them, standard input from the descriptor.  As another user where one
 * is given, then also in a session of its own and without cores; NULL: as we
 * are.  Returns once the program was executed; false with the reason when it
 * could not be: then nothing of it has run.
 */
bool child_start(struct child *c, const struct command *command, int input,
    const struct who *user, struct error *err);

/* Closes the read ends. */
void child_close(struct child *c);

#endif
