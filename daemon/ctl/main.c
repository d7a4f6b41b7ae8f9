/*
 * rollbackctl - the operator's tool: a line to the daemon, a page for people.
 */
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/version.h"
#include "control/command.h"
#include "control/reply.h"
#include "control/request.h"
#include "control/show.h"
#include "daemon/ctl/client.h"
#include "daemon/ctl/sign.h"
#include "daemon/ctl/tool.h"

/* The daemon's own "timeout" comes first, and says more. */
#define PATIENCE_MS INT64_C(10000)
#define BUSY_TRIES 5
#define BUSY_PAUSE_MS 400
#define ID_RANDOM_BYTES 12

static int
print(FILE *to, const struct text *out)
{
	if (fwrite(text_str(out), 1, out->length, to) != out->length ||
	    fflush(to) != 0 || !text_ok(out)) {
		(void)fputs("rollbackctl: cannot write all of it\n", stderr);
		return CONTROL_EXIT_FAILED;
	}
	return CONTROL_EXIT_OK;
}

static bool
wants_colour(FILE *to)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fileno(to)) && (no == NULL || *no == '\0') &&
	    (term == NULL || strcmp(term, "dumb") != 0);
}

static struct show_style
style_for(FILE *to, bool verbose)
{
	struct show_style style = { .colour = wants_colour(to),
		.verbose = verbose };
	struct winsize size;

	if (ioctl(fileno(to), TIOCGWINSZ, &size) == 0)
		style.width = size.ws_col;
	return style;
}

static const char *
socket_of(const struct command *c)
{
	const char *named = getenv("ROLLBACKD_SOCKET");

	if (c->socket != NULL)
		return c->socket;
	return named != NULL && *named != '\0' ? named : CONTROL_SOCKET_DEFAULT;
}

/* Nobody else's: the daemon remembers it. */
static bool
make_id(char id[CONTROL_ID_MAX + 1])
{
	unsigned char bytes[ID_RANDOM_BYTES];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return false;
	(void)snprintf(id, CONTROL_ID_MAX + 1, "ctl-");
	for (size_t i = 0; i < sizeof(bytes); i++)
		(void)snprintf(id + 4 + 2 * i, 3, "%02x", bytes[i]);
	return true;
}

static int
show_json(struct text *out, const struct reply *reply)
{
	struct json_object *o = reply->result != NULL ?
	    reply->result :
	    json_member(reply->line, "error");

	text_add(out,
	    json_object_to_json_string_ext(
		o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	text_add_char(out, '\n');
	return print(stdout, out);
}

/* Names of users are looked up here: the daemon waits for nobody. */
static void
add_names(struct json_object *result)
{
	struct json_object *acts = json_array(result, "acts");
	size_t count = acts == NULL ? 0 : json_object_array_length(acts);

	for (size_t i = 0; i < count; i++) {
		struct json_object *act = json_object_array_get_idx(acts, i);
		const struct passwd *user;
		int64_t uid;

		if (!json_int(act, "uid", &uid))
			continue;
		user = getpwuid((uid_t)uid);
		if (user != NULL)
			json_set_text(act, "name", user->pw_name);
	}
}

static int
show_reply(const struct command *c, const struct reply *reply)
{
	struct text out = text_new(SHOW_MAX_BYTES);
	FILE *to = reply->code == CONTROL_OK ? stdout : stderr;
	struct show_style style = style_for(to, c->verbose);
	int status;

	if (reply->code == CONTROL_OK && c->verb == VERB_AUDIT)
		add_names(reply->result);
	if (c->json)
		status = show_json(&out, reply);
	else {
		if (reply->code == CONTROL_OK)
			show_result(&out, c->verb, reply->result, &style);
		else
			show_refusal(&out, c->verb, reply, &style);
		status = print(to, &out);
	}
	text_free(&out);
	return status != CONTROL_EXIT_OK ? status :
					   (int)reply_exit(c->verb, reply);
}

static int
complain(const char *what)
{
	struct text out = text_new(ERROR_TEXT_MAX * 4 + 64);

	text_add(&out, "rollbackctl: ");
	text_add_escaped(&out, what, strlen(what));
	text_add_char(&out, '\n');
	(void)print(stderr, &out);
	text_free(&out);
	return CONTROL_EXIT_FAILED;
}

/* Asks again with the same id while the daemon has no room. */
static bool
ask(const struct command *c, enum control_verb verb, const char *id,
    const struct text *line, struct reply *reply, int *status)
{
	int64_t patience_ms = verb_info(verb)->answer_ms + PATIENCE_MS;
	struct error err = { "" };

	for (int tries = 1;; tries++) {
		struct text answer = text_new(CONTROL_REPLY_MAX_BYTES);
		enum client_outcome outcome =
		    client_ask(socket_of(c), line, patience_ms, &answer, &err);
		bool good = outcome == CLIENT_ANSWERED &&
		    reply_read(
			text_str(&answer), answer.length, id, reply, &err);

		text_free(&answer);
		if (!good) {
			*status = complain(err.text);
			if (outcome == CLIENT_UNREACHABLE)
				*status = CONTROL_EXIT_UNREACHABLE;
			return false;
		}
		if (reply->code != CONTROL_BUSY || tries == BUSY_TRIES)
			return true;
		reply_end(reply);
		(void)poll(NULL, 0, BUSY_PAUSE_MS);
	}
}

/* False, and it is said why, when there is no answer at all. */
static bool
order(const struct command *c, enum control_verb verb, struct json_object *args,
    struct reply *reply, int *status)
{
	struct text line = text_new(CONTROL_REQUEST_MAX_BYTES);
	char id[CONTROL_ID_MAX + 1];
	bool good = make_id(id);

	if (good)
		control_request_write(&line, id, verb, args);
	if (!good || !text_ok(&line))
		*status = complain(good ? "the request is too long" :
					  "the system gives no random numbers");
	else
		good = ask(c, verb, id, &line, reply, status);
	good = good && text_ok(&line);
	text_free(&line);
	return good;
}

/* The runner believes a file of the operator's; then the daemon goes on. */
static int
approve(const struct command *c, const struct reply *first)
{
	struct json_object *wanted = json_member(first->result, "approval");
	struct json_object *args = json_object_new_object();
	struct error err = { "" };
	struct reply reply;
	int status = CONTROL_EXIT_OK;

	if (!sign_approval(wanted, c, &err)) {
		json_object_put(args);
		return complain(err.text);
	}
	json_set_text(args, "incident", json_text(wanted, "incident"));
	json_set_text(args, "reason", json_text(c->args, "reason"));
	json_set_text(args, "step", json_text(wanted, "gate"));
	json_set_bool(args, "written", true);
	if (order(c, VERB_APPROVE, args, &reply, &status)) {
		if (reply.code == CONTROL_OK && c->verb == VERB_ROLLBACK)
			status = show_reply(c, first);
		else
			status = show_reply(c, &reply);
		reply_end(&reply);
	}
	json_object_put(args);
	return status;
}

static int
run(const struct command *c)
{
	struct reply reply;
	int status = CONTROL_EXIT_OK;

	if (!order(c, c->verb, c->args, &reply, &status))
		return status;
	if (json_member(reply.result, "approval") != NULL)
		status = approve(c, &reply);
	else
		status = show_reply(c, &reply);
	reply_end(&reply);
	return status;
}

static int
help(const struct command *c)
{
	struct text out = text_new(SHOW_MAX_BYTES);
	int status;

	if (c->has_verb)
		command_help(&out, c->verb);
	else {
		command_help_all(&out);
		tool_help_all(&out);
	}
	status = print(stdout, &out);
	text_free(&out);
	return status;
}

static int
usage(const struct command *c, const char *why)
{
	struct text out = text_new(ERROR_TEXT_MAX * 4);

	(void)complain(why);
	text_add(&out, "usage: rollbackctl ");
	if (c->has_verb)
		command_synopsis(&out, c->verb);
	else
		text_add(&out,
		    "[-s SOCKET] [--json] [-v] VERB [ARGUMENT...]; "
		    "see rollbackctl --help");
	text_add_char(&out, '\n');
	(void)print(stderr, &out);
	text_free(&out);
	return CONTROL_EXIT_USAGE;
}

int
main(int argc, char *argv[])
{
	struct command c;
	struct error err = { "" };
	const struct tool *tool = argc > 1 ? tool_find(argv[1]) : NULL;
	enum control_verb verb;
	int status = CONTROL_EXIT_OK;

	/* "metrics parse" is one, "metrics" alone asks the daemon. */
	if (tool != NULL && (argc > 2 || !verb_find(argv[1], &verb)))
		return tool->run(argc - 1, argv + 1);
	if (!command_parse(argc - 1, argv + 1, &c, &err))
		return usage(&c, err.text);
	switch (c.wish) {
	case COMMAND_RUN:
		status = run(&c);
		break;
	case COMMAND_HELP:
		status = help(&c);
		break;
	case COMMAND_VERSION:
		(void)puts("rollbackctl " ROLLBACKD_VERSION);
		break;
	}
	command_end(&c);
	return status;
}
