/*
 * What can be said of a latency evaluator before it has seen a sample: how
 * long it takes to trip, and what about its settings is doubtful or wrong.
 */
#include "tests/unit/test.h"

#include "evaluator/latency.h"
#include "sample/window.h"
#include "tests/unit/evaluator/trip.h"

#define LEARNED                                                        \
	{                                                              \
		.min_age_ms = 86400000, .min_samples = 60,             \
		.half_life_ms = 3 * 86400000, .quarantine_ms = 7200000 \
	}

static struct row {
	const char *name;
	struct latency_settings settings;
	int64_t interval_ms, timeout_ms;
	const char *objections;
} rows[] = {
	{ "the mean of five minutes",
	    { .statistic = "mean",
		.window_ms = 300000,
		.above_ms = 500,
		.min_samples = 5 },
	    5000, 2000, "" },
	{ "a quantile of it",
	    { .min_slow = 5,
		.statistic = "p95",
		.window_ms = 300000,
		.above_ms = 500,
		.for_ms = 60000,
		.min_samples = 5 },
	    5000, 2000, "" },
	{ "the median of a short window",
	    { .statistic = "p50",
		.window_ms = 10000,
		.above_ms = 100,
		.min_samples = 2 },
	    1000, 400, "" },
	{ "a limit just below the time-out",
	    { .statistic = "mean",
		.window_ms = 20000,
		.above_ms = 1999,
		.min_samples = 3 },
	    1000, 2000, "" },
	{ "a time-out far beyond the interval",
	    { .statistic = "mean",
		.window_ms = 100000,
		.above_ms = 700,
		.for_ms = 3000,
		.min_samples = 4 },
	    1000, 9500, "" },
	{ "a window that never holds so many slow ones",
	    { .statistic = "mean",
		.window_ms = 10000,
		.above_ms = 500,
		.min_samples = 5,
		.min_slow = 11 },
	    1000, 900,
	    "wrong: it can never trip: a window of 10s cannot hold min_slow = "
	    "11 answers of \"health\", 1s apart; make the window longer or "
	    "min_slow smaller\n" },
	{ "no limit",
	    { .statistic = "mean", .window_ms = 60000, .min_samples = 5 }, 1000,
	    900,
	    "wrong: it needs one limit; write either above = \"500ms\" or "
	    "above_baseline = 5.0\n" },
	{ "two limits",
	    { .statistic = "mean",
		.window_ms = 60000,
		.above_ms = 500,
		.above_baseline = 5,
		.baseline = LEARNED,
		.min_samples = 5 },
	    1000, 900,
	    "wrong: it needs one limit; write either above = \"500ms\" or "
	    "above_baseline = 5.0\n" },
	{ "five times what is normal",
	    { .statistic = "mean",
		.window_ms = 60000,
		.above_baseline = 5,
		.clear_below_baseline = 5,
		.baseline = LEARNED,
		.min_samples = 5 },
	    1000, 900, "" },
	{ "a clear limit beyond that",
	    { .statistic = "mean",
		.window_ms = 60000,
		.above_baseline = 5,
		.clear_below_baseline = 5.1,
		.baseline = LEARNED,
		.min_samples = 5 },
	    1000, 900,
	    "wrong: clear_below_baseline lies beyond the limit, "
	    "above_baseline\n" },
	{ "a fixed clear limit with it",
	    { .statistic = "mean",
		.window_ms = 60000,
		.above_baseline = 5,
		.clear_below_ms = 100,
		.baseline = LEARNED,
		.min_samples = 5 },
	    1000, 900,
	    "wrong: clear_below is for a fixed limit; with above_baseline "
	    "write clear_below_baseline\n" },
	{ "a learned clear limit and a baseline without it",
	    { .statistic = "mean",
		.window_ms = 60000,
		.above_ms = 500,
		.clear_below_baseline = 2,
		.baseline = { .is_given = true },
		.min_samples = 5 },
	    1000, 900,
	    "wrong: clear_below_baseline means nothing without "
	    "above_baseline\n"
	    "doubt: baseline = { } means nothing without above_baseline\n" },
	{ "a baseline that contradicts itself",
	    { .statistic = "mean",
		.window_ms = 60000,
		.above_baseline = 5,
		.baseline = { .min_age_ms = 1000,
		    .half_life_ms = 3600000,
		    .min_samples = 1 },
		.min_samples = 5 },
	    1000, 900,
	    "doubt: without a quarantine the beginning of trouble is learned "
	    "as normal; leave quarantine out, or set it to 1h or more\n" },
	{ "a limit that no answer can exceed",
	    { .statistic = "mean",
		.window_ms = 60000,
		.above_ms = 900,
		.min_samples = 5 },
	    1000, 900,
	    "wrong: above 900ms can never be: probe \"health\" gives up after "
	    "900ms\n" },
	{ "a clear limit above the limit",
	    { .statistic = "mean",
		.window_ms = 60000,
		.above_ms = 500,
		.clear_below_ms = 501,
		.min_samples = 5 },
	    1000, 900,
	    "wrong: clear_below 501ms is above the limit of 500ms, so that it "
	    "would clear while it trips\n" },
	{ "one at the limit",
	    { .statistic = "mean",
		.window_ms = 60000,
		.above_ms = 500,
		.clear_below_ms = 500,
		.min_samples = 5 },
	    1000, 900, "" },
	{ "one sample is enough",
	    { .statistic = "mean",
		.window_ms = 60000,
		.above_ms = 500,
		.min_samples = 1 },
	    1000, 900,
	    "doubt: min_samples = 1: one sample is enough to call it "
	    "healthy; set it to at least 2\n" },
	{ "a window that never holds enough",
	    { .statistic = "mean",
		.window_ms = 10000,
		.above_ms = 500,
		.min_samples = 11 },
	    1000, 900,
	    "wrong: it can never trip: a window of 10s cannot hold "
	    "min_samples = 11 answers of \"health\", 1s apart; make the window "
	    "longer or min_samples smaller\n" },
	{ "one that holds just enough",
	    { .statistic = "mean",
		.window_ms = 10000,
		.above_ms = 500,
		.min_samples = 10 },
	    1000, 900, "" },
	{ "one that does not when the target hangs",
	    { .statistic = "mean",
		.window_ms = 10000,
		.above_ms = 500,
		.min_samples = 10 },
	    1000, 1000,
	    "doubt: a target that hangs may not trip it: a window of 10s may "
	    "not hold min_samples = 10 answers of \"health\", 2s apart; make "
	    "the window longer or min_samples smaller\n" },
	{ "no such statistic",
	    { .statistic = "median",
		.window_ms = 60000,
		.above_ms = 500,
		.min_samples = 5 },
	    1000, 900,
	    "wrong: statistic \"median\" is none; write \"mean\" or a quantile "
	    "such as \"p95\"\n" },
	{ "one that says nothing about being slow",
	    { .statistic = "max",
		.window_ms = 60000,
		.above_ms = 500,
		.min_samples = 5 },
	    1000, 900,
	    "wrong: statistic \"max\" is none; write \"mean\" or a quantile "
	    "such as \"p95\"\n" },
	{ "a quantile of too few",
	    { .statistic = "p99",
		.window_ms = 99000,
		.above_ms = 500,
		.min_samples = 5 },
	    1000, 900,
	    "doubt: p99 of at most 99 answers in 1m39s is the slowest of them: "
	    "2 slow ones trip it; make the window longer or the quantile "
	    "lower\n" },
	{ "and of just enough",
	    { .statistic = "p99",
		.window_ms = 100000,
		.above_ms = 500,
		.min_samples = 5 },
	    1000, 900, "" },
};

static struct probe_settings probe;
static double bad_took_ms;

static void
fill(struct sample *s, bool bad, int64_t bad_for_ms)
{
	(void)bad_for_ms;
	s->latency_ms = bad ? bad_took_ms : 0;
	/* A time-out takes a little longer than it may. */
	if (bad && bad_took_ms >= (double)probe.timeout_ms) {
		s->outcome = SAMPLE_FAILED;
		s->latency_ms += 0.01;
	}
}

static struct trip
trip_of(const struct row *row)
{
	probe = (struct probe_settings){ .name = "health",
		.interval_ms = row->interval_ms,
		.timeout_ms = row->timeout_ms };
	return (struct trip){ .settings = { .name = "slow",
				  .kind = &evaluator_latency,
				  .settings = &row->settings },
		.sources = { { .probe = &probe, .slot = -1 } },
		.source_count = 1,
		.fill = fill };
}

static void
test_objections(void **state)
{
	const struct row *row = *state;
	struct trip t = trip_of(row);
	char objections[1024];

	trip_check(&t, objections);
	assert_string_equal(objections, row->objections);
}

/* The window is full of good answers when the target begins to hang. */
static void
slowest_must_hold(const struct row *row)
{
	struct trip t = trip_of(row);
	int64_t said_ms = evaluator_slowest_trip_ms(&t.settings, t.sources, 1);
	/* A slice of good answers may have left already. */
	int64_t slice_ms = row->settings.window_ms / WINDOW_SKETCH_SLICES;
	int64_t pace_ms =
	    (row->timeout_ms / row->interval_ms + 1) * row->interval_ms;
	int64_t worst_ms = -1;

	bad_took_ms = (double)row->timeout_ms;
	t.answer_ms = row->timeout_ms;
	for (int64_t i = 0; i < 5; i++) {
		struct trip_span span;

		t.good_ms = row->settings.window_ms * (20 + i) / 19;
		span = trip_span(&t);
		assert_true(span.worst_ms >= 0);
		if (span.worst_ms > worst_ms)
			worst_ms = span.worst_ms;
	}
	assert_true(worst_ms <= said_ms);
	assert_true(
	    worst_ms >= said_ms - slice_ms - pace_ms - probe.interval_ms);
}

/* So many good answers are there, and bad ones take so long. */
static void
fastest_must_hold(const struct row *row)
{
	struct trip t = trip_of(row);
	int64_t said_ms = evaluator_fastest_trip_ms(&t.settings, t.sources, 1);
	int64_t best_ms = INT64_MAX;

	for (int64_t good = -1; good <= row->settings.min_samples; good++)
		for (int64_t ms = row->settings.above_ms; ms <= row->timeout_ms;
		     ms += 50) {
			struct trip_span span;

			t.good_ms = good * row->interval_ms;
			t.answer_ms = ms;
			bad_took_ms = (double)ms + 0.01;
			span = trip_span(&t);
			if (span.best_ms >= 0 && span.best_ms < best_ms)
				best_ms = span.best_ms;
		}
	assert_true(best_ms >= said_ms);
	assert_true(best_ms <= said_ms + 2 * row->interval_ms);
}

static void
test_it_trips_in_the_time_it_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < 5; i++) {
		slowest_must_hold(&rows[i]);
		fastest_must_hold(&rows[i]);
	}
}

static void
test_its_table_holds_together(void **state)
{
	const struct option_table *t = evaluator_latency.table;

	(void)state;
	assert_string_equal(evaluator_latency.name, "latency");
	assert_int_equal(t->size, sizeof(struct latency_settings));
	for (size_t i = 0; i < t->count; i++) {
		assert_non_null(t->options[i].help);
		assert_in_range(t->options[i].offset, 0, t->size - 1);
	}
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_it_trips_in_the_time_it_says),
		cmocka_unit_test(test_its_table_holds_together),
	};
	struct CMUnitTest stories[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		stories[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = test_objections,
			.initial_state = &rows[i] };
	failed = cmocka_run_group_tests(stories, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
