/*
 * How the time between two rollbacks grows, and how runs are counted.
 */
#include "tests/unit/test.h"

#include <stdbool.h>
#include <string.h>

#include "decision/cooldown.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)

/* clang-format off */
static struct growth_row {
	const char *name;
	int64_t base_ms, max_ms;
	unsigned count;
	int64_t grown_ms;
} growth_rows[] = {
	{ "none of the last day", 30 * MINUTE_MS, 8 * HOUR_MS, 0,
	  30 * MINUTE_MS },
	{ "the first", 30 * MINUTE_MS, 8 * HOUR_MS, 1, 30 * MINUTE_MS },
	{ "the second", 30 * MINUTE_MS, 8 * HOUR_MS, 2, HOUR_MS },
	{ "the fourth", 30 * MINUTE_MS, 8 * HOUR_MS, 4, 4 * HOUR_MS },
	{ "the one that reaches the most", 30 * MINUTE_MS, 8 * HOUR_MS, 5,
	  8 * HOUR_MS },
	{ "one past it", 30 * MINUTE_MS, 8 * HOUR_MS, 6, 8 * HOUR_MS },
	{ "ever so many", 1, INT64_MAX, UINT32_MAX, INT64_MAX },
	{ "a most that is no power of it", 30 * MINUTE_MS, 100 * MINUTE_MS, 3,
	  100 * MINUTE_MS },
	{ "a most that is less than it", HOUR_MS, MINUTE_MS, 3, HOUR_MS },
	{ "none at all does not grow", 0, HOUR_MS, 7, 0 },
};
/* clang-format on */

static void
test_growth(void **state)
{
	const struct growth_row *row = *state;

	assert_true(cooldown_grown_ms(row->base_ms, row->max_ms, row->count) ==
	    row->grown_ms);
}

static void
test_growth_is_quick(void **state)
{
	(void)state;
	/* 2^32 - 1 turns would be seen. */
	assert_true(cooldown_grown_ms(0, INT64_MAX, UINT32_MAX) == 0);
}

static void
test_window_at_its_edge(void **state)
{
	int64_t at_ms[4];
	struct act_times t = { .at_ms = at_ms, .max = 4 };

	(void)state;
	act_times_add(&t, 1000);
	act_times_add(&t, 2000);
	assert_int_equal(act_times_within(&t, 1999 + HOUR_MS, HOUR_MS), 1);
	assert_int_equal(act_times_within(&t, 2000 + HOUR_MS, HOUR_MS), 0);
	assert_int_equal(act_times_within(&t, 999 + HOUR_MS, HOUR_MS), 2);
	assert_int_equal(act_times_within(&t, 1000 + HOUR_MS, HOUR_MS), 1);
}

static void
test_free_again(void **state)
{
	int64_t at_ms[4];
	struct act_times t = { .at_ms = at_ms, .max = 4 };
	int64_t now_ms = 5000;

	(void)state;
	assert_true(act_times_free_ms(&t, now_ms, HOUR_MS, 1) == now_ms);
	assert_true(act_times_free_ms(&t, now_ms, HOUR_MS, 0) == INT64_MAX);
	for (int64_t at = 1; at <= 4; at++)
		act_times_add(&t, at * 1000);
	/* Four of four: when the oldest is an hour old. */
	assert_true(
	    act_times_free_ms(&t, now_ms, HOUR_MS, 4) == 1000 + HOUR_MS);
	assert_true(act_times_free_ms(&t, now_ms, HOUR_MS, 5) == now_ms);
	/* Two were allowed: when all but one are. */
	assert_true(
	    act_times_free_ms(&t, now_ms, HOUR_MS, 2) == 3000 + HOUR_MS);
}

static void
test_any_order(void **state)
{
	int64_t at_ms[3];
	struct act_times t = { .at_ms = at_ms, .max = 3 };
	static const int64_t wanted[] = { 20, 30, 40 };

	(void)state;
	act_times_add(&t, 30);
	act_times_add(&t, 10);
	act_times_add(&t, 20);
	act_times_add(&t, 40); /* 10 makes room */
	act_times_add(&t, 15); /* too old to be kept */
	assert_int_equal(t.count, 3);
	assert_memory_equal(at_ms, wanted, sizeof(wanted));
	act_times_add(&t, 25);
	assert_true(at_ms[0] == 25 && at_ms[1] == 30 && at_ms[2] == 40);
}

static void
test_room_for_one(void **state)
{
	int64_t at_ms[1];
	struct act_times t = { .at_ms = at_ms, .max = 1 };

	(void)state;
	act_times_add(&t, 5);
	act_times_add(&t, 4);
	assert_true(at_ms[0] == 5);
	act_times_add(&t, 6);
	assert_true(at_ms[0] == 6 && t.count == 1);
}

int
main(void)
{
	struct CMUnitTest tests[ARRAY_LEN(growth_rows) + 5] = {
		cmocka_unit_test(test_growth_is_quick),
		cmocka_unit_test(test_window_at_its_edge),
		cmocka_unit_test(test_free_again),
		cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_room_for_one),
	};

	for (size_t i = 0; i < ARRAY_LEN(growth_rows); i++)
		tests[5 + i] = (struct CMUnitTest){ .name = growth_rows[i].name,
			.test_func = test_growth,
			.initial_state = &growth_rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
