/*
 * When a service lets its evaluators learn, and what they keep when its
 * settings change.  One answer a second to one probe; an evaluator that
 * learns how long it takes, and a rule for failures.
 */
#include "tests/unit/test.h"

#include <math.h>
#include <string.h>

#include "evaluator/baseline_kind.h"
#include "evaluator/consecutive.h"
#include "service/service.h"

#define SECOND_MS INT64_C(1000)

enum { SLOW, DOWN };

static const struct consecutive_settings two = { 2, 1, 60000 };
static const struct baseline_kind_settings usual = {
	.of = BASELINE_OF_LATENCY,
	.statistic = "mean",
	.window_ms = 2000,
	.above = 5,
	.min_samples = 1,
	.baseline = {
		.min_age_ms = 5000,
		.min_samples = 5,
		.half_life_ms = 64000,
		.quarantine_ms = 2000,
	},
};

static struct probe_settings probes[] = {
	{ .name = "home",
	    .interval_ms = 1000,
	    .timeout_ms = 500,
	    .kind = &probe_http },
	{ .name = "other",
	    .interval_ms = 1000,
	    .timeout_ms = 500,
	    .kind = &probe_http },
};
static const char *down[] = { "down" };
static struct rule_settings rules[] = {
	{ .name = "dead",
	    .any = { down, 1 },
	    .arm_window_ms = ARM_WINDOW_NONE,
	    .procedure = "back" },
};

/* A configuration, as it is and as it may become. */
struct setting {
	struct baseline_kind_settings slow;
	struct evaluator_settings evaluators[2];
	struct service_settings service;
};

static void
set(struct setting *c)
{
	*c = (struct setting){ .slow = usual };
	c->evaluators[SLOW] = (struct evaluator_settings){
		.name = "slow",
		.probe = "home",
		.kind = &evaluator_baseline_kind,
		.settings = &c->slow,
	};
	c->evaluators[DOWN] = (struct evaluator_settings){
		.name = "down",
		.probe = "home",
		.kind = &evaluator_consecutive,
		.settings = &two,
	};
	c->service = (struct service_settings){
		.name = "shop",
		.settle_ms = 10 * SECOND_MS,
		.probes = probes,
		.probe_count = 2,
		.evaluators = c->evaluators,
		.evaluator_count = 2,
		.rules = rules,
		.rule_count = 1,
	};
}

static void
answer(struct service *s, int64_t at_ms, enum sample_outcome outcome)
{
	struct sample sample = {
		.asked_ms = at_ms,
		.answered_ms = at_ms,
		.latency_ms = 20,
		.outcome = outcome,
	};

	service_observe(s, 0, &sample);
}

static int64_t
live(struct service *s, int64_t from_ms, int64_t for_ms)
{
	int64_t at = from_ms;

	for (; at < from_ms + for_ms; at += SECOND_MS)
		answer(s, at, SAMPLE_OK);
	return at;
}

static struct baseline_view
view(struct service *s)
{
	return baseline_view(evaluator_baseline(service_evaluator(s, SLOW)));
}

static struct service *
grown_up(struct setting *c, int64_t *now_ms)
{
	struct service *s;

	set(c);
	s = service_new(&c->service);
	assert_non_null(s);
	*now_ms = live(s, 0, 30 * SECOND_MS);
	assert_true(view(s).may_judge);
	assert_int_equal(view(s).learning, LEARNING_ON);
	return s;
}

static void
an_incident_ends_it(void **state)
{
	struct setting c;
	int64_t now_ms;
	struct service *s = grown_up(&c, &now_ms);
	uint64_t samples;

	(void)state;
	service_incident(s, true);
	now_ms = live(s, now_ms, SECOND_MS);
	samples = view(s).samples;
	assert_int_equal(view(s).learning, LEARNING_INCIDENT);
	assert_int_equal(view(s).held_back, 0);
	now_ms = live(s, now_ms, 60 * SECOND_MS);
	assert_int_equal(view(s).samples, samples);
	service_incident(s, false);
	now_ms = live(s, now_ms, 60 * SECOND_MS);
	assert_true(view(s).samples > samples);
	assert_true(now_ms > 0);
	service_free(s);
}

static void
so_does_a_rule_that_holds(void **state)
{
	struct setting c;
	int64_t now_ms;
	struct service *s = grown_up(&c, &now_ms);

	(void)state;
	answer(s, now_ms, SAMPLE_FAILED);
	answer(s, now_ms + SECOND_MS, SAMPLE_FAILED);
	assert_int_equal(service_verdict(s), VERDICT_TRIPPED);
	answer(s, now_ms + 2 * SECOND_MS, SAMPLE_OK);
	assert_int_equal(view(s).learning, LEARNING_TRIPPED);
	assert_int_equal(view(s).held_back, 0);
	answer(s, now_ms + 3 * SECOND_MS, SAMPLE_OK);
	assert_int_equal(view(s).learning, LEARNING_ON);
	service_free(s);
}

/* But what was learned before a deployment is kept, and so it is held back. */
static void
a_deployment_stops_it_for_a_while(void **state)
{
	struct setting c;
	int64_t now_ms;
	struct service *s = grown_up(&c, &now_ms);
	uint64_t held = view(s).held_back;

	(void)state;
	assert_true(held > 0);
	service_deployed(s, "v2", "v1", false, now_ms);
	now_ms = live(s, now_ms, SECOND_MS);
	assert_int_equal(view(s).learning, LEARNING_SETTLING);
	assert_int_equal(view(s).held_back, held);
	now_ms = live(s, now_ms, 9 * SECOND_MS);
	assert_int_equal(view(s).learning, LEARNING_SETTLING);
	(void)live(s, now_ms, SECOND_MS);
	assert_int_equal(view(s).learning, LEARNING_ON);
	assert_true(view(s).may_judge);
	service_free(s);
}

static void
change_limit(struct setting *c)
{
	c->slow.above = 3;
	c->slow.baseline.quarantine_ms = 4000;
}

static void
change_service(struct setting *c)
{
	c->service.settle_ms = 0;
	c->service.rule_count = 0;
}

static void
change_window(struct setting *c)
{
	c->slow.window_ms = 3000;
}

static void
change_statistic(struct setting *c)
{
	c->slow.statistic = "p50";
}

static void
change_probe(struct setting *c)
{
	c->evaluators[SLOW].probe = "other";
}

static void
change_input(struct setting *c)
{
	c->slow.of = BASELINE_OF_VALUE;
	c->slow.metric = "up";
}

static void
change_name(struct setting *c)
{
	c->evaluators[SLOW].name = "slower";
}

static const struct change_row {
	const char *name;
	void (*change)(struct setting *c);
	bool keeps;
} change_rows[] = {
	{ "another limit", change_limit, true },
	{ "another service around it", change_service, true },
	{ "another window", change_window, false },
	{ "another statistic", change_statistic, false },
	{ "another probe", change_probe, false },
	{ "another name", change_name, false },
};

static void
keeps_what_measures_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(change_rows); i++) {
		struct setting before, after;
		int64_t now_ms;
		struct service *s = grown_up(&before, &now_ms), *next;

		set(&after);
		change_rows[i].change(&after);
		next = service_new(&after.service);
		assert_non_null(next);
		service_inherit(next, s);
		if (view(next).may_judge != change_rows[i].keeps)
			fail_msg("%s", change_rows[i].name);
		assert_true(!change_rows[i].keeps ||
		    view(next).samples == view(s).samples);
		service_free(s);
		service_free(next);
	}
}

static void
another_metric_is_another_subject(void **state)
{
	char one[DIGEST_TEXT_BYTES], other[DIGEST_TEXT_BYTES];
	struct setting a, b;

	(void)state;
	set(&a);
	set(&b);
	baseline_subject(&a.evaluators[SLOW], one);
	baseline_subject(&b.evaluators[SLOW], other);
	assert_string_equal(one, other);
	change_input(&b);
	baseline_subject(&b.evaluators[SLOW], other);
	assert_string_not_equal(one, other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_incident_ends_it),
		cmocka_unit_test(so_does_a_rule_that_holds),
		cmocka_unit_test(a_deployment_stops_it_for_a_while),
		cmocka_unit_test(keeps_what_measures_the_same),
		cmocka_unit_test(another_metric_is_another_subject),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
