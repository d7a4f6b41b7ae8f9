/*
 * When a baseline may judge, and the limits that follow from it.
 */
#include "tests/unit/test.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "evaluator/baseline.h"

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define NORMAL 100.0

static const struct baseline_settings defaults = {
	.min_age_ms = DAY,
	.min_samples = 60,
	.half_life_ms = 3 * DAY,
	.quarantine_ms = 2 * HOUR,
};

static struct baseline *
make(void)
{
	struct baseline *b = baseline_new(&defaults);

	assert_non_null(b);
	return b;
}

static void
live(struct baseline *b, int64_t from_ms, int64_t to_ms)
{
	for (int64_t at = from_ms; at < to_ms; at += MINUTE)
		baseline_learn(b, LEARNING_ON, NORMAL, at);
}

/* Values every 100 ms; slices of a second, counting after a second more. */
static const struct age_row {
	const char *name;
	int64_t min_age_ms;
	unsigned min_samples;
	int64_t lives_ms; /* the last value */
	bool judges;
} age_rows[] = {
	/* Two slices count: 900 ms, as the first value has no past, + 1 s. */
	{ "exactly", 1900, 20, 3000, true },
	{ "one ms short", 1901, 20, 3000, false },
	{ "one sample short", 1900, 21, 3000, false },
	{ "one ms before the quarantine ends", 1900, 20, 2899, false },
	{ "of the second slice at its end", 1900, 20, 2900, true },
};

static void
is_old_enough_to_judge(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(age_rows); i++) {
		const struct age_row *r = &age_rows[i];
		struct baseline_settings s = {
			.min_age_ms = r->min_age_ms,
			.min_samples = r->min_samples,
			.half_life_ms = 32000,
			.quarantine_ms = 1000,
		};
		struct baseline *b = baseline_new(&s);
		int64_t at = 0;

		assert_non_null(b);
		for (; at <= r->lives_ms; at += 100)
			baseline_learn(b, LEARNING_ON, NORMAL, at);
		if (at - 100 < r->lives_ms)
			baseline_learn(b, LEARNING_BEYOND, 1, r->lives_ms);
		if (baseline_may_judge(b) != r->judges)
			fail_msg("%s", r->name);
		assert_true(isnan(baseline_above(b, 5, 0)) == !r->judges);
		baseline_free(b);
	}
}

/* As the manual says: a day of learning, the slice to its end, two hours. */
static void
judges_after_27_hours(void **state)
{
	struct baseline *b = make();

	(void)state;
	live(b, 0, 26 * HOUR);
	assert_false(baseline_may_judge(b));
	live(b, 26 * HOUR, 27 * HOUR);
	assert_true(baseline_may_judge(b));
	baseline_free(b);
}

/* Values of the last hours before nobody watched are not through yet. */
static void
unwatched_time_is_no_quarantine(void **state)
{
	struct baseline *b = make();

	(void)state;
	live(b, 0, 26 * HOUR);
	live(b, 40 * HOUR, 40 * HOUR + 40 * MINUTE);
	assert_false(baseline_may_judge(b));
	live(b, 40 * HOUR + 40 * MINUTE, 41 * HOUR);
	assert_true(baseline_may_judge(b));
	baseline_free(b);
}

/* Nor is it unwatched where values are far apart as a rule. */
static void
slow_probes_are_through_in_time(void **state)
{
	struct baseline_settings s = { .min_age_ms = 24 * HOUR,
		.min_samples = 10,
		.half_life_ms = 240 * HOUR,
		.quarantine_ms = 2 * HOUR };
	struct baseline *b = baseline_new(&s);

	(void)state;
	assert_non_null(b);
	for (int day = 0; day < 20; day++)
		baseline_learn(b, LEARNING_ON, NORMAL, day * 24 * HOUR);
	assert_true(baseline_may_judge(b));
	baseline_free(b);
}

static void
says_what_is_missing(void **state)
{
	struct baseline *b = make();
	char words[EVALUATOR_TEXT_MAX] = "";
	struct text out = text_over(words, sizeof(words));

	(void)state;
	for (int64_t at = 0; at < 8 * HOUR; at += 45 * MINUTE)
		baseline_learn(b, LEARNING_ON, NORMAL, at);
	baseline_missing(b, &out);
	assert_string_equal(words, "the baseline is 3h45m of 1d old");
	for (int64_t at = 8 * HOUR; at < 31 * HOUR; at += HOUR)
		baseline_learn(b, LEARNING_ON, NORMAL, at);
	text_clear(&out);
	baseline_missing(b, &out);
	assert_string_equal(words, "the baseline knows 30 of 60 values");
	live(b, 31 * HOUR, 2 * DAY);
	text_clear(&out);
	baseline_missing(b, &out);
	assert_string_equal(text_str(&out), "");
	baseline_free(b);
}

#define NONE ((double)NAN)

static const struct limit_row {
	const char *name;
	bool below;
	double value;
	double at_least;
	double times;
	double deviations;
	double limit;
} limit_rows[] = {
	{ "five times", false, 100, 0, 5, 0, 500 },
	{ "the spread is nearer", false, 100, 0, 5, 3, 500 },
	{ "the spread alone", false, 100, 0, 0, 3, 103 },
	{ "of zero there is no multiple", false, 0, 0, 5, 0, NONE },
	{ "nor a spread", false, 0, 0, 0, 3, NONE },
	{ "but a least limit", false, 0, 2.5, 5, 3, 2.5 },
	{ "near zero", false, 0.001, 2.5, 5, 0, 2.5 },
	{ "the least limit is less", false, 100, 2.5, 5, 0, 500 },
	{ "five times a negative value", false, -100, 0, 5, 0, 300 },
	{ "a fifth", true, 100, 0, 0.2, 0, 20 },
	{ "nothing at all", true, 100, 0, 0, 0, NONE },
	{ "a fifth of zero", true, 0, 0, 0.2, 0, NONE },
	{ "by the spread alone", true, 100, 0, 0, 3, 97 },
	{ "a fifth, not by a least limit", true, 100, 50, 0.2, 3, 20 },
	{ "a fifth of a negative value", true, -100, 0, 0.2, 0, -180 },
};

static bool
same(double a, double b)
{
	return (isnan(a) && isnan(b)) || fabs(a - b) < 1e-9;
}

static void
limits_follow(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(limit_rows); i++) {
		const struct limit_row *r = &limit_rows[i];
		struct baseline_settings s = defaults;
		struct baseline *b;
		double limit;

		s.at_least = r->at_least;
		b = baseline_new(&s);
		assert_non_null(b);
		baseline_pin(b, r->value);
		if (r->below)
			limit = baseline_below(b, r->times, r->deviations);
		else
			limit = baseline_above(b, r->times, r->deviations);
		if (!same(limit, r->limit))
			fail_msg("%s: %g", r->name, limit);
		baseline_free(b);
	}
}

static void
a_pin_stands(void **state)
{
	struct baseline *b = make();
	uint64_t changes = baseline_changes(b);

	(void)state;
	baseline_pin(b, 42);
	assert_true(baseline_changes(b) > changes);
	assert_true(baseline_may_judge(b));
	assert_true(baseline_value(b) == 42);
	assert_true(same(baseline_spread(b), 0.42));
	live(b, 0, 2 * DAY);
	assert_true(baseline_value(b) == 42);
	assert_true(baseline_view(b).learned == NORMAL);
	baseline_reset(b);
	assert_true(baseline_view(b).is_pinned);
	assert_int_equal(baseline_view(b).age_ms, 0);
	baseline_unpin(b);
	assert_false(baseline_may_judge(b));
	assert_true(isnan(baseline_value(b)));
	baseline_free(b);
}

static const struct who_row {
	enum learning service;
	enum verdict own;
	bool is_beyond;
	enum learning expect;
} who_rows[] = {
	{ LEARNING_ON, VERDICT_UNKNOWN, false, LEARNING_ON },
	{ LEARNING_ON, VERDICT_HEALTHY, false, LEARNING_ON },
	{ LEARNING_ON, VERDICT_HEALTHY, true, LEARNING_BEYOND },
	{ LEARNING_ON, VERDICT_TRIPPED, false, LEARNING_TRIPPED },
	{ LEARNING_SETTLING, VERDICT_TRIPPED, true, LEARNING_TRIPPED },
	{ LEARNING_SETTLING, VERDICT_HEALTHY, true, LEARNING_SETTLING },
	{ LEARNING_INCIDENT, VERDICT_TRIPPED, true, LEARNING_INCIDENT },
	{ LEARNING_TRIPPED, VERDICT_HEALTHY, false, LEARNING_TRIPPED },
	{ LEARNING_NOT_ASKED, VERDICT_HEALTHY, true, LEARNING_NOT_ASKED },
};

static void
who_keeps_it_from_learning(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(who_rows); i++)
		assert_int_equal(baseline_learning(who_rows[i].service,
				     who_rows[i].own, who_rows[i].is_beyond),
		    who_rows[i].expect);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_old_enough_to_judge),
		cmocka_unit_test(judges_after_27_hours),
		cmocka_unit_test(unwatched_time_is_no_quarantine),
		cmocka_unit_test(slow_probes_are_through_in_time),
		cmocka_unit_test(says_what_is_missing),
		cmocka_unit_test(limits_follow),
		cmocka_unit_test(a_pin_stands),
		cmocka_unit_test(who_keeps_it_from_learning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
