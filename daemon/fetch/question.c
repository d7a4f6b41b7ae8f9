/* One question: from its beginning to the one sample it ends in. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/fetch/fetch_impl.h"
#include "probe/version_read.h"

/* To the microsecond where libcurl saw all of it. */
static double
latency_ms(const struct fetch_target *t)
{
	if (t->state == FETCH_SENT && !t->retried && t->redirects == 0)
		return t->resolve_ms + transfer_total_ms(t);
	return (double)(fetch_clock_ms() - t->sent_ms);
}

static struct sample
make_sample(const struct fetch_target *t, const struct http_verdict *v)
{
	struct sample s = {
		.asked_ms = t->asked_ms,
		.answered_ms = loop_now_ms(t->fetch->loop),
		.outcome = v->outcome,
		.latency_ms = latency_ms(t),
		.phases = { t->resolve_ms, -1.0, -1.0, -1.0, -1.0 },
		.failure = v->failure,
	};

	if (t->state == FETCH_SENT) {
		s.phases = transfer_phases(t);
		s.status = transfer_status(t);
	}
	memcpy(s.detail, v->detail, sizeof(s.detail));
	return s;
}

/* The target may be gone when this returns. */
static void
tell(struct fetch_target *t, const struct sample *s)
{
	struct fetch *f = t->fetch;
	fetch_done *done = t->done;
	void *arg = t->arg;

	t->is_sharing = t->socket == NULL && s->phases.connect_ms == 0.0;
	question_drop(t);
	queue_start(f);
	done(arg, s);
}

static void
finish(struct fetch_target *t, const struct http_verdict *v)
{
	struct sample s = make_sample(t, v);

	tell(t, &s);
}

static struct http_verdict
because(const struct failure *failure, const char *words)
{
	struct http_verdict v = { failure->outcome, failure->class, "" };
	struct text detail = text_over(v.detail, sizeof(v.detail));

	text_add_escaped(&detail, words, strlen(words));
	return v;
}

/* The answer is known at once, but is told from the loop alone. */
static void
settle(struct fetch_target *t, const struct failure *failure, const char *words)
{
	if (t->slot != NULL)
		slot_return(t->shard, t->slot);
	t->slot = NULL;
	t->state = FETCH_SETTLED;
	t->settled = because(failure, words);
	loop_timer_start(t->deadline, 0);
}

static const struct failure no_memory = { SAMPLE_LOST, "local.memory" };
static const struct failure lag = { SAMPLE_LOST, "local.lag" };

static void
send_request(struct fetch_target *t, const struct resolver_answer *answer)
{
	struct fetch_slot *slot = t->slot;
	const struct failure *trouble;

	if (slot == NULL)
		slot = slot_take(t->shard);
	if (slot == NULL) {
		settle(t, &no_memory, "");
		return;
	}
	t->slot = slot;
	slot->target = t;
	slot_clear(slot);
	trouble = request_prepare(slot, t, answer);
	if (trouble == NULL && !shard_start(t->shard, slot))
		trouble = &no_memory;
	if (trouble != NULL)
		settle(t, trouble, "");
	else
		t->state = FETCH_SENT;
}

/* Names */

static const struct fetch_origin *
current_origin(const struct fetch_target *t)
{
	return t->next_url == NULL ? &t->origin : &t->next_origin;
}

static void
on_name(void *arg, const struct resolver_answer *answer)
{
	struct fetch_target *t = arg;

	t->lookup = NULL;
	t->resolve_ms += (double)(fetch_clock_ms() - t->lookup_ms);
	if (answer->status == RESOLVER_OK)
		send_request(t, answer);
	else
		settle(
		    t, &name_failures[answer->status], current_origin(t)->host);
}

static void
ask_name(struct fetch_target *t)
{
	const struct fetch_origin *origin = current_origin(t);
	const struct resolver_answer *known;

	t->lookup_ms = fetch_clock_ms();
	if (origin->is_literal) {
		send_request(t, NULL);
		return;
	}
	known = resolver_known(t->fetch->resolver, origin->host);
	if (known != NULL) {
		on_name(t, known);
		return;
	}
	t->state = FETCH_RESOLVING;
	t->lookup = resolver_ask(t->fetch->resolver, origin->host, on_name, t);
	if (t->lookup == NULL)
		settle(t, &no_memory, "");
}

/* The end of a transfer */

static struct failure
timeout_of(const struct fetch_target *t)
{
	return t->state == FETCH_RESOLVING ? name_failures[RESOLVER_TIMEOUT] :
					     transfer_timeout(t);
}

/* How long our own loop held up this question. */
static int64_t
held_up_ms(const struct fetch_target *t)
{
	int64_t late_ms = fetch_lag_ms(t->fetch) - t->lag_before_ms;
	int64_t over_ms = fetch_clock_ms() - t->sent_ms - t->timeout_ms;

	return over_ms > late_ms ? over_ms : late_ms;
}

/* What was taken from the target is given back, once. */
static bool
extend(struct fetch_target *t)
{
	int64_t late_ms = held_up_ms(t);

	if (t->is_extended || late_ms <= LAG_MAX_MS)
		return false;
	t->is_extended = true;
	loop_timer_start(
	    t->deadline, late_ms < t->timeout_ms ? late_ms : t->timeout_ms);
	return true;
}

/* If the loop was late, then so was the target's answer, perhaps. */
static void
time_is_up(struct fetch_target *t)
{
	int64_t late_ms = held_up_ms(t);
	struct failure failure;
	struct http_verdict v;
	struct sample s;
	char words[SAMPLE_DETAIL_MAX];
	struct text text = text_over(words, sizeof(words));

	if (late_ms > LAG_MAX_MS) {
		text_addf(
		    &text, "our own loop was %lld ms late", (long long)late_ms);
		v = because(&lag, words);
	} else {
		text_addf(
		    &text, "no answer after %lld ms", (long long)t->timeout_ms);
		failure = timeout_of(t);
		v = because(&failure, words);
	}
	s = make_sample(t, &v);
	/* libcurl's clock stood still while nothing came. */
	s.latency_ms = (double)(fetch_clock_ms() - t->sent_ms);
	tell(t, &s);
}

static struct http_verdict
judge(const struct fetch_target *t)
{
	const struct fetch_slot *slot = t->slot;
	struct http_answer answer = {
		.status = transfer_status(t),
		.headers = slot->headers.bytes,
		.header_bytes = slot->headers.length,
		.body = slot->body.bytes == NULL ? "" : slot->body.bytes,
		.body_bytes = slot->body_bytes,
		.time_ms = latency_ms(t),
	};
	int64_t late_ms = fetch_lag_ms(t->fetch) - t->lag_before_ms;
	int64_t limit_ms = t->settings->expect.max_time_ms;
	struct http_verdict v;

	v = http_judge_answer(t->judge, &answer);
	/* What our own lag may have added is not held against the target. */
	if (v.failure != NULL && strcmp(v.failure, "http.slow") == 0 &&
	    answer.time_ms - (double)late_ms <= (double)limit_ms)
		v = because(&lag, "slow, but so was our own loop");
	return v;
}

static const char *
version_of(const struct fetch_target *t)
{
	const struct fetch_buffer *body = &t->slot->body;

	if (t->version_pointer == NULL || body->bytes == NULL ||
	    !version_read_json(
		body->bytes, body->length, t->version_pointer, t->version))
		return NULL;
	return t->version;
}

static void
finish_answer(struct fetch_target *t)
{
	struct fetch_verdict v = { .value_count = 0 };
	struct sample s;

	if (t->has_sink) {
		sink_begin(t->slot);
		v = t->sink.judge(t->sink.arg);
	} else {
		v.verdict = judge(t);
		v.version = version_of(t);
	}
	s = make_sample(t, &v.verdict);
	s.values = v.values;
	s.value_count = v.value_count;
	s.version = v.version;
	tell(t, &s);
}

/* Public functions */

void
question_begin(struct fetch_target *t)
{
	t->fetch->in_flight++;
	t->asked_ms = loop_now_ms(t->fetch->loop);
	t->sent_ms = fetch_clock_ms();
	t->lag_before_ms = fetch_lag_ms(t->fetch);
	t->retried = false;
	t->is_extended = false;
	t->redirects = 0;
	t->resolve_ms = 0.0;
	t->method = t->settings->method;
	loop_timer_start(t->deadline, t->timeout_ms);
	ask_name(t);
}

void
question_drop(struct fetch_target *t)
{
	if (t->state == FETCH_IDLE)
		return;
	resolver_cancel(t->lookup);
	t->lookup = NULL;
	if (t->state == FETCH_SENT)
		shard_stop(t->shard, t->slot);
	if (t->slot != NULL)
		slot_return(t->shard, t->slot);
	t->slot = NULL;
	free(t->next_url);
	t->next_url = NULL;
	origin_free(&t->next_origin);
	loop_timer_stop(t->deadline);
	if (t->state == FETCH_QUEUED)
		queue_leave(t);
	else
		t->fetch->in_flight--;
	t->state = FETCH_IDLE;
}

void
question_out_of_time(struct fetch_target *t)
{
	struct http_verdict v = because(&lag, "waited too long for its turn");

	finish(t, &v);
}

void
question_on_deadline(void *target)
{
	struct fetch_target *t = target;
	struct fetch *f = t->fetch;
	int64_t left_ms = t->sent_ms + t->timeout_ms - fetch_clock_ms();

	fetch_enter(f);
	if (t->state == FETCH_SETTLED)
		finish(t, &t->settled);
	else if (left_ms > 0)
		loop_timer_start(t->deadline, left_ms);
	else if (!extend(t))
		time_is_up(t);
	fetch_leave(f);
}

void
question_transfer_done(struct fetch_target *t, CURLcode code)
{
	const struct failure *trouble;
	struct failure failure;
	struct http_verdict v;

	if (code == CURLE_OPERATION_TIMEDOUT && t->slot->cut == NULL) {
		time_is_up(t);
		return;
	}
	if (t->slot->is_enough) {
		finish_answer(t);
		return;
	}
	/* libcurl tries again by itself, but five times at most. */
	if (transfer_deserves_another(t, code)) {
		shard_stop(t->shard, t->slot);
		t->retried = true;
		send_request(t, NULL); /* libcurl still knows the addresses */
		return;
	}
	if (code != CURLE_OK || t->slot->cut != NULL) {
		failure = transfer_failure(t, code);
		v = because(&failure,
		    t->slot->words[0] != '\0' ? t->slot->words :
						curl_easy_strerror(code));
		finish(t, &v);
		return;
	}
	switch (redirect_follow(t, &trouble)) {
	case REDIRECT_NONE:
		finish_answer(t);
		break;
	case REDIRECT_REFUSED:
		v = because(trouble, redirect_location(t));
		finish(t, &v);
		break;
	case REDIRECT_FOLLOW:
		shard_stop(t->shard, t->slot);
		ask_name(t);
		break;
	}
}
