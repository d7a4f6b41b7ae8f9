/*
 * The promise of sequential.h: looked at after every pair, healthy data
 * brings the evidence to 1 / alpha in at most a share of alpha of the cases.
 * And the price: how long it takes where something is wrong.
 */
#include "tests/unit/test.h"

#include <math.h>
#include <stdio.h>

#include "evaluator/mann_whitney.h"
#include "evaluator/sequential.h"
#include "tests/dice.h"

#define ALPHA 0.02
#define SIZES 200
#define LOOKS 400
#define RUNS 1500

/*
 * Of so many runs more than this share fail with a chance below one in 10,000
 * if the true share is alpha.
 */
#define SHARE_MAX (ALPHA + 3.72 * 0.1400 / 38.73)

struct story {
	const char *name;
	double (*draw)(struct dice *d, int64_t t);
};

static double
steady(struct dice *d, int64_t t)
{
	(void)t;
	return dice_normal(d);
}

static double
heavy(struct dice *d, int64_t t)
{
	(void)t;
	return 1 / dice_share(d);
}

static double
daily(struct dice *d, int64_t t)
{
	return 10 * sin((double)t / 40) + dice_normal(d);
}

static double
rare_errors(struct dice *d, int64_t t)
{
	(void)t;
	return dice_share(d) < 0.9 ? 0 : floor(5 * dice_share(d)) + 1;
}

static double
a_jump_of_both(struct dice *d, int64_t t)
{
	return (t > 100 ? 50 : 0) + dice_normal(d);
}

static double
whole(struct dice *d, int64_t t)
{
	(void)t;
	return floor(3 * dice_share(d));
}

static struct story stories[] = {
	{ "steady", steady },
	{ "heavy tails", heavy },
	{ "a daily cycle", daily },
	{ "rare errors", rare_errors },
	{ "both jump at once", a_jump_of_both },
	{ "three values", whole },
};

/* Pairs until it is significant; -1: not in LOOKS. */
static int64_t
detected_after(const struct story *story, struct dice *d, double lift,
    int64_t lift_from, int64_t looks)
{
	double sizes[SIZES];
	struct sequential s;

	sequential_init(&s, sizes, SIZES);
	for (int64_t t = 0; t < looks; t++) {
		double x = story->draw(d, t) + (t >= lift_from ? lift : 0);

		sequential_add(&s, x - story->draw(d, t));
		if (sequential_evidence(&s) >= 1 / ALPHA)
			return t + 1;
	}
	return -1;
}

static void
test_false_alarms_stay_within_alpha(void **state)
{
	const struct story *story = *state;
	struct dice d = { 20 };
	unsigned failed = 0;

	for (unsigned run = 0; run < RUNS; run++)
		failed += detected_after(story, &d, 0, 0, LOOKS) > 0;
	print_message(
	    "%s: %.4f of %d\n", story->name, (double)failed / RUNS, RUNS);
	assert_true((double)failed / RUNS <= SHARE_MAX);
}

/* What it would be if Mann and Whitney were asked anew at each look. */
static void
test_a_fixed_test_would_not_do(void **state)
{
	enum { RUNS_FIXED = 100, LOOKS_FIXED = 150 };
	struct mann_whitney_room none = { 0, NULL };
	struct dice d = { 21 };
	unsigned failed = 0;

	(void)state;
	for (unsigned run = 0; run < RUNS_FIXED; run++) {
		double x[LOOKS_FIXED], y[LOOKS_FIXED];
		bool fails = false;

		for (size_t n = 0; n < LOOKS_FIXED && !fails; n++) {
			struct series a = { x, n + 1 }, b = { y, n + 1 };

			x[n] = dice_normal(&d);
			y[n] = dice_normal(&d);
			ranks_sort(x, n + 1);
			ranks_sort(y, n + 1);
			fails = n >= 5 &&
			    mann_whitney_test(a, b, &none).greater <= ALPHA;
		}
		failed += fails;
	}
	print_message("fixed: %.2f of %d\n", failed / 100.0, RUNS_FIXED);
	assert_in_range(failed, 6, RUNS_FIXED);
}

static void
test_ten_pairs_one_above_the_other_will_do(void **state)
{
	double sizes[SIZES];
	struct sequential s;

	(void)state;
	sequential_init(&s, sizes, SIZES);
	for (int i = 0; i < 9; i++)
		sequential_add(&s, 1);
	assert_true(sequential_evidence(&s) < 1 / ALPHA);
	sequential_add(&s, 1);
	assert_true(sequential_evidence(&s) >= 1 / ALPHA);
	sequential_reset(&s);
	assert_true(sequential_evidence(&s) == 1);
}

/* In nine of ten cases at least. */
static void
test_what_is_wrong_is_found(void **state)
{
	static const struct {
		double lift;
		int64_t from, within;
	} rows[] = {
		{ 4, 0, 11 },
		{ 2, 0, 22 },
		{ 1, 0, 52 },
		{ 0.5, 0, 180 },
		{ 4, 200, 30 },
		{ 2, 200, 40 },
		{ 1, 200, 110 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct dice d = { 22 + i };
		unsigned found = 0;

		for (int run = 0; run < 200; run++)
			found += detected_after(&stories[0], &d, rows[i].lift,
				     rows[i].from,
				     rows[i].from + rows[i].within) > 0;
		assert_in_range(found, 180, 200);
	}
}

static void
test_ties_are_no_evidence(void **state)
{
	double sizes[SIZES];
	struct sequential s;

	(void)state;
	sequential_init(&s, sizes, SIZES);
	for (int i = 0; i < 1000; i++)
		sequential_add(&s, 0);
	assert_true(sequential_evidence(&s) == 1);
}

/* However much there was, what follows can take it away again. */
static void
test_evidence_is_lost_again(void **state)
{
	double sizes[SIZES];
	struct sequential s;

	(void)state;
	sequential_init(&s, sizes, SIZES);
	for (int i = 0; i < 100000; i++)
		sequential_add(&s, i);
	assert_true(sequential_evidence(&s) > 1e90);
	assert_true(isfinite(sequential_evidence(&s)));
	for (int i = 0; i < 10000; i++)
		sequential_add(&s, -1);
	assert_true(sequential_evidence(&s) < 1);
	assert_true(sequential_evidence(&s) > 0);
}

static void
test_swapped_signs_lose(void **state)
{
	double sizes[SIZES];
	struct sequential s;

	(void)state;
	sequential_init(&s, sizes, SIZES);
	for (int i = 0; i < 500; i++) {
		sequential_add(&s, -(double)INFINITY);
		assert_true(sequential_evidence(&s) <= 1);
	}
}

int
main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(test_a_fixed_test_would_not_do),
		cmocka_unit_test(test_ten_pairs_one_above_the_other_will_do),
		cmocka_unit_test(test_what_is_wrong_is_found),
		cmocka_unit_test(test_ties_are_no_evidence),
		cmocka_unit_test(test_evidence_is_lost_again),
		cmocka_unit_test(test_swapped_signs_lose),
	};
	struct CMUnitTest tests[ARRAY_LEN(stories)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(stories); i++)
		tests[i] = (struct CMUnitTest){
			.name = stories[i].name,
			.test_func = test_false_alarms_stay_within_alpha,
			.initial_state = &stories[i],
		};
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	return failed + cmocka_run_group_tests(others, NULL, NULL);
}
