/*
 * executor.h - how a step becomes a program to run.
 *
 * An executor is a program.  Each kind says what a step must tell it; the
 * runner starts the command that comes out and knows no kinds.
 */
#ifndef EXECUTOR_EXECUTOR_H
#define EXECUTOR_EXECUTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define COMMAND_ARGUMENTS_MAX 256
#define COMMAND_VARIABLES_MAX 256
#define COMMAND_BYTES_MAX (128 * 1024)

/* Both lists end with NULL. */
struct command {
	char **argv; /* argv[0] is an absolute path */
	char **envp; /* all there is: nothing of our own comes along */
	size_t argument_count;
	size_t variable_count;
	size_t bytes;
};

/*
 * Build: copies what it is given; false with the reason when a maximum is
 * passed or memory is short.  A variable that is there already is replaced.
 */
bool command_add_argument(
    struct command *c, const char *argument, struct error *err);
bool command_set_variable(
    struct command *c, const char *name, const char *value, struct error *err);

/* NULL when it is not there. */
const char *command_variable(const struct command *c, const char *name);

/* Forgets both lists; a zeroed command is allowed. */
void command_clear(struct command *c);

/* What a variable of the environment may be called: [A-Za-z_][A-Za-z0-9_]* */
bool variable_name_is_valid(const char *name);

struct executor_kind {
	const char *name;
	bool needs_command; /* the step must have "command" */
};

/* NULL when there is none of that name. */
const struct executor_kind *executor_find(const char *name);

/* All of them, ends with NULL, for suggestions. */
extern const struct executor_kind *const executor_kinds[];

#endif
