/*
 * Questions out of turn after a failure: who hears their answers, when more of
 * them are wanted, and that nothing is done by them alone.  And how many turns
 * are left out while it is down.
 */
#include <string.h>

#include "evaluator/breaker.h"
#include "evaluator/consecutive.h"
#include "evaluator/error_rate.h"
#include "evaluator/m_of_n.h"
#include "service/service.h"
#include "service/service_input.h"
#include "tests/unit/test.h"

enum { DOWN, OFTEN, RATE, BREAKER, KINDS };

static const struct consecutive_settings down = { 3, 2, 60000 };
static const struct m_of_n_settings often = { 4, 10, 1, 0, 60000 };
static const struct error_rate_settings rate = { .window_ms = 60000,
	.above = 0.3,
	.min_samples = 5,
	.min_errors = 2 };
static const struct breaker_settings breaker = { .error_threshold = 0.5,
	.window_ms = 10000,
	.min_samples = 5,
	.reset_timeout_ms = 10000,
	.trials = 1 };

static struct probe_settings probes[] = {
	{ .name = "front",
	    .interval_ms = 1000,
	    .timeout_ms = 500,
	    .recheck_ms = 100,
	    .kind = &probe_http },
};
static struct evaluator_settings evaluators[] = {
	[DOWN] = { .name = "down",
	    .probe = "front",
	    .kind = &evaluator_consecutive,
	    .settings = &down },
	[OFTEN] = { .name = "often",
	    .probe = "front",
	    .kind = &evaluator_m_of_n,
	    .settings = &often },
	[RATE] = { .name = "rate",
	    .probe = "front",
	    .kind = &evaluator_error_rate,
	    .settings = &rate },
	[BREAKER] = { .name = "breaker",
	    .probe = "front",
	    .kind = &evaluator_breaker,
	    .settings = &breaker },
};
static const char *all[] = { "down", "often", "rate", "breaker" };
static struct rule_settings rules[] = {
	{ .name = "any",
	    .any = { all, KINDS },
	    .severity = SEVERITY_P0,
	    .mode = MODE_ENFORCE,
	    .arm_window_ms = ARM_WINDOW_NONE,
	    .procedure = "back" },
};
static const struct service_settings settings = {
	.name = "shop",
	.environment = "production",
	.probes = probes,
	.probe_count = 1,
	.evaluators = evaluators,
	.evaluator_count = KINDS,
	.rules = rules,
	.rule_count = 1,
};

static void
answer(struct service *s, int64_t at_ms, enum sample_outcome outcome,
    bool is_recheck)
{
	struct sample sample = {
		.asked_ms = at_ms,
		.answered_ms = at_ms,
		.outcome = outcome,
		.failure = outcome == SAMPLE_FAILED ? "http.status" : NULL,
		.is_recheck = is_recheck,
	};

	service_observe(s, 0, &sample);
}

static enum action
action_at(struct service *s, int64_t now_ms, enum guard guard)
{
	const struct surroundings around = { .now_ms = now_ms,
		.tilt_until_ms = NEVER_MS };
	struct service_decision d = service_think(s, &around);

	assert_int_equal(d.decision.guard, guard);
	return d.decision.action;
}

/*
 * A target of which each tenth answer in turn is wrong, and then two more:
 * with and without rechecks all that measure a share find the same.
 */
static void
test_shares_are_those_of_the_normal_pace(void **state)
{
	struct service *quick = service_new(&settings);
	struct service *plain = service_new(&settings);

	(void)state;
	for (int64_t i = 1; i < 300; i++) {
		bool is_bad = i % 10 == 0;
		enum sample_outcome o = is_bad ? SAMPLE_FAILED : SAMPLE_OK;

		answer(quick, 1000 * i, o, false);
		answer(plain, 1000 * i, o, false);
		if (is_bad) {
			answer(quick, 1000 * i + 100, SAMPLE_FAILED, true);
			answer(quick, 1000 * i + 200, SAMPLE_FAILED, true);
		}
		for (unsigned k = OFTEN; k < KINDS; k++) {
			struct finding a = service_finding(quick, k);
			struct finding b = service_finding(plain, k);

			assert_int_equal(a.verdict, b.verdict);
			assert_int_equal(a.samples, b.samples);
			assert_true(a.value == b.value);
			assert_int_not_equal(a.verdict, VERDICT_TRIPPED);
		}
	}
	service_free(quick);
	service_free(plain);
}

static void
test_more_is_wanted_until_it_is_sure(void **state)
{
	struct service *s = service_new(&settings);

	(void)state;
	answer(s, 1000, SAMPLE_OK, false);
	assert_false(service_wants_recheck(s, 0));
	answer(s, 2000, SAMPLE_FAILED, false);
	assert_true(service_wants_recheck(s, 0));
	answer(s, 2100, SAMPLE_OK, true);
	assert_false(service_wants_recheck(s, 0));
	answer(s, 3000, SAMPLE_FAILED, false);
	assert_true(service_wants_recheck(s, 0));
	answer(s, 3100, SAMPLE_LOST, true);
	assert_false(service_wants_recheck(s, 0));
	answer(s, 4000, SAMPLE_FAILED, false);
	assert_true(service_wants_recheck(s, 0));
	service_incident(s, true);
	assert_false(service_wants_recheck(s, 0));
	service_incident(s, false);
	answer(s, 4100, SAMPLE_FAILED, true); /* the third that was not lost */
	assert_int_equal(service_finding(s, DOWN).verdict, VERDICT_TRIPPED);
	assert_false(service_wants_recheck(s, 0));
	service_free(s);
}

/* Others that fail for the same reason have been asked by then. */
static void
test_nothing_is_done_by_rechecks_alone(void **state)
{
	struct service *s = service_new(&settings);

	(void)state;
	answer(s, 1000, SAMPLE_OK, false);
	answer(s, 2000, SAMPLE_FAILED, false);
	answer(s, 2100, SAMPLE_FAILED, true);
	assert_int_equal(action_at(s, 2100, GUARD_NONE), ACTION_NONE);
	answer(s, 2200, SAMPLE_FAILED, true);
	assert_int_equal(service_verdict(s), VERDICT_TRIPPED);
	assert_int_equal(action_at(s, 2200, GUARD_CONFIRM), ACTION_HOLD);
	answer(s, 3000, SAMPLE_FAILED, false);
	assert_int_equal(action_at(s, 3000, GUARD_NONE), ACTION_ROLL_BACK);
	service_free(s);
}

static void
test_what_is_over_by_then_is_left_alone(void **state)
{
	struct service *s = service_new(&settings);

	(void)state;
	answer(s, 2000, SAMPLE_FAILED, false);
	answer(s, 2100, SAMPLE_FAILED, true);
	answer(s, 2200, SAMPLE_FAILED, true);
	answer(s, 3000, SAMPLE_OK, false);
	assert_int_equal(action_at(s, 3000, GUARD_CONFIRM), ACTION_HOLD);
	answer(s, 4000, SAMPLE_OK, false);
	assert_int_equal(service_finding(s, DOWN).verdict, VERDICT_HEALTHY);
	assert_int_equal(action_at(s, 4000, GUARD_NONE), ACTION_NONE);
	service_free(s);
}

/* In its turn, and at once again: the second and the third are rechecks. */
static void
blip(struct service *s, int64_t at_ms)
{
	answer(s, at_ms, SAMPLE_FAILED, false);
	answer(s, at_ms + 100, SAMPLE_FAILED, true);
	answer(s, at_ms + 200, SAMPLE_FAILED, true);
	assert_int_equal(service_verdict(s), VERDICT_TRIPPED);
}

/* As its own network goes: it is the first that was asked. */
static void
test_the_first_of_many_was_not_bad_alone(void **state)
{
	struct service *s = service_new(&settings);

	(void)state;
	answer(s, 1000, SAMPLE_OK, false);
	blip(s, 2000);
	service_fails_alone(s, 2200);
	answer(s, 3000, SAMPLE_FAILED, false);
	service_failed_together(s);
	service_fails_alone(s, 3900);
	assert_int_not_equal(service_verdict(s), VERDICT_TRIPPED);
	answer(s, 4000, SAMPLE_OK, false);
	assert_int_equal(action_at(s, 4000, GUARD_NONE), ACTION_NONE);
	service_free(s);
}

static void
test_one_that_was_borne_out_before_is(void **state)
{
	struct service *s = service_new(&settings);

	(void)state;
	blip(s, 2000);
	service_fails_alone(s, 2200);
	answer(s, 3000, SAMPLE_FAILED, false);
	service_fails_alone(s, 3000);
	answer(s, 4000, SAMPLE_FAILED, false);
	service_failed_together(s);
	service_fails_alone(s, 4900);
	assert_int_equal(service_verdict(s), VERDICT_TRIPPED);
	assert_int_equal(action_at(s, 4900, GUARD_NONE), ACTION_ROLL_BACK);
	service_free(s);
}

/* As it is taken down for a release: that would be found innocent. */
static void
test_a_release_is_not_excused_by_rechecks_alone(void **state)
{
	struct service *s = service_new(&settings);
	struct service_ill ill[SERVICE_RULES_MAX];

	(void)state;
	answer(s, 1000, SAMPLE_OK, false);
	blip(s, 2000);
	assert_int_equal(service_ill(s, 2500, ill), 0);
	answer(s, 3000, SAMPLE_FAILED, false);
	assert_int_equal(service_ill(s, 3500, ill), 1);
	service_free(s);
}

static struct rule_settings over[] = {
	{ .name = "over",
	    .any = { all, 1 },
	    .when = RULE_WHEN_CLEARED,
	    .severity = SEVERITY_P0,
	    .mode = MODE_ENFORCE,
	    .arm_window_ms = ARM_WINDOW_NONE,
	    .procedure = "restore" },
};

static enum action
action_after(bool is_borne_out)
{
	struct service_settings cleared = settings;
	struct service *s;
	enum action action;

	cleared.rules = over;
	s = service_new(&cleared);
	answer(s, 1000, SAMPLE_OK, false);
	answer(s, 2000, SAMPLE_FAILED, false);
	for (int64_t i = 1; i <= 2; i++) {
		answer(s, 2000 + 100 * i, SAMPLE_FAILED, true);
		(void)action_at(s, 2000 + 100 * i, GUARD_NONE);
	}
	answer(s, 3000, is_borne_out ? SAMPLE_FAILED : SAMPLE_OK, false);
	(void)action_at(s, 3000, GUARD_NONE);
	answer(s, 4000, SAMPLE_OK, false);
	answer(s, 5000, SAMPLE_OK, false);
	action = action_at(s, 5000, GUARD_NONE);
	service_free(s);
	return action;
}

static void
test_nothing_was_bad_that_is_called_cleared(void **state)
{
	(void)state;
	assert_int_equal(action_after(false), ACTION_NONE);
	assert_int_equal(action_after(true), ACTION_ROLL_BACK);
}

static void
on_heard(void *arg, const struct service_input *in)
{
	(void)in;
	++*(unsigned *)arg;
}

/* As from a recording that was made while it was. */
static void
test_where_it_is_not_set_rechecks_are_nothing(void **state)
{
	struct service *s;
	unsigned heard = 0;

	(void)state;
	probes[0].recheck_ms = 0;
	s = service_new(&settings);
	service_listen(s, on_heard, &heard);
	answer(s, 2000, SAMPLE_FAILED, false);
	assert_false(service_wants_recheck(s, 0));
	answer(s, 2100, SAMPLE_FAILED, true);
	answer(s, 2200, SAMPLE_FAILED, true);
	assert_int_equal(service_finding(s, DOWN).verdict, VERDICT_UNKNOWN);
	assert_int_equal(heard, 1);
	service_free(s);
	probes[0].recheck_ms = 100;
}

static void
test_turns_are_left_out_while_it_is_down(void **state)
{
	struct service *s;

	(void)state;
	probes[0].down_ms = 4000;
	s = service_new(&settings);
	answer(s, 1000, SAMPLE_FAILED, false);
	answer(s, 2000, SAMPLE_FAILED, false);
	assert_int_equal(service_rests(s, 0), 0);
	answer(s, 3000, SAMPLE_FAILED, false);
	assert_int_equal(service_rests(s, 0), 3);
	service_incident(s, true);
	assert_int_equal(service_rests(s, 0), 0);
	service_incident(s, false);
	assert_int_equal(service_rests(s, 0), 3);
	answer(s, 7000, SAMPLE_LOST, false);
	assert_int_equal(service_rests(s, 0), 0);
	answer(s, 8000, SAMPLE_FAILED, false);
	assert_int_equal(service_rests(s, 0), 3);
	answer(s, 12000, SAMPLE_OK, false);
	assert_int_equal(service_verdict(s), VERDICT_TRIPPED);
	assert_int_equal(service_rests(s, 0), 0);
	service_free(s);
	probes[0].down_ms = 0;
}

/* The next answer in its turn decides whether anything is done. */
static void
test_no_turn_is_left_out_that_is_waited_for(void **state)
{
	struct service *s;

	(void)state;
	probes[0].down_ms = 1999; /* less than another turn */
	s = service_new(&settings);
	answer(s, 2000, SAMPLE_FAILED, false);
	answer(s, 2100, SAMPLE_FAILED, true);
	answer(s, 2200, SAMPLE_FAILED, true);
	assert_int_equal(service_verdict(s), VERDICT_TRIPPED);
	assert_int_equal(service_rests(s, 0), 0);
	probes[0].down_ms = 2000;
	assert_int_equal(service_rests(s, 0), 0);
	answer(s, 3000, SAMPLE_FAILED, false);
	assert_int_equal(service_rests(s, 0), 1);
	probes[0].down_ms = 1999;
	assert_int_equal(service_rests(s, 0), 0);
	service_free(s);
	probes[0].down_ms = 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shares_are_those_of_the_normal_pace),
		cmocka_unit_test(test_more_is_wanted_until_it_is_sure),
		cmocka_unit_test(test_nothing_is_done_by_rechecks_alone),
		cmocka_unit_test(test_what_is_over_by_then_is_left_alone),
		cmocka_unit_test(test_the_first_of_many_was_not_bad_alone),
		cmocka_unit_test(test_one_that_was_borne_out_before_is),
		cmocka_unit_test(
		    test_a_release_is_not_excused_by_rechecks_alone),
		cmocka_unit_test(test_nothing_was_bad_that_is_called_cleared),
		cmocka_unit_test(test_where_it_is_not_set_rechecks_are_nothing),
		cmocka_unit_test(test_turns_are_left_out_while_it_is_down),
		cmocka_unit_test(test_no_turn_is_left_out_that_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
