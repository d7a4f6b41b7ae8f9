/* One question: from its beginning to the one sample it ends in. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/fetch/fetch_impl.h"

/* A clock before 2024 is wrong, and so is what it says of certificates. */
#define SANE_WALL_MS INT64_C(1704067200000)

/* In microseconds since the transfer began; 0: not reached. */
struct transfer_times {
	curl_off_t connect, tls, request, first, total;
	bool is_reused;    /* the connection was there before */
	bool is_connected; /* connect stays 0 until TLS is there as well */
};

static curl_off_t
read_time(CURL *easy, CURLINFO what)
{
	curl_off_t us = 0;

	(void)(curl_easy_getinfo)(easy, what, &us);
	return us;
}

static struct transfer_times
read_times(CURL *easy)
{
	struct transfer_times times = {
		.connect = read_time(easy, CURLINFO_CONNECT_TIME_T),
		.tls = read_time(easy, CURLINFO_APPCONNECT_TIME_T),
		.request = read_time(easy, CURLINFO_PRETRANSFER_TIME_T),
		.first = read_time(easy, CURLINFO_STARTTRANSFER_TIME_T),
		.total = read_time(easy, CURLINFO_TOTAL_TIME_T),
	};
	long connects = 0, local_port = 0;

	(void)curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connects);
	(void)curl_easy_getinfo(easy, CURLINFO_LOCAL_PORT, &local_port);
	times.is_reused = connects == 0 && times.request > 0;
	times.is_connected = local_port > 0;
	return times;
}

static bool
is_https(const struct fetch_target *t)
{
	return t->next_url == NULL ? t->origin.is_https :
				     t->next_origin.is_https;
}

static enum transfer_phase
phase_of(const struct fetch_target *t, const struct transfer_times *times)
{
	if (t->slot->header_bytes > 0 || times->first > 0)
		return PHASE_TRANSFER;
	if (times->request > 0)
		return PHASE_FIRST_BYTE;
	if (!times->is_connected)
		return PHASE_CONNECT;
	return is_https(t) && times->tls == 0 ? PHASE_TLS : PHASE_FIRST_BYTE;
}

/* From one moment to the next; negative when the latter did not come. */
static double
between_ms(curl_off_t from_us, curl_off_t to_us)
{
	if (to_us <= 0)
		return -1.0;
	return to_us < from_us ? 0.0 : (double)(to_us - from_us) / 1000.0;
}

static struct sample_phases
read_phases(const struct fetch_target *t, const struct transfer_times *times)
{
	struct sample_phases p = {
		.resolve_ms = t->resolve_ms,
		.connect_ms = between_ms(0, times->connect),
		.tls_ms = between_ms(times->connect, times->tls),
		.first_byte_ms = between_ms(times->request, times->first),
		.transfer_ms = -1.0,
	};

	if (times->is_reused)
		p.connect_ms = 0.0;
	if (times->is_reused && is_https(t))
		p.tls_ms = 0.0;
	if (times->first > 0)
		p.transfer_ms = between_ms(times->first, times->total);
	return p;
}

/* To the microsecond where libcurl saw all of it. */
static double
latency_ms(const struct fetch_target *t)
{
	if (t->state == FETCH_SENT && !t->retried && t->redirects == 0)
		return t->resolve_ms +
		    (double)read_time(t->slot->easy, CURLINFO_TOTAL_TIME_T) /
		    1000.0;
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
	long status = 0;

	if (t->state == FETCH_SENT) {
		struct transfer_times times = read_times(t->slot->easy);

		s.phases = read_phases(t, &times);
		(void)curl_easy_getinfo(
		    t->slot->easy, CURLINFO_RESPONSE_CODE, &status);
		s.status = (int)status;
	}
	memcpy(s.detail, v->detail, sizeof(s.detail));
	return s;
}

/* The target may be gone when this returns. */
static void
finish(struct fetch_target *t, const struct http_verdict *v)
{
	struct sample s = make_sample(t, v);
	struct fetch *f = t->fetch;
	fetch_done *done = t->done;
	void *arg = t->arg;

	t->is_sharing = t->socket == NULL && s.phases.connect_ms == 0.0;
	question_drop(t);
	queue_start(f);
	done(arg, &s);
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

static const struct failure name_failures[] = {
	[RESOLVER_OK] = { SAMPLE_OK, NULL },
	[RESOLVER_NXDOMAIN] = { SAMPLE_FAILED, "dns.nxdomain" },
	[RESOLVER_NO_ADDRESS] = { SAMPLE_FAILED, "dns.no_address" },
	[RESOLVER_SERVFAIL] = { SAMPLE_LOST, "dns.servfail" },
	[RESOLVER_TIMEOUT] = { SAMPLE_LOST, "dns.timeout" },
	[RESOLVER_TROUBLE] = { SAMPLE_LOST, "local.resolver" },
};

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

static const struct failure *
timeout_of(const struct fetch_target *t)
{
	static struct failure failure;
	struct transfer_times times;

	if (t->state == FETCH_RESOLVING)
		return &name_failures[RESOLVER_TIMEOUT];
	times = read_times(t->slot->easy);
	failure = timeout_failure(phase_of(t, &times));
	return &failure;
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
	struct http_verdict v;
	char words[SAMPLE_DETAIL_MAX];
	struct text text = text_over(words, sizeof(words));

	if (late_ms > LAG_MAX_MS) {
		text_addf(
		    &text, "our own loop was %lld ms late", (long long)late_ms);
		v = because(&lag, words);
	} else {
		text_addf(
		    &text, "no answer after %lld ms", (long long)t->timeout_ms);
		v = because(timeout_of(t), words);
	}
	finish(t, &v);
}

static struct http_verdict
judge(const struct fetch_target *t)
{
	const struct fetch_slot *slot = t->slot;
	struct http_answer answer = {
		.headers = slot->headers.bytes,
		.header_bytes = slot->headers.length,
		.body = slot->body.bytes == NULL ? "" : slot->body.bytes,
		.body_bytes = slot->body_bytes,
		.time_ms = latency_ms(t),
	};
	int64_t late_ms = fetch_lag_ms(t->fetch) - t->lag_before_ms;
	int64_t limit_ms = t->settings->expect.max_time_ms;
	struct http_verdict v;
	long status = 0;

	(void)curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
	answer.status = (int)status;
	v = http_judge_answer(t->judge, &answer);
	/* What our own lag may have added is not held against the target. */
	if (v.failure != NULL && strcmp(v.failure, "http.slow") == 0 &&
	    answer.time_ms - (double)late_ms <= (double)limit_ms)
		v = because(&lag, "slow, but so was our own loop");
	return v;
}

static struct http_verdict
explain(const struct fetch_target *t, CURLcode code)
{
	const struct fetch_slot *slot = t->slot;
	struct transfer_times times = read_times(slot->easy);
	struct transfer_ending ending = {
		.code = code,
		.phase = phase_of(t, &times),
		.attempts = slot->attempts,
		.clock_is_sane = loop_wall_ms() > SANE_WALL_MS,
	};
	struct failure failure;

	(void)curl_easy_getinfo(
	    slot->easy, CURLINFO_OS_ERRNO, &ending.os_errno);
	(void)curl_easy_getinfo(
	    slot->easy, CURLINFO_SSL_VERIFYRESULT, &ending.verify_result);
	failure = slot->cut != NULL ? *slot->cut : curl_failure(&ending);
	return because(&failure,
	    slot->words[0] != '\0' ? slot->words : curl_easy_strerror(code));
}

/*
 * A kept connection may be closed by the peer at the moment it is used again:
 * that is no answer.  libcurl tries again by itself in most such cases.
 */
static bool
deserves_another_try(const struct fetch_target *t, CURLcode code)
{
	struct transfer_times times;

	if (t->retried || t->slot->cut != NULL ||
	    (code != CURLE_GOT_NOTHING && code != CURLE_RECV_ERROR &&
		code != CURLE_SEND_ERROR))
		return false;
	times = read_times(t->slot->easy);
	return times.is_reused && phase_of(t, &times) != PHASE_TRANSFER;
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
	struct http_verdict v;

	if (code == CURLE_OPERATION_TIMEDOUT && t->slot->cut == NULL) {
		time_is_up(t);
		return;
	}
	if (deserves_another_try(t, code)) {
		shard_stop(t->shard, t->slot);
		t->retried = true;
		send_request(t, NULL); /* libcurl still knows the addresses */
		return;
	}
	if (code != CURLE_OK || t->slot->cut != NULL) {
		v = explain(t, code);
		finish(t, &v);
		return;
	}
	switch (redirect_follow(t, &trouble)) {
	case REDIRECT_NONE:
		v = judge(t);
		finish(t, &v);
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
