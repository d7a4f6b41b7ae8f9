#include <stdlib.h>
#include <string.h>

#include "daemon/ask/ask_impl.h"
#include "probe/promql_judge.h"

/* More than that is given back after each answer. */
#define BODY_KEPT_BYTES (64 * 1024)

struct ask_promql {
	struct asker base;
	struct loop *loop;
	const struct promql_settings *settings;
	struct fetch_target *target;
	struct http_settings http; /* what the target looks at */
	struct text url, post;

	/* The answer. */
	int status;
	struct text body;
	double value;
	bool is_judged; /* it came, whatever it is */
	asker_done *done;
	void *arg;
};

/* The sink */

static void
clear_body(struct ask_promql *a)
{
	if (a->body.length > BODY_KEPT_BYTES)
		text_free(&a->body);
	text_clear(&a->body);
}

static void
on_begin(void *arg, const struct fetch_answer *answer)
{
	struct ask_promql *a = arg;

	a->status = answer->status;
	clear_body(a);
}

static bool
on_bytes(void *arg, const char *bytes, size_t length)
{
	struct ask_promql *a = arg;

	text_add_bytes(&a->body, bytes, length);
	return text_ok(&a->body);
}

static struct fetch_verdict
on_judge(void *arg)
{
	struct ask_promql *a = arg;
	const struct promql_answer answer = {
		.status = a->status,
		.body = text_str(&a->body),
		.body_bytes = a->body.length,
		.is_cut = !text_ok(&a->body),
		.wall_ms = loop_wall_ms(),
	};
	struct promql_verdict v = promql_judge(a->settings, &answer);

	a->is_judged = true;
	a->value = v.value;
	clear_body(a);
	return (struct fetch_verdict){
		.verdict = v.verdict,
		.values = &a->value,
		.value_count = v.verdict.outcome == SAMPLE_OK ? 1 : 0,
	};
}

/* The asker */

/*
 * Nothing was heard of the server: that says nothing about whom it measures,
 * unless we were told so.
 */
static void
on_sample(void *arg, const struct sample *sample)
{
	struct ask_promql *a = arg;
	struct sample s = *sample;

	if (!a->is_judged && s.outcome == SAMPLE_FAILED) {
		s.outcome = promql_outcome(a->settings->on_unreachable);
		if (s.outcome == SAMPLE_OK) {
			s.failure = NULL;
			s.detail[0] = '\0';
		}
	}
	a->done(a->arg, &s);
}

static bool
ask(struct asker *self, int64_t timeout_ms, bool fresh, asker_done *done,
    void *arg)
{
	struct ask_promql *a = (struct ask_promql *)self;

	if (fetch_is_busy(a->target))
		return false;
	a->is_judged = false;
	a->done = done;
	a->arg = arg;
	return fetch_ask(a->target, timeout_ms, fresh, on_sample, a);
}

static bool
is_busy(const struct asker *self)
{
	return fetch_is_busy(((const struct ask_promql *)self)->target);
}

/* The question is the same: settings are equal, and so is the timeout. */
static void
settle(struct ask_promql *a, const struct promql_settings *settings)
{
	a->settings = settings;
	a->http = settings->http;
	a->http.url = text_str(&a->url);
	a->http.body = a->http.method == HTTP_POST ? text_str(&a->post) : NULL;
}

static void
resettle(struct asker *self, const struct probe_settings *settings)
{
	struct ask_promql *a = (struct ask_promql *)self;

	settle(a, settings->settings);
	fetch_target_resettle(a->target, &a->http);
}

static const char *
engine(const struct asker *self)
{
	return fetch_engine_word(
	    fetch_target_engine(((const struct ask_promql *)self)->target));
}

static void
release(struct asker *self)
{
	struct ask_promql *a = (struct ask_promql *)self;

	fetch_target_free(a->target);
	text_free(&a->url);
	text_free(&a->post);
	text_free(&a->body);
	free(a);
}

static const struct asker_ops ops = {
	.ask = ask,
	.is_busy = is_busy,
	.resettle = resettle,
	.release = release,
	.engine = engine,
};

struct asker *
ask_promql_new(const struct asker_wish *wish, struct error *err)
{
	const struct promql_settings *settings = wish->settings->settings;
	struct ask_promql *a = calloc(1, sizeof(*a));
	const struct fetch_sink sink = { on_begin, on_bytes, on_judge, a };
	struct error why = { "out of memory" };

	if (a == NULL)
		goto failed;
	a->base.ops = &ops;
	a->loop = wish->tools->loop;
	a->url = text_new(PROMQL_URL_MAX);
	a->post = text_new(PROMQL_BODY_MAX);
	a->body = text_new((size_t)settings->max_bytes);
	if (promql_request(
		settings, wish->settings->timeout_ms, &a->url, &a->post)) {
		settle(a, settings);
		a->target =
		    fetch_target_new(wish->tools->fetch, &a->http, &sink, &why);
	} else
		(void)error_set(&why, "the query is too long");
	if (a->target != NULL)
		return &a->base;
	release(&a->base);
failed:
	(void)error_set(err, "probe %s: %s", wish->settings->name, why.text);
	return NULL;
}
