/*
 * What a service keeps and tells, beside of what it decides (for that see
 * tests/replay).  Two probes, an evaluator each that trips after two
 * failures, a rule for any of them and one for both.
 */
#include "tests/unit/test.h"

#include <string.h>

#include "evaluator/consecutive.h"
#include "service/service.h"

enum { FRONT, BACK };

static const struct consecutive_settings two = { 2, 1, 60000 };

static struct probe_settings probes[] = {
	{ .name = "front",
	    .interval_ms = 1000,
	    .timeout_ms = 500,
	    .kind = &probe_http },
	{ .name = "back",
	    .interval_ms = 1000,
	    .timeout_ms = 500,
	    .kind = &probe_http },
};
static struct evaluator_settings evaluators[] = {
	{ .name = "front-down",
	    .probe = "front",
	    .kind = &evaluator_consecutive,
	    .settings = &two },
	{ .name = "back-down",
	    .probe = "back",
	    .kind = &evaluator_consecutive,
	    .settings = &two },
};
static const char *both[] = { "front-down", "back-down" };
static struct rule_settings rules[] = {
	{ .name = "any",
	    .any = { both, 2 },
	    .severity = SEVERITY_P2,
	    .arm_window_ms = ARM_WINDOW_NONE,
	    .procedure = "bounce" },
	{ .name = "all",
	    .all = { both, 2 },
	    .severity = SEVERITY_P0,
	    .arm_window_ms = ARM_WINDOW_NONE,
	    .procedure = "back" },
};
static const struct service_settings settings = {
	.name = "shop",
	.environment = "production",
	.probes = probes,
	.probe_count = 2,
	.evaluators = evaluators,
	.evaluator_count = 2,
	.rules = rules,
	.rule_count = 2,
};

static const struct surroundings calm = { .now_ms = 100000,
	.tilt_until_ms = NEVER_MS };

static void
answer(struct service *s, unsigned probe, int64_t at_ms,
    enum sample_outcome outcome)
{
	struct sample sample = {
		.asked_ms = at_ms, .answered_ms = at_ms, .outcome = outcome
	};

	service_observe(s, probe, &sample);
}

static void
fail_twice(struct service *s, unsigned probe, int64_t at_ms)
{
	answer(s, probe, at_ms, SAMPLE_FAILED);
	answer(s, probe, at_ms + 1000, SAMPLE_FAILED);
}

static void
test_a_sample_goes_to_the_evaluators_of_its_probe(void **state)
{
	struct service *s = service_new(&settings);

	(void)state;
	fail_twice(s, BACK, 1000);
	assert_int_equal(service_finding(s, FRONT).samples, 0);
	assert_int_equal(service_finding(s, BACK).samples, 2);
	assert_int_equal(service_finding(s, BACK).verdict, VERDICT_TRIPPED);
	assert_int_equal(
	    evaluator_finding(service_evaluator(s, BACK)).since_ms, 2000);
	service_free(s);
}

/* Most services never write it down: it costs them nothing. */
static void
test_one_that_is_told_nothing_knows_what_is_known_of_nothing(void **state)
{
	struct service *s = service_new(&settings);
	const struct versions *known = service_versions(s);
	struct versions nothing = { 0 };

	(void)state;
	versions_choose(&nothing);
	assert_string_equal(known->way.no_target, nothing.way.no_target);
	assert_string_equal(
	    known->way_of_ill.no_target, nothing.way_of_ill.no_target);
	assert_memory_equal(known, &nothing, sizeof(nothing));
	assert_string_equal(service_seen_version(s), "");
	service_deployed(s, "v1", NULL, false, 1000);
	assert_string_equal(service_version(s), "v1");
	assert_string_equal(service_versions(s)->now, "v1");
	service_free(s);
}

static void
test_words_are_kept_while_the_newest_sample_has_some(void **state)
{
	struct service *s = service_new(&settings);
	struct sample sample = { .asked_ms = 900,
		.answered_ms = 1000,
		.outcome = SAMPLE_FAILED,
		.detail = "503" };
	struct sample newest;

	(void)state;
	service_observe(s, FRONT, &sample);
	assert_true(service_sample(s, FRONT, &newest));
	assert_string_equal(newest.detail, "503");
	sample = (struct sample){ .asked_ms = 1900, .answered_ms = 2000 };
	service_observe(s, FRONT, &sample);
	assert_true(service_sample(s, FRONT, &newest));
	assert_string_equal(newest.detail, "");
	service_free(s);
}

static void
test_the_newest_sample_of_a_probe_is_kept(void **state)
{
	struct service *s = service_new(&settings);
	struct sample newest;

	(void)state;
	assert_false(service_sample(s, FRONT, &newest));
	answer(s, FRONT, 1000, SAMPLE_OK);
	answer(s, FRONT, 2000, SAMPLE_LOST);
	assert_true(service_sample(s, FRONT, &newest));
	assert_int_equal(newest.answered_ms, 2000);
	assert_int_equal(newest.outcome, SAMPLE_LOST);
	assert_false(service_sample(s, BACK, &newest));
	service_free(s);
}

static void
test_its_verdict_is_the_worst_of_its_rules(void **state)
{
	struct service *s = service_new(&settings);

	(void)state;
	assert_int_equal(service_verdict(s), VERDICT_UNKNOWN);
	assert_true(service_verdict_since_ms(s) == NEVER_MS);
	answer(s, FRONT, 1000, SAMPLE_OK); /* "all" is healthy, "any" not */
	assert_int_equal(service_verdict(s), VERDICT_UNKNOWN);
	answer(s, BACK, 2000, SAMPLE_OK);
	assert_int_equal(service_verdict(s), VERDICT_HEALTHY);
	answer(s, BACK, 3000, SAMPLE_OK);
	assert_int_equal(service_verdict_since_ms(s), 2000);
	fail_twice(s, BACK, 4000);
	assert_int_equal(service_verdict(s), VERDICT_TRIPPED);
	assert_int_equal(service_verdict_since_ms(s), 5000);
	assert_int_equal(service_rule_verdict(s, 0), VERDICT_TRIPPED);
	assert_int_equal(service_rule_verdict(s, 1), VERDICT_HEALTHY);
	service_free(s);
}

static void
test_the_first_bad_sample_is_the_earliest_of_a_rule(void **state)
{
	struct service *s = service_new(&settings);

	(void)state;
	assert_true(service_first_bad_ms(s, 0) == NEVER_MS);
	answer(s, BACK, 500, SAMPLE_OK);
	fail_twice(s, FRONT, 2000);
	assert_int_equal(service_first_bad_ms(s, 0), 2000);
	fail_twice(s, BACK, 3500);
	assert_int_equal(service_first_bad_ms(s, 0), 2000);
	answer(s, FRONT, 5000, SAMPLE_OK);
	assert_int_equal(service_first_bad_ms(s, 0), 3500);
	service_free(s);
}

static void
test_the_strongest_action_wins(void **state)
{
	struct service *s = service_new(&settings);
	struct service_decision d = service_decide(s, &calm);

	(void)state;
	assert_int_equal(d.decision.action, ACTION_NONE);
	fail_twice(s, FRONT, 99000);
	d = service_decide(s, &calm);
	assert_int_equal(d.decision.action, ACTION_PROPOSE);
	assert_int_equal(d.rule, 0);
	fail_twice(s, BACK, 99000);
	d = service_decide(s, &calm);
	assert_int_equal(d.decision.action, ACTION_ROLL_BACK);
	assert_int_equal(d.rule, 1);
	assert_int_equal(
	    service_decide_rule(s, 0, &calm).action, ACTION_PROPOSE);
	service_free(s);
}

static const char *
holder(void *arg, const char *lock)
{
	return strcmp(lock, "production") == 0 ? arg : NULL;
}

static void
test_what_the_procedure_of_a_rule_needs(void **state)
{
	struct service *s = service_new(&settings);
	struct surroundings around = calm;
	char other[] = "frontend";

	(void)state;
	fail_twice(s, FRONT, 98000);
	fail_twice(s, BACK, 98000);
	service_rule_needs(s, 1, true, "production");
	assert_int_equal(
	    service_decide_rule(s, 1, &around).guard, GUARD_NO_TARGET);
	around.lock_holder = holder;
	around.lock_arg = other;
	assert_int_equal(service_decide_rule(s, 1, &around).guard, GUARD_LOCK);
	service_rule_needs(s, 1, false, "staging");
	assert_int_equal(service_decide_rule(s, 1, &around).guard, GUARD_NONE);
	service_free(s);
}

static void
test_after_a_reload_of_the_same_nothing_is_forgotten(void **state)
{
	struct service_settings again = settings;
	struct service *s = service_new(&settings);

	(void)state;
	service_deployed(s, "v2", "v1", false, 1000);
	answer(s, FRONT, 2000, SAMPLE_FAILED);
	service_resettle(s, &again);
	assert_ptr_equal(service_settings(s), &again);
	answer(s, FRONT, 3000, SAMPLE_FAILED);
	assert_int_equal(service_verdict(s), VERDICT_TRIPPED);
	assert_string_equal(service_version(s), "v2");
	service_free(s);
}

static void
test_a_changed_service_inherits_its_history_but_no_verdict(void **state)
{
	struct service *from = service_new(&settings);
	struct service *to = service_new(&settings);

	(void)state;
	service_deployed(from, "v2", "v1", false, 1000);
	fail_twice(from, FRONT, 2000);
	service_inherit(to, from);
	service_free(from);
	assert_string_equal(service_version(to), "v2");
	assert_string_equal(service_previous_version(to), "v1");
	assert_string_equal(service_target_version(to), "v1");
	assert_int_equal(service_deployed_ms(to), 1000);
	assert_int_equal(service_verdict(to), VERDICT_UNKNOWN);
	service_free(to);
}

static void
test_without_rules_nothing_is_known_and_nothing_done(void **state)
{
	struct service_settings bare = settings;
	struct service *s;

	(void)state;
	bare.rule_count = 0;
	s = service_new(&bare);
	fail_twice(s, FRONT, 2000);
	assert_int_equal(service_verdict(s), VERDICT_UNKNOWN);
	assert_int_equal(service_decide(s, &calm).decision.action, ACTION_NONE);
	service_free(s);
	service_free(NULL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_a_sample_goes_to_the_evaluators_of_its_probe),
		cmocka_unit_test(
		    test_one_that_is_told_nothing_knows_what_is_known_of_nothing),
		cmocka_unit_test(
		    test_words_are_kept_while_the_newest_sample_has_some),
		cmocka_unit_test(test_the_newest_sample_of_a_probe_is_kept),
		cmocka_unit_test(test_its_verdict_is_the_worst_of_its_rules),
		cmocka_unit_test(
		    test_the_first_bad_sample_is_the_earliest_of_a_rule),
		cmocka_unit_test(test_the_strongest_action_wins),
		cmocka_unit_test(test_what_the_procedure_of_a_rule_needs),
		cmocka_unit_test(
		    test_after_a_reload_of_the_same_nothing_is_forgotten),
		cmocka_unit_test(
		    test_a_changed_service_inherits_its_history_but_no_verdict),
		cmocka_unit_test(
		    test_without_rules_nothing_is_known_and_nothing_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
