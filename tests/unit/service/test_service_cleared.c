/*
 * What a service makes of rules for what is cleared, beside of what the
 * replays tell: one probe, an evaluator that trips after two failures and
 * clears after two successes, a rule to isolate and one to restore.
 */
#include "tests/unit/test.h"

#include "evaluator/consecutive.h"
#include "service/service_input.h"

enum { BAD, GOOD };

static const struct consecutive_settings two = { 2, 2, 60000 };

static struct probe_settings probes[] = { { .name = "front",
    .interval_ms = 1000,
    .timeout_ms = 500,
    .kind = &probe_http } };
static struct evaluator_settings evaluators[] = { { .name = "down",
    .probe = "front",
    .kind = &evaluator_consecutive,
    .settings = &two } };
static const char *down[] = { "down" };
static struct rule_settings rules[] = {
	{ .name = "bad",
	    .any = { down, 1 },
	    .severity = SEVERITY_P0,
	    .arm_window_ms = ARM_WINDOW_NONE,
	    .procedure = "isolate" },
	{ .name = "good",
	    .any = { down, 1 },
	    .when = RULE_WHEN_CLEARED,
	    .severity = SEVERITY_P0,
	    .arm_window_ms = ARM_WINDOW_NONE,
	    .procedure = "restore" },
};
static const struct service_settings pair = {
	.name = "shop",
	.environment = "production",
	.cooldown_ms = 600000,
	.probes = probes,
	.probe_count = 1,
	.evaluators = evaluators,
	.evaluator_count = 1,
	.rules = rules,
	.rule_count = 2,
};
static const struct service_settings alone = {
	.name = "shop",
	.environment = "production",
	.probes = probes,
	.probe_count = 1,
	.evaluators = evaluators,
	.evaluator_count = 1,
	.rules = &rules[GOOD],
	.rule_count = 1,
};

static struct surroundings
around(int64_t now_ms)
{
	return (
	    struct surroundings){ .now_ms = now_ms, .tilt_until_ms = NEVER_MS };
}

static void
answer(struct service *s, int64_t at_ms, enum sample_outcome outcome)
{
	struct sample sample = {
		.asked_ms = at_ms, .answered_ms = at_ms, .outcome = outcome
	};

	service_observe(s, 0, &sample);
}

static void
twice(struct service *s, int64_t at_ms, enum sample_outcome outcome)
{
	answer(s, at_ms, outcome);
	answer(s, at_ms + 1000, outcome);
}

static void
acted(struct service *s, unsigned rule, int64_t at_ms)
{
	service_acted(s,
	    &(struct service_act){ .rule = rules[rule].name,
		.procedure = rules[rule].procedure,
		.at_ms = at_ms });
}

static struct service_decision
think(struct service *s, int64_t now_ms)
{
	struct surroundings a = around(now_ms);

	return service_think(s, &a);
}

static void
test_such_rules_make_no_service_bad(void **state)
{
	struct service *s = service_new(&pair);

	(void)state;
	twice(s, 1000, SAMPLE_FAILED);
	assert_int_equal(service_verdict(s), VERDICT_TRIPPED);
	acted(s, BAD, 3000);
	twice(s, 4000, SAMPLE_OK);
	assert_int_equal(service_rule_verdict(s, GOOD), VERDICT_TRIPPED);
	assert_int_equal(service_verdict(s), VERDICT_HEALTHY);
	assert_true(service_first_bad_ms(s, GOOD) == NEVER_MS);
	assert_false(service_is_calm(s));
	service_free(s);
}

static void
test_with_no_other_rules_nothing_is_known(void **state)
{
	struct service *s = service_new(&alone);

	(void)state;
	twice(s, 1000, SAMPLE_OK);
	assert_int_equal(service_verdict(s), VERDICT_UNKNOWN);
	twice(s, 3000, SAMPLE_FAILED);
	assert_int_equal(service_verdict(s), VERDICT_UNKNOWN);
	assert_false(service_is_calm(s));
	service_free(s);
}

static void
test_to_look_at_it_arms_nothing(void **state)
{
	struct service *s = service_new(&alone);
	struct surroundings a = around(2000);

	(void)state;
	twice(s, 1000, SAMPLE_FAILED);
	(void)service_decide(s, &a);
	(void)service_decide_rule(s, 0, &a);
	assert_false(service_rule_is_armed(s, 0));
	(void)think(s, 2000);
	assert_true(service_rule_is_armed(s, 0));
	service_free(s);
}

/* A pause, a witness, and a verdict too old: nothing to believe. */
static void
test_what_is_not_believed_arms_nothing(void **state)
{
	struct service *s = service_new(&alone);
	struct surroundings a = around(2000);

	(void)state;
	twice(s, 1000, SAMPLE_FAILED);
	a.tilt_until_ms = 2001;
	(void)service_think(s, &a);
	assert_false(service_rule_is_armed(s, 0));
	a = around(2000);
	a.blind_witness = "gateway";
	(void)service_think(s, &a);
	assert_false(service_rule_is_armed(s, 0));
	a = around(2000);
	a.has_witnesses = true;
	(void)service_think(s, &a);
	assert_false(service_rule_is_armed(s, 0));
	(void)think(s, 62001);
	assert_false(service_rule_is_armed(s, 0));
	(void)think(s, 62000);
	assert_true(service_rule_is_armed(s, 0));
	service_free(s);
}

static void
test_a_health_that_is_too_old_holds_it(void **state)
{
	struct service *s = service_new(&pair);

	(void)state;
	acted(s, BAD, 1000);
	twice(s, 2000, SAMPLE_OK);
	assert_int_equal(think(s, 63001).decision.action, ACTION_HOLD);
	assert_int_equal(think(s, 63001).decision.guard, GUARD_STALE);
	assert_int_equal(think(s, 63000).decision.action, ACTION_ROLL_BACK);
	assert_int_equal(think(s, 63000).rule, GOOD);
	service_free(s);
}

static void
test_only_its_own_cooldown_holds_it(void **state)
{
	struct service *s = service_new(&pair);

	(void)state;
	acted(s, BAD, 1000);
	twice(s, 2000, SAMPLE_OK);
	assert_int_equal(think(s, 3000).decision.action, ACTION_ROLL_BACK);
	acted(s, GOOD, 4000);
	acted(s, BAD, 5000);
	twice(s, 6000, SAMPLE_OK);
	assert_int_equal(think(s, 8000).decision.guard, GUARD_COOLDOWN);
	assert_int_equal(think(s, 8000).decision.until_ms, 604000);
	service_free(s);
}

static void
test_the_memory_of_it_moves_on(void **state)
{
	struct service *from = service_new(&pair), *to = service_new(&pair);
	struct service_memory memory;
	struct service *other = service_new(&alone);

	(void)state;
	acted(from, GOOD, 1000);
	acted(from, BAD, 2000);
	service_inherit(to, from);
	service_inherit(other, from); /* found by its name */
	assert_true(service_rule_is_armed(to, GOOD));
	assert_false(service_rule_is_armed(to, BAD));
	assert_true(service_rule_is_armed(other, 0));
	memory = service_memory(to);
	assert_true(memory.clearings[GOOD].is_armed);
	assert_int_equal(memory.clearings[GOOD].acted_ms, 1000);
	service_free(to);
	to = service_new(&pair);
	assert_false(service_rule_is_armed(to, GOOD));
	service_remember(to, &memory);
	assert_true(service_rule_is_armed(to, GOOD));
	service_free(to);
	to = service_new(&pair);
	service_rearm(to, "good");
	service_rearm(to, "gone");
	assert_true(service_rule_is_armed(to, GOOD));
	service_free(to);
	service_free(other);
	service_free(from);
}

static void
test_a_run_of_a_rule_that_is_gone_says_nothing(void **state)
{
	struct service *s = service_new(&pair);

	(void)state;
	acted(s, BAD, 1000);
	service_acted(s,
	    &(struct service_act){
		.rule = "gone", .procedure = "restore", .at_ms = 2000 });
	assert_true(service_rule_is_armed(s, GOOD));
	service_acted(
	    s, &(struct service_act){ .procedure = "restore", .at_ms = 3000 });
	assert_false(service_rule_is_armed(s, GOOD));
	service_acted(s, &(struct service_act){ .at_ms = 4000 });
	service_free(s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_such_rules_make_no_service_bad),
		cmocka_unit_test(test_with_no_other_rules_nothing_is_known),
		cmocka_unit_test(test_to_look_at_it_arms_nothing),
		cmocka_unit_test(test_what_is_not_believed_arms_nothing),
		cmocka_unit_test(test_a_health_that_is_too_old_holds_it),
		cmocka_unit_test(test_only_its_own_cooldown_holds_it),
		cmocka_unit_test(test_the_memory_of_it_moves_on),
		cmocka_unit_test(
		    test_a_run_of_a_rule_that_is_gone_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
