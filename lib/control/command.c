#include "control/command.h"

#include <stdio.h>
#include <string.h>

#include "base/ulid.h"
#include "base/units.h"
#include "control/request.h"

struct parser {
	int argc;
	char *const *argv;
	int at;
	bool only_words; /* "--" was seen */
	size_t words;    /* that stood by themselves, after the verb */
	struct command *command;
	struct error *err;
};

/* Splits "--for=2h"; the value is NULL without "=". */
static bool
is_option(const char *word, const char *name, const char **value)
{
	size_t length = strlen(name);

	*value = NULL;
	if (strncmp(word, name, length) != 0)
		return false;
	if (word[length] == '=' && strncmp(name, "--", 2) == 0)
		*value = word + length + 1;
	return word[length] == '\0' || *value != NULL;
}

/* The value behind "=", or else the next word. */
static bool
take_value(struct parser *p, const char *name, const char **value)
{
	if (*value != NULL)
		return true;
	if (p->at == p->argc)
		return error_set(p->err, "%s wants a value", name);
	*value = p->argv[p->at++];
	return true;
}

static bool
set_duration(struct parser *p, const struct verb_arg *arg, const char *value)
{
	char least[DURATION_TEXT_MAX], most[DURATION_TEXT_MAX];
	int64_t ms;

	if (!duration_parse(value, &ms) || ms < arg->min || ms > arg->max)
		return error_set(p->err,
		    "%s wants a time from %s to %s, as in 30m or 2h",
		    arg->option, duration_text(arg->min, least),
		    duration_text(arg->max, most));
	json_set_int(p->command->args, arg->name, ms);
	return true;
}

static bool
set_count(struct parser *p, const struct verb_arg *arg, const char *value)
{
	uint64_t n;

	if (!count_parse(value, &n) || n > INT64_MAX)
		return error_set(
		    p->err, "%s wants a whole number", arg->option);
	json_set_int(p->command->args, arg->name, (int64_t)n);
	return true;
}

static bool
set_number(struct parser *p, const struct verb_arg *arg, const char *value)
{
	double number;
	char digits[32];

	if (!decimal_parse(value, &number))
		return error_set(
		    p->err, "%s wants a number, as in 12.5", arg->option);
	/* All of it, where json_set_number() would round. */
	(void)snprintf(digits, sizeof(digits), "%.17g", number);
	json_set(p->command->args, arg->name,
	    json_object_new_double_s(number, digits));
	return true;
}

static bool
set_arg(struct parser *p, const struct verb_arg *arg, const char *value)
{
	const char *name = arg->name;

	/* "release ID" ends one hold, "release SERVICE" those of one. */
	if (p->command->verb == VERB_RELEASE && arg->option == NULL &&
	    ulid_is_valid(value))
		name = "id";
	if (json_member(p->command->args, name) != NULL)
		return error_set(p->err, "%s is given twice",
		    arg->option != NULL ? arg->option : arg->meaning);
	switch (arg->type) {
	case ARG_DURATION:
		return set_duration(p, arg, value);
	case ARG_COUNT:
		return set_count(p, arg, value);
	case ARG_NUMBER:
		return set_number(p, arg, value);
	case ARG_FLAG:
		json_set_bool(p->command->args, name, true);
		return true;
	case ARG_NAME:
	case ARG_SCOPE:
	case ARG_TARGET:
	case ARG_ULID:
	case ARG_SEVERITY:
	case ARG_CLASS:
	case ARG_TEXT:
		break;
	}
	json_set_text(p->command->args, name, value);
	return true;
}

/* An option that every verb takes.  False when it is none of those. */
static bool
take_common(struct parser *p, const char *word, bool *good)
{
	struct command *c = p->command;
	const char *value;

	*good = true;
	if (is_option(word, "-s", &value) ||
	    is_option(word, "--socket", &value))
		*good = take_value(p, word, &value) && (c->socket = value);
	else if (strcmp(word, "--json") == 0)
		c->json = true;
	else if (strcmp(word, "-v") == 0 || strcmp(word, "--verbose") == 0)
		c->verbose = true;
	else if (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0)
		c->wish = COMMAND_HELP;
	else if (strcmp(word, "-V") == 0 || strcmp(word, "--version") == 0)
		c->wish = COMMAND_VERSION;
	else
		return false;
	return true;
}

static bool
take_option(struct parser *p, const char *word)
{
	const struct verb *v = verb_info(p->command->verb);
	const char *value;
	bool good;

	if (take_common(p, word, &good))
		return good;
	for (size_t i = 0; p->command->has_verb && i < v->arg_count; i++) {
		const struct verb_arg *arg = &v->args[i];

		if (arg->option == NULL ||
		    !is_option(word, arg->option, &value))
			continue;
		if (arg->type == ARG_FLAG && value != NULL)
			return error_set(
			    p->err, "%s takes no value", arg->option);
		if (arg->type != ARG_FLAG &&
		    !take_value(p, arg->option, &value))
			return false;
		return set_arg(p, arg, value);
	}
	if (!p->command->has_verb)
		return error_set(p->err, "there is no option \"%.64s\"", word);
	return error_set(p->err, "%s takes no option \"%.64s\"", v->word, word);
}

static bool
take_word(struct parser *p, const char *word)
{
	struct command *c = p->command;
	const struct verb *v;
	size_t n = 0;

	if (!c->has_verb) {
		if (strcmp(word, "help") == 0) {
			c->wish = COMMAND_HELP;
			return true;
		}
		if (!verb_find(word, &c->verb))
			return error_set(
			    p->err, "there is no verb \"%.64s\"", word);
		c->has_verb = true;
		return true;
	}
	v = verb_info(c->verb);
	for (size_t i = 0; i < v->arg_count; i++)
		if (v->args[i].option == NULL && n++ == p->words) {
			p->words++;
			return set_arg(p, &v->args[i], word);
		}
	return error_set(
	    p->err, "%s: \"%.64s\" is one word too many", v->word, word);
}

static bool
take_all(struct parser *p)
{
	while (p->at < p->argc) {
		const char *word = p->argv[p->at++];
		bool good;

		if (p->only_words || word[0] != '-' || word[1] == '\0')
			good = take_word(p, word);
		else if (strcmp(word, "--") == 0)
			good = p->only_words = true;
		else
			good = take_option(p, word);
		if (!good)
			return false;
	}
	return true;
}

/* Says what to type, where the protocol's words would not help. */
static bool
check_required(struct parser *p)
{
	const struct verb *v = verb_info(p->command->verb);

	for (size_t i = 0; i < v->arg_count; i++) {
		const struct verb_arg *arg = &v->args[i];

		if (!arg->required ||
		    json_member(p->command->args, arg->name) != NULL)
			continue;
		if (arg->option == NULL)
			return error_set(
			    p->err, "%s needs %s", v->word, arg->meaning);
		return error_set(p->err, "%s needs %s %s", v->word, arg->option,
		    arg->meaning);
	}
	return true;
}

static bool
finish(struct parser *p)
{
	struct command *c = p->command;
	struct json_object *checked;

	if (c->wish != COMMAND_RUN)
		return true;
	if (!c->has_verb)
		return error_set(p->err, "which verb?");
	if (c->verb == VERB_RELEASE && json_member(c->args, "id") == NULL &&
	    json_member(c->args, "service") == NULL)
		json_set_text(c->args, "service", "*");
	if (!check_required(p))
		return false;
	checked = request_check_args(c->verb, c->args, p->err);
	json_object_put(c->args);
	c->args = checked;
	return checked != NULL;
}

bool
command_parse(
    int argc, char *const argv[], struct command *command, struct error *err)
{
	struct parser p = {
		.argc = argc, .argv = argv, .command = command, .err = err
	};

	*command = (struct command){ .args = json_object_new_object() };
	if (command->args == NULL)
		return error_set(err, "out of memory");
	if (take_all(&p) && finish(&p))
		return true;
	json_object_put(command->args);
	command->args = NULL;
	return false;
}

void
command_end(struct command *command)
{
	json_object_put(command->args);
	command->args = NULL;
}

static void
add_arg(struct text *out, const struct verb_arg *arg)
{
	text_add(out, arg->required ? " " : " [");
	if (arg->option != NULL)
		text_add(out, arg->option);
	if (arg->option != NULL && arg->meaning != NULL)
		text_add(out, " ");
	if (arg->meaning != NULL)
		text_add(out, arg->meaning);
	if (!arg->required)
		text_add(out, "]");
}

void
command_synopsis(struct text *out, enum control_verb verb)
{
	const struct verb *v = verb_info(verb);

	text_add(out, v->word);
	for (size_t i = 0; i < v->arg_count; i++)
		add_arg(out, &v->args[i]);
}

void
command_help_all(struct text *out)
{
	text_add(out,
	    "usage: rollbackctl [-s SOCKET] [--json] [-v] VERB "
	    "[ARGUMENT...]\n\n");
	for (unsigned v = 0; v < VERB_COUNT; v++)
		text_addf(out, "  %-10s %s\n",
		    verb_info((enum control_verb)v)->word,
		    verb_info((enum control_verb)v)->help);
	text_add(out,
	    "\n  -s SOCKET  ask the daemon there\n"
	    "  --json     the answer as JSON\n"
	    "  -v         in more detail\n"
	    "  -V         the version of rollbackctl\n"
	    "\n\"rollbackctl VERB --help\" says more; so does "
	    "rollbackctl(8).\n");
}

void
command_help(struct text *out, enum control_verb verb)
{
	const struct verb *v = verb_info(verb);

	text_add(out, "usage: rollbackctl ");
	command_synopsis(out, verb);
	text_addf(out, "\n\n%s\n", v->help);
	if (v->arg_count > 0)
		text_add(out, "\n");
	for (size_t i = 0; i < v->arg_count; i++) {
		const struct verb_arg *arg = &v->args[i];

		text_addf(out, "  %-14s %s\n",
		    arg->option != NULL ? arg->option : arg->meaning,
		    arg->help);
	}
}
