/*
 * What people say of a service: reports of what no probe sees, and that a
 * rule need not be carried out.
 */
#include "tests/unit/test.h"

#include <stdio.h>

#include "evaluator/consecutive.h"
#include "service/service_input.h"

enum { DEAD, WORSE, BREACH, REPORTED };

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
	{ .name = "dead",
	    .any = { down, 1 },
	    .severity = SEVERITY_P1,
	    .arm_window_ms = ARM_WINDOW_NONE,
	    .procedure = "roll-back" },
	{ .name = "worse",
	    .any = { down, 1 },
	    .severity = SEVERITY_P2,
	    .arm_window_ms = ARM_WINDOW_NONE,
	    .procedure = "roll-back" },
	{ .name = "breach",
	    .when = RULE_WHEN_REPORTED,
	    .class = REPORT_SECURITY,
	    .severity = SEVERITY_P0,
	    .arm_window_ms = ARM_WINDOW_NONE,
	    .procedure = "isolate" },
	{ .name = "reported",
	    .when = RULE_WHEN_REPORTED,
	    .severity = SEVERITY_P2,
	    .arm_window_ms = ARM_WINDOW_NONE,
	    .procedure = "roll-back" },
};
static const struct service_settings shop = {
	.name = "shop",
	.environment = "production",
	.probes = probes,
	.probe_count = 1,
	.evaluators = evaluators,
	.evaluator_count = 1,
	.rules = rules,
	.rule_count = 4,
};

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

static struct decision
decide_at(struct service *s, unsigned rule, int64_t now_ms)
{
	struct surroundings around = { .now_ms = now_ms,
		.tilt_until_ms = NEVER_MS };

	return service_decide_rule(s, rule, &around);
}

static bool
report(struct service *s, const char *id, enum severity severity,
    enum report_class class, bool has_authority)
{
	struct said_report r = { .severity = severity,
		.class = class,
		.has_authority = has_authority,
		.at_ms = 5000 };

	(void)snprintf(r.id, sizeof(r.id), "%s", id);
	return service_reported(s, &r);
}

/* clang-format off */
static const struct report_row {
	enum severity severity;
	enum report_class class;
	bool has_authority;
	enum action breach;   /* P0, security */
	enum action reported; /* P2, any */
} report_rows[] = {
	{ SEVERITY_P0, REPORT_SECURITY, true, ACTION_ROLL_BACK, ACTION_PROPOSE },
	{ SEVERITY_P0, REPORT_SECURITY, false, ACTION_AWAIT, ACTION_PROPOSE },
	{ SEVERITY_P0, REPORT_BUG, true, ACTION_NONE, ACTION_PROPOSE },
	{ SEVERITY_P0, REPORT_ANY, true, ACTION_NONE, ACTION_PROPOSE },
	{ SEVERITY_P1, REPORT_SECURITY, true, ACTION_NONE, ACTION_PROPOSE },
	{ SEVERITY_P2, REPORT_DATA, true, ACTION_NONE, ACTION_PROPOSE },
	{ SEVERITY_P3, REPORT_SECURITY, true, ACTION_NONE, ACTION_NONE },
};
/* clang-format on */

static void
test_a_report_meets_the_rules_that_wait_for_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(report_rows); i++) {
		const struct report_row *row = &report_rows[i];
		struct service *s = service_new(&shop);

		assert_true(report(
		    s, "A", row->severity, row->class, row->has_authority));
		assert_int_equal(
		    decide_at(s, BREACH, 6000).action, row->breach);
		assert_int_equal(
		    decide_at(s, REPORTED, 6000).action, row->reported);
		assert_int_equal(service_verdict(s),
		    row->reported == ACTION_NONE ? VERDICT_UNKNOWN :
						   VERDICT_TRIPPED);
		service_withdrawn(s, "A", 7000);
		assert_int_equal(
		    decide_at(s, BREACH, 8000).action, ACTION_NONE);
		assert_int_equal(
		    decide_at(s, REPORTED, 8000).action, ACTION_NONE);
		assert_int_equal(service_verdict(s), VERDICT_UNKNOWN);
		service_free(s);
	}
}

static void
test_authority_of_any_report_is_enough(void **state)
{
	struct service *s = service_new(&shop);

	(void)state;
	assert_true(report(s, "A", SEVERITY_P0, REPORT_SECURITY, false));
	assert_true(report(s, "B", SEVERITY_P0, REPORT_SECURITY, true));
	assert_int_equal(decide_at(s, BREACH, 6000).action, ACTION_ROLL_BACK);
	assert_string_equal(service_report(s, BREACH)->id, "B");
	service_withdrawn(s, "B", 7000);
	assert_int_equal(decide_at(s, BREACH, 8000).action, ACTION_AWAIT);
	service_free(s);
}

static void
test_so_many_reports_and_no_more(void **state)
{
	struct service *s = service_new(&shop);
	char id[8];

	(void)state;
	for (unsigned i = 0; i < SAID_REPORTS_MAX; i++) {
		(void)snprintf(id, sizeof(id), "R%u", i);
		assert_true(report(s, id, SEVERITY_P3, REPORT_BUG, true));
	}
	assert_false(report(s, "more", SEVERITY_P0, REPORT_BUG, true));
	service_withdrawn(s, "R3", 6000);
	assert_false(report(s, "R4", SEVERITY_P0, REPORT_BUG, true));
	assert_true(report(s, "more", SEVERITY_P0, REPORT_BUG, true));
	service_free(s);
}

static void
test_what_was_reported_was_of_the_version_before(void **state)
{
	struct service *s = service_new(&shop);
	struct service_act act = { .rule = "breach", .at_ms = 9000 };

	(void)state;
	assert_true(report(s, "A", SEVERITY_P0, REPORT_SECURITY, true));
	service_deployed(s, "v2", "v1", false, 6000);
	assert_null(service_report(s, BREACH));
	assert_true(report(s, "B", SEVERITY_P0, REPORT_SECURITY, true));
	service_acted(s, &act);
	assert_null(service_report(s, BREACH));
	service_free(s);
}

static void
dismiss(struct service *s, const char *rule)
{
	service_dismiss(s, rule, false, 10000, 100000);
}

static void
test_a_dismissed_rule_does_not_ask_again_at_once(void **state)
{
	struct service *s = service_new(&shop);
	struct decision d;

	(void)state;
	twice(s, 1000, SAMPLE_FAILED);
	assert_int_equal(decide_at(s, DEAD, 3000).action, ACTION_AWAIT);
	dismiss(s, "dead");
	twice(s, 50000, SAMPLE_FAILED);
	twice(s, 98000, SAMPLE_FAILED);
	d = decide_at(s, DEAD, 99999);
	assert_int_equal(d.action, ACTION_HOLD);
	assert_int_equal(d.guard, GUARD_DISMISSED);
	assert_int_equal(d.until_ms, 100000);
	/* The lesser rule for the same procedure would ask the same. */
	assert_int_equal(decide_at(s, WORSE, 99999).guard, GUARD_DISMISSED);
	assert_int_equal(decide_at(s, DEAD, 100000).action, ACTION_AWAIT);
	service_free(s);
}

static void
test_a_graver_rule_is_not_dismissed_with_it(void **state)
{
	struct service *s = service_new(&shop);

	(void)state;
	twice(s, 1000, SAMPLE_FAILED);
	dismiss(s, "worse");
	assert_int_equal(decide_at(s, DEAD, 20000).action, ACTION_AWAIT);
	assert_int_equal(decide_at(s, WORSE, 20000).guard, GUARD_DISMISSED);
	service_free(s);
}

static void
test_once_healthy_it_may_ask_again(void **state)
{
	struct service *s = service_new(&shop);

	(void)state;
	twice(s, 1000, SAMPLE_FAILED);
	dismiss(s, "dead");
	answer(s, 11000, SAMPLE_OK); /* not healthy yet */
	twice(s, 12000, SAMPLE_FAILED);
	assert_int_equal(decide_at(s, DEAD, 14000).guard, GUARD_DISMISSED);
	twice(s, 14000, SAMPLE_OK);
	twice(s, 16000, SAMPLE_FAILED);
	assert_int_equal(decide_at(s, DEAD, 18000).action, ACTION_AWAIT);
	service_free(s);
}

static void
test_after_a_deployment_it_may_ask_again(void **state)
{
	struct service *s = service_new(&shop);

	(void)state;
	twice(s, 1000, SAMPLE_FAILED);
	dismiss(s, "dead");
	service_forget(s, 11000); /* a pause changes nothing */
	twice(s, 12000, SAMPLE_FAILED);
	assert_int_equal(decide_at(s, DEAD, 14000).guard, GUARD_DISMISSED);
	service_deployed(s, "v3", "v1", false, 15000);
	twice(s, 16000, SAMPLE_FAILED);
	assert_int_equal(decide_at(s, DEAD, 18000).action, ACTION_AWAIT);
	service_free(s);
}

static void
test_a_new_report_is_not_dismissed_with_the_last(void **state)
{
	struct service *s = service_new(&shop);

	(void)state;
	assert_true(report(s, "A", SEVERITY_P2, REPORT_BUG, true));
	dismiss(s, "reported");
	assert_int_equal(decide_at(s, REPORTED, 20000).guard, GUARD_DISMISSED);
	assert_true(report(s, "B", SEVERITY_P2, REPORT_BUG, true));
	assert_int_equal(decide_at(s, REPORTED, 20000).action, ACTION_PROPOSE);
	service_free(s);
}

/* Alone and together with what asks first, for the same procedure. */
static struct service *
also_alone(struct rule_settings all[3], struct service_settings *set)
{
	all[DEAD] = rules[DEAD];
	all[DEAD].mode = MODE_PROPOSE;
	all[DEAD].severity = SEVERITY_P0;
	all[WORSE] = rules[WORSE];
	all[WORSE].severity = SEVERITY_P0;
	all[BREACH] = rules[BREACH];
	all[BREACH].procedure = rules[DEAD].procedure;
	*set = shop;
	set->rules = all;
	set->rule_count = 3;
	return service_new(set);
}

static void
test_what_asks_nobody_is_not_dismissed_with_another(void **state)
{
	static const char *const others[] = { "dead", "breach" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		struct rule_settings all[3];
		struct service_settings set;
		struct service *s = also_alone(all, &set);

		twice(s, 1000, SAMPLE_FAILED);
		dismiss(s, others[i]);
		assert_int_equal(
		    decide_at(s, WORSE, 20000).action, ACTION_ROLL_BACK);
		service_free(s);
	}
}

static void
test_a_report_that_was_not_true_says_nothing_of_what_is_measured(void **state)
{
	struct rule_settings all[2] = { rules[DEAD], rules[REPORTED] };
	struct service_settings set = shop;
	struct service *s;

	(void)state;
	all[1].severity = SEVERITY_P1;
	set.rules = all;
	set.rule_count = 2;
	s = service_new(&set);
	assert_true(report(s, "A", SEVERITY_P1, REPORT_BUG, true));
	dismiss(s, "reported");
	twice(s, 20000, SAMPLE_FAILED);
	assert_int_equal(decide_at(s, 1, 22000).guard, GUARD_DISMISSED);
	assert_int_equal(decide_at(s, 0, 22000).action, ACTION_AWAIT);
	service_free(s);
}

/* A version is discovered by and by, as of its first answer. */
static void
test_what_was_reported_since_its_first_answer_is_of_the_release(void **state)
{
	static const struct {
		int64_t first_ms; /* the report is of 5000 */
		bool stays;
	} rows[] = { { 4999, true }, { 5000, false }, { 5001, false } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct service *s = service_new(&shop);

		assert_true(report(s, "A", SEVERITY_P0, REPORT_SECURITY, true));
		service_deployed(s, "v2", "v1", false, rows[i].first_ms);
		assert_int_equal(
		    service_report(s, BREACH) != NULL, rows[i].stays);
		service_free(s);
	}
}

/* As the step runner reckons: it would refuse what came earlier. */
static void
test_what_was_reported_makes_cooldown_grow(void **state)
{
	struct service_settings set = shop;
	struct service_act act = { .rule = "breach", .at_ms = 10000 };
	struct service *s;

	(void)state;
	set.cooldown_ms = 1000;
	set.cooldown_max_ms = 10000;
	s = service_new(&set);
	service_acted(s, &act);
	act.at_ms = 20000;
	service_acted(s, &act);
	assert_true(service_reported(s,
	    &(struct said_report){ .id = "A",
		.severity = SEVERITY_P0,
		.class = REPORT_SECURITY,
		.has_authority = true,
		.at_ms = 20500 }));
	assert_int_equal(decide_at(s, BREACH, 21999).guard, GUARD_COOLDOWN);
	assert_int_equal(decide_at(s, BREACH, 22000).action, ACTION_ROLL_BACK);
	service_free(s);
}

static void
test_it_comes_along_to_other_settings(void **state)
{
	struct service *s = service_new(&shop), *next;
	struct rule_settings other[] = { rules[REPORTED], rules[DEAD] };
	struct service_settings turned = shop;

	(void)state;
	turned.rules = other;
	turned.rule_count = 2;
	next = service_new(&turned);
	twice(s, 1000, SAMPLE_FAILED);
	assert_true(report(s, "A", SEVERITY_P2, REPORT_BUG, true));
	dismiss(s, "dead");
	service_inherit(next, s);
	twice(next, 20000, SAMPLE_FAILED);
	assert_int_equal(decide_at(next, 1, 22000).guard, GUARD_DISMISSED);
	assert_string_equal(service_report(next, 0)->id, "A");
	service_free(s);
	service_free(next);
}

static void
test_an_approval_is_confirmed_by_what_is_asked_after_it(void **state)
{
	struct service *s = service_new(&shop);

	(void)state;
	twice(s, 1000, SAMPLE_FAILED);
	service_look_afresh(s, 3000);
	assert_false(service_has_looked(s, DEAD, 1));
	answer(s, 2999, SAMPLE_FAILED); /* asked before */
	assert_false(service_has_looked(s, DEAD, 1));
	answer(s, 3000, SAMPLE_FAILED);
	assert_true(service_has_looked(s, DEAD, 1));
	assert_false(service_has_looked(s, DEAD, 2));
	answer(s, 4000, SAMPLE_LOST);
	assert_false(service_has_looked(s, DEAD, 2));
	answer(s, 5000, SAMPLE_FAILED);
	assert_true(service_has_looked(s, DEAD, 2));
	/* What a person says needs no sample. */
	assert_true(service_has_looked(s, REPORTED, 2));
	service_free(s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_a_report_meets_the_rules_that_wait_for_it),
		cmocka_unit_test(test_authority_of_any_report_is_enough),
		cmocka_unit_test(test_so_many_reports_and_no_more),
		cmocka_unit_test(
		    test_what_was_reported_was_of_the_version_before),
		cmocka_unit_test(
		    test_a_dismissed_rule_does_not_ask_again_at_once),
		cmocka_unit_test(test_a_graver_rule_is_not_dismissed_with_it),
		cmocka_unit_test(test_once_healthy_it_may_ask_again),
		cmocka_unit_test(test_after_a_deployment_it_may_ask_again),
		cmocka_unit_test(
		    test_a_new_report_is_not_dismissed_with_the_last),
		cmocka_unit_test(
		    test_what_asks_nobody_is_not_dismissed_with_another),
		cmocka_unit_test(
		    test_a_report_that_was_not_true_says_nothing_of_what_is_measured),
		cmocka_unit_test(
		    test_what_was_reported_since_its_first_answer_is_of_the_release),
		cmocka_unit_test(test_what_was_reported_makes_cooldown_grow),
		cmocka_unit_test(test_it_comes_along_to_other_settings),
		cmocka_unit_test(
		    test_an_approval_is_confirmed_by_what_is_asked_after_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
