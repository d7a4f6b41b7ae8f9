/*
 * asking.h - a loop with a fetch in it, and questions that are waited for.
 */
#ifndef TESTS_DAEMON_ASKING_H
#define TESTS_DAEMON_ASKING_H

#include <stdio.h>

#include "daemon/fetch/fetch.h"
#include "daemon/loop.h"
#include "tests/daemon/peer.h"

#define GUARD_MS 20000

/* Who asks, where settings leave the choice. */
static enum http_engine asking_engine;

struct world {
	struct loop *loop;
	struct fetch *fetch;
	struct loop_timer *guard;
	struct sample last;
	bool has_value; /* and it is: */
	double value;
	int answers;
	int wanted; /* answers to wait for */
};

static inline void
on_guard(void *arg)
{
	(void)arg;
	fail_msg("no answer");
}

static inline struct world *
world_new(const struct fetch_settings *settings)
{
	struct world *w = calloc(1, sizeof(*w));
	struct error err = { "" };

	w->loop = loop_new();
	assert_non_null(w->loop);
	w->fetch = settings == NULL ? fetch_new(w->loop, &err) :
				      fetch_new_with(w->loop, settings, &err);
	if (w->fetch == NULL)
		fail_msg("%s", err.text);
	w->guard = loop_timer_new(w->loop, on_guard, NULL);
	return w;
}

static inline void
world_free(struct world *w)
{
	fetch_free(w->fetch);
	loop_timer_free(w->guard);
	loop_free(w->loop);
	free(w);
}

static inline void
on_answer(void *arg, const struct sample *s)
{
	struct world *w = arg;

	w->last = *s;
	w->has_value = s->value_count > 0;
	w->value = w->has_value ? s->values[0] : 0;
	if (++w->answers == w->wanted)
		loop_stop(w->loop);
}

static inline void
wait_for(struct world *w, int answers)
{
	w->wanted = answers;
	if (w->answers >= answers)
		return;
	loop_timer_start(w->guard, GUARD_MS);
	assert_true(loop_run(w->loop));
	loop_timer_stop(w->guard);
}

static inline void
on_waited(void *arg)
{
	loop_stop(arg);
}

static inline void
let_pass(struct world *w, int64_t ms)
{
	struct loop_timer *t = loop_timer_new(w->loop, on_waited, w->loop);

	loop_timer_start(t, ms);
	assert_true(loop_run(w->loop));
	loop_timer_free(t);
}

static inline bool
may_be_lean(const struct http_settings *settings)
{
	return settings->engine != HTTP_ENGINE_CURL &&
	    http_not_lean(settings) == NULL;
}

static inline struct fetch_target *
target(struct world *w, const struct http_settings *settings)
{
	struct error err = { "" };
	struct fetch_target *t =
	    fetch_target_new(w->fetch, settings, NULL, &err);

	if (t == NULL)
		fail_msg("%s", err.text);
	if (!may_be_lean(settings))
		assert_int_equal(fetch_target_engine(t), FETCH_CURL);
	return t;
}

static inline struct sample
ask(struct world *w, struct fetch_target *t, int64_t timeout_ms, bool fresh)
{
	int before = w->answers;

	assert_true(fetch_ask(t, timeout_ms, fresh, on_answer, w));
	assert_int_equal(w->answers, before);
	wait_for(w, before + 1);
	assert_int_equal(w->answers, before + 1);
	return w->last;
}

/* A target that lives for one question. */
static inline struct sample
ask_once(
    struct world *w, const struct http_settings *settings, int64_t timeout_ms)
{
	struct fetch_target *t = target(w, settings);
	struct sample s;

	assert_int_equal(fetch_target_engine(t),
	    may_be_lean(settings) ? FETCH_LEAN : FETCH_CURL);
	s = ask(w, t, timeout_ms, false);

	fetch_target_free(t);
	return s;
}

static inline struct http_settings
get(const char *url)
{
	return (struct http_settings){
		.url = url,
		.verify_tls = true,
		.engine = asking_engine,
		.expect.max_bytes = 1024 * 1024,
	};
}

/* All tests of a program, by one engine and by the other. */
static inline int
run_by_both(int (*run)(void))
{
	int failed;

	print_message("the lean engine, where it can:\n");
	asking_engine = HTTP_ENGINE_AUTO;
	failed = run();
	print_message("libcurl:\n");
	asking_engine = HTTP_ENGINE_CURL;
	return failed + run();
}

static inline void
expect_sample(
    const struct sample *s, enum sample_outcome outcome, const char *failure)
{
	if (s->outcome != outcome ||
	    (s->failure == NULL) != (failure == NULL) ||
	    (failure != NULL && strcmp(s->failure, failure) != 0))
		fail_msg("%s %s (%s), expected %s %s",
		    sample_outcome_word(s->outcome),
		    s->failure == NULL ? "-" : s->failure, s->detail,
		    sample_outcome_word(outcome),
		    failure == NULL ? "-" : failure);
}

#endif
