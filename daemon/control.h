/*
 * control.h - the control socket: takes requests in, sends answers out.
 *
 * Knows the protocol of rollbackd-control(7), who the callers are and what
 * they may do in general, the limits and deadlines, and which acts were
 * answered before.  What the verbs mean is the handler's business.
 */
#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "control/caller.h"
#include "control/reply.h"
#include "control/verb.h"
#include "daemon/loop.h"

struct control;
struct control_call;

#define CONTROL_CONNECTIONS_MAX 256
#define CONTROL_CONNECTIONS_PER_UID 128
#define CONTROL_CONNECTIONS_RESERVED 8 /* for root and the daemon's user */
#define CONTROL_REMEMBERED_MAX 4096
#define CONTROL_REMEMBERED_BYTES_MAX ((size_t)4 * 1024 * 1024)
#define CONTROL_PENDING_BYTES_MAX ((size_t)64 * 1024 * 1024)

/* The groups whose members have a role; the caller resolved their names. */
struct control_gids {
	const gid_t *ids;
	size_t count;
};

struct control_roles_gids {
	struct control_gids of[ROLE_COUNT]; /* by enum role */
};

#define CONTROL_NO_GROUP ((gid_t)-1)

struct control_deadlines {
	int64_t request_ms; /* from a request's first byte to its last */
	int64_t idle_ms;
	int64_t take_ms;   /* for the client to take a reply */
	int64_t answer_ms; /* for the handler to answer; 0: as the verb says */
	int64_t remember_ms; /* how long an act's answer is given again */
};

extern const struct control_deadlines control_deadlines; /* the usual */

struct control_place {
	const char *socket;
	gid_t group; /* may connect; CONTROL_NO_GROUP: leave as it is */
	const struct control_deadlines *deadlines; /* NULL: the usual */
};

/*
 * A request with good arguments from someone who may make it (rollback and
 * release: ask rights_severity() and rights_release() yourself).  The handler
 * answers each call exactly once, at once or later, with control_reply() or
 * one of control_refuse*(), which end the call.
 */
typedef void control_handler(void *arg, struct control_call *call);

/*
 * Makes the socket, and its folder (0750) where that is missing.  Replaces a
 * socket that nobody answers on; refuses when somebody does, when something
 * else is in the way, and a folder in which others may write.  NULL with the
 * reason.  Otherwise err is empty, or says that the group could not be given.
 */
struct control *control_open(struct loop *loop,
    const struct control_place *place, control_handler *handler, void *arg,
    struct error *err);

/*
 * Told of each act that is refused, before the caller is, but not of "busy".
 * args is NULL where the right to the verb was missing already.
 */
typedef void control_refused(void *arg, const struct caller *caller,
    enum control_verb verb, struct json_object *args, enum control_error code,
    const char *why);
void control_on_refused(struct control *c, control_refused *refused, void *arg);

/* Copies.  Counts from the next request on, also on open connections. */
bool control_set_roles(
    struct control *c, const struct control_roles_gids *roles);

/*
 * Tells those who wait that the daemon stops, and removes the socket.  Calls
 * that are still open must be answered all the same, and go nowhere.  NULL is
 * allowed.
 */
void control_close(struct control *c);

size_t control_connections(const struct control *c);

/* Of a call; borrowed until it is answered. */
enum control_verb control_verb(const struct control_call *call);
struct json_object *control_args(const struct control_call *call);
const struct caller *control_caller(const struct control_call *call);

/* What control_open() was given. */
void *control_handler_arg(const struct control_call *call);

/*
 * The same from texts that together are the result in JSON.  False, and the
 * call is not answered: so much is on its way that it would be refused.
 */
bool control_reply_parts(
    struct control_call *call, const struct text *const parts[], size_t count);

/* Takes the result. */
void control_reply(struct control_call *call, struct json_object *result);
void control_refuse(struct control_call *call, enum control_error code,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* "failed", with an array of texts, which it takes. */
void control_refuse_config(struct control_call *call,
    struct json_object *complaints, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
