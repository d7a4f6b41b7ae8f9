/*
 * request.h - one line of a client, read strictly; and written.
 */
#ifndef CONTROL_REQUEST_H
#define CONTROL_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "control/caller.h"
#include "control/reply.h"
#include "control/verb.h"

#define CONTROL_REQUEST_MAX_BYTES ((size_t)64 * 1024) /* without newline */
#define CONTROL_ID_MAX 64
#define CONTROL_SOCKET_DEFAULT "/run/rollbackd/control.sock"

struct control_request {
	char id[CONTROL_ID_MAX + 1]; /* "": too broken to tell */
	enum control_verb verb;
	struct json_object *args; /* an object with valid members, no nulls */
};

/*
 * Reads a line (without its newline) of that caller.  CONTROL_OK, and the
 * caller ends the request; or why not, then only id is set, where known.
 * Whether the caller may do it at all is asked before args are looked at.
 */
enum control_error request_read(const char *line, size_t length,
    const struct caller *caller, struct control_request *request,
    struct error *err);

void request_end(struct control_request *request);

/* It changes something: the same id again gets the first answer. */
bool request_acts(const struct control_request *request);

/*
 * Checks args (which may be NULL) and gives a new object of what is given,
 * nulls left out; NULL with the reason.
 */
struct json_object *request_check_args(
    enum control_verb verb, struct json_object *args, struct error *err);

/* A line with its newline.  args is borrowed and may be NULL. */
void control_request_write(struct text *out, const char *id,
    enum control_verb verb, struct json_object *args);

#endif
