/*
 * What can be said of a configured evaluator before it has seen a sample:
 * how long it takes to trip, what about it is doubtful, and what its settings
 * mean together with the pace of its probe.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "evaluator/consecutive.h"
#include "evaluator/evaluator.h"

static struct row {
	const char *name;
	struct consecutive_settings settings;
	int64_t interval_ms, timeout_ms;
	int64_t fastest_ms, slowest_ms;
	const char *objections;
} rows[] = {
	{ "three every five seconds", { 3, 2, 0 }, 5000, 2000, 10000, 17000,
	    "" },
	{ "a time-out beyond the interval slows it down", { 3, 2, 0 }, 1000,
	    4000, 2000, 15000, "" },
	{ "a time-out just below the interval does not", { 3, 2, 0 }, 1000, 999,
	    2000, 3999, "" },
	{ "one just as long does", { 3, 2, 0 }, 1000, 1000, 2000, 6000, "" },
	{ "one failure", { 1, 2, 0 }, 5000, 2000, 0, 7000,
	    "doubt: one failed probe is enough to trip it; set failures to "
	    "at least 2\n" },
	{ "a gap that no two answers fit into", { 3, 2, 5000 }, 5000, 2000,
	    10000, 17000,
	    "wrong: gap 5s ends every run, as answers of \"health\" may be "
	    "7s apart; leave gap out, or make it longer than that\n" },
	{ "a gap that ends a run of time-outs", { 2, 1, 5000 }, 1000, 4000,
	    1000, 10000,
	    "doubt: gap 5s ends a run of time-outs, as answers of \"health\" "
	    "may be 9s apart; leave gap out, or make it longer than that\n" },
	{ "a gap that a slow answer after a quick one exceeds", { 3, 2, 7000 },
	    5000, 2000, 10000, 17000,
	    "doubt: gap 7s may end a run that should go on, as answers of "
	    "\"health\" may be 7s apart; leave gap out, or make it longer "
	    "than that\n" },
	{ "a gap just long enough", { 3, 2, 7001 }, 5000, 2000, 10000, 17000,
	    "" },
	{ "a gap where there is no run to end", { 1, 1, 1000 }, 5000, 2000, 0,
	    7000,
	    "doubt: one failed probe is enough to trip it; set failures to "
	    "at least 2\n" },
	{ "two things at once", { 1, 2, 1000 }, 5000, 2000, 0, 7000,
	    "doubt: one failed probe is enough to trip it; set failures to "
	    "at least 2\n"
	    "wrong: gap 1s ends every run, as answers of \"health\" may be "
	    "7s apart; leave gap out, or make it longer than that\n" },
};

static void
note(enum objection objection, const char *text, void *arg)
{
	char *all = arg;
	size_t end = strlen(all);

	(void)snprintf(all + end, 1024 - end, "%s: %s\n",
	    objection == OBJECTION_WRONG ? "wrong" : "doubt", text);
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct probe_settings probe = { .name = "health",
		.interval_ms = row->interval_ms,
		.timeout_ms = row->timeout_ms };
	struct evaluator_settings e = { .name = "down",
		.kind = &evaluator_consecutive,
		.settings = &row->settings };
	struct evaluator_source source = { .probe = &probe, .slot = -1 };
	char objections[1024] = "";

	assert_int_equal(
	    evaluator_fastest_trip_ms(&e, &source, 1), row->fastest_ms);
	assert_int_equal(
	    evaluator_slowest_trip_ms(&e, &source, 1), row->slowest_ms);
	evaluator_check(&e, &source, 1, note, objections);
	assert_string_equal(objections, row->objections);
}

/* Two failures so far apart: do they trip failures = 2? */
static enum verdict
two_failures(const struct consecutive_settings *settings,
    const struct probe_settings *probe, int64_t apart_ms)
{
	struct evaluator_settings wanted = { .name = "down",
		.kind = &evaluator_consecutive,
		.settings = settings };
	struct evaluator_source source = { .probe = probe, .slot = -1 };
	struct evaluator *e = evaluator_new(&wanted, &source, 1);
	struct sample s = {
		.asked_ms = 1000, .answered_ms = 1000, .outcome = SAMPLE_FAILED
	};
	enum verdict verdict;

	assert_non_null(e);
	evaluator_observe(e, &s);
	s.asked_ms = s.answered_ms = 1000 + apart_ms;
	verdict = evaluator_observe(e, &s).verdict;
	evaluator_free(e);
	return verdict;
}

static void
test_without_a_gap_five_times_the_pace_ends_a_run(void **state)
{
	struct consecutive_settings two = { 2, 1, 0 };
	struct probe_settings quick = { .interval_ms = 1000,
		.timeout_ms = 500 };
	struct probe_settings patient = { .interval_ms = 1000,
		.timeout_ms = 3000 };

	(void)state;
	assert_int_equal(two_failures(&two, &quick, 5000), VERDICT_TRIPPED);
	assert_int_equal(two_failures(&two, &quick, 5001), VERDICT_UNKNOWN);
	assert_int_equal(two_failures(&two, &patient, 15000), VERDICT_TRIPPED);
	assert_int_equal(two_failures(&two, &patient, 15001), VERDICT_UNKNOWN);
}

static void
test_a_gap_that_is_set_holds(void **state)
{
	struct consecutive_settings two = { 2, 1, 60000 };
	struct probe_settings quick = { .interval_ms = 1000,
		.timeout_ms = 500 };

	(void)state;
	assert_int_equal(two_failures(&two, &quick, 60000), VERDICT_TRIPPED);
	assert_int_equal(two_failures(&two, &quick, 60001), VERDICT_UNKNOWN);
}

/*
 * Asks as the poller does: at each multiple of the interval, unless the last
 * question is still open.  From bad_ms on each answer takes so long and is a
 * failure.  How long until it trips?
 */
static int64_t
time_to_trip_ms(const struct evaluator_settings *settings,
    const struct probe_settings *probe, int64_t bad_ms, int64_t answer_ms)
{
	struct evaluator_source source = { .probe = probe, .slot = -1 };
	struct evaluator *e = evaluator_new(settings, &source, 1);
	struct sample s = { .outcome = SAMPLE_OK };

	assert_non_null(e);
	for (int64_t ms = 0; ms < 1000000; ms += probe->interval_ms) {
		if (ms > 0 && ms <= s.answered_ms)
			continue;
		s.asked_ms = s.answered_ms = ms;
		if (ms >= bad_ms) {
			s.outcome = SAMPLE_FAILED;
			s.answered_ms += answer_ms;
		}
		if (evaluator_observe(e, &s).verdict == VERDICT_TRIPPED)
			break;
	}
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_TRIPPED);
	evaluator_free(e);
	return s.answered_ms - bad_ms;
}

/* Over every moment of going bad, and quick and slow answers. */
static void
test_it_trips_in_the_time_it_says(void **state)
{
	static const int64_t timeouts_ms[] = { 10, 400, 999, 1000, 1001, 1999,
		2000, 3500 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(timeouts_ms); i++) {
		struct consecutive_settings three = { 3, 2, 0 };
		struct probe_settings probe = { .name = "health",
			.interval_ms = 1000,
			.timeout_ms = timeouts_ms[i] };
		struct evaluator_settings e = { .name = "down",
			.kind = &evaluator_consecutive,
			.settings = &three };
		struct evaluator_source source = { .probe = &probe,
			.slot = -1 };
		int64_t worst_ms = 0, best_ms = INT64_MAX, ms;

		for (int64_t bad_ms = 1; bad_ms <= 1000; bad_ms++) {
			ms = time_to_trip_ms(&e, &probe, bad_ms, 0);
			best_ms = ms < best_ms ? ms : best_ms;
			ms = time_to_trip_ms(
			    &e, &probe, bad_ms, probe.timeout_ms);
			worst_ms = ms > worst_ms ? ms : worst_ms;
		}
		assert_int_equal(
		    best_ms, evaluator_fastest_trip_ms(&e, &source, 1));
		/* It went bad 1 ms after a question, not 0. */
		assert_int_equal(
		    worst_ms + 1, evaluator_slowest_trip_ms(&e, &source, 1));
	}
}

static void
test_its_table_holds_together(void **state)
{
	const struct option_table *t = evaluator_consecutive.table;

	(void)state;
	assert_string_equal(evaluator_consecutive.name, "consecutive");
	assert_int_equal(t->size, sizeof(struct consecutive_settings));
	assert_int_equal(t->count, 3);
	for (size_t i = 0; i < t->count; i++) {
		assert_non_null(t->options[i].help);
		assert_in_range(t->options[i].offset, 0, t->size - 1);
	}
}

static void
test_words(void **state)
{
	(void)state;
	assert_string_equal(verdict_word(VERDICT_UNKNOWN), "unknown");
	assert_string_equal(verdict_word(VERDICT_HEALTHY), "healthy");
	assert_string_equal(verdict_word(VERDICT_TRIPPED), "tripped");
	assert_string_equal(sample_outcome_word(SAMPLE_OK), "ok");
	assert_string_equal(sample_outcome_word(SAMPLE_FAILED), "failed");
	assert_string_equal(sample_outcome_word(SAMPLE_LOST), "lost");
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(
		    test_without_a_gap_five_times_the_pace_ends_a_run),
		cmocka_unit_test(test_a_gap_that_is_set_holds),
		cmocka_unit_test(test_it_trips_in_the_time_it_says),
		cmocka_unit_test(test_its_table_holds_together),
		cmocka_unit_test(test_words),
	};
	struct CMUnitTest stories[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		stories[i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i],
		};
	failed = cmocka_run_group_tests(stories, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
