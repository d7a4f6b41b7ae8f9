/*
 * What the usual evaluators of one target take, all in all, with full windows
 * of one sample a second; and that they judge the same where memory is short.
 */
#include "tests/unit/short_memory.h"

#include <stdlib.h>

#include "evaluator/breaker.h"
#include "evaluator/consecutive.h"
#include "evaluator/error_rate.h"
#include "evaluator/evaluator.h"
#include "evaluator/latency.h"

#define SECONDS 700

/* The bytes are what malloc() counts, with what it needs for itself. */
#define CALM_MEAN_BYTES_MAX 1250
#define CALM_P95_BYTES_MAX 1650

enum { CONSECUTIVE, BREAKER, LATENCY, ERROR_RATE, EACH };

static const struct probe_settings probe = { .name = "p",
	.interval_ms = 1000,
	.timeout_ms = 2000 };
static const struct consecutive_settings consecutive = { 3, 2, 0 };
static const struct breaker_settings breaker = { .error_threshold = 0.5,
	.window_ms = 60000,
	.min_samples = 10,
	.reset_timeout_ms = 30000,
	.trials = 3 };
static const struct latency_settings mean = { .statistic = "mean",
	.window_ms = 300000,
	.above_ms = 500,
	.min_samples = 5,
	.min_slow = 5 };
static const struct latency_settings p95 = { .statistic = "p95",
	.window_ms = 300000,
	.above_ms = 500,
	.min_samples = 5,
	.min_slow = 5 };
static const struct error_rate_settings error_rate = { .window_ms = 300000,
	.above = 0.05,
	.min_samples = 10,
	.min_errors = 3 };

static struct evaluator *
make(unsigned which, const struct latency_settings *latency)
{
	const struct evaluator_settings settings[EACH] = {
		[CONSECUTIVE] = { .kind = &evaluator_consecutive,
		    .settings = &consecutive },
		[BREAKER] = { .kind = &evaluator_breaker,
		    .settings = &breaker },
		[LATENCY] = { .kind = &evaluator_latency, .settings = latency },
		[ERROR_RATE] = { .kind = &evaluator_error_rate,
		    .settings = &error_rate },
	};
	struct evaluator_source source = { .probe = &probe, .slot = -1 };
	struct evaluator *e = evaluator_new(&settings[which], &source, 1);

	assert_non_null(e);
	return e;
}

/* Calm, but for troubles of several sorts, most of a minute each. */
static struct sample
sample_at(int second, bool is_calm)
{
	bool is_bad = !is_calm && second % 200 > 150;
	bool is_slow = is_bad && second % 400 < 200;
	struct sample s = { .asked_ms = 1000 * (int64_t)second,
		.answered_ms = 1000 * (int64_t)second + 5,
		.latency_ms = 2 + second % 13 / 10.0 };

	if (is_slow)
		s.latency_ms = 700;
	else if (is_bad)
		s.outcome = SAMPLE_FAILED;
	if (is_bad)
		s.failure = "http.status";
	return s;
}

#if SHORT_MEMORY
static size_t
bytes_of_three(const struct latency_settings *latency)
{
	size_t before = memory_in_use, bytes;
	struct evaluator *e[EACH];

	for (unsigned i = 0; i < ERROR_RATE; i++)
		e[i] = make(i, latency);
	for (int second = 1; second < SECONDS; second++) {
		struct sample s = sample_at(second, true);

		for (unsigned i = 0; i < ERROR_RATE; i++)
			evaluator_hear(e[i], &s);
	}
	bytes = memory_in_use - before;
	for (unsigned i = 0; i < ERROR_RATE; i++)
		evaluator_free(e[i]);
	assert_int_equal(memory_in_use, before);
	return bytes;
}

static void
test_the_usual_three_are_as_small_as_they_say(void **state)
{
	(void)state;
	assert_in_range(bytes_of_three(&mean), 1, CALM_MEAN_BYTES_MAX);
	assert_in_range(bytes_of_three(&p95), 1, CALM_P95_BYTES_MAX);
}

/* What a trouble took is given back when it is over. */
static void
test_they_give_back_what_a_trouble_took(void **state)
{
	(void)state;
	for (unsigned i = 0; i < EACH; i++) {
		struct evaluator *e = make(i, &mean);
		size_t before = memory_in_use;
		int second = 0;

		while (++second < 400) {
			struct sample s = sample_at(second, false);

			evaluator_hear(e, &s);
		}
		assert_true(memory_in_use > before);
		for (; second < 1000; second++) {
			struct sample s = sample_at(second, true);

			evaluator_hear(e, &s);
		}
		assert_int_equal(evaluator_finding(e).verdict, VERDICT_HEALTHY);
		assert_int_equal(memory_in_use, before);
		evaluator_free(e);
	}
}

/* No memory from the first sample on: evidence is lacking, no verdict is. */
static void
test_without_memory_they_trip_and_clear_all_the_same(void **state)
{
	(void)state;
	for (unsigned i = 0; i < EACH; i++) {
		struct evaluator *rich = make(i, &p95);
		struct evaluator *poor = make(i, &p95);
		unsigned trips = 0, apart = 0;

		for (int second = 1; second < SECONDS; second++) {
			struct sample s = sample_at(second, false);
			enum verdict verdict;

			verdict = evaluator_observe(rich, &s).verdict;
			memory_is_short = true;
			evaluator_hear(poor, &s);
			memory_is_short = false;
			trips += verdict == VERDICT_TRIPPED;
			apart += verdict != evaluator_verdict(poor);
		}
		assert_true(trips > 0);
		/* Failures may stay in its window for longer. */
		assert_in_range(apart, 0, 30);
		evaluator_free(rich);
		evaluator_free(poor);
	}
}
#endif

/* What they held and dropped is nowhere to be seen. */
static void
test_the_same_samples_give_the_same_findings(void **state)
{
	(void)state;
	for (unsigned i = 0; i < EACH; i++) {
		struct evaluator *a = make(i, &p95), *b = make(i, &p95);

		for (int second = 1; second < 2 * SECONDS; second++) {
			struct sample s = sample_at(second, false);
			struct finding x = evaluator_observe(a, &s);
			struct finding y = evaluator_observe(b, &s);

			assert_int_equal(x.verdict, y.verdict);
			assert_true(x.value == y.value);
			if (second == SECONDS) {
				evaluator_reset(a, s.answered_ms);
				evaluator_free(b);
				b = make(i, &p95);
			}
		}
		evaluator_free(a);
		evaluator_free(b);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
#if SHORT_MEMORY
		cmocka_unit_test(test_the_usual_three_are_as_small_as_they_say),
		cmocka_unit_test(test_they_give_back_what_a_trouble_took),
		cmocka_unit_test(
		    test_without_memory_they_trip_and_clear_all_the_same),
#endif
		cmocka_unit_test(test_the_same_samples_give_the_same_findings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
