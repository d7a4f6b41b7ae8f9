#include "daemon/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/control_impl.h"
#include "daemon/control_peer.h"

#define ACCEPTS_PER_TURN 16
#define PAUSE_MS 1000

const struct control_deadlines control_deadlines = {
	.request_ms = 5000,
	.idle_ms = 60000,
	.take_ms = 60000,
	.remember_ms = (int64_t)10 * 60 * 1000,
};

static void
open_reserve(struct control *c)
{
	if (c->reserve_fd < 0)
		c->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

void
control_conn_gone(struct control *c)
{
	open_reserve(c);
}

static size_t
connections_of(const struct control *c, uint32_t uid)
{
	const struct conn *n;
	size_t count = 0;

	LIST_FOREACH (n, &c->conns, all)
		count += n->uid == uid;
	return count;
}

static bool
is_welcome(const struct control *c, const struct caller *caller)
{
	size_t limit = CONTROL_CONNECTIONS_MAX;

	if (!caller->privileged)
		limit -= CONTROL_CONNECTIONS_RESERVED;
	return c->conn_count < limit &&
	    connections_of(c, caller->uid) < CONTROL_CONNECTIONS_PER_UID;
}

/* What the socket takes at once; nobody waits for the rest. */
static void
turn_away(int fd)
{
	struct text line = text_new(ERROR_TEXT_MAX);

	reply_write_error(
	    &line, "", CONTROL_BUSY, "too many connections; try again", NULL);
	(void)send(fd, text_str(&line), line.length, MSG_NOSIGNAL);
	(void)close(fd);
	text_free(&line);
}

/* When descriptors run out, the one kept back lets one caller in. */
static int
accept_with_reserve(struct control *c)
{
	int fd;

	if (c->reserve_fd < 0)
		return -1;
	(void)close(c->reserve_fd);
	c->reserve_fd = -1;
	fd = accept4(c->socket.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		open_reserve(c);
	return fd;
}

/* False when nobody else is waiting. */
static bool
accept_one(struct control *c)
{
	int fd =
	    accept4(c->socket.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct caller caller;

	if (fd < 0 && (errno == EAGAIN || errno == ECONNABORTED))
		return false;
	if (fd < 0 && errno != EINTR) {
		fd = accept_with_reserve(c);
		if (fd < 0) {
			/* Readable it stays; do not spin on it. */
			loop_watch_change(c->watch, false, false);
			loop_timer_start(c->pause, PAUSE_MS);
			return false;
		}
	}
	if (fd < 0)
		return true;
	if (!control_peer(fd, &c->roles, &caller))
		(void)close(fd);
	else if (is_welcome(c, &caller))
		conn_accept(c, fd, &caller);
	else
		turn_away(fd);
	return true;
}

static void
on_connect(void *arg, bool readable, bool writable)
{
	struct control *c = arg;

	(void)readable;
	(void)writable;
	for (int i = 0; i < ACCEPTS_PER_TURN; i++)
		if (!accept_one(c))
			return;
}

static void
on_pause_over(void *arg)
{
	struct control *c = arg;

	open_reserve(c);
	loop_watch_change(c->watch, true, false);
}

static void
free_roles(struct control_roles_gids *roles)
{
	for (unsigned r = 0; r < ROLE_COUNT; r++)
		free((void *)(uintptr_t)roles->of[r].ids);
}

void
control_on_refused(struct control *c, control_refused *refused, void *arg)
{
	c->refused = refused;
	c->refused_arg = arg;
}

void
control_tell_refused(struct control *c, const struct caller *caller,
    enum control_verb verb, struct json_object *args, enum control_error code,
    const char *why)
{
	if (c->refused != NULL && code != CONTROL_BUSY)
		c->refused(c->refused_arg, caller, verb, args, code, why);
}

bool
control_set_roles(struct control *c, const struct control_roles_gids *roles)
{
	struct control_roles_gids copy = { 0 };

	for (unsigned r = 0; r < ROLE_COUNT; r++) {
		size_t count = roles->of[r].count;
		gid_t *ids;

		if (count == 0)
			continue;
		ids = reallocarray(NULL, count, sizeof(*ids));
		if (ids == NULL) {
			free_roles(&copy);
			return false;
		}
		memcpy(ids, roles->of[r].ids, count * sizeof(*ids));
		copy.of[r] = (struct control_gids){ ids, count };
	}
	free_roles(&c->roles);
	c->roles = copy;
	return true;
}

struct control *
control_open(struct loop *loop, const struct control_place *place,
    control_handler *handler, void *arg, struct error *err)
{
	struct control *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		(void)error_set(err, "out of memory");
		return NULL;
	}
	c->loop = loop;
	c->handler = handler;
	c->arg = arg;
	c->deadlines =
	    place->deadlines != NULL ? *place->deadlines : control_deadlines;
	c->reserve_fd = -1;
	c->socket.fd = -1;
	c->path = strdup(place->socket);
	c->memory = calloc(CONTROL_REMEMBERED_MAX, sizeof(*c->memory));
	c->pause = loop_timer_new(loop, on_pause_over, c);
	if (c->path == NULL || c->memory == NULL || c->pause == NULL) {
		(void)error_set(err, "out of memory");
		goto refuse;
	}
	if (!control_socket_listen(&c->socket, c->path, place->group, err))
		goto refuse;
	c->watch =
	    loop_watch_new(loop, c->socket.fd, on_connect, c, true, false);
	if (c->watch == NULL) {
		(void)error_set(err, "out of memory");
		goto refuse;
	}
	open_reserve(c);
	return c;
refuse:
	control_close(c);
	return NULL;
}

void
control_close(struct control *c)
{
	struct conn *n;

	if (c == NULL)
		return;
	loop_watch_free(c->watch);
	loop_timer_free(c->pause);
	if (c->memory != NULL)
		calls_close(c);
	while ((n = LIST_FIRST(&c->conns)) != NULL)
		conn_drop(n);
	control_socket_close(&c->socket, c->path);
	if (c->reserve_fd >= 0)
		(void)close(c->reserve_fd);
	free_roles(&c->roles);
	free(c->path);
	free(c);
}

size_t
control_connections(const struct control *c)
{
	return c->conn_count;
}
