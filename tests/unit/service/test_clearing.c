/*
 * A rule for what is cleared: what arms it, what disarms it, and when another
 * rule is its first half.
 */
#include "tests/unit/test.h"

#include "decision/decision.h"
#include "service/clearing.h"

/* clang-format off */
#define LIST(...) { (const char *[]){ __VA_ARGS__ }, \
	sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(const char *) }
#define TRIPPED .when = RULE_WHEN_TRIPPED, .severity = SEVERITY_P0, \
	.mode = MODE_ENFORCE, .procedure = "isolate"
#define CLEARED .when = RULE_WHEN_CLEARED, .severity = SEVERITY_P0, \
	.mode = MODE_ENFORCE, .procedure = "restore"

static struct led_row {
	const char *name;
	struct rule_settings tripped, cleared;
	bool led;
} led_rows[] = {
	{ "by the same one evaluator",
	  { TRIPPED, .any = LIST("a") }, { CLEARED, .any = LIST("a") }, true },
	{ "by another one not",
	  { TRIPPED, .any = LIST("a") }, { CLEARED, .any = LIST("b") }, false },
	{ "any of more includes any of fewer",
	  { TRIPPED, .any = LIST("a") }, { CLEARED, .any = LIST("a", "b") },
	  true },
	{ "but not the other way round",
	  { TRIPPED, .any = LIST("a", "b") }, { CLEARED, .any = LIST("a") },
	  false },
	{ "when all have tripped each has",
	  { TRIPPED, .all = LIST("a", "b") }, { CLEARED, .any = LIST("b") },
	  true },
	{ "any is not all",
	  { TRIPPED, .any = LIST("a", "b") }, { CLEARED, .all = LIST("a", "b") },
	  false },
	{ "two of three are at least one of these two",
	  { TRIPPED, .of = LIST("a", "b", "c"), .at_least = 2 },
	  { CLEARED, .any = LIST("a", "b") }, true },
	{ "one of three is not",
	  { TRIPPED, .of = LIST("a", "b", "c"), .at_least = 1 },
	  { CLEARED, .any = LIST("a", "b") }, false },
	{ "two of three are two of these four",
	  { TRIPPED, .of = LIST("a", "b", "c"), .at_least = 2 },
	  { CLEARED, .of = LIST("a", "b", "c", "d"), .at_least = 2 }, true },
	{ "and not three of them",
	  { TRIPPED, .of = LIST("a", "b", "c"), .at_least = 2 },
	  { CLEARED, .of = LIST("a", "b", "c", "d"), .at_least = 3 }, false },
	{ "one for what is cleared leads none",
	  { CLEARED, .any = LIST("a") }, { CLEARED, .any = LIST("a") }, false },
};
/* clang-format on */

static void
test_led(void **state)
{
	const struct led_row *row = *state;

	assert_int_equal(
	    clearing_is_led_by(&row->cleared, &row->tripped), row->led);
}

static struct rule_settings rules[] = {
	{ TRIPPED, .name = "opened", .any = LIST("a") },
	{ CLEARED, .name = "closed", .any = LIST("a") },
	{ .name = "other", .any = LIST("b"), .procedure = "mend" },
};

static const struct rule_settings *const opened = &rules[0];
static const struct rule_settings *const closed = &rules[1];
static const struct rule_settings *const other = &rules[2];

static void
test_what_it_says(void **state)
{
	struct clearing c = { false, NEVER_MS };

	(void)state;
	assert_int_equal(clearing_judge(&c, VERDICT_HEALTHY), VERDICT_HEALTHY);
	assert_int_equal(clearing_judge(&c, VERDICT_UNKNOWN), VERDICT_HEALTHY);
	c.is_armed = true;
	assert_int_equal(clearing_judge(&c, VERDICT_HEALTHY), VERDICT_TRIPPED);
	assert_int_equal(clearing_judge(&c, VERDICT_UNKNOWN), VERDICT_UNKNOWN);
	assert_int_equal(clearing_judge(&c, VERDICT_TRIPPED), VERDICT_HEALTHY);
}

static void
test_the_other_halfs_run_arms_it_and_its_own_disarms_it(void **state)
{
	struct clearing c = { false, NEVER_MS };

	(void)state;
	clearing_acted(&c, closed, other, 1000);
	assert_false(c.is_armed);
	clearing_acted(&c, closed, opened, 2000);
	assert_true(c.is_armed);
	assert_true(c.acted_ms == NEVER_MS);
	clearing_acted(&c, closed, other, 3000);
	assert_true(c.is_armed);
	clearing_acted(&c, closed, closed, 4000);
	assert_false(c.is_armed);
	assert_int_equal(c.acted_ms, 4000);
}

static void
test_an_order_arms_it_only_while_it_has_tripped(void **state)
{
	struct clearing c = { false, NEVER_MS };

	(void)state;
	clearing_ordered(
	    &c, closed, "isolate", false, rules, ARRAY_LEN(rules), 1000);
	assert_false(c.is_armed);
	clearing_ordered(
	    &c, closed, "mend", true, rules, ARRAY_LEN(rules), 2000);
	assert_false(c.is_armed);
	clearing_ordered(
	    &c, closed, "isolate", true, rules, ARRAY_LEN(rules), 3000);
	assert_true(c.is_armed);
	clearing_ordered(
	    &c, closed, "restore", false, rules, ARRAY_LEN(rules), 4000);
	assert_false(c.is_armed);
	assert_int_equal(c.acted_ms, 4000);
}

static void
test_only_one_that_acts_by_itself_leads(void **state)
{
	struct rule_settings set[] = { rules[1], rules[0], rules[2] };

	(void)state;
	assert_true(clearing_has_lead(&set[0], set, 3));
	assert_false(clearing_has_lead(&set[0], set, 1));
	set[1].severity = SEVERITY_P1;
	assert_false(clearing_has_lead(&set[0], set, 3));
	set[1].severity = SEVERITY_P0;
	set[1].mode = MODE_SHADOW;
	assert_false(clearing_has_lead(&set[0], set, 3));
}

int
main(void)
{
	static const struct CMUnitTest facts[] = {
		cmocka_unit_test(test_what_it_says),
		cmocka_unit_test(
		    test_the_other_halfs_run_arms_it_and_its_own_disarms_it),
		cmocka_unit_test(
		    test_an_order_arms_it_only_while_it_has_tripped),
		cmocka_unit_test(test_only_one_that_acts_by_itself_leads),
	};
	struct CMUnitTest stories[ARRAY_LEN(led_rows)];

	for (size_t i = 0; i < ARRAY_LEN(led_rows); i++)
		stories[i] = (struct CMUnitTest){
			.name = led_rows[i].name,
			.test_func = test_led,
			.initial_state = &led_rows[i],
		};
	return cmocka_run_group_tests(stories, NULL, NULL) +
	    cmocka_run_group_tests(facts, NULL, NULL);
}
