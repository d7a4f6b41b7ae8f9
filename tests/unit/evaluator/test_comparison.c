/*
 * Each row: what the baseline and the canary measured, as numbers_read()
 * reads it, and what the comparison makes of them.
 */
#include "tests/unit/test.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "evaluator/comparison.h"
#include "evaluator/numbers.h"

#define POINTS_MAX 1000

#define DEFAULTS .confidence = 0.98, .cles = COMPARISON_CLES

struct row {
	const char *name;
	const char *baseline, *canary;
	struct comparison_settings settings;
	enum comparison_verdict verdict;
	enum comparison_reason reason;
};

#define ZEROS10 "0 0 0 0 0 0 0 0 0 0 "
#define LOW10 "1 2 3 4 5 6 7 8 9 10 "
#define HIGH10 "11 12 13 14 15 16 17 18 19 20 "

/* clang-format off */
static struct row rows[] = {
	{ "five against five, all higher: fails",
	  "1 2 3 4 5", "6 7 8 9 10", { DEFAULTS },
	  COMPARISON_FAIL, COMPARISON_HIGHER },
	{ "four points are too few, however high",
	  "1 2 3 4", "100 200 300 400", { DEFAULTS },
	  COMPARISON_NODATA, COMPARISON_TOO_FEW },
	{ "four of the canary are too few against any baseline",
	  LOW10 LOW10 LOW10, "100 200 300 400", { DEFAULTS },
	  COMPARISON_NODATA, COMPARISON_TOO_FEW },
	{ "four of the baseline are too few for any canary",
	  "1 2 3 4", HIGH10 HIGH10, { DEFAULTS },
	  COMPARISON_NODATA, COMPARISON_TOO_FEW },
	{ "also where little confidence is asked for",
	  "1 2 3 4", "5 6 7 8", { .confidence = 0.5, .cles = 0.5 },
	  COMPARISON_NODATA, COMPARISON_TOO_FEW },
	{ "more than five may be asked for",
	  "1 2 3 4 5", "6 7 8 9 10", { DEFAULTS, .min_samples = 6 },
	  COMPARISON_NODATA, COMPARISON_TOO_FEW },
	{ "nothing against nothing",
	  "", "", { DEFAULTS }, COMPARISON_NODATA, COMPARISON_TOO_FEW },
	{ "the same numbers in another order pass",
	  LOW10, "10 9 8 7 6 5 4 3 2 1", { DEFAULTS },
	  COMPARISON_PASS, COMPARISON_NOT_SIGNIFICANT },
	{ "both all zero",
	  ZEROS10, ZEROS10, { DEFAULTS },
	  COMPARISON_PASS, COMPARISON_ALL_EQUAL },
	{ "both the same constant",
	  "7 7 7 7 7 7", "7 7 7 7 7", { DEFAULTS },
	  COMPARISON_PASS, COMPARISON_ALL_EQUAL },
	{ "two constants, the canary's higher",
	  "7 7 7 7 7", "8 8 8 8 8", { DEFAULTS },
	  COMPARISON_FAIL, COMPARISON_HIGHER },
	{ "a constant baseline, a canary around it",
	  "7 7 7 7 7 7 7", "5 8 6 9 7 6 8", { DEFAULTS },
	  COMPARISON_PASS, COMPARISON_NOT_SIGNIFICANT },
	{ "zeros, and half of the canary's are errors",
	  ZEROS10, "0 0 3 0 4 0 5 2 0 6", { DEFAULTS },
	  COMPARISON_FAIL, COMPARISON_HIGHER },
	{ "many zeros, and one in six of the canary's is an error",
	  ZEROS10 ZEROS10 ZEROS10 ZEROS10,
	  ZEROS10 ZEROS10 ZEROS10 "0 9 1 0 4 0 5 2 0 6 3", { DEFAULTS },
	  COMPARISON_FAIL, COMPARISON_HIGHER },
	{ "an odd error among many zeros is nothing",
	  ZEROS10 ZEROS10, ZEROS10 "0 0 0 0 900 0 0 0 0 0", { DEFAULTS },
	  COMPARISON_PASS, COMPARISON_NOT_SIGNIFICANT },
	{ "two odd errors neither",
	  ZEROS10 ZEROS10, ZEROS10 "0 7 0 0 900 0 0 0 0 0", { DEFAULTS },
	  COMPARISON_PASS, COMPARISON_NOT_SIGNIFICANT },
	{ "some errors on both sides are no difference",
	  ZEROS10 "3 4 0 0 2", "0 0 3 0 4 2" ZEROS10, { DEFAULTS },
	  COMPARISON_PASS, COMPARISON_NOT_SIGNIFICANT },
	{ "errors of the baseline alone: the canary is better",
	  "0 0 3 0 4 0 5 2 0 6", ZEROS10, { DEFAULTS },
	  COMPARISON_PASS, COMPARISON_BETTER },
	{ "a tolerance leaves zeros where they are",
	  ZEROS10, "0 0 3 0 4 0 5 2 0 6", { DEFAULTS, .tolerance = 0.5 },
	  COMPARISON_FAIL, COMPARISON_HIGHER },
	{ "higher by less than the tolerance",
	  "100 101 102 103 104", "105 106 107 108 109",
	  { DEFAULTS, .tolerance = 0.1 },
	  COMPARISON_PASS, COMPARISON_WITHIN_TOLERANCE },
	{ "higher by more than the tolerance",
	  "100 101 102 103 104", "115 116 117 118 119",
	  { DEFAULTS, .tolerance = 0.1 },
	  COMPARISON_FAIL, COMPARISON_HIGHER },
	{ "exactly by the tolerance is not beyond it",
	  "100 100 100 100 100", "150 150 150 150 150",
	  { DEFAULTS, .tolerance = 0.5 },
	  COMPARISON_PASS, COMPARISON_WITHIN_TOLERANCE },
	{ "below zero a tolerance goes up too",
	  "-10 -10 -10 -10 -10", "-6 -6 -6 -6 -6",
	  { DEFAULTS, .tolerance = 0.5 },
	  COMPARISON_PASS, COMPARISON_WITHIN_TOLERANCE },
	{ "lower is not bad where an increase is",
	  HIGH10, LOW10, { DEFAULTS },
	  COMPARISON_PASS, COMPARISON_BETTER },
	{ "lower is bad where a decrease is",
	  HIGH10, LOW10, { DEFAULTS, .direction = COMPARISON_DECREASE },
	  COMPARISON_FAIL, COMPARISON_LOWER },
	{ "higher is not",
	  LOW10, HIGH10, { DEFAULTS, .direction = COMPARISON_DECREASE },
	  COMPARISON_PASS, COMPARISON_BETTER },
	{ "lower by less than the tolerance",
	  "100 101 102 103 104", "95 94 93 96 92",
	  { DEFAULTS, .direction = COMPARISON_DECREASE, .tolerance = 0.1 },
	  COMPARISON_PASS, COMPARISON_WITHIN_TOLERANCE },
	{ "either: lower",
	  HIGH10, LOW10, { DEFAULTS, .direction = COMPARISON_EITHER },
	  COMPARISON_FAIL, COMPARISON_LOWER },
	{ "either: higher",
	  LOW10, HIGH10, { DEFAULTS, .direction = COMPARISON_EITHER },
	  COMPARISON_FAIL, COMPARISON_HIGHER },
	{ "either asks for twice as much: one-sided p is 0.0163",
	  ZEROS10, "0 0 3 0 4 0 5 2 0 6",
	  { DEFAULTS, .direction = COMPARISON_EITHER },
	  COMPARISON_PASS, COMPARISON_NOT_SIGNIFICANT },
	{ "significant, but the effect is too small for what is asked",
	  "1 2 3 4 5 6 7 8 9", "5 6 7 8 9 10 11 12 13",
	  { .confidence = 0.98, .cles = 0.9 },
	  COMPARISON_PASS, COMPARISON_EFFECT_TOO_SMALL },
	{ "means less far apart than asked for",
	  LOW10, HIGH10, { DEFAULTS, .ratio = 3 },
	  COMPARISON_PASS, COMPARISON_EFFECT_TOO_SMALL },
	{ "means as far apart as asked for",
	  LOW10, HIGH10, { DEFAULTS, .ratio = 2.8 },
	  COMPARISON_FAIL, COMPARISON_HIGHER },
	{ "fewer deviations apart than asked for",
	  LOW10, HIGH10, { DEFAULTS, .d = 3.4 },
	  COMPARISON_PASS, COMPARISON_EFFECT_TOO_SMALL },
	{ "as many deviations apart as asked for",
	  LOW10, HIGH10, { DEFAULTS, .d = 3.2 },
	  COMPARISON_FAIL, COMPARISON_HIGHER },
	{ "no number is no point",
	  "1 2 3 4 nan nan", "6 7 8 9 10 nan", { DEFAULTS },
	  COMPARISON_NODATA, COMPARISON_TOO_FEW },
	{ "or it is zero",
	  "1 2 3 4 nan nan", "6 7 8 9 10", {
		DEFAULTS, .nan = COMPARISON_NAN_ZERO },
	  COMPARISON_FAIL, COMPARISON_HIGHER },
	{ "nothing but NaN is nothing",
	  "nan nan nan nan nan nan", LOW10, { DEFAULTS },
	  COMPARISON_NODATA, COMPARISON_TOO_FEW },
	{ "infinite is larger than anything",
	  LOW10, "inf inf inf inf inf inf", { DEFAULTS, .tolerance = 1 },
	  COMPARISON_FAIL, COMPARISON_HIGHER },
	{ "infinite on both sides is equal",
	  "inf inf inf inf inf", "inf inf inf inf inf",
	  { DEFAULTS, .tolerance = 1 },
	  COMPARISON_PASS, COMPARISON_ALL_EQUAL },
	{ "one outlier condemns nobody",
	  LOW10, "1 2 3 4 5 6 7 8 9 1e9", { DEFAULTS },
	  COMPARISON_PASS, COMPARISON_NOT_SIGNIFICANT },
	{ "nor does one of the baseline acquit",
	  "1 2 3 4 5 6 7 8 9 1e9", HIGH10, { DEFAULTS },
	  COMPARISON_FAIL, COMPARISON_HIGHER },
};
/* clang-format on */

static double doubles[COMPARISON_ROOM(POINTS_MAX, MANN_WHITNEY_EXACT_MAX)];

static struct comparison_room
room(void)
{
	return comparison_room_over(
	    doubles, POINTS_MAX, MANN_WHITNEY_EXACT_MAX);
}

static size_t
read_points(const char *text, double values[POINTS_MAX])
{
	struct error err = { "" };
	size_t count;

	assert_true(numbers_read(
	    "row", text, strlen(text), values, POINTS_MAX, &count, &err));
	return count;
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct comparison_room r = room();
	double canary[POINTS_MAX], baseline[POINTS_MAX];
	size_t m = read_points(row->canary, canary);
	size_t n = read_points(row->baseline, baseline);
	struct comparison c =
	    comparison_make(&row->settings, canary, m, baseline, n, &r);
	char text[COMPARISON_TEXT_MAX];

	comparison_explain(&c, &row->settings, text);
	assert_string_equal(comparison_reason_word(c.reason),
	    comparison_reason_word(row->reason));
	assert_string_equal(comparison_verdict_word(c.verdict),
	    comparison_verdict_word(row->verdict));
	assert_in_range(strlen(text), 5, COMPARISON_TEXT_MAX - 2);
}

static void
test_the_longest_reason_fits(void **state)
{
	struct comparison_settings s = { .confidence = 0.999999,
		.cles = 0.999999,
		.d = 999999,
		.ratio = 999999,
		.tolerance = 9.99999,
		.min_samples = UINT32_MAX };
	struct comparison c = { .p = 1.23e-300,
		.alpha = 1.23e-300,
		.canary = { NULL, SIZE_MAX },
		.baseline = { NULL, SIZE_MAX },
		.effect = {
		    .cles = 0.123, .d = -1.23e-300, .ratio = -1e-300 } };

	(void)state;
	for (c.reason = COMPARISON_TOO_FEW; c.reason <= COMPARISON_LOWER;
	     c.reason++) {
		char text[COMPARISON_TEXT_MAX];

		comparison_explain(&c, &s, text);
		assert_in_range(strlen(text), 5, COMPARISON_TEXT_MAX - 2);
	}
}

/* Large samples make anything significant. */
static void
test_a_tiny_difference_of_many_points_passes(void **state)
{
	static double canary[POINTS_MAX], baseline[POINTS_MAX];
	struct comparison_settings s = { DEFAULTS };
	struct comparison_room r = room();
	struct comparison c;

	(void)state;
	for (size_t i = 0; i < POINTS_MAX; i++) {
		baseline[i] = (double)i;
		canary[i] = (double)i + 55;
	}
	c = comparison_make(&s, canary, POINTS_MAX, baseline, POINTS_MAX, &r);
	assert_true(c.p < 0.001);
	assert_int_equal(c.reason, COMPARISON_EFFECT_TOO_SMALL);
}

static void
test_order_makes_no_difference(void **state)
{
	double up[] = { 1, 2, 3, 3, 5, 6, 9 }, down[] = { 9, 6, 5, 3, 3, 2, 1 };
	double other[] = { 4, 4, 7, 8, 9, 9 };
	struct comparison_settings s = { DEFAULTS, .tolerance = 0.1 };
	struct comparison_room r = room();
	struct comparison a = comparison_make(&s, up, 7, other, 6, &r);
	struct comparison b = comparison_make(&s, down, 7, other, 6, &r);

	(void)state;
	assert_true(a.p == b.p && a.higher == b.higher && a.lower == b.lower);
	assert_true(a.effect.d == b.effect.d);
}

static void
test_what_the_tolerance_moves(void **state)
{
	(void)state;
	assert_true(comparison_moved(100, 0.5, true) == 150);
	assert_true(comparison_moved(100, 0.5, false) == 50);
	assert_true(comparison_moved(-100, 0.5, true) == -50);
	assert_true(comparison_moved(-100, 0.5, false) == -150);
	assert_true(comparison_moved(0, 10, true) == 0);
	assert_true(comparison_moved(DBL_MAX, 10, true) == DBL_MAX);
}

int
main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(test_the_longest_reason_fits),
		cmocka_unit_test(test_a_tiny_difference_of_many_points_passes),
		cmocka_unit_test(test_order_makes_no_difference),
		cmocka_unit_test(test_what_the_tolerance_moves),
	};
	struct CMUnitTest tests[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		tests[i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i],
		};
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	return failed + cmocka_run_group_tests(others, NULL, NULL);
}
