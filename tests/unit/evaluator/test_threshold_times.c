/*
 * What can be said of a threshold evaluator before it has seen a sample: how
 * long it takes to trip, and what about its settings is doubtful or wrong.
 */
#include "tests/unit/test.h"

#include <math.h>

#include "evaluator/threshold.h"
#include "sample/window.h"
#include "tests/unit/evaluator/trip.h"

#define NONE (double)NAN
#define ABOVE(limit)                                          \
	.above = (limit), .below = NONE, .clear_below = NONE, \
	.clear_above = NONE
#define BELOW(limit)                                          \
	.below = (limit), .above = NONE, .clear_below = NONE, \
	.clear_above = NONE
#define NO_LIMIT ABOVE(NONE)
#define LEARNED                               \
	.baseline = { .min_age_ms = 86400000, \
		.min_samples = 60,            \
		.half_life_ms = 3 * 86400000, \
		.quarantine_ms = 7200000 }

static struct row {
	const char *name;
	struct threshold_settings settings;
	int64_t interval_ms, timeout_ms;
	const char *objections;
} rows[] = {
	{ "three in a row", { ABOVE(1), .min_samples = 3 }, 15000, 5000, "" },
	{ "for two minutes", { ABOVE(1), .for_ms = 120000, .min_samples = 3 },
	    15000, 5000, "" },
	{ "for less than the row takes",
	    { ABOVE(1), .for_ms = 20000, .min_samples = 5 }, 15000, 20000, "" },
	{ "the median of five minutes",
	    { ABOVE(1), .statistic = "p50", .window_ms = 300000,
		.min_samples = 3 },
	    15000, 5000, "" },
	{ "the median below",
	    { BELOW(-1), .statistic = "p50", .window_ms = 300000,
		.min_samples = 4 },
	    15000, 5000, "" },
	{ "the largest, for a minute",
	    { ABOVE(1), .statistic = "max", .window_ms = 300000,
		.for_ms = 60000, .min_samples = 3 },
	    15000, 5000, "" },
	{ "the smallest above",
	    { ABOVE(1), .statistic = "min", .window_ms = 60000,
		.min_samples = 3 },
	    5000, 4000, "" },
	{ "the smallest below",
	    { BELOW(-1), .statistic = "min", .window_ms = 60000,
		.min_samples = 3 },
	    5000, 4000, "" },
	{ "the mean",
	    { ABOVE(1), .statistic = "mean", .window_ms = 60000,
		.min_samples = 3 },
	    5000, 4000, "" },
	{ "no limit", { NO_LIMIT, .min_samples = 3 }, 15000, 5000,
	    "wrong: it needs one limit; write one of above, below, "
	    "above_baseline and below_baseline\n" },
	{ "two limits",
	    { .above = 1,
		.below = 0,
		.clear_below = NONE,
		.clear_above = NONE,
		.min_samples = 3 },
	    15000, 5000,
	    "wrong: it needs one limit; write one of above, below, "
	    "above_baseline and below_baseline\n" },
	{ "zero is a limit like any other", { ABOVE(0), .min_samples = 2 },
	    15000, 5000, "" },
	{ "one value is enough", { ABOVE(0), .min_samples = 1 }, 15000, 5000,
	    "doubt: min_samples = 1: one value is enough to trip it; set it to "
	    "at least 2\n" },
	{ "in a window, to call it healthy",
	    { ABOVE(0), .window_ms = 60000, .min_samples = 1 }, 15000, 5000,
	    "doubt: min_samples = 1: one sample is enough to call it healthy; "
	    "set it to at least 2\n" },
	{ "a clear limit above the limit",
	    { .above = 1,
		.below = NONE,
		.clear_below = 1.1,
		.clear_above = NONE,
		.min_samples = 3 },
	    15000, 5000,
	    "wrong: clear_below is beyond the limit, so that it would clear "
	    "while it trips\n" },
	{ "below, one below it",
	    { .below = 1,
		.above = NONE,
		.clear_above = 0.9,
		.clear_below = NONE,
		.min_samples = 3 },
	    15000, 5000,
	    "wrong: clear_above is beyond the limit, so that it would clear "
	    "while it trips\n" },
	{ "one at the limit",
	    { .above = 1,
		.below = NONE,
		.clear_below = 1,
		.clear_above = NONE,
		.min_samples = 3 },
	    15000, 5000, "" },
	{ "the clear limit of the other side",
	    { .above = 1,
		.below = NONE,
		.clear_below = NONE,
		.clear_above = 0.5,
		.min_samples = 3 },
	    15000, 5000, "wrong: clear_above means nothing without below\n" },
	{ "a statistic without a window",
	    { ABOVE(1), .statistic = "max", .min_samples = 3 }, 15000, 5000,
	    "wrong: statistic means nothing without a window\n" },
	{ "no such statistic",
	    { ABOVE(1), .statistic = "p100", .window_ms = 60000,
		.min_samples = 3 },
	    15000, 5000,
	    "wrong: statistic \"p100\" is none; write \"mean\", \"min\", "
	    "\"max\" or a quantile such as \"p95\"\n" },
	{ "a window that never holds enough",
	    { ABOVE(1), .window_ms = 30000, .min_samples = 3 }, 15000, 5000,
	    "wrong: it can never trip: a window of 30s cannot hold min_samples "
	    "= 3 values of \"ratio\", 15s apart; make the window longer or "
	    "min_samples smaller\n" },
	{ "a row needs no window", { ABOVE(1), .min_samples = 300 }, 15000,
	    5000, "" },
	{ "three times what is normal",
	    { NO_LIMIT, .above_baseline = 3, .clear_below_baseline = 2, LEARNED,
		.min_samples = 3 },
	    15000, 5000, "" },
	{ "a third of it",
	    { NO_LIMIT, .below_baseline = 0.3, .clear_above_baseline = 0.5,
		LEARNED, .min_samples = 3 },
	    15000, 5000, "" },
	{ "clear limits beyond those",
	    { NO_LIMIT, .below_baseline = 0.3, .clear_above_baseline = 0.2,
		LEARNED, .min_samples = 3 },
	    15000, 5000,
	    "wrong: clear_above_baseline lies beyond the limit, "
	    "below_baseline\n" },
	{ "clear limits of the other side",
	    { NO_LIMIT, .above_baseline = 3, .clear_above_baseline = 0.2,
		LEARNED, .min_samples = 3 },
	    15000, 5000,
	    "wrong: clear_above_baseline means nothing without "
	    "below_baseline\n" },
	{ "a baseline without a use",
	    { ABOVE(1), .baseline = { .is_given = true }, .min_samples = 3 },
	    15000, 5000,
	    "doubt: baseline = { } means nothing without above_baseline\n" },
};

static struct probe_settings probe;
static double good_value, bad_value, values[1];

static void
fill(struct sample *s, bool bad, int64_t bad_for_ms)
{
	(void)bad_for_ms;
	values[0] = bad ? bad_value : good_value;
	s->values = values;
	s->value_count = 1;
}

static struct trip
trip_of(const struct row *row)
{
	probe = (struct probe_settings){ .name = "ratio",
		.interval_ms = row->interval_ms,
		.timeout_ms = row->timeout_ms };
	good_value = 0;
	bad_value = isnan(row->settings.above) ? -2 : 2;
	return (struct trip){ .settings = { .name = "ratio",
				  .kind = &evaluator_threshold,
				  .settings = &row->settings },
		.sources = { { .probe = &probe, .slot = 0 } },
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

/* Every answer takes the whole time-out, and its value is barely bad. */
static void
slowest_must_hold(const struct row *row)
{
	struct trip t = trip_of(row);
	int64_t said_ms = evaluator_slowest_trip_ms(&t.settings, t.sources, 1);
	int64_t slice_ms = row->settings.window_ms / WINDOW_SKETCH_SLICES;
	int64_t pace_ms =
	    (row->timeout_ms / row->interval_ms + 1) * row->interval_ms;
	int64_t worst_ms = -1;

	t.answer_ms = row->timeout_ms;
	/* Of a quantile it must stand out from its own error. */
	bad_value = bad_value > 0 ? 1.1 : -1.1;
	for (int64_t i = 0; i < 5; i++) {
		struct trip_span span;

		t.good_ms = 300000 + row->settings.window_ms * (20 + i) / 19;
		span = trip_span(&t);
		assert_true(span.worst_ms >= 0);
		if (span.worst_ms > worst_ms)
			worst_ms = span.worst_ms;
	}
	assert_true(worst_ms <= said_ms);
	assert_true(
	    worst_ms >= said_ms - slice_ms - pace_ms - probe.interval_ms);
}

/* At once, and as far beyond the limit as it takes. */
static void
fastest_must_hold(const struct row *row)
{
	struct trip t = trip_of(row);
	int64_t said_ms = evaluator_fastest_trip_ms(&t.settings, t.sources, 1);
	int64_t best_ms = INT64_MAX;

	bad_value *= 1e6;
	for (int64_t good = -1; good <= 5; good++) {
		struct trip_span span;

		t.good_ms = good * row->interval_ms;
		span = trip_span(&t);
		if (span.best_ms >= 0 && span.best_ms < best_ms)
			best_ms = span.best_ms;
	}
	assert_true(best_ms >= said_ms);
	assert_true(best_ms <= said_ms + row->interval_ms);
}

static void
test_it_trips_in_the_time_it_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < 9; i++) {
		slowest_must_hold(&rows[i]);
		fastest_must_hold(&rows[i]);
	}
}

static void
test_its_table_holds_together(void **state)
{
	const struct option_table *t = evaluator_threshold.table;

	(void)state;
	assert_string_equal(evaluator_threshold.name, "threshold");
	assert_int_equal(t->size, sizeof(struct threshold_settings));
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
