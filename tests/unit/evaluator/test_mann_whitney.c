/*
 * Mann-Whitney's test against counting all choices by hand, at its limits,
 * and where there is nothing to choose.  R's answers: test_wilcoxon.c.
 */
#include "tests/unit/test.h"

#include <math.h>
#include <string.h>

#include "evaluator/hodges_lehmann.h"
#include "evaluator/mann_whitney.h"
#include "evaluator/normal.h"

#define VALUES_MAX 120
#define ENUMERATED_MAX 13

static double doubles[MANN_WHITNEY_ROOM(MANN_WHITNEY_EXACT_MAX)];
static const struct mann_whitney_room room = { MANN_WHITNEY_EXACT_MAX,
	doubles };

/* The same numbers on every run. */
static uint64_t seed = 1;

static unsigned
dice(unsigned sides)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (unsigned)(seed >> 33) % sides;
}

static double
u_of(const double *x, size_t m, const double *y, size_t n)
{
	double u = 0;

	for (size_t i = 0; i < m; i++) {
		for (size_t j = 0; j < n; j++)
			u += x[i] > y[j] ? 1 : x[i] == y[j] ? 0.5 : 0;
	}
	return u;
}

struct tally {
	double all, at_most, at_least;
};

/* Every way to call m of them x. */
static struct tally
enumerate(const double *values, size_t m, size_t n, double u)
{
	struct tally t = { 0, 0, 0 };

	for (unsigned mask = 0; mask < 1U << (m + n); mask++) {
		double x[ENUMERATED_MAX], y[ENUMERATED_MAX];
		size_t i = 0, j = 0;

		if ((size_t)__builtin_popcount(mask) != m)
			continue;
		for (size_t k = 0; k < m + n; k++) {
			if ((mask >> k & 1) != 0)
				x[i++] = values[k];
			else
				y[j++] = values[k];
		}
		t.all++;
		t.at_most += u_of(x, m, y, n) <= u;
		t.at_least += u_of(x, m, y, n) >= u;
	}
	return t;
}

static void
compare_with_enumeration(size_t m, size_t n, unsigned sides)
{
	double values[ENUMERATED_MAX], sorted[ENUMERATED_MAX];
	struct series x = { sorted, m }, y = { sorted + m, n };
	struct mann_whitney t;
	struct tally tally;

	for (size_t i = 0; i < m + n; i++)
		values[i] = sorted[i] = dice(sides);
	tally = enumerate(values, m, n, u_of(values, m, values + m, n));
	ranks_sort(sorted, m);
	ranks_sort(sorted + m, n);
	t = mann_whitney_test(x, y, &room);
	assert_true(t.is_exact);
	assert_true(t.u == u_of(values, m, values + m, n));
	assert_true(fabs(t.less - tally.at_most / tally.all) < 1e-13);
	assert_true(fabs(t.greater - tally.at_least / tally.all) < 1e-13);
}

static void
test_exact_is_what_counting_all_choices_gives(void **state)
{
	static const unsigned sides[] = { 1, 2, 3, 5, 1000000 };

	(void)state;
	for (size_t m = 1; m <= 6; m++) {
		for (size_t n = 1; m + n <= ENUMERATED_MAX - 2; n++) {
			for (size_t i = 0; i < ARRAY_LEN(sides); i++)
				compare_with_enumeration(m, n, sides[i]);
		}
	}
}

static struct mann_whitney
ramps(size_t m, size_t n, double lift, const struct mann_whitney_room *where)
{
	static double x[VALUES_MAX], y[VALUES_MAX];

	for (size_t i = 0; i < m; i++)
		x[i] = (double)i + lift;
	for (size_t i = 0; i < n; i++)
		y[i] = (double)i;
	return mann_whitney_test(
	    (struct series){ x, m }, (struct series){ y, n }, where);
}

static struct mann_whitney
test_ramps(size_t m, size_t n, double lift)
{
	return ramps(m, n, lift, &room);
}

static void
test_exact_ends_at_its_limit(void **state)
{
	size_t most = MANN_WHITNEY_EXACT_MAX;

	(void)state;
	assert_true(test_ramps(most, most, 0.5).is_exact);
	assert_true(test_ramps(most, most, 1).is_exact);
	assert_false(test_ramps(most + 1, most, 0.5).is_exact);
	assert_false(test_ramps(most, most + 1, 0.5).is_exact);
	assert_false(test_ramps(most, most + 1, 1).is_exact);
}

/* At the limit both say nearly the same. */
static void
test_exact_and_approximate_meet(void **state)
{
	static const struct mann_whitney_room none = { 0, NULL };
	static const double lifts[] = { 0.5, 1, 3, 7.5, 15 };
	size_t most = MANN_WHITNEY_EXACT_MAX;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lifts); i++) {
		double exact = ramps(most, most, lifts[i], &room).two_sided;
		double other = ramps(most, most, lifts[i], &none).two_sided;

		assert_true(fabs(exact - other) < 0.004);
	}
}

static void
test_smallest_possible_p(void **state)
{
	struct mann_whitney t = test_ramps(4, 4, 100);

	(void)state;
	assert_true(fabs(t.greater - 1.0 / 70) < 1e-15);
	assert_true(fabs(t.two_sided - 2.0 / 70) < 1e-15);
	assert_true(fabs(t.less - 1) < 1e-15);
	t = test_ramps(5, 5, 100);
	assert_true(fabs(t.greater - 1.0 / 252) < 1e-15);
	t = test_ramps(1, 1, 100);
	assert_true(t.greater == 0.5 && t.two_sided == 1);
}

static void
test_all_equal_says_nothing(void **state)
{
	static double sevens[VALUES_MAX];

	(void)state;
	for (size_t i = 0; i < VALUES_MAX; i++)
		sevens[i] = 7;
	for (size_t n = 1; n <= VALUES_MAX; n += 7) {
		struct series s = { sevens, n };
		struct mann_whitney t = mann_whitney_test(s, s, &room);
		struct hodges_lehmann h = hodges_lehmann(s, s, 0.98, &room);

		assert_true(t.less == 1 && t.greater == 1);
		assert_true(t.two_sided == 1);
		assert_true(h.estimate == 0 && h.low == 0 && h.high == 0);
	}
}

static void
test_differences_are_ranked_as_if_sorted(void **state)
{
	double x[9], y[7], all[63];
	struct series sx = { x, 9 }, sy = { y, 7 };

	(void)state;
	for (size_t i = 0; i < 9; i++)
		x[i] = dice(20) / 10.0 - 1;
	for (size_t j = 0; j < 7; j++)
		y[j] = j < 3 ? 0 : dice(1000000) / 7.0 - 70000;
	for (size_t k = 0; k < 63; k++)
		all[k] = x[k / 7] - y[k % 7];
	ranks_sort(x, 9);
	ranks_sort(y, 7);
	ranks_sort(all, 63);
	for (size_t k = 0; k < 63; k++)
		assert_true(difference_ranked(sx, sy, k + 1) == all[k]);
}

static void
test_the_normal_distribution_turns_round(void **state)
{
	static const double tails[] = { 0.5, 0.01, 0.005, 1e-10, 1e-300, 0.99 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
		double z = normal_upper(tails[i]);

		assert_true(fabs(normal_above(z) / tails[i] - 1) < 1e-11);
		assert_true(normal_below(-z) == normal_above(z));
	}
	assert_true(fabs(normal_upper(0.025) - 1.959963984540054) < 1e-14);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact_is_what_counting_all_choices_gives),
		cmocka_unit_test(test_exact_ends_at_its_limit),
		cmocka_unit_test(test_exact_and_approximate_meet),
		cmocka_unit_test(test_smallest_possible_p),
		cmocka_unit_test(test_all_equal_says_nothing),
		cmocka_unit_test(test_differences_are_ranked_as_if_sorted),
		cmocka_unit_test(test_the_normal_distribution_turns_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
