/*
 * When probes are asked, and when the daemon doubts its own clock.
 */
#include "tests/unit/test.h"

#include <stdio.h>

#include "base/digest.h"
#include "daemon/life.h"
#include "daemon/poller.h"

static void
test_due_is_the_phase_of_each_interval(void **state)
{
	static const struct {
		int64_t now_ms, interval_ms;
		double phase;
		int64_t due_ms;
	} rows[] = {
		{ 0, 1000, 0.0, 1000 },
		{ 1, 1000, 0.0, 1000 },
		{ 999, 1000, 0.0, 1000 },
		{ 1000, 1000, 0.0, 2000 },
		{ 1000, 1000, 0.25, 1250 },
		{ 1249, 1000, 0.25, 1250 },
		{ 1250, 1000, 0.25, 2250 },
		{ 100, 1000, 0.5, 500 },
		{ 86400000, 86400000, 0.999, 172713600 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(poller_due_ms(rows[i].now_ms,
				     rows[i].interval_ms, rows[i].phase),
		    rows[i].due_ms);
}

/* As many names as probes: no tenth of the interval is crowded or empty. */
static void
test_names_spread_over_the_interval(void **state)
{
	unsigned tenths[10] = { 0 };
	char name[32];

	(void)state;
	for (int i = 0; i < 10000; i++) {
		(void)snprintf(name, sizeof(name), "service-%d/health", i);
		tenths[(int)(digest_fraction(name) * 10)]++;
	}
	for (int i = 0; i < 10; i++) {
		assert_in_range(tenths[i], 900, 1100);
	}
}

static void
test_a_pause_and_a_moved_clock_are_seen(void **state)
{
	(void)state;
	/* expected, by boot time, by the wall */
	assert_int_equal(life_tilt_ms(500, 500, 500), 0);
	assert_int_equal(life_tilt_ms(500, 2600, 2600), 2100);
	assert_int_equal(life_tilt_ms(500, 500, 3600500), 3600000);
	assert_int_equal(life_tilt_ms(500, 500, -3599500), 3600000);
	assert_true(life_tilt_ms(500, 2500, 2500) <= TILT_MS);
	assert_true(life_tilt_ms(500, 2501, 2501) > TILT_MS);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_due_is_the_phase_of_each_interval),
		cmocka_unit_test(test_names_spread_over_the_interval),
		cmocka_unit_test(test_a_pause_and_a_moved_clock_are_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
