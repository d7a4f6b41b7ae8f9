/* The one sample that a question ends in. */
#include <string.h>

#include "base/text.h"
#include "daemon/fetch/fetch_impl.h"
#include "probe/version_read.h"

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

void
question_finish(struct fetch_target *t, const struct http_verdict *v)
{
	struct sample s = make_sample(t, v);

	tell(t, &s);
}

struct http_verdict
question_because(const struct failure *failure, const char *words)
{
	struct http_verdict v = { failure->outcome, failure->class, "" };
	struct text detail = text_over(v.detail, sizeof(v.detail));

	text_add_escaped(&detail, words, strlen(words));
	return v;
}

static const struct failure lag = { SAMPLE_LOST, "local.lag" };

static struct failure
timeout_of(const struct fetch_target *t)
{
	return t->q->state == FETCH_RESOLVING ?
	    name_failures[RESOLVER_TIMEOUT] :
	    t->engine->timeout(t);
}

/* If the loop was late, then so was the target's answer, perhaps. */
void
question_time_is_up(struct fetch_target *t)
{
	int64_t late_ms = question_held_up_ms(t);
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
	v = question_because(&failure, words);
	s = make_sample(t, &v);
	/* The engine's clock stood still while nothing came. */
	s.latency_ms = since_ms(t->q->sent_us);
	tell(t, &s);
}

/* What our own lag may have added is not held against the target. */
static bool
is_our_lag(const struct fetch_target *t, double time_ms)
{
	int64_t late_ms = fetch_lag_ms(t->fetch) - t->q->lag_before_ms;
	int64_t limit_ms = t->form->settings->expect.max_time_ms;

	return time_ms - (double)late_ms <= (double)limit_ms;
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
	struct http_verdict v = http_judge_answer(form->judge, &answer);

	if (v.failure == NULL || strcmp(v.failure, "http.slow") != 0 ||
	    !is_our_lag(t, answer.time_ms))
		return v;
	t->fetch->counts.late++;
	return question_because(&lag, "slow, but so was our own loop");
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

void
question_answered(struct fetch_target *t)
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

void
question_failed(
    struct fetch_target *t, const struct failure *failure, const char *words)
{
	struct http_verdict v = question_because(failure, words);

	question_finish(t, &v);
}
