/*
 * What is remembered of series that come and go.
 */
#include "tests/unit/test.h"

#include <time.h>

#include "probe/metric_counters.h"

#define SERIES 20000U
#define LONG_S 0.25 /* many times what it takes, with sanitizers too */

static void
add(struct metric_counters *c, unsigned id, double value)
{
	const struct series_id series = { .low = id, .high = id };

	assert_true(metric_counters_add(c, series, 0, value));
}

static void
one_page(struct metric_counters *c, unsigned id, double value)
{
	metric_counters_begin(c);
	add(c, id, value);
	metric_counters_end(c);
}

/* Three fit: what was away the longest is forgotten first. */
static void
test_what_is_forgotten(void **state)
{
	struct metric_counters *c = metric_counters_new(3, 1);

	(void)state;
	assert_non_null(c);
	for (unsigned id = 1; id <= 3; id++)
		one_page(c, id, 10);
	assert_float_equal(*metric_counters_totals(c), 20, 0);
	one_page(c, 4, 10); /* and 1 is forgotten */
	one_page(c, 3, 11); /* known, as is 4, so that 2 goes next */
	assert_float_equal(*metric_counters_totals(c), 31, 0);
	one_page(c, 1, 10);
	assert_float_equal(*metric_counters_totals(c), 41, 0);
	one_page(c, 4, 12);
	assert_float_equal(*metric_counters_totals(c), 43, 0);
	one_page(c, 2, 10);
	assert_float_equal(*metric_counters_totals(c), 53, 0);
	metric_counters_free(c);
}

/* Few are kept apart from many: from 8 to 9, and where they end. */
static void
test_few_and_many_count_alike(void **state)
{
	static const unsigned counts[] = { 1, 7, 8, 9, 10, 15, 16 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		struct metric_counters *c = metric_counters_new(16, 1);

		assert_non_null(c);
		for (int lap = 0; lap < 2; lap++) {
			for (unsigned page = 0; page < 4; page++) {
				metric_counters_begin(c);
				for (unsigned id = 1; id <= counts[i]; id++)
					add(c, id, id + 2 * page);
				metric_counters_end(c);
			}
			assert_float_equal(*metric_counters_totals(c),
			    (float)(6 * counts[i]), 0);
			metric_counters_reset(c);
			assert_float_equal(*metric_counters_totals(c), 0, 0);
		}
		metric_counters_free(c);
	}
}

/* A page that breaks off with many, after pages of few. */
static void
test_many_that_broke_off_leave_few(void **state)
{
	struct metric_counters *c = metric_counters_new(16, 1);

	(void)state;
	assert_non_null(c);
	one_page(c, 1, 10);
	metric_counters_begin(c);
	for (unsigned id = 1; id <= 16; id++)
		add(c, id, 100);
	one_page(c, 1, 12);
	assert_float_equal(*metric_counters_totals(c), 2, 0);
	one_page(c, 2, 5);
	assert_float_equal(*metric_counters_totals(c), 7, 0);
	metric_counters_free(c);
}

/* One that goes with each page, and then a page of new ones alone. */
static void
test_a_page_of_new_ones_holds_nobody_up(void **state)
{
	struct metric_counters *c = metric_counters_new(SERIES, 1);
	clock_t before;

	(void)state;
	assert_non_null(c);
	for (unsigned id = 0; id < SERIES; id++)
		one_page(c, id, 0);
	before = clock();
	metric_counters_begin(c);
	for (unsigned id = 0; id < SERIES; id++)
		add(c, SERIES + id, 1);
	metric_counters_end(c);
	assert_true((double)(clock() - before) < LONG_S * CLOCKS_PER_SEC);
	assert_float_equal(*metric_counters_totals(c), SERIES, 0);
	metric_counters_begin(c);
	for (unsigned id = 0; id < SERIES; id++)
		add(c, SERIES + id, 3);
	metric_counters_end(c);
	assert_float_equal(*metric_counters_totals(c), 3 * SERIES, 0);
	metric_counters_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_few_and_many_count_alike),
		cmocka_unit_test(test_many_that_broke_off_leave_few),
		cmocka_unit_test(test_what_is_forgotten),
		cmocka_unit_test(test_a_page_of_new_ones_holds_nobody_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
