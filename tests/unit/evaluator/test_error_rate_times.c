/*
 * What can be said of an error_rate evaluator before it has seen a sample:
 * how long it takes to trip, and what about its settings is doubtful or wrong.
 */
#include "tests/unit/test.h"

#include "evaluator/error_rate.h"
#include "sample/window.h"
#include "tests/unit/evaluator/trip.h"

static struct row {
	const char *name;
	struct error_rate_settings settings;
	int64_t interval_ms, timeout_ms;
	const char *objections;
} rows[] = {
	{ "ten percent of the answers of five minutes",
	    { .above = 0.1,
		.window_ms = 300000,
		.min_samples = 5,
		.min_errors = 5 },
	    5000, 2000, "" },
	{ "half of those of a minute, for half a minute",
	    { .above = 0.5,
		.window_ms = 60000,
		.for_ms = 30000,
		.min_samples = 10,
		.min_errors = 2 },
	    1000, 900, "" },
	{ "time-outs beyond the interval",
	    { .above = 0.5,
		.window_ms = 60000,
		.min_samples = 4,
		.min_errors = 5 },
	    1000, 4500, "" },
	{ "one percent of requests",
	    { .errors = "e",
		.total = "t",
		.above = 0.01,
		.window_ms = 300000,
		.min_samples = 5,
		.min_errors = 5,
		.min_total = 20 },
	    15000, 5000, "" },
	{ "nine tenths of them",
	    { .errors = "e",
		.total = "t",
		.above = 0.9,
		.window_ms = 60000,
		.for_ms = 1000,
		.min_samples = 2,
		.min_errors = 1,
		.min_total = 20 },
	    5000, 1000, "" },
	{ "errors without a total",
	    { .errors = "e",
		.above = 0.01,
		.window_ms = 300000,
		.min_samples = 5,
		.min_errors = 5 },
	    5000, 2000,
	    "wrong: errors and total go together: write both, or neither to "
	    "judge the probe's own answers\n" },
	{ "a total without errors",
	    { .total = "t",
		.above = 0.01,
		.window_ms = 300000,
		.min_samples = 5,
		.min_errors = 5 },
	    5000, 2000,
	    "wrong: errors and total go together: write both, or neither to "
	    "judge the probe's own answers\n" },
	{ "more than all",
	    { .above = 1,
		.window_ms = 300000,
		.min_samples = 5,
		.min_errors = 5 },
	    5000, 2000,
	    "wrong: above 100% can never be; write the largest share that is "
	    "still good\n" },
	{ "a clear limit above the limit",
	    { .above = 0.01,
		.clear_below = 0.011,
		.window_ms = 300000,
		.min_samples = 5,
		.min_errors = 5 },
	    5000, 2000,
	    "wrong: clear_below 1.1% is above the limit of 1%, so that it "
	    "would clear while it trips\n" },
	{ "one at the limit",
	    { .above = 0.01,
		.clear_below = 0.01,
		.window_ms = 300000,
		.min_samples = 5,
		.min_errors = 5 },
	    5000, 2000, "" },
	{ "one sample is enough",
	    { .above = 0.01,
		.window_ms = 300000,
		.min_samples = 1,
		.min_errors = 5 },
	    5000, 2000,
	    "doubt: min_samples = 1: one sample is enough to call it healthy; "
	    "set it to at least 2\n" },
	{ "a window that cannot hold the errors",
	    { .above = 0.01,
		.window_ms = 20000,
		.min_samples = 4,
		.min_errors = 5 },
	    5000, 2000,
	    "wrong: it can never trip: a window of 20s cannot hold min_errors "
	    "= 5 answers of \"app\", 5s apart; make the window longer or "
	    "min_errors smaller\n" },
	{ "of requests one scrape may hold any number",
	    { .errors = "e",
		.total = "t",
		.above = 0.01,
		.window_ms = 20000,
		.min_samples = 4,
		.min_errors = 5 },
	    5000, 2000, "" },
	{ "but it needs the scrapes",
	    { .errors = "e",
		.total = "t",
		.above = 0.01,
		.window_ms = 20000,
		.min_samples = 5,
		.min_errors = 5 },
	    5000, 2000,
	    "wrong: it can never trip: a window of 20s cannot hold min_samples "
	    "= 5 scrapes of \"app\", 5s apart; make the window longer or "
	    "min_samples smaller\n" },
};

static struct probe_settings probe;
static double values[2];

static void
fill_answer(struct sample *s, bool bad, int64_t bad_for_ms)
{
	(void)bad_for_ms;
	s->outcome = bad ? SAMPLE_FAILED : SAMPLE_OK;
}

/* One request each millisecond; from going bad on all of them fail. */
static void
fill_scrape(struct sample *s, bool bad, int64_t bad_for_ms)
{
	values[0] = bad ? (double)bad_for_ms : 0;
	values[1] = (double)s->asked_ms;
	s->values = values;
	s->value_count = 2;
}

static struct trip
trip_of(const struct row *row)
{
	bool scrapes =
	    row->settings.errors != NULL && row->settings.total != NULL;
	struct trip t = { .settings = { .name = "errors",
			      .kind = &evaluator_error_rate,
			      .settings = &row->settings },
		.sources = { { .probe = &probe, .slot = scrapes ? 0 : -1 },
		    { .probe = &probe, .slot = 1 } },
		.source_count = scrapes ? 2 : 1,
		.fill = scrapes ? fill_scrape : fill_answer };

	probe = (struct probe_settings){ .name = "app",
		.interval_ms = row->interval_ms,
		.timeout_ms = row->timeout_ms };
	return t;
}

static void
test_objections(void **state)
{
	struct trip t = trip_of(*state);
	const struct row *row = *state;
	char objections[1024];

	trip_check(&t, objections);
	assert_string_equal(objections, row->objections);
}

/* The window is full of good answers when the target begins to hang. */
static void
slowest_must_hold(const struct row *row)
{
	struct trip t = trip_of(row);
	int64_t said_ms =
	    evaluator_slowest_trip_ms(&t.settings, t.sources, t.source_count);
	int64_t slice_ms = row->settings.window_ms / WINDOW_SLICES;
	int64_t pace_ms =
	    (row->timeout_ms / row->interval_ms + 1) * row->interval_ms;
	int64_t worst_ms = -1;

	t.answer_ms = row->timeout_ms;
	for (int64_t i = 0; i < 5; i++) {
		struct trip_span span;

		t.good_ms = row->settings.window_ms * (40 + i) / 19;
		span = trip_span(&t);
		assert_true(span.worst_ms >= 0);
		if (span.worst_ms > worst_ms)
			worst_ms = span.worst_ms;
	}
	assert_true(worst_ms <= said_ms);
	assert_true(worst_ms >= said_ms - slice_ms - 3 * pace_ms);
}

static void
fastest_must_hold(const struct row *row)
{
	struct trip t = trip_of(row);
	int64_t said_ms =
	    evaluator_fastest_trip_ms(&t.settings, t.sources, t.source_count);
	int64_t best_ms = INT64_MAX;

	for (int64_t good = -1; good <= 20; good++) {
		struct trip_span span;

		t.good_ms = good * row->interval_ms;
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
	for (size_t i = 0; i < 5; i++)
		slowest_must_hold(&rows[i]);
	for (size_t i = 0; i < 4; i++)
		fastest_must_hold(&rows[i]);
}

static void
test_its_table_holds_together(void **state)
{
	const struct option_table *t = evaluator_error_rate.table;

	(void)state;
	assert_string_equal(evaluator_error_rate.name, "error_rate");
	assert_int_equal(t->size, sizeof(struct error_rate_settings));
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
