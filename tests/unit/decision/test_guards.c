/*
 * Which guard is named where several object: every set of them.
 */
#include "tests/unit/test.h"

#include <string.h>

#include "decision/decision.h"

#define NOW_MS 1000000

static const char *evaluators[] = { "down" };

/* Each makes one guard object, in the order in which they are asked. */
static struct one_guard {
	enum guard guard;
	enum action action;
	const char *word;
} one_guards[] = {
	{ GUARD_NO_STORE, ACTION_HOLD, "no-store" },
	{ GUARD_HOLD, ACTION_HOLD, "hold" },
	{ GUARD_MAINTENANCE, ACTION_HOLD, "maintenance" },
	{ GUARD_SHADOW, ACTION_HOLD, "shadow" },
	{ GUARD_TILT, ACTION_HOLD, "tilt" },
	{ GUARD_BLIND, ACTION_HOLD, "blind" },
	{ GUARD_CORRELATED, ACTION_HOLD, "correlated" },
	{ GUARD_STALE, ACTION_HOLD, "stale" },
	{ GUARD_RUNNING, ACTION_HOLD, "running" },
	{ GUARD_LOCK, ACTION_HOLD, "lock" },
	{ GUARD_SETTLING, ACTION_HOLD, "settling" },
	{ GUARD_COOLDOWN, ACTION_HOLD, "cooldown" },
	{ GUARD_BUDGET, ACTION_HOLD, "budget" },
	{ GUARD_NO_TARGET, ACTION_HOLD, "no-target" },
	{ GUARD_DISMISSED, ACTION_HOLD, "dismissed" },
	{ GUARD_UNARMED, ACTION_PROPOSE, "unarmed" },
	{ GUARD_SEVERITY, ACTION_PROPOSE, "severity" },
	{ GUARD_MODE, ACTION_PROPOSE, "mode" },
	{ GUARD_APPROVAL, ACTION_AWAIT, "approval" },
	{ GUARD_WINDOW, ACTION_HOLD, "window" },
	{ GUARD_CONFIRM, ACTION_HOLD, "confirm" },
};

/* Armed, and nothing speaks against it. */
static struct rule_settings
calm_rule(void)
{
	return (struct rule_settings){ .name = "dead",
		.any = { evaluators, 1 },
		.arm_window_ms = 2 * NOW_MS,
		.procedure = "application-rollback" };
}

static void
provoke(enum guard guard, struct rule_settings *rule, struct situation *s)
{
	switch (guard) {
	case GUARD_NONE:
		break;
	case GUARD_NO_STORE:
		s->store_fails = true;
		break;
	case GUARD_HOLD:
		s->hold_reason = "tea";
		s->hold_until_ms = NEVER_MS;
		break;
	case GUARD_MAINTENANCE:
		s->in_maintenance = true;
		s->maintenance_until_ms = NOW_MS + 1;
		break;
	case GUARD_SHADOW:
		s->shadow = true;
		break;
	case GUARD_TILT:
		s->tilt_until_ms = NOW_MS + 1;
		break;
	case GUARD_BLIND:
		s->blind_witness = "gateway";
		break;
	case GUARD_CORRELATED:
		s->correlated = "4 of 5 groups are bad";
		break;
	case GUARD_STALE:
		s->stale_evaluator = "down";
		break;
	case GUARD_RUNNING:
		s->run_is_on = true;
		break;
	case GUARD_LOCK:
		s->lock_name = "production";
		break;
	case GUARD_SETTLING:
		s->changed_ms = NOW_MS;
		s->settle_ms = 1;
		break;
	case GUARD_COOLDOWN:
		s->acted_ms = NOW_MS;
		s->cooldown_ms = 1;
		break;
	case GUARD_BUDGET:
		s->over_budget = "all services";
		s->budget_until_ms = NOW_MS + 1;
		break;
	case GUARD_NO_TARGET:
		s->needs_target = true;
		break;
	case GUARD_DISMISSED:
		s->is_dismissed = true;
		s->dismissed_until_ms = NOW_MS + 1;
		break;
	case GUARD_UNARMED:
		s->deployed_ms = NEVER_MS;
		break;
	case GUARD_SEVERITY:
		rule->severity = SEVERITY_P2;
		break;
	case GUARD_MODE:
		rule->mode = MODE_PROPOSE;
		break;
	case GUARD_APPROVAL:
		/* No severity is both proposed and approved. */
		if (rule->severity == SEVERITY_P0)
			rule->severity = SEVERITY_P1;
		break;
	case GUARD_WINDOW:
		s->window_is_shut = true;
		s->window_opens_ms = NOW_MS + 1;
		break;
	case GUARD_CONFIRM:
		s->confirm = true;
		break;
	}
}

/* Every set of guards: the first of them is named and decides. */
static void
test_the_first_guard_that_objects_decides(void **state)
{
	const unsigned sets = 1U << ARRAY_LEN(one_guards);

	(void)state;
	for (unsigned set = 1; set < sets; set++) {
		struct rule_settings rule = calm_rule();
		struct situation s = { .now_ms = NOW_MS };
		const struct one_guard *first = NULL;
		struct decision d;

		for (unsigned i = 0; i < ARRAY_LEN(one_guards); i++) {
			if ((set & 1U << i) == 0)
				continue;
			provoke(one_guards[i].guard, &rule, &s);
			if (first == NULL)
				first = &one_guards[i];
		}
		d = decide(&rule, VERDICT_TRIPPED, &s);
		if (d.guard != first->guard || d.action != first->action)
			fail_msg("set %x: %s", set, d.reason);
	}
}

static void
test_each_reason_begins_with_its_guard(void **state)
{
	(void)state;
	assert_string_equal(guard_word(GUARD_NONE), "none");
	for (size_t i = 0; i < ARRAY_LEN(one_guards); i++) {
		const struct one_guard *g = &one_guards[i];
		struct rule_settings rule = calm_rule();
		struct situation s = { .now_ms = NOW_MS };
		struct decision d;

		assert_string_equal(guard_word(g->guard), g->word);
		provoke(g->guard, &rule, &s);
		d = decide(&rule, VERDICT_TRIPPED, &s);
		assert_memory_equal(d.reason, g->word, strlen(g->word));
		assert_int_not_equal(d.reason[strlen(d.reason) - 1], '.');
	}
}

/* Each says what would let it act, and for how long, where it ends. */
static void
test_each_says_what_would_release_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(one_guards); i++) {
		const struct one_guard *g = &one_guards[i];
		struct rule_settings rule = calm_rule();
		struct situation s = { .now_ms = NOW_MS };
		struct decision d;

		provoke(g->guard, &rule, &s);
		d = decide(&rule, VERDICT_TRIPPED, &s);
		assert_string_not_equal(d.release, "");
		assert_int_not_equal(d.release[strlen(d.release) - 1], '.');
		if (d.until_ms != NEVER_MS)
			assert_memory_equal(
			    d.release, "it ends by itself in ", 21);
	}
}

static void
test_nothing_to_release(void **state)
{
	struct rule_settings rule = calm_rule();
	struct situation s = { .now_ms = NOW_MS };
	struct decision d = decide(&rule, VERDICT_TRIPPED, &s);

	(void)state;
	assert_int_equal(d.guard, GUARD_NONE);
	assert_string_equal(d.release, "");
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_the_first_guard_that_objects_decides),
		cmocka_unit_test(test_each_reason_begins_with_its_guard),
		cmocka_unit_test(test_each_says_what_would_release_it),
		cmocka_unit_test(test_nothing_to_release),
	};

	return cmocka_run_group_tests(rules, NULL, NULL);
}
