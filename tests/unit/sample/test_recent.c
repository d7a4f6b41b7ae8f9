/*
 * The log and the counters slice by slice say the same of any stream, however
 * long it is, and whatever memory there is the newest values count.
 */
#include "tests/unit/short_memory.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "sample/recent.h"
#include "tests/dice.h"

#define SLICES 10

static const struct sketch_range times = { 0.1, 2000, 0.02, false };
static const struct sketch_range any = { 1e-6, 1e12, 0.05, true };

static struct recent *
make(const struct sketch_range *range, unsigned expected)
{
	struct recent_settings set = { range, SLICES, expected };
	void *memory = calloc(1, recent_bytes(&set));

	assert_non_null(memory);
	return recent_init(memory, &set);
}

static void
end(struct recent *r)
{
	recent_release(r);
	free(r);
}

static void
assert_same(struct recent *a, struct recent *b)
{
	static const double shares[] = { 0, 0.01, 0.5, 0.95, 0.99, 1 };

	for (size_t i = 0; i < ARRAY_LEN(shares); i++) {
		double x = recent_quantile(a, shares[i]);
		double y = recent_quantile(b, shares[i]);

		assert_true(x == y || (isnan(x) && isnan(y)));
	}
}

/*
 * So many values come in one slice, and how much room was thought enough.  At
 * first they are far from each other.
 */
static struct story {
	const char *name;
	const struct sketch_range *range;
	unsigned in_slice;
	unsigned expected;
} stories[] = {
	{ "one a slice", &times, 1, 10 },
	{ "as many as expected", &times, 30, 300 },
	{ "as many as expected, far apart", &any, 30, 300 },
	{ "one more than expected", &times, 31, 300 },
	{ "nothing was expected", &times, 20, 0 },
	{ "twice as many as expected", &any, 60, 300 },
	{ "just worth a log", &times, 498, 4980 },
	{ "no log any more", &times, 500, 300 },
	{ "many more than expected", &any, 2000, 40 },
};

static void
test_story(void **state)
{
	const struct story *s = *state;
	struct recent *log = make(s->range, s->expected);
	struct recent *each = make(s->range, UINT16_MAX);
	struct dice dice = { 7 };

	assert_true(isnan(recent_quantile(log, 0.5)));
	for (unsigned slice = 0; slice < 6 * SLICES; slice++) {
		bool is_wild = slice < 2 * SLICES;

		recent_drop(log, slice % SLICES);
		recent_drop(each, slice % SLICES);
		assert_same(log, each);
		for (unsigned i = 0; i < s->in_slice; i++) {
			double wild = is_wild ? 2 : 0.1;
			double value = exp(1 + wild * dice_normal(&dice));

			if (is_wild && s->range->has_sign && i % 3 == 0)
				value = -value;
			assert_true(recent_add(log, slice % SLICES, value));
			assert_true(recent_add(each, slice % SLICES, value));
			if (i % 16 == 0)
				assert_same(log, each);
		}
	}
	recent_clear(log);
	assert_true(isnan(recent_quantile(log, 0.5)));
	assert_true(recent_add(log, 0, 100));
	assert_true(fabs(recent_quantile(log, 1) - 100) <= 5);
	end(log);
	end(each);
}

/* All in one bucket of one slice, the counter of which is full then. */
static void
test_the_65536th_so_near_to_each_other_is_not_counted(void **state)
{
	struct recent *r = make(&times, 300);

	(void)state;
	for (unsigned i = 0; i < UINT16_MAX; i++)
		assert_true(recent_add(r, 3, 100));
	assert_false(recent_add(r, 3, 100));
	assert_true(recent_add(r, 3, 200));
	assert_true(recent_add(r, 4, 100));
	recent_drop(r, 3);
	assert_true(fabs(recent_quantile(r, 1) - 100) <= 2.0001);
	recent_drop(r, 4);
	assert_true(isnan(recent_quantile(r, 1)));
	end(r);
}

static void
test_an_hour_of_few_is_as_small_as_it_says(void **state)
{
	struct recent_settings few = { &times, SLICES, 300 };
	struct recent_settings many = { &times, SLICES, 100000 };

	(void)state;
	assert_true(recent_bytes(&few) <= 640);
	assert_true(recent_bytes(&many) <= 5300);
}

#if SHORT_MEMORY
static void
test_without_memory_the_newest_count(void **state)
{
	struct recent *r = make(&times, 40);

	(void)state;
	memory_is_short = true;
	for (unsigned i = 0; i < 60; i++)
		assert_true(recent_add(r, i / 20, i < 40 ? 1 : 500));
	assert_true(fabs(recent_quantile(r, 0.51) - 500) <= 10.001);
	assert_true(fabs(recent_quantile(r, 0.5) - 1) <= 0.02001);
	recent_drop(r, 0); /* its values have left already */
	assert_true(fabs(recent_quantile(r, 0.5) - 1) <= 0.02001);
	recent_drop(r, 1);
	assert_true(fabs(recent_quantile(r, 0) - 500) <= 10.001);
	recent_drop(r, 2);
	memory_is_short = false;
	assert_true(isnan(recent_quantile(r, 0)));
	end(r);
}

/* Far from each other, they have no counters: the log says it, too. */
static void
test_without_memory_for_its_counters_the_log_says_it(void **state)
{
	struct recent *rich = make(&times, 300), *poor = make(&times, 300);
	struct dice dice = { 3 };

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		double value = exp(2 + 2 * dice_normal(&dice));
		unsigned slice = i / 30 % SLICES;

		if (i % 30 == 0)
			recent_drop(rich, slice);
		assert_true(recent_add(rich, slice, value));
		memory_is_short = i % 1000 < 700;
		if (i % 30 == 0)
			recent_drop(poor, slice);
		assert_true(recent_add(poor, slice, value));
		assert_same(rich, poor);
		memory_is_short = false;
	}
	end(rich);
	end(poor);
}

/* Farther than a byte tells apart: as far as it does. */
static void
test_without_memory_what_is_too_far_is_as_far_as_can_be(void **state)
{
	struct recent *r = make(&any, 300);

	(void)state;
	memory_is_short = true;
	for (unsigned i = 0; i < 90; i++)
		assert_true(recent_add(r, 0, 1));
	for (unsigned i = 0; i < 10; i++)
		assert_true(recent_add(r, 1, i % 2 == 0 ? 1e12 : -1e12));
	assert_true(fabs(recent_quantile(r, 0.5) - 1) <= 0.05001);
	assert_true(recent_quantile(r, 1) > 1e6);
	assert_true(recent_quantile(r, 0) <= 1.05001);
	memory_is_short = false;
	end(r);
}

static void
test_all_that_was_taken_is_given_back(void **state)
{
	struct recent *r = make(&any, 300);
	size_t before = memory_in_use;

	(void)state;
	for (unsigned i = 0; i < 300; i++)
		assert_true(recent_add(r, i / 100, i < 200 ? 1 : -1));
	assert_true(memory_in_use > before);
	recent_drop(r, 0);
	recent_drop(r, 1);
	recent_drop(r, 2);
	assert_int_equal(memory_in_use, before);
	for (unsigned i = 0; i < 400; i++)
		assert_true(recent_add(r, 0, i));
	assert_true(memory_in_use > before);
	recent_clear(r);
	assert_int_equal(memory_in_use, before);
	end(r);
}

/* A log as long as is worth it, and no memory for the counters. */
static void
test_without_memory_for_counters_the_log_stays(void **state)
{
	struct recent *r = make(&times, 4980);

	(void)state;
	memory_is_short = true;
	for (unsigned i = 0; i < 20000; i++)
		assert_true(recent_add(r, i / 2000, i < 17000 ? 1 : 500));
	assert_true(fabs(recent_quantile(r, 0.3) - 1) <= 0.02001);
	assert_true(fabs(recent_quantile(r, 0.5) - 500) <= 10.001);
	memory_is_short = false;
	assert_true(recent_add(r, 9, 500));
	assert_true(fabs(recent_quantile(r, 0.3) - 1) <= 0.02001);
	assert_true(fabs(recent_quantile(r, 0.5) - 500) <= 10.001);
	end(r);
}
#endif

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(
		    test_the_65536th_so_near_to_each_other_is_not_counted),
		cmocka_unit_test(test_an_hour_of_few_is_as_small_as_it_says),
#if SHORT_MEMORY
		cmocka_unit_test(test_without_memory_the_newest_count),
		cmocka_unit_test(
		    test_without_memory_for_its_counters_the_log_says_it),
		cmocka_unit_test(
		    test_without_memory_what_is_too_far_is_as_far_as_can_be),
		cmocka_unit_test(test_all_that_was_taken_is_given_back),
		cmocka_unit_test(
		    test_without_memory_for_counters_the_log_stays),
#endif
	};
	struct CMUnitTest tests[ARRAY_LEN(stories)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(stories); i++)
		tests[i] = (struct CMUnitTest){ .name = stories[i].name,
			.test_func = test_story,
			.initial_state = &stories[i] };
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
