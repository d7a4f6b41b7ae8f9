/*
 * reply.h - one line of the daemon: written there, read by rollbackctl.
 */
#ifndef CONTROL_REPLY_H
#define CONTROL_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "control/verb.h"

#define CONTROL_REPLY_MAX_BYTES ((size_t)16 * 1024 * 1024)

enum control_error {
	CONTROL_OK, /* none */
	CONTROL_DENIED,
	CONTROL_UNKNOWN_VERB,
	CONTROL_BAD_REQUEST,
	CONTROL_NOT_FOUND,
	CONTROL_CONFLICT,
	CONTROL_BUSY,
	CONTROL_FAILED,
	CONTROL_TOO_LARGE,
	CONTROL_TIMEOUT,
};

/* "not-found", as in replies. */
const char *control_error_word(enum control_error code);

/* Adds a line, newline included; result is borrowed. */
void reply_write(struct text *out, const char *id, struct json_object *result);

/* The same from texts that together are the result in JSON; cut if one is. */
void reply_write_parts(struct text *out, const char *id,
    const struct text *const parts[], size_t count);

/* id "" is written as null; complaints is borrowed and may be NULL. */
void reply_write_error(struct text *out, const char *id,
    enum control_error code, const char *message,
    struct json_object *complaints);

struct reply {
	struct json_object *line;   /* all of it; owned */
	struct json_object *result; /* borrowed; NULL when refused */
	enum control_error code;    /* CONTROL_OK: result is there */
	const char *message;
	struct json_object *complaints; /* array, or NULL */
};

/* False with the reason when the line is no reply to that id. */
bool reply_read(const char *line, size_t length, const char *id,
    struct reply *reply, struct error *err);
void reply_end(struct reply *reply);

/* What rollbackctl exits with: see its manual. */
enum control_exit {
	CONTROL_EXIT_OK = 0,
	CONTROL_EXIT_USAGE = 1,
	CONTROL_EXIT_REFUSED = 2,
	CONTROL_EXIT_NOT_FOUND = 3,
	CONTROL_EXIT_UNREACHABLE = 4,
	CONTROL_EXIT_FAILED = 5,
	CONTROL_EXIT_BAD_CONFIG = 6,
};

enum control_exit reply_exit(enum control_verb verb, const struct reply *reply);

#endif
