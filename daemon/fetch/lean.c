/*
 * What question.c wants of an engine, by our own means: plain HTTP/1.1 and
 * nothing else.
 */
#include <stdlib.h>

#include "daemon/fetch/lean_impl.h"

static void
clear(struct lean_work *w)
{
	buffer_clear(&w->carry);
	buffer_clear(&w->headers);
	buffer_clear(&w->body);
	w->headers_at = w->body_at = NULL;
	w->headers_length = w->body_length = 0;
	w->conn = NULL;
	w->attempts = (struct connect_attempts){ .made = 0 };
	w->os_errno = 0;
	w->is_reused = w->is_begun = w->may_keep = false;
	w->sent = 0;
	w->connected_us = w->request_us = w->first_us = w->last_us = 0;
}

static bool
may_reuse(const struct fetch_target *t)
{
	const struct fetch_question *q = t->q;

	return !q->fresh && !q->retried && !t->form->is_fresh;
}

/* On the connection that is there; false: there is none, or none any more. */
static bool
start_on_kept(struct fetch_target *t)
{
	struct lean_work *w = &t->q->lean;

	if (!may_reuse(t))
		return false;
	w->conn = lean_pool_take(t);
	if (w->conn == NULL)
		return false;
	w->is_reused = true;
	if (lean_send(t))
		return true;
	lean_conn_close(w->conn);
	clear(w);
	t->q->retried = true;
	t->fetch->counts.retried++;
	return false;
}

/* The clock was just read, unless something was waited for since. */
static int64_t
begin_us(const struct fetch_question *q)
{
	return q->resolve_ms > 0.0 || q->retried ? fetch_clock_us() :
						   q->sent_us;
}

static const struct failure *
start(struct fetch_target *t, const struct resolver_answer *answer,
    const char **words)
{
	static const struct failure reset = { SAMPLE_FAILED, "connect.reset" };
	struct lean_work *w = &t->q->lean;
	const struct failure *trouble;

	clear(w);
	w->start_us = begin_us(t->q);
	http_reply_begin(&w->reply, t->form->method, t->form->max_bytes);
	if (start_on_kept(t))
		return NULL;
	trouble = lean_connect(t, answer, words);
	if (trouble == NULL && w->conn != NULL) {
		w->connected_us = fetch_clock_us();
		if (!lean_send(t))
			trouble = &reset;
	}
	if (trouble != NULL) {
		lean_connect_stop(t);
		lean_conn_close(w->conn);
		w->conn = NULL;
	}
	return trouble;
}

static void
stop(struct fetch_target *t)
{
	struct lean_work *w = &t->q->lean;

	lean_connect_stop(t);
	if (w->conn == NULL)
		return;
	if (w->may_keep && !t->q->fresh && !t->form->is_fresh)
		lean_pool_keep(w->conn);
	else
		lean_conn_close(w->conn);
	w->conn = NULL;
}

/* What was said */

static double
between_ms(int64_t from_us, int64_t to_us)
{
	if (to_us == 0)
		return -1.0;
	return (double)(to_us - from_us) / 1000.0;
}

static struct sample_phases
phases(const struct fetch_target *t)
{
	const struct lean_work *w = &t->q->lean;
	struct sample_phases p = {
		.resolve_ms = t->q->resolve_ms,
		.connect_ms = between_ms(w->start_us, w->connected_us),
		.tls_ms = -1.0,
		.first_byte_ms = between_ms(w->request_us, w->first_us),
		.transfer_ms = -1.0,
	};

	if (w->is_reused)
		p.connect_ms = 0.0;
	if (w->first_us > 0)
		p.transfer_ms = between_ms(w->first_us, w->last_us);
	return p;
}

static double
total_ms(const struct fetch_target *t)
{
	const struct lean_work *w = &t->q->lean;
	int64_t end_us = w->last_us > 0 ? w->last_us : fetch_clock_us();

	return (double)(end_us - w->start_us) / 1000.0;
}

static int
status(const struct fetch_target *t)
{
	return t->q->lean.reply.status;
}

static struct failure
timeout(const struct fetch_target *t)
{
	const struct lean_work *w = &t->q->lean;

	if (w->conn == NULL)
		return connect_timeout_failure(&w->attempts);
	return timeout_failure(
	    w->first_us > 0 ? PHASE_TRANSFER : PHASE_FIRST_BYTE);
}

static struct fetch_received
received(const struct fetch_target *t)
{
	const struct lean_work *w = &t->q->lean;

	return (struct fetch_received){
		.status = w->reply.status,
		.headers = w->headers_at,
		.header_bytes = w->headers_length,
		.body = w->body_at == NULL ? "" : w->body_at,
		.kept_bytes = w->body_length,
		.body_bytes = (size_t)w->reply.body_bytes,
	};
}

static bool
has_unread(const struct fetch_target *t)
{
	const struct lean_work *w = &t->q->lean;
	char byte;

	return w->conn != NULL &&
	    recv(w->conn->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
}

/* It was told when the head was there. */
static void
begin_sink(const struct fetch_target *t)
{
	(void)t;
}

static bool
would_connect(const struct fetch_target *t)
{
	return !lean_pool_has(t);
}

const struct fetch_engine_ops lean_engine = {
	.name = FETCH_LEAN,
	.start = start,
	.stop = stop,
	.phases = phases,
	.total_ms = total_ms,
	.status = status,
	.timeout = timeout,
	.received = received,
	.has_unread = has_unread,
	.begin_sink = begin_sink,
	.would_connect = would_connect,
};

/* Public functions */

bool
lean_join(struct fetch_target *t)
{
	struct fetch *f = t->fetch;
	struct fetch_form *form = t->form;

	if (form->settings->engine == HTTP_ENGINE_CURL ||
	    http_not_lean(form->settings) != NULL)
		return false;
	if (form->lean == NULL)
		form->lean = lean_form_new(form);
	if (f->lean_bytes == NULL)
		f->lean_bytes = malloc(RECEIVE_BYTES);
	if (form->lean == NULL || f->lean_bytes == NULL)
		return false;
	t->engine = &lean_engine;
	return true;
}

void
lean_leave(struct fetch_target *t)
{
	lean_conn_close(t->kept);
}

void
lean_free_work(struct lean_work *w)
{
	loop_timer_free(w->next_try);
	buffer_free(&w->carry);
	buffer_free(&w->headers);
	buffer_free(&w->body);
}
