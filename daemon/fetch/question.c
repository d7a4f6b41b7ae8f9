/* One question: from its beginning to the one sample it ends in. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/fetch/fetch_impl.h"
#include "probe/version_read.h"

/* As many are kept for the next; after a storm the rest goes. */
#define SPARE_QUESTIONS_MAX 1024

static double
since_ms(int64_t begin_us)
{
	return (double)(fetch_clock_us() - begin_us) / 1000.0;
}

/* As the engine saw it, where it saw all of it. */
static double
latency_ms(const struct fetch_target *t)
{
	const struct fetch_question *q = t->q;

	if (q->state == FETCH_SENT && !q->retried && q->redirects == 0)
		return q->resolve_ms + t->engine->total_ms(t);
	return since_ms(q->sent_us);
}

static struct sample
make_sample(const struct fetch_target *t, const struct http_verdict *v)
{
	const struct fetch_question *q = t->q;
	struct sample s = {
		.asked_ms = q->asked_ms,
		.answered_ms = loop_now_ms(t->fetch->loop),
		.outcome = v->outcome,
		.latency_ms = latency_ms(t),
		.phases = { q->resolve_ms, -1.0, -1.0, -1.0, -1.0 },
		.failure = v->failure,
	};

	if (q->state == FETCH_SENT) {
		s.phases = t->engine->phases(t);
		s.status = t->engine->status(t);
	}
	memcpy(s.detail, v->detail, sizeof(s.detail));
	return s;
}

/* The target may be gone when this returns. */
static void
tell(struct fetch_target *t, const struct sample *s)
{
	struct fetch *f = t->fetch;
	fetch_done *done = t->q->done;
	void *arg = t->q->arg;

	if (t->engine->told != NULL)
		t->engine->told(t, s);
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
	t->q->state = FETCH_SETTLED;
	t->q->settled = because(failure, words);
	loop_timer_start(t->q->deadline, 0);
}

static const struct failure no_memory = { SAMPLE_LOST, "local.memory" };
static const struct failure lag = { SAMPLE_LOST, "local.lag" };

static void
send_request(struct fetch_target *t, const struct resolver_answer *answer)
{
	const char *words = "";
	const struct failure *trouble = t->engine->start(t, answer, &words);

	if (trouble != NULL)
		settle(t, trouble, words);
	else
		t->q->state = FETCH_SENT;
}

/* Names */

static const struct fetch_origin *
current_origin(const struct fetch_target *t)
{
	return t->q->next_url == NULL ? &t->form->origin : &t->q->next_origin;
}

static void
use_name(struct fetch_target *t, const struct resolver_answer *answer)
{
	if (answer->status == RESOLVER_OK)
		send_request(t, answer);
	else
		settle(
		    t, &name_failures[answer->status], current_origin(t)->host);
}

static void
on_name(void *arg, const struct resolver_answer *answer)
{
	struct fetch_target *t = arg;

	t->q->lookup = NULL;
	t->q->resolve_ms += since_ms(t->q->lookup_us);
	use_name(t, answer);
}

static void
ask_name(struct fetch_target *t)
{
	const struct fetch_origin *origin = current_origin(t);
	struct resolver *resolver = t->fetch->resolver;
	const struct resolver_answer *known;

	if (origin->is_literal) {
		send_request(t, NULL);
		return;
	}
	known = resolver_known(resolver, origin->host);
	if (known != NULL) {
		use_name(t, known);
		return;
	}
	t->q->state = FETCH_RESOLVING;
	t->q->lookup_us = fetch_clock_us();
	t->q->lookup = resolver_ask(resolver, origin->host, on_name, t);
	if (t->q->lookup == NULL)
		settle(t, &no_memory, "");
}

/* To libcurl, which will be asked from now on. */
static void
hand_over(struct fetch_target *t)
{
	lean_leave(t);
	if (!curl_join(t)) {
		settle(t, &no_memory, "");
		return;
	}
	t->fetch->counts.handed_over++;
	ask_name(t);
}

/* The end of a question */

static struct failure
timeout_of(const struct fetch_target *t)
{
	return t->q->state == FETCH_RESOLVING ?
	    name_failures[RESOLVER_TIMEOUT] :
	    t->engine->timeout(t);
}

/* How long our own loop held up this question. */
static int64_t
held_up_ms(const struct fetch_target *t)
{
	int64_t late_ms = fetch_lag_ms(t->fetch) - t->q->lag_before_ms;
	int64_t over_ms = -question_left_ms(t->q);

	return over_ms > late_ms ? over_ms : late_ms;
}

/* What was taken from the target is given back, once. */
static bool
extend(struct fetch_target *t)
{
	struct fetch_question *q = t->q;
	int64_t late_ms = held_up_ms(t);

	if (q->is_extended || late_ms <= LAG_MAX_MS)
		return false;
	q->is_extended = true;
	loop_timer_start(
	    q->deadline, late_ms < q->timeout_ms ? late_ms : q->timeout_ms);
	return true;
}

/* If the loop was late, then so was the target's answer, perhaps. */
static void
time_is_up(struct fetch_target *t)
{
	int64_t late_ms = held_up_ms(t);
	struct failure failure = lag;
	struct http_verdict v;
	struct sample s;
	char words[SAMPLE_DETAIL_MAX];
	struct text text = text_over(words, sizeof(words));

	if (late_ms > LAG_MAX_MS) {
		t->fetch->counts.late++;
		text_addf(
		    &text, "our own loop was %lld ms late", (long long)late_ms);
	} else {
		text_addf(&text, "no answer after %lld ms",
		    (long long)t->q->timeout_ms);
		failure = timeout_of(t);
	}
	v = because(&failure, words);
	s = make_sample(t, &v);
	/* The engine's clock stood still while nothing came. */
	s.latency_ms = since_ms(t->q->sent_us);
	tell(t, &s);
}

static struct http_verdict
judge(const struct fetch_target *t, const struct fetch_received *r)
{
	const struct fetch_form *form = t->form;
	struct http_answer answer = {
		.status = r->status,
		.headers = r->headers,
		.header_bytes = r->header_bytes,
		.body = r->body,
		.body_bytes = r->body_bytes,
		.time_ms = latency_ms(t),
	};
	int64_t late_ms = fetch_lag_ms(t->fetch) - t->q->lag_before_ms;
	int64_t limit_ms = form->settings->expect.max_time_ms;
	struct http_verdict v;

	v = http_judge_answer(form->judge, &answer);
	/* What our own lag may have added is not held against the target. */
	if (v.failure != NULL && strcmp(v.failure, "http.slow") == 0 &&
	    answer.time_ms - (double)late_ms <= (double)limit_ms) {
		t->fetch->counts.late++;
		v = because(&lag, "slow, but so was our own loop");
	}
	return v;
}

static const char *
version_of(
    const struct fetch_target *t, const struct fetch_received *r, char *version)
{
	const char *pointer = t->form->version_pointer;

	if (pointer == NULL || r->kept_bytes == 0 ||
	    !version_read_json(r->body, r->kept_bytes, pointer, version))
		return NULL;
	return version;
}

static void
finish_answer(struct fetch_target *t)
{
	struct fetch_verdict v = { .value_count = 0 };
	struct fetch_received r;
	struct sample s;
	char version[SAMPLE_VERSION_MAX];

	if (t->sink != NULL) {
		t->engine->begin_sink(t);
		v = t->sink->judge(t->sink->arg);
	} else {
		r = t->engine->received(t);
		v.verdict = judge(t, &r);
		v.version = version_of(t, &r, version);
	}
	s = make_sample(t, &v.verdict);
	s.values = v.values;
	s.value_count = v.value_count;
	s.version = v.version;
	tell(t, &s);
}

static void
finish_failed(
    struct fetch_target *t, const struct failure *failure, const char *words)
{
	struct http_verdict v = because(failure, words);

	finish(t, &v);
}

static void
on_deadline(void *arg)
{
	struct fetch_question *q = arg;
	struct fetch_target *t = q->target;
	struct fetch *f = t->fetch;
	int64_t left_ms = question_left_ms(q);

	fetch_enter(f);
	if (q->state == FETCH_SETTLED)
		finish(t, &q->settled);
	else if (left_ms > 0)
		loop_timer_start(q->deadline, left_ms);
	else if (!extend(t))
		time_is_up(t);
	fetch_leave(f);
}

/* The pool */

static void
question_free(struct fetch_question *q)
{
	loop_timer_free(q->deadline);
	lean_free_work(&q->lean);
	free(q);
}

static struct fetch_question *
take_spare(struct fetch *f)
{
	struct fetch_question *q = f->questions;

	if (q != NULL) {
		f->questions = q->next;
		f->spare_questions--;
		return q;
	}
	q = calloc(1, sizeof(*q));
	if (q == NULL)
		return NULL;
	q->deadline = loop_timer_new(f->loop, on_deadline, q);
	if (q->deadline != NULL)
		return q;
	free(q);
	return NULL;
}

static void
give_back(struct fetch *f, struct fetch_question *q)
{
	if (f->spare_questions >= SPARE_QUESTIONS_MAX) {
		question_free(q);
		return;
	}
	q->target = NULL;
	q->next = f->questions;
	f->questions = q;
	f->spare_questions++;
}

/* Public functions */

bool
question_new(struct fetch_target *t)
{
	struct fetch_question *q = take_spare(t->fetch);

	if (q == NULL)
		return false;
	q->target = t;
	q->next = NULL;
	q->slot = NULL;
	q->lookup = NULL;
	q->next_url = NULL;
	q->retried = false;
	q->is_extended = false;
	q->redirects = 0;
	q->resolve_ms = 0.0;
	t->q = q;
	return true;
}

void
question_free_spare(struct fetch *f)
{
	while (f->questions != NULL) {
		struct fetch_question *q = f->questions;

		f->questions = q->next;
		question_free(q);
	}
}

int64_t
question_left_ms(const struct fetch_question *q)
{
	return q->timeout_ms - (fetch_clock_us() - q->sent_us) / 1000;
}

void
question_begin(struct fetch_target *t)
{
	struct fetch_question *q = t->q;

	t->fetch->in_flight++;
	q->asked_ms = loop_now_ms(t->fetch->loop);
	q->sent_us = fetch_clock_us();
	q->lag_before_ms = fetch_lag_ms(t->fetch);
	q->method = t->form->settings->method;
	loop_timer_start(q->deadline, q->timeout_ms);
	ask_name(t);
}

void
question_drop(struct fetch_target *t)
{
	struct fetch_question *q = t->q;

	if (q == NULL)
		return;
	resolver_cancel(q->lookup);
	if (q->state == FETCH_SENT)
		t->engine->stop(t);
	if (q->next_url != NULL) {
		free(q->next_url);
		origin_free(&q->next_origin);
	}
	loop_timer_stop(q->deadline);
	if (q->state == FETCH_QUEUED)
		queue_leave(q);
	else
		t->fetch->in_flight--;
	t->q = NULL;
	give_back(t->fetch, q);
}

void
question_out_of_time(struct fetch_target *t)
{
	t->fetch->counts.late++;
	finish_failed(t, &lag, "waited too long for its turn");
}

void
question_onward(struct fetch_target *t)
{
	t->engine->stop(t);
	ask_name(t);
}

void
question_ended(struct fetch_target *t, enum fetch_ending ending,
    const struct failure *failure, const char *words)
{
	switch (ending) {
	case ENDING_ANSWER:
		finish_answer(t);
		break;
	case ENDING_TIME:
		time_is_up(t);
		break;
	case ENDING_DIED:
		t->engine->stop(t);
		t->q->retried = true;
		t->fetch->counts.retried++;
		ask_name(t);
		break;
	case ENDING_ALIEN:
		t->engine->stop(t);
		hand_over(t);
		break;
	case ENDING_FAILED:
		finish_failed(t, failure, words);
		break;
	}
}
