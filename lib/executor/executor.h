/*
 * executor.h - how a step becomes a program to run.
 *
 * An executor is a program.  Each kind says what a step must tell it; the
 * runner starts the command that comes out and knows no kinds.
 */
#ifndef EXECUTOR_EXECUTOR_H
#define EXECUTOR_EXECUTOR_H

#include <stdbool.h>

#define COMMAND_ARGUMENTS_MAX 256
#define COMMAND_BYTES_MAX (128 * 1024)

/* Both lists end with NULL. */
struct command {
	char **argv; /* argv[0] is an absolute path */
	char **envp; /* all there is: nothing of our own comes along */
};

struct executor_kind {
	const char *name;
	bool needs_command; /* the step must have "command" */
};

/* NULL when there is none of that name. */
const struct executor_kind *executor_find(const char *name);

/* All of them, ends with NULL, for suggestions. */
extern const struct executor_kind *const executor_kinds[];

#endif
