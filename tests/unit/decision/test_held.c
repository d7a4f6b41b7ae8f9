/*
 * For how long guards have kept a service from acting, and when that raises
 * an alarm.
 */
#include "tests/unit/test.h"

#include "decision/held.h"

#define MINUTE_MS INT64_C(60000)
#define AFTER_MS (10 * MINUTE_MS)

static struct decision
held_by(enum guard guard)
{
	return (struct decision){ .action = ACTION_HOLD, .guard = guard };
}

static void
note(struct held *h, enum guard guard, int64_t now_ms)
{
	struct decision d = held_by(guard);

	if (guard == GUARD_NONE)
		d.action = ACTION_NONE;
	held_note(h, &d, 0, now_ms);
}

static void
test_since_when_and_how_long(void **state)
{
	struct held h = { 0 };

	(void)state;
	note(&h, GUARD_SETTLING, 1000);
	note(&h, GUARD_SETTLING, 2000);
	assert_int_equal(h.guard, GUARD_SETTLING);
	assert_int_equal(h.since_ms, 1000);
	assert_int_equal(held_ms(&h, GUARD_SETTLING, 3000), 2000);
	note(&h, GUARD_COOLDOWN, 4000);
	assert_int_equal(h.since_ms, 4000);
	assert_int_equal(h.holds_since_ms, 1000);
	assert_int_equal(held_ms(&h, GUARD_SETTLING, 9000), 3000);
	note(&h, GUARD_NONE, 5000);
	note(&h, GUARD_SETTLING, 6000);
	assert_int_equal(held_ms(&h, GUARD_SETTLING, 7000), 4000);
	assert_int_equal(held_ms(&h, GUARD_COOLDOWN, 7000), 1000);
	assert_int_equal(h.counts[GUARD_SETTLING].times, 2);
	assert_int_equal(h.counts[GUARD_COOLDOWN].times, 1);
	assert_int_equal(h.holds_since_ms, 6000);
}

static void
test_another_rule_is_another_time(void **state)
{
	struct held h = { 0 };
	struct decision d = held_by(GUARD_SETTLING);

	(void)state;
	held_note(&h, &d, 0, 1000);
	held_note(&h, &d, 1, 2000);
	assert_int_equal(h.since_ms, 2000);
	assert_int_equal(h.holds_since_ms, 1000);
	assert_int_equal(h.counts[GUARD_SETTLING].times, 2);
}

static void
test_alarm_once_and_each_hour(void **state)
{
	struct held h = { 0 };
	int64_t at_ms = 1000 + AFTER_MS;

	(void)state;
	note(&h, GUARD_COOLDOWN, 1000);
	assert_false(held_alarm(&h, AFTER_MS, at_ms - 1));
	assert_true(held_alarm(&h, AFTER_MS, at_ms));
	assert_false(held_alarm(&h, AFTER_MS, at_ms + 1));
	assert_false(held_alarm(&h, AFTER_MS, at_ms + HELD_AGAIN_MS - 1));
	assert_true(held_alarm(&h, AFTER_MS, at_ms + HELD_AGAIN_MS));
	assert_false(held_alarm(&h, AFTER_MS, at_ms + HELD_AGAIN_MS + 1));
}

/* One guard after the other: the service is held all the same. */
static void
test_guards_that_take_turns(void **state)
{
	struct held h = { 0 };

	(void)state;
	note(&h, GUARD_SETTLING, 1000);
	note(&h, GUARD_COOLDOWN, 1000 + AFTER_MS - 1);
	assert_false(held_alarm(&h, AFTER_MS, 1000 + AFTER_MS - 1));
	assert_true(held_alarm(&h, AFTER_MS, 1000 + AFTER_MS));
}

static void
test_let_go_and_held_again(void **state)
{
	struct held h = { 0 };

	(void)state;
	note(&h, GUARD_HOLD, 0);
	assert_true(held_alarm(&h, AFTER_MS, AFTER_MS));
	note(&h, GUARD_NONE, AFTER_MS);
	assert_false(held_alarm(&h, AFTER_MS, 10 * HELD_AGAIN_MS));
	note(&h, GUARD_HOLD, 20 * HELD_AGAIN_MS);
	assert_false(
	    held_alarm(&h, AFTER_MS, 20 * HELD_AGAIN_MS + AFTER_MS - 1));
	assert_true(held_alarm(&h, AFTER_MS, 20 * HELD_AGAIN_MS + AFTER_MS));
}

/* What acts, or asks a person, is not held. */
static void
test_what_is_no_hold(void **state)
{
	static const struct decision none[] = {
		{ .action = ACTION_NONE },
		{ .action = ACTION_ROLL_BACK },
		{ .action = ACTION_PROPOSE, .guard = GUARD_UNARMED },
		{ .action = ACTION_AWAIT, .guard = GUARD_APPROVAL },
		{ .action = ACTION_HOLD, .guard = GUARD_RUNNING },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(none); i++) {
		struct held h = { 0 };

		held_note(&h, &none[i], 0, 0);
		assert_false(held_alarm(&h, AFTER_MS, AFTER_MS));
		assert_int_equal(h.guard, none[i].guard);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_since_when_and_how_long),
		cmocka_unit_test(test_another_rule_is_another_time),
		cmocka_unit_test(test_alarm_once_and_each_hour),
		cmocka_unit_test(test_guards_that_take_turns),
		cmocka_unit_test(test_let_go_and_held_again),
		cmocka_unit_test(test_what_is_no_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
