/*
 * The set of series that were seen: few and many of them, and where they end.
 */
#include "tests/unit/test.h"

#include <stdbool.h>

#include "probe/promtext_series.h"
#include "tests/dice.h"

#define MOST 3000U

static struct series_id
id_of(unsigned i)
{
	struct dice dice = { i + 1 };

	(void)dice_bits(&dice);
	return (struct series_id){ .low = dice_bits(&dice) };
}

static void
put_all(struct series_set *set, unsigned count, bool are_new)
{
	for (unsigned i = 0; i < count; i++) {
		bool is_new = !are_new;
		struct series_entry *e = series_set_put(set, id_of(i), &is_new);

		assert_non_null(e);
		assert_int_equal(is_new, are_new);
		assert_int_equal(e->mark, are_new ? 0 : i + 1);
		e->mark = i + 1;
	}
}

/* Around the 42 that are few, and the most that there may be. */
static void
test_it_knows_what_was_put(void **state)
{
	static const unsigned counts[] = { 0, 1, 41, 42, 43, 44, 64, 65, 1000,
		MOST };
	struct series_set set;

	(void)state;
	assert_true(series_set_init(&set, MOST));
	for (int lap = 0; lap < 3; lap++)
		for (size_t k = 0; k < ARRAY_LEN(counts); k++) {
			put_all(&set, counts[k], true);
			put_all(&set, counts[k], false);
			for (unsigned i = 0; i < MOST + 10; i++)
				assert_int_equal(
				    series_set_find(&set, id_of(i)) != NULL,
				    i < counts[k]);
			series_set_clear(&set);
		}
	series_set_free(&set);
}

static void
test_it_is_full_with_the_most(void **state)
{
	static const unsigned counts[] = { 1, 41, 42, 43, 44, 63, 64, 65 };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(counts); k++) {
		struct series_set set;
		bool is_new;

		assert_true(series_set_init(&set, counts[k]));
		put_all(&set, counts[k], true);
		assert_null(series_set_put(&set, id_of(counts[k]), &is_new));
		put_all(&set, counts[k], false);
		series_set_free(&set);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_knows_what_was_put),
		cmocka_unit_test(test_it_is_full_with_the_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
