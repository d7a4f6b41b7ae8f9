/*
 * command.h - what was typed after "rollbackctl", made into a request.
 *
 * The verbs and their arguments come from the table of verb.h, so that a new
 * one needs nothing here.
 */
#ifndef CONTROL_COMMAND_H
#define CONTROL_COMMAND_H

#include <stdbool.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "control/verb.h"

enum command_wish {
	COMMAND_RUN,     /* the verb */
	COMMAND_HELP,    /* with everything; or with the verb, if has_verb */
	COMMAND_VERSION, /* our own */
};

struct command {
	enum command_wish wish;
	bool has_verb;
	enum control_verb verb;
	struct json_object *args; /* checked; owned */
	const char *socket;       /* NULL: the usual one; of argv */
	bool json;
	bool verbose;
};

/* argv without the program's name.  False with what to type instead. */
bool command_parse(
    int argc, char *const argv[], struct command *command, struct error *err);
void command_end(struct command *command);

/* "deploy SERVICE VERSION [--previous VERSION] [--verified]" */
void command_synopsis(struct text *out, enum control_verb verb);

/* What --help shows: of everything, of one verb. */
void command_help_all(struct text *out);
void command_help(struct text *out, enum control_verb verb);

#endif
