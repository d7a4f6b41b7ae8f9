/* Calls, and the memory of acts that were answered. */
#include "daemon/control_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/digest.h"

/* At most a third of the time is for callers. */
#define REST_FACTOR 2

static void
forget(struct remembered *m)
{
	free(m->line);
	*m = (struct remembered){ .uid = 0 };
}

static void
digest_request(const struct control_request *r, char digest[DIGEST_TEXT_BYTES])
{
	struct text t = text_new(CONTROL_REQUEST_MAX_BYTES * 2);

	/* Without the id: only what is asked for counts. */
	control_request_write(&t, "", r->verb, r->args);
	digest_text(text_str(&t), t.length, digest);
	text_free(&t);
}

static struct remembered *
find_memory(struct control *c, uint32_t uid, const char *id)
{
	int64_t now_ms = loop_now_ms(c->loop);

	for (size_t i = 0; i < CONTROL_REMEMBERED_MAX; i++) {
		struct remembered *m = &c->memory[i];

		if (m->id[0] == '\0')
			continue;
		if (m->call == NULL && m->until_ms <= now_ms)
			forget(m);
		else if (m->uid == uid && strcmp(m->id, id) == 0)
			return m;
	}
	return NULL;
}

/* A free place, or that of the oldest answer.  NULL: all are at work. */
static struct remembered *
take_memory(struct control *c)
{
	struct remembered *oldest = NULL;

	for (size_t i = 0; i < CONTROL_REMEMBERED_MAX; i++) {
		struct remembered *m = &c->memory[i];

		if (m->id[0] == '\0')
			return m;
		if (m->call == NULL &&
		    (oldest == NULL || m->until_ms < oldest->until_ms))
			oldest = m;
	}
	if (oldest != NULL)
		forget(oldest);
	return oldest;
}

/* Answers may be long: the oldest go when all are too much. */
static void
shed(struct control *c)
{
	struct remembered *oldest;
	size_t bytes;

	do {
		oldest = NULL;
		bytes = 0;
		for (size_t i = 0; i < CONTROL_REMEMBERED_MAX; i++) {
			struct remembered *m = &c->memory[i];

			if (m->line == NULL)
				continue;
			bytes += m->length;
			if (oldest == NULL || m->until_ms < oldest->until_ms)
				oldest = m;
		}
		if (bytes > CONTROL_REMEMBERED_BYTES_MAX)
			forget(oldest);
	} while (bytes > CONTROL_REMEMBERED_BYTES_MAX);
}

static void
wait_for(struct conn *n, struct control_call *call)
{
	int64_t answer_ms = n->control->deadlines.answer_ms;

	if (answer_ms == 0)
		answer_ms = verb_info(call->request.verb)->answer_ms;
	n->call = call;
	n->state = CONN_WAITING;
	LIST_INSERT_HEAD(&call->waiters, n, waiters);
	loop_watch_change(n->watch, false, false);
	loop_timer_start(n->timer, answer_ms);
}

/* True when the request was seen before, and is dealt with. */
static bool
answer_again(struct conn *n, const struct remembered *m, const char *digest)
{
	if (m == NULL)
		return false;
	if (strcmp(m->digest, digest) != 0)
		conn_refuse(n, CONTROL_CONFLICT,
		    "this id was used for another request; take a new one");
	else if (m->call != NULL)
		wait_for(n, m->call);
	else
		conn_answer(n, m->line, m->length);
	return true;
}

static struct control_call *
call_new(struct control *c, struct control_request *request,
    const struct caller *caller)
{
	struct control_call *call = calloc(1, sizeof(*call));

	if (call == NULL)
		return NULL;
	call->control = c;
	call->handler_arg = c->arg;
	call->request = *request;
	*request = (struct control_request){ .id = "" };
	call->caller = *caller;
	LIST_INIT(&call->waiters);
	LIST_INSERT_HEAD(&c->calls, call, all);
	return call;
}

static void
call_free(struct control_call *call)
{
	if (call->control != NULL)
		LIST_REMOVE(call, all);
	request_end(&call->request);
	free(call);
}

/* False when there is no place, which does not happen to honest callers. */
static bool
remember(struct control_call *call, const char *digest)
{
	struct remembered *m = take_memory(call->control);

	if (m == NULL)
		return false;
	m->uid = call->caller.uid;
	m->call = call;
	(void)snprintf(m->id, sizeof(m->id), "%s", call->request.id);
	(void)snprintf(m->digest, sizeof(m->digest), "%s", digest);
	call->slot = m;
	return true;
}

static int64_t
monotonic_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail */
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
handle(struct control *c, struct control_call *call)
{
	int64_t begin_ms = monotonic_ms();
	int64_t took_ms;

	c->handler(c->arg, call);
	took_ms = monotonic_ms() - begin_ms;
	if (took_ms > 0)
		c->rest_until_ms =
		    loop_now_ms(c->loop) + took_ms + REST_FACTOR * took_ms;
}

void
call_start(struct conn *n, struct control_request *request,
    const struct caller *caller)
{
	struct control *c = n->control;
	bool acts = request_acts(request);
	char digest[DIGEST_TEXT_BYTES] = "";
	struct control_call *call = NULL;

	if (acts) {
		digest_request(request, digest);
		if (answer_again(
			n, find_memory(c, caller->uid, request->id), digest))
			goto out;
	}
	call = call_new(c, request, caller);
	if (call == NULL || (acts && !remember(call, digest))) {
		if (call != NULL)
			call_free(call);
		conn_refuse(
		    n, CONTROL_BUSY, "too much is being done; try again");
		goto out;
	}
	wait_for(n, call);
	handle(c, call);
out:
	request_end(request);
}

/* The end of a call: tells all who wait, and remembers an act. */
static void
answer(struct control_call *call, enum control_error code, struct text *line)
{
	struct remembered *m = call->slot;
	struct conn *n;

	while ((n = LIST_FIRST(&call->waiters)) != NULL) {
		LIST_REMOVE(n, waiters);
		conn_answer(n, text_str(line), line->length);
	}
	if (m != NULL) {
		m->call = NULL;
		m->until_ms = loop_now_ms(call->control->loop) +
		    call->control->deadlines.remember_ms;
		m->length = line->length;
		m->line = text_take(line);
		/* Busy is no answer: it is to be asked again. */
		if (m->line == NULL || code == CONTROL_BUSY)
			forget(m);
		shed(call->control);
	}
	text_free(line);
	call_free(call);
}

static void
refuse(struct control_call *call, enum control_error code,
    struct json_object *complaints, const char *why)
{
	struct text line = text_new(CONTROL_REPLY_MAX_BYTES);

	if (call->control == NULL) {
		call_free(call);
		return;
	}
	if (request_acts(&call->request))
		control_tell_refused(call->control, &call->caller,
		    call->request.verb, call->request.args, code, why);
	reply_write_error(&line, call->request.id, code, why, complaints);
	if (!text_ok(&line)) {
		text_clear(&line);
		reply_write_error(&line, call->request.id, code, why, NULL);
	}
	answer(call, code, &line);
}

void
calls_close(struct control *c)
{
	struct control_call *call;

	while ((call = LIST_FIRST(&c->calls)) != NULL) {
		struct conn *n;

		while ((n = LIST_FIRST(&call->waiters)) != NULL) {
			LIST_REMOVE(n, waiters);
			conn_refuse(n, CONTROL_FAILED,
			    "the daemon stops; ask again when it is back");
		}
		LIST_REMOVE(call, all);
		call->control = NULL;
		call->slot = NULL;
	}
	for (size_t i = 0; i < CONTROL_REMEMBERED_MAX; i++)
		free(c->memory[i].line);
	free(c->memory);
}

enum control_verb
control_verb(const struct control_call *call)
{
	return call->request.verb;
}

struct json_object *
control_args(const struct control_call *call)
{
	return call->request.args;
}

const struct caller *
control_caller(const struct control_call *call)
{
	return &call->caller;
}

void
control_reply(struct control_call *call, struct json_object *result)
{
	struct text line = text_new(CONTROL_REPLY_MAX_BYTES);

	if (call->control == NULL) {
		json_object_put(result);
		call_free(call);
		return;
	}
	reply_write(&line, call->request.id, result);
	json_object_put(result);
	if (text_ok(&line)) {
		answer(call, CONTROL_OK, &line);
		return;
	}
	text_free(&line);
	refuse(call, CONTROL_TOO_LARGE, NULL,
	    "the answer is longer than 16 MiB; ask for less");
}

void *
control_handler_arg(const struct control_call *call)
{
	return call->handler_arg;
}

bool
control_reply_parts(
    struct control_call *call, const struct text *const parts[], size_t count)
{
	struct text line = text_new(CONTROL_REPLY_MAX_BYTES);

	if (call->control == NULL) {
		call_free(call);
		return true;
	}
	reply_write_parts(&line, call->request.id, parts, count);
	if (!text_ok(&line)) {
		text_free(&line);
		refuse(call, CONTROL_TOO_LARGE, NULL,
		    "the answer is longer than 16 MiB; ask for less");
		return true;
	}
	if (!LIST_EMPTY(&call->waiters) &&
	    call->control->pending_bytes + line.length >
		CONTROL_PENDING_BYTES_MAX) {
		text_free(&line);
		return false;
	}
	answer(call, CONTROL_OK, &line);
	return true;
}

void
control_refuse(
    struct control_call *call, enum control_error code, const char *fmt, ...)
{
	char why[ERROR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	refuse(call, code, NULL, why);
}

void
control_refuse_config(struct control_call *call, struct json_object *complaints,
    const char *fmt, ...)
{
	char why[ERROR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	refuse(call, CONTROL_FAILED, complaints, why);
	json_object_put(complaints);
}
