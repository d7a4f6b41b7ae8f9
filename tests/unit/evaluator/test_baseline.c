/*
 * What a baseline learns, from what it is kept, and how little moves it.
 *
 * Each story makes a value a minute.  The numbers that the manual states are
 * the limits of the tables here.
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
#define SLICE_MS (3 * DAY / 32)

static const struct baseline_settings defaults = {
	.min_age_ms = DAY,
	.min_samples = 60,
	.half_life_ms = 3 * DAY,
	.quarantine_ms = 2 * HOUR,
};

static uint64_t seed;

static double
uniform(void)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return ((double)(seed >> 11) + 0.5) / 9007199254740992.0;
}

static double
normal(void)
{
	return sqrt(-2 * log(uniform())) * cos(6.283185307179586 * uniform());
}

/* A usual service: its times stray by a fifth. */
static double
usual(void)
{
	return NORMAL * exp(0.2 * normal());
}

static struct baseline *
make(void)
{
	struct baseline *b = baseline_new(&defaults);

	assert_non_null(b);
	seed = 7;
	return b;
}

/* Learns usual values from one moment up to another. */
static void
live(struct baseline *b, int64_t from_ms, int64_t to_ms)
{
	for (int64_t at = from_ms; at < to_ms; at += MINUTE)
		baseline_learn(b, LEARNING_ON, usual(), at);
}

static bool
is_near(double a, double b, double ratio)
{
	return fabs(a - b) <= fabs(b) * ratio;
}

static void
learns_what_is_normal(void **state)
{
	struct baseline *b = make();

	(void)state;
	assert_true(isnan(baseline_value(b)));
	live(b, 0, 4 * DAY);
	assert_true(baseline_may_judge(b));
	assert_true(is_near(baseline_value(b), NORMAL, 0.01));
	assert_true(is_near(baseline_spread(b), NORMAL * 0.2, 0.1));
	baseline_free(b);
}

static const struct wild_row {
	const char *name;
	double share;     /* of values, or of hours, that are wild */
	double factor;    /* by which */
	bool whole_hours; /* else single values */
	double shift;     /* at most so much of the centre */
} wild_rows[] = {
	{ "none", 0, 1, false, 0.01 },
	{ "5 % of the values are a hundredfold", 0.05, 100, false, 0.03 },
	{ "20 % of the values are a hundredfold", 0.2, 100, false, 0.08 },
	{ "5 % of the values are zero", 0.05, 0, false, 0.03 },
	{ "20 % of the values are zero", 0.2, 0, false, 0.08 },
	{ "5 % of the hours are doubled", 0.05, 2, true, 0.03 },
	{ "20 % of the hours are doubled", 0.2, 2, true, 0.08 },
	{ "20 % of the hours are a hundredfold", 0.2, 100, true, 0.08 },
};

static void
wild_values_hardly_move_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wild_rows); i++) {
		const struct wild_row *r = &wild_rows[i];
		struct baseline *b = make();
		bool is_wild = false;

		for (int64_t at = 0; at < 4 * DAY; at += MINUTE) {
			if (!r->whole_hours || at % HOUR == 0)
				is_wild = uniform() < r->share;
			baseline_learn(b, LEARNING_ON,
			    usual() * (is_wild ? r->factor : 1), at);
		}
		if (!is_near(baseline_value(b), NORMAL, r->shift))
			fail_msg("%s: %g", r->name, baseline_value(b));
		print_message(
		    "%s: %+.1f %%\n", r->name, baseline_value(b) - NORMAL);
		baseline_free(b);
	}
}

/* The service is slow for an hour before anything trips. */
static void
the_hour_before_a_trip_is_not_learned(void **state)
{
	static const enum learning ends[] = { LEARNING_TRIPPED,
		LEARNING_INCIDENT };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		struct baseline *b = make();
		double before;

		live(b, 0, 2 * DAY);
		before = baseline_value(b);
		for (int64_t at = 2 * DAY; at < 2 * DAY + HOUR; at += MINUTE)
			baseline_learn(b, LEARNING_ON, 2 * usual(), at);
		baseline_learn(b, ends[i], 10 * usual(), 2 * DAY + HOUR);
		assert_int_equal(baseline_view(b).held_back, 0);
		/* And it goes on from there as if it had not been. */
		live(b, 2 * DAY + 2 * HOUR, 2 * DAY + 9 * HOUR);
		assert_true(is_near(baseline_value(b), before, 0.02));
		baseline_free(b);
	}
}

/* Slower by 1 % every two minutes, to four times the normal, then it trips. */
static void
a_boiling_frog_teaches_nothing(void **state)
{
	struct baseline *b = make();
	double before, now = NORMAL;
	int64_t at = 2 * DAY;

	(void)state;
	live(b, 0, at);
	before = baseline_value(b);
	for (; at < 2 * DAY + 2 * HOUR; at += MINUTE, now *= 1.01)
		baseline_learn(b, LEARNING_ON, now, at);
	baseline_learn(b, LEARNING_TRIPPED, 5 * NORMAL, at);
	assert_true(is_near(baseline_value(b), before, 0.005));
	baseline_free(b);
}

static void
settling_holds_on_to_what_was_before(void **state)
{
	struct baseline *b = make();
	uint64_t held;
	double before;

	(void)state;
	live(b, 0, 2 * DAY);
	held = baseline_view(b).held_back;
	before = baseline_value(b);
	assert_true(held > 0);
	for (int64_t at = 2 * DAY; at < 2 * DAY + 10 * MINUTE; at += MINUTE)
		baseline_learn(b, LEARNING_SETTLING, 100 * NORMAL, at);
	assert_int_equal(baseline_view(b).learning, LEARNING_SETTLING);
	assert_int_equal(baseline_view(b).held_back, held);
	live(b, 2 * DAY + 10 * MINUTE, 3 * DAY);
	assert_true(is_near(baseline_value(b), before, 0.02));
	baseline_free(b);
}

static void
one_beyond_the_limit_is_passed_over(void **state)
{
	struct baseline *b = make();
	uint64_t held;

	(void)state;
	live(b, 0, HOUR);
	held = baseline_view(b).held_back;
	baseline_learn(b, LEARNING_BEYOND, 7 * NORMAL, HOUR);
	baseline_learn(b, LEARNING_ON, (double)NAN, HOUR + MINUTE);
	baseline_learn(b, LEARNING_ON, (double)INFINITY, HOUR + 2 * MINUTE);
	assert_int_equal(baseline_view(b).held_back, held);
	baseline_learn(b, LEARNING_ON, NORMAL, HOUR + 3 * MINUTE);
	assert_int_equal(baseline_view(b).held_back, held + 1);
	baseline_free(b);
}

/* Once it may judge, an incident does not make it a child again. */
static void
stays_grown_up(void **state)
{
	struct baseline *b = make();
	double before;

	(void)state;
	live(b, 0, 2 * DAY);
	before = baseline_value(b);
	for (int64_t at = 2 * DAY; at < 60 * DAY; at += HOUR)
		baseline_learn(b, LEARNING_INCIDENT, 50 * NORMAL, at);
	assert_true(baseline_may_judge(b));
	assert_true(baseline_value(b) == before);
	baseline_free(b);
}

/* A new normal is adopted, but not in a day: by half after a half-life. */
static void
adapts_over_days(void **state)
{
	struct baseline *b = make();
	int64_t at = 12 * DAY;

	(void)state;
	live(b, 0, at);
	for (; at < 13 * DAY; at += MINUTE)
		baseline_learn(b, LEARNING_ON, 2 * usual(), at);
	assert_true(baseline_value(b) < 1.25 * NORMAL);
	for (; at < 17 * DAY; at += MINUTE)
		baseline_learn(b, LEARNING_ON, 2 * usual(), at);
	assert_true(baseline_value(b) > 1.75 * NORMAL);
	baseline_free(b);
}

/* Three times as slow at noon as at midnight. */
static void
covers_a_day(void **state)
{
	struct baseline *b = make();
	double least = (double)INFINITY, most = 0;

	(void)state;
	for (int64_t at = 0; at < 8 * DAY; at += MINUTE) {
		double turn = sin(6.283185307179586 * (double)at / DAY);

		baseline_learn(b, LEARNING_ON, usual() * (1 + turn * 0.5), at);
		if (at < 3 * DAY)
			continue;
		least = fmin(least, baseline_value(b));
		most = fmax(most, baseline_value(b));
	}
	print_message("daily cycle 50 to 150: centre %.0f to %.0f, spread "
		      "%.0f\n",
	    least, most, baseline_spread(b));
	assert_true(least > 0.8 * NORMAL && most < 1.2 * NORMAL);
	assert_true(baseline_spread(b) > 0.3 * NORMAL);
	baseline_free(b);
}

static void
fits_in_3_kib(void **state)
{
	(void)state;
	print_message("%zu bytes\n", baseline_bytes());
	assert_true(baseline_bytes() <= 3072);
}

/* No clock is looked at: it is the same story a year later. */
static void
tells_the_same_story_later(void **state)
{
	static const int64_t starts[] = { -400 * DAY, 0, 365 * DAY };
	double values[ARRAY_LEN(starts)];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
		struct baseline *b = make();

		live(b, starts[i], starts[i] + 2 * DAY);
		values[i] = baseline_value(b);
		baseline_free(b);
	}
	assert_true(values[0] == values[1] && values[1] == values[2]);
}

static void
time_that_goes_back_stands_still(void **state)
{
	struct baseline *b = make();
	struct baseline_view before, after;

	(void)state;
	live(b, 0, 2 * DAY);
	before = baseline_view(b);
	live(b, 0, HOUR);
	after = baseline_view(b);
	assert_int_equal(after.age_ms, before.age_ms);
	assert_int_equal(after.held_back_ms, before.held_back_ms);
	assert_int_equal(after.held_back, before.held_back + 60);
	baseline_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(learns_what_is_normal),
		cmocka_unit_test(wild_values_hardly_move_it),
		cmocka_unit_test(the_hour_before_a_trip_is_not_learned),
		cmocka_unit_test(a_boiling_frog_teaches_nothing),
		cmocka_unit_test(settling_holds_on_to_what_was_before),
		cmocka_unit_test(one_beyond_the_limit_is_passed_over),
		cmocka_unit_test(stays_grown_up),
		cmocka_unit_test(adapts_over_days),
		cmocka_unit_test(covers_a_day),
		cmocka_unit_test(fits_in_3_kib),
		cmocka_unit_test(tells_the_same_story_later),
		cmocka_unit_test(time_that_goes_back_stands_still),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
