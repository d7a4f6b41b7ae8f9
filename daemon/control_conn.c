#include "daemon/control_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/control_peer.h"

/* A line of the largest size, its newline, and one byte that is too much. */
#define IN_BYTES (CONTROL_REQUEST_MAX_BYTES + 2)
#define SHORT_BYTES 8192

static void
enter(struct conn *n, enum conn_state state, int64_t deadline_ms)
{
	bool reads = state == CONN_IDLE || state == CONN_READING;

	n->state = state;
	loop_watch_change(n->watch, reads && !n->ended, state == CONN_WRITING);
	loop_timer_start(n->timer, deadline_ms);
}

void
conn_drop(struct conn *n)
{
	struct control *c = n->control;

	if (n->call != NULL)
		LIST_REMOVE(n, waiters);
	c->pending_bytes -= n->out.length;
	LIST_REMOVE(n, all);
	c->conn_count--;
	loop_watch_free(n->watch);
	loop_timer_free(n->timer);
	text_free(&n->out);
	free(n->in);
	if (n->fd >= 0)
		(void)close(n->fd);
	free(n);
	control_conn_gone(c);
}

/* As much of the reply as the client takes now. */
static void
flush_out(struct conn *n)
{
	while (n->sent < n->out.length) {
		ssize_t sent = send(n->fd, n->out.data + n->sent,
		    n->out.length - n->sent, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno == EAGAIN)
			return;
		if (sent <= 0) {
			conn_drop(n);
			return;
		}
		n->sent += (size_t)sent;
	}
	n->control->pending_bytes -= n->out.length;
	text_free(&n->out);
	n->sent = 0;
	if (n->closing)
		conn_drop(n);
	else if (n->in_length > 0 || n->ended)
		enter(n, CONN_NEXT, 0);
	else
		enter(n, CONN_IDLE, n->control->deadlines.idle_ms);
}

void
conn_answer(struct conn *n, const char *line, size_t length)
{
	struct control *c = n->control;

	n->call = NULL;
	/* A short one always fits: so does the refusal itself. */
	if (length > SHORT_BYTES &&
	    c->pending_bytes + length > CONTROL_PENDING_BYTES_MAX) {
		conn_refuse(n, CONTROL_BUSY,
		    "too many long answers are on their way; try again");
		return;
	}
	n->out = text_new(length);
	text_add_bytes(&n->out, line, length);
	if (!text_ok(&n->out)) {
		conn_drop(n);
		return;
	}
	c->pending_bytes += n->out.length;
	enter(n, CONN_WRITING, c->deadlines.take_ms);
	flush_out(n);
}

void
conn_refuse(struct conn *n, enum control_error code, const char *why)
{
	struct text line = text_new(SHORT_BYTES);

	reply_write_error(&line, n->id, code, why, NULL);
	conn_answer(n, text_str(&line), line.length);
	text_free(&line);
}

static void
refuse_and_close(struct conn *n, enum control_error code, const char *why)
{
	n->closing = true;
	conn_refuse(n, code, why);
}

/* The connection may be gone after this. */
static void
take_request(struct conn *n, const char *line, size_t length)
{
	struct control_request request;
	struct error err = { "" };
	struct caller caller;
	enum control_error code;

	/* Asked anew: a reload may have changed who has a role. */
	if (!control_peer(n->fd, &n->control->roles, &caller)) {
		conn_drop(n);
		return;
	}
	code = request_read(line, length, &caller, &request, &err);
	(void)snprintf(n->id, sizeof(n->id), "%s", request.id);
	if (code == CONTROL_OK)
		call_start(n, &request, &caller);
	else if (code == CONTROL_TOO_LARGE)
		refuse_and_close(n, code, err.text);
	else {
		if (code == CONTROL_DENIED && verb_info(request.verb)->acts)
			control_tell_refused(n->control, &caller, request.verb,
			    NULL, code, err.text);
		conn_refuse(n, code, err.text);
	}
}

/* There is no whole line. */
static void
await_line(struct conn *n)
{
	n->id[0] = '\0';
	if (n->in_length > CONTROL_REQUEST_MAX_BYTES)
		refuse_and_close(
		    n, CONTROL_TOO_LARGE, "a request may have 65536 bytes");
	else if (n->ended && n->in_length > 0)
		refuse_and_close(
		    n, CONTROL_BAD_REQUEST, "a request ends with a newline");
	else if (n->ended)
		conn_drop(n);
	else if (n->in_length > 0 && n->state != CONN_READING)
		enter(n, CONN_READING, n->control->deadlines.request_ms);
}

/* At most one line; the connection may be gone after this. */
static void
take_line(struct conn *n)
{
	int64_t rest_ms =
	    n->control->rest_until_ms - loop_now_ms(n->control->loop);
	char *newline = memchr(n->in, '\n', n->in_length);
	char *line;
	size_t length;

	if (newline == NULL) {
		await_line(n);
		return;
	}
	if (rest_ms > 0) {
		enter(n, CONN_NEXT, rest_ms);
		return;
	}
	length = (size_t)(newline - n->in);
	line = malloc(length + 1);
	if (line == NULL) {
		conn_drop(n);
		return;
	}
	memcpy(line, n->in, length + 1);
	n->in_length -= length + 1;
	memmove(n->in, newline + 1, n->in_length);
	take_request(n, line, length);
	free(line);
}

/* No room for descriptors: the kernel drops them, and says that it did. */
static void
receive(struct conn *n)
{
	struct iovec iov = { n->in + n->in_length, IN_BYTES - n->in_length };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t got = recvmsg(n->fd, &msg, MSG_CMSG_CLOEXEC);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got < 0 || (msg.msg_flags & MSG_CTRUNC) != 0) {
		conn_drop(n);
		return;
	}
	n->ended = got == 0;
	n->in_length += (size_t)got;
	take_line(n);
}

static void
on_ready(void *arg, bool readable, bool writable)
{
	struct conn *n = arg;

	if (n->state == CONN_WRITING && writable)
		flush_out(n);
	else if (readable)
		receive(n);
}

static void
on_deadline(void *arg)
{
	struct conn *n = arg;

	switch (n->state) {
	case CONN_NEXT:
		enter(n, CONN_IDLE, n->control->deadlines.idle_ms);
		take_line(n);
		return;
	case CONN_READING:
		refuse_and_close(n, CONTROL_TIMEOUT,
		    "the request did not arrive whole in time");
		return;
	case CONN_WAITING:
		LIST_REMOVE(n, waiters);
		conn_refuse(n, CONTROL_TIMEOUT,
		    "no answer in time; what was asked may still happen");
		return;
	case CONN_IDLE:
	case CONN_WRITING:
		break;
	}
	conn_drop(n);
}

void
conn_accept(struct control *c, int fd, const struct caller *caller)
{
	struct conn *n = calloc(1, sizeof(*n));

	if (n == NULL) {
		(void)close(fd);
		return;
	}
	n->control = c;
	n->fd = fd;
	n->uid = caller->uid;
	n->in = malloc(IN_BYTES);
	n->watch = loop_watch_new(c->loop, fd, on_ready, n, true, false);
	n->timer = loop_timer_new(c->loop, on_deadline, n);
	LIST_INSERT_HEAD(&c->conns, n, all);
	c->conn_count++;
	if (n->in == NULL || n->watch == NULL || n->timer == NULL)
		conn_drop(n);
	else
		enter(n, CONN_IDLE, c->deadlines.idle_ms);
}
