/*
 * executor.h - how a step becomes a program to run.
 *
 * An executor is a program.  Each kind says what a step must tell it, and
 * where it is done: through the runner, which starts the step's own command or
 * the kind's helper, or by the monitor, which only looks or waits.
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

/* Who does it. */
enum executor_place {
	EXECUTOR_OF_COMMAND, /* the runner starts the step's command */
	EXECUTOR_OF_HELPER,  /* the runner starts the helper of that name */
	EXECUTOR_OF_MONITOR, /* the monitor, without a claim */
	EXECUTOR_OF_CONFIG,  /* replaced by other steps when it is read */
};

/*
 * The options of a step by their names.  Each list ends with NULL, and may be
 * NULL; what every kind takes is not in it.
 */
struct executor_kind {
	const char *name;
	enum executor_place place;
	const char *const *takes;     /* besides those of its place */
	const char *const *needs;     /* all of them */
	const char *const *needs_one; /* exactly one of them */
};

/* NULL when there is none of that name. */
const struct executor_kind *executor_find(const char *name);

/* Does a step of this kind take the option? */
bool executor_takes(const struct executor_kind *kind, const char *option);

/* Has it a claim and a result: is it done through the runner? */
bool executor_is_claimed(const struct executor_kind *kind);

/* All of them, ends with NULL, for suggestions. */
extern const struct executor_kind *const executor_kinds[];

/*
 * How a helper ends.  Any other status is a failure of which half may be done.
 */
#define EXECUTOR_EXIT_DONE 0
#define EXECUTOR_EXIT_FAILED 1
#define EXECUTOR_EXIT_UNKNOWN 2       /* done or not, nobody knows */
#define EXECUTOR_EXIT_MALFORMED 64    /* the order makes no sense */
#define EXECUTOR_EXIT_NOTHING_DONE 75 /* surely nothing was done */

/* In percent of the step's time: so that a helper can say why itself. */
#define EXECUTOR_TIME_PERCENT 95

#endif
