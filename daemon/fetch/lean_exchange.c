/* The request goes out, the answer comes in. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include <netinet/tcp.h>

#include "daemon/fetch/lean_impl.h"

static const struct failure no_memory = { SAMPLE_LOST, "local.memory" };
static const struct failure reset = { SAMPLE_FAILED, "connect.reset" };

/* Out */

bool
lean_send(struct fetch_target *t)
{
	struct lean_work *w = &t->q->lean;
	const struct lean_form *form = t->form->lean;
	size_t left = form->length - w->sent;
	ssize_t n =
	    send(w->conn->fd, form->request + w->sent, left, MSG_NOSIGNAL);
	int yes = 1;

	if (n < 0 && errno != EAGAIN && errno != EINTR && errno != ENOBUFS) {
		w->os_errno = errno;
		return false;
	}
	if (w->request_us == 0)
		w->request_us =
		    w->connected_us > 0 ? w->connected_us : w->start_us;
	if (n > 0)
		w->sent += (size_t)n;
	if (w->sent == form->length)
		return true;
	/* The last piece is not to wait for the one before. */
	(void)setsockopt(
	    w->conn->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	lean_conn_watch(w->conn, true, true);
	return true;
}

/* The connection broke before a line of the answer had come. */
static void
broken(struct fetch_target *t, const struct failure *failure, const char *words)
{
	if (t->q->lean.is_reused)
		question_ended(t, ENDING_DIED, NULL, NULL);
	else
		question_ended(t, ENDING_FAILED, failure, words);
}

/* In */

static void
begin_sink(const struct fetch_target *t, char *head, size_t length)
{
	struct fetch_answer a = { .status = t->q->lean.reply.status };
	char *encoding =
	    lean_head_value(head, length, "Content-Encoding", false);

	if (encoding != NULL && strcasecmp(encoding, "identity") != 0)
		a.encoding = encoding;
	a.content_type = lean_head_value(head, length, "Content-Type", true);
	a.retry_after = lean_head_value(head, length, "Retry-After", true);
	t->q->lean.is_begun = true;
	t->sink->begin(t->sink->arg, &a);
}

static bool
take_headers(struct fetch_target *t, char *head, size_t length)
{
	struct lean_work *w = &t->q->lean;

	if (t->sink != NULL)
		begin_sink(t, head, length);
	else if (t->form->reads_headers) {
		w->headers_at = head;
		w->headers_length = length;
	}
	return true;
}

/* What stays where it came in is not copied, unless more comes. */
static bool
settle_bytes(struct fetch_buffer *b, const char **at, size_t *length)
{
	if (*at == NULL || *at == b->bytes)
		return true;
	if (!buffer_add(b, *at, *length))
		return false;
	*at = b->bytes;
	*length = b->length;
	return true;
}

static bool
add_bytes(struct fetch_buffer *b, const char **at, size_t *total,
    const char *bytes, size_t length)
{
	if (*at == NULL) {
		*at = bytes;
		*total = length;
		return true;
	}
	if (!settle_bytes(b, at, total) || !buffer_add(b, bytes, length))
		return false;
	*at = b->bytes;
	*total = b->length;
	return true;
}

/* A line of it, as libcurl counts it: among the headers. */
static bool
add_trailer(struct lean_work *w, const char *bytes, size_t length)
{
	return add_bytes(&w->headers, &w->headers_at, &w->headers_length, bytes,
		   length) &&
	    add_bytes(
		&w->headers, &w->headers_at, &w->headers_length, "\r\n", 2);
}

/* What one step of the reader has found. */
enum taken {
	TAKEN,
	TAKEN_ENOUGH, /* the sink wants no more */
	TAKEN_NO_MEMORY,
};

static enum taken
take(struct fetch_target *t, char *bytes, const struct http_reply_take *found)
{
	struct lean_work *w = &t->q->lean;
	char *body = bytes + found->body.at;
	bool ok = true;

	if (found->headers.length > 0)
		ok = take_headers(
		    t, bytes + found->headers.at, found->headers.length);
	if (found->trailer.length > 0 && w->headers_at != NULL)
		ok = add_trailer(
		    w, bytes + found->trailer.at, found->trailer.length);
	if (found->body.length > 0 && t->sink != NULL &&
	    !t->sink->bytes(t->sink->arg, body, found->body.length))
		return TAKEN_ENOUGH;
	if (found->body.length > 0 && t->sink == NULL && t->form->reads_body)
		ok = ok &&
		    add_bytes(&w->body, &w->body_at, &w->body_length, body,
			found->body.length);
	return ok ? TAKEN : TAKEN_NO_MEMORY;
}

static void
wrong(struct fetch_target *t, const struct http_reply_take *found)
{
	const struct failure failure = { SAMPLE_FAILED, found->failure };

	question_ended(t, ENDING_FAILED, &failure, found->words);
}

static void
done(struct fetch_target *t)
{
	struct lean_work *w = &t->q->lean;

	w->may_keep = http_reply_may_be_kept(&w->reply) &&
	    w->sent == t->form->lean->length;
	question_ended(t, ENDING_ANSWER, NULL, NULL);
}

/* The answer is not complete: all of it that is needed is put aside. */
static void
put_aside(struct fetch_target *t, const char *left, size_t length)
{
	struct lean_work *w = &t->q->lean;

	if (!settle_bytes(&w->headers, &w->headers_at, &w->headers_length) ||
	    !settle_bytes(&w->body, &w->body_at, &w->body_length) ||
	    !buffer_add(&w->carry, left, length))
		question_ended(t, ENDING_FAILED, &no_memory, "");
}

static void
ended(struct fetch_target *t, enum http_reply_end how)
{
	struct lean_work *w = &t->q->lean;
	struct http_reply_take found;
	struct failure failure;

	switch (http_reply_end(&w->reply, how, &found)) {
	case HTTP_REPLY_DONE:
		done(t);
		break;
	case HTTP_REPLY_NOTHING:
		/* Part of a line is no answer: libcurl says so, too. */
		if (how == HTTP_REPLY_CLOSED)
			w->first_us = 0;
		failure = (struct failure){ SAMPLE_FAILED, found.failure };
		broken(t, &failure, found.words);
		break;
	case HTTP_REPLY_AGAIN:
	case HTTP_REPLY_MORE:
	case HTTP_REPLY_WRONG:
		wrong(t, &found);
		break;
	}
}

/* Reads on until more has to be received or the question has ended. */
static void
read_answer(struct fetch_target *t, char *bytes, size_t length)
{
	struct lean_work *w = &t->q->lean;
	enum http_reply_result result;
	struct http_reply_take found;

	do {
		result = http_reply_read(&w->reply, bytes, length, &found);
		switch (take(t, bytes, &found)) {
		case TAKEN:
			break;
		case TAKEN_ENOUGH:
			question_ended(t, ENDING_ANSWER, NULL, NULL);
			return;
		case TAKEN_NO_MEMORY:
			question_ended(t, ENDING_FAILED, &no_memory, "");
			return;
		}
		bytes += found.taken;
		length -= found.taken;
	} while (result == HTTP_REPLY_AGAIN);
	if (result == HTTP_REPLY_DONE)
		done(t);
	else if (result == HTTP_REPLY_WRONG)
		wrong(t, &found);
	else
		put_aside(t, bytes, length);
}

static void
receive(struct fetch_target *t)
{
	struct lean_work *w = &t->q->lean;
	char *bytes = t->fetch->lean_bytes;
	size_t before = w->carry.length;
	ssize_t n =
	    recv(w->conn->fd, bytes + before, RECEIVE_BYTES - before, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	w->last_us = fetch_clock_us();
	if (n <= 0) {
		ended(t, n == 0 ? HTTP_REPLY_CLOSED : HTTP_REPLY_RESET);
		return;
	}
	if (w->first_us == 0)
		w->first_us = w->last_us;
	if (before > 0) {
		memcpy(bytes, w->carry.bytes, before);
		buffer_clear(&w->carry);
	}
	read_answer(t, bytes, before + (size_t)n);
}

/* Public functions */

void
lean_connected(struct fetch_target *t)
{
	struct lean_work *w = &t->q->lean;

	lean_connect_stop(t);
	w->connected_us = fetch_clock_us();
	if (!lean_send(t))
		broken(t, &reset, strerror(w->os_errno));
	else if (w->sent == t->form->lean->length)
		lean_conn_watch(w->conn, true, false);
}

void
lean_exchange_ready(struct lean_conn *c, bool readable, bool writable)
{
	struct fetch_target *t = c->target;
	struct lean_work *w = &t->q->lean;

	/* First what came: it may say why the rest is not wanted. */
	if (readable) {
		receive(t);
		return;
	}
	if (!writable)
		return;
	if (!lean_send(t))
		broken(t, &reset, strerror(w->os_errno));
	else if (w->sent == t->form->lean->length)
		lean_conn_watch(c, true, false);
}
