/*
 * Each row is a story after two minutes of learning that 10 is normal, one
 * value a second: . 10, h 60, o 40, l 1, z 0, N not there, F of a failed
 * answer, - lost.  The mean of three seconds is judged.  The verdicts, right
 * below what brought them about: ? unknown, h healthy, T tripped.
 */
#include "tests/unit/test.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "evaluator/baseline_kind.h"
#include "evaluator/evaluator.h"

#define SECOND_MS 1000
#define LEARNED_MS (120 * SECOND_MS)

static const struct baseline_kind_settings usual = {
	.statistic = "mean",
	.window_ms = 3 * SECOND_MS,
	.deviations = (double)NAN,
	.min_samples = 2,
	.baseline = {
		.min_age_ms = 30 * SECOND_MS,
		.min_samples = 10,
		.half_life_ms = 320 * SECOND_MS,
		.quarantine_ms = 30 * SECOND_MS,
	},
};

static const struct row {
	const char *name;
	const char *values;
	const char *verdicts;
	double above, below, clear;
	const char *at_least;
	double normal; /* 0: 10; negative: zero */
	int64_t for_ms;
} rows[] = {
	{ .name = "normal values are healthy",
	    .values = "......",
	    .verdicts = "hhhhhh",
	    .above = 5 },
	{ .name = "four times is not five times",
	    .values = "oooooooo",
	    .verdicts = "hhhhhhhh",
	    .above = 5 },
	{ .name = "six times is, when the window is full of it",
	    .values = "..hhhhhh",
	    .verdicts = "hhhhTTTT",
	    .above = 5 },
	{ .name = "one wild value alone is not",
	    .values = "..h....",
	    .verdicts = "hhhhhhh",
	    .above = 1.5 },
	{ .name = "two are, if the mean says so",
	    .values = "..hh...",
	    .verdicts = "hhhTTTh",
	    .above = 1.5 },
	{ .name = "it clears as soon as it is back",
	    .values = "hhhh...",
	    .verdicts = "hhTThhh",
	    .above = 5 },
	{ .name = "or when it is farther back",
	    .values = "hhhhoooo..",
	    .verdicts = "hhTTTTTThh",
	    .above = 5,
	    .clear = 3 },
	{ .name = "for so long",
	    .values = "hhhhhhhh",
	    .verdicts = "hhhhhTTT",
	    .above = 5,
	    .for_ms = 3 * SECOND_MS },
	{ .name = "less than a fifth",
	    .values = "..llll..",
	    .verdicts = "hhhhTThh",
	    .below = 0.2 },
	{ .name = "more is no concern of it",
	    .values = "hhhhhh",
	    .verdicts = "hhhhhh",
	    .below = 0.2 },
	{ .name = "nothing at all is less than a fifth",
	    .values = "..zzzz..",
	    .verdicts = "hhhhTThh",
	    .below = 0.2 },
	{ .name = "lost ones and those that are not there say nothing",
	    .values = "hhh-N-N.",
	    .verdicts = "hhTTTTTT",
	    .above = 5 },
	{ .name = "nor does what comes with a failed answer",
	    .values = "..FFFF..",
	    .verdicts = "hhhhhhhh",
	    .above = 5 },
	{ .name = "of zero there is no multiple",
	    .values = "....",
	    .verdicts = "????",
	    .above = 5,
	    .normal = -1 },
	{ .name = "but a least limit",
	    .values = "zlzzllooo",
	    .verdicts = "hhhhhhhTT",
	    .above = 5,
	    .at_least = "15",
	    .normal = -1 },
};

static struct evaluator *
make(const struct baseline_kind_settings *settings)
{
	static struct probe_settings probe = {
		.name = "p",
		.interval_ms = SECOND_MS,
		.timeout_ms = 500,
	};
	struct evaluator_settings e = {
		.name = "e",
		.probe = "p",
		.kind = &evaluator_baseline_kind,
		.settings = settings,
	};
	struct evaluator_source source = {
		.probe = &probe,
		.slot = settings->of == BASELINE_OF_VALUE ? 0 : -1,
	};
	struct evaluator *made = evaluator_new(&e, &source, 1);

	assert_non_null(made);
	return made;
}

static struct finding
tell(struct evaluator *e, enum learning how, double value, int64_t at_ms)
{
	struct sample s = {
		.asked_ms = at_ms,
		.answered_ms = at_ms,
		.latency_ms = value,
		.values = &value,
		.value_count = 1,
	};

	evaluator_learn(e, how);
	return evaluator_observe(e, &s);
}

static void
live(struct evaluator *e, double value, int64_t from_ms, int64_t to_ms)
{
	for (int64_t at = from_ms; at < to_ms; at += SECOND_MS)
		(void)tell(e, LEARNING_ON, value, at);
}

static struct finding
tell_char(struct evaluator *e, char c, int64_t at_ms)
{
	static const struct {
		char c;
		double value;
	} values[] = { { '.', 10 }, { 'h', 60 }, { 'o', 40 }, { 'l', 1 },
		{ 'z', 0 }, { 'N', (double)NAN } };
	double wild = 1000;
	struct sample none = {
		.asked_ms = at_ms,
		.answered_ms = at_ms,
		.outcome = c == 'F' ? SAMPLE_FAILED : SAMPLE_LOST,
		.values = &wild,
		.value_count = 1,
	};

	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		if (values[i].c == c)
			return tell(e, LEARNING_ON, values[i].value, at_ms);
	return evaluator_observe(e, &none);
}

static void
tells_the_story(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *r = &rows[i];
		struct baseline_kind_settings s = usual;
		double normal = r->normal < 0 ? 0 : 10;
		struct evaluator *e;

		s.above = r->above;
		s.below = r->below;
		s.clear = r->clear;
		s.for_ms = r->for_ms;
		if (r->at_least != NULL)
			assert_true(
			    decimal_parse(r->at_least, &s.baseline.at_least));
		e = make(&s);
		live(e, normal, 0, LEARNED_MS);
		for (size_t k = 0; r->values[k] != '\0'; k++) {
			struct finding f = tell_char(e, r->values[k],
			    LEARNED_MS + (int64_t)k * SECOND_MS);
			char is = "?hT"[f.verdict];

			if (is != r->verdicts[k])
				fail_msg("%s: at %zu %c", r->name, k, is);
		}
		evaluator_free(e);
	}
}

static const char *
what_is_missing(const struct evaluator *e)
{
	static char text[EVALUATOR_TEXT_MAX];

	text[0] = '\0';
	evaluator_missing(e, 0, text);
	return text;
}

static void
knows_nothing_before_it_is_old_enough(void **state)
{
	struct baseline_kind_settings s = usual;
	struct evaluator *e;

	(void)state;
	s.above = 5;
	e = make(&s);
	live(e, 10, 0, 55 * SECOND_MS);
	assert_int_equal(
	    tell(e, LEARNING_ON, 1e6, 55 * SECOND_MS).verdict, VERDICT_UNKNOWN);
	assert_string_equal(
	    what_is_missing(e), "the baseline is 19s of 30s old");
	evaluator_free(e);
}

static void
says_that_zero_has_no_multiple(void **state)
{
	struct baseline_kind_settings s = usual;
	struct evaluator *e;

	(void)state;
	s.above = 5;
	e = make(&s);
	live(e, 0, 0, LEARNED_MS);
	assert_string_equal(
	    what_is_missing(e), "what is normal is 0: set baseline.at_least");
	evaluator_free(e);
}

/* Nothing of the time around a trip is ever normal. */
static void
does_not_learn_what_trips_it(void **state)
{
	struct baseline_kind_settings s = usual;
	struct evaluator *e;
	struct baseline *b;
	int64_t at = LEARNED_MS;

	(void)state;
	s.above = 5;
	e = make(&s);
	b = evaluator_baseline(e);
	live(e, 10, 0, at);
	/* Doubled for less than the quarantine, then far too much. */
	for (int i = 0; i < 20; i++, at += SECOND_MS)
		(void)tell(e, LEARNING_ON, 20, at);
	for (int i = 0; i < 600; i++, at += SECOND_MS)
		(void)tell(e, LEARNING_ON, 90, at);
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_TRIPPED);
	assert_int_equal(baseline_view(b).learning, LEARNING_TRIPPED);
	assert_int_equal(baseline_view(b).held_back, 0);
	live(e, 10, at, at + LEARNED_MS);
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_HEALTHY);
	assert_true(baseline_value(b) == 10);
	evaluator_free(e);
}

/* A deployment forgets samples, not what is normal. */
static void
outlives_a_deployment(void **state)
{
	struct baseline_kind_settings s = usual;
	struct evaluator *e;
	int64_t at = LEARNED_MS;

	(void)state;
	s.above = 5;
	e = make(&s);
	live(e, 10, 0, at);
	evaluator_reset(e, at);
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_UNKNOWN);
	assert_true(baseline_may_judge(evaluator_baseline(e)));
	(void)tell(e, LEARNING_SETTLING, 60, at);
	assert_int_equal(tell(e, LEARNING_SETTLING, 60, at + SECOND_MS).verdict,
	    VERDICT_TRIPPED);
	evaluator_free(e);
}

/* Where the answers themselves are too slow, their time is taken. */
static void
judges_latency(void **state)
{
	struct baseline_kind_settings s = usual;
	struct evaluator *e;

	(void)state;
	s.above = 5;
	s.of = BASELINE_OF_LATENCY;
	s.statistic = "p50";
	e = make(&s);
	live(e, 10, 0, LEARNED_MS);
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_HEALTHY);
	live(e, 60, LEARNED_MS, LEARNED_MS + 3 * SECOND_MS);
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_TRIPPED);
	evaluator_free(e);
}

/* 100, 120 and 140 by turns: what is too much is farther than that. */
static void
the_spread_is_looked_at(void **state)
{
	static const double deviations[] = { 0, 3 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(deviations); i++) {
		struct baseline_kind_settings s = usual;
		struct baseline *b;
		struct evaluator *e;

		s.above = 1.5;
		s.deviations = deviations[i];
		e = make(&s);
		b = evaluator_baseline(e);
		for (int64_t at = 0; at < 2 * LEARNED_MS; at += SECOND_MS)
			(void)tell(e, LEARNING_ON,
			    100 + 20 * (double)(at / (20 * SECOND_MS) % 3), at);
		if (deviations[i] > 0)
			assert_true(evaluator_finding(e).limit >
			    baseline_value(b) * 1.6);
		else
			assert_true(fabs(evaluator_finding(e).limit -
					baseline_value(b) * 1.5) < 1e-6);
		evaluator_free(e);
	}
}

static void
note_objection(enum objection objection, const char *text, void *arg)
{
	(void)text;
	*(int *)arg += objection == OBJECTION_WRONG ? 100 : 1;
}

static void
objects_to_contradictions(void **state)
{
	static const struct {
		const char *name;
		double above, below, clear;
		const char *metric, *statistic;
		int of;
		int64_t quarantine_ms;
		int expect; /* 100 for each that is wrong, 1 for a doubt */
	} checks[] = {
		{ "fine above", 5, 0, 2, NULL, "mean", 0, 30000, 0 },
		{ "fine below", 0, 0.2, 0.5, "up", "p95", 0, 30000, 0 },
		{ "no limit", 0, 0, 0, NULL, "mean", 0, 30000, 100 },
		{ "two limits", 5, 0.2, 0, NULL, "mean", 0, 30000, 100 },
		{ "clear beyond", 5, 0, 6, NULL, "mean", 0, 30000, 100 },
		{ "clear below it", 0, 0.2, 0.1, NULL, "mean", 0, 30000, 100 },
		{ "two inputs", 5, 0, 0, "up", "mean", 1, 30000, 100 },
		{ "a statistic", 5, 0, 0, NULL, "p100", 0, 30000, 100 },
		{ "no quarantine", 5, 0, 0, NULL, "mean", 0, 0, 1 },
		{ "too long", 5, 0, 0, NULL, "mean", 0, 400000, 100 },
	};
	struct probe_settings probe = {
		.name = "p", .interval_ms = SECOND_MS, .timeout_ms = 500
	};
	struct evaluator_source source = { .probe = &probe };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		struct baseline_kind_settings s = usual;
		int found = 0;

		s.window_ms = 60 * SECOND_MS;
		s.above = checks[i].above;
		s.below = checks[i].below;
		s.clear = checks[i].clear;
		s.metric = checks[i].metric;
		s.statistic = checks[i].statistic;
		s.of = checks[i].of;
		s.baseline.quarantine_ms = checks[i].quarantine_ms;
		baseline_kind_check(&s, &source, 1, note_objection, &found);
		if (found != checks[i].expect)
			fail_msg("%s: %d", checks[i].name, found);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_the_story),
		cmocka_unit_test(knows_nothing_before_it_is_old_enough),
		cmocka_unit_test(says_that_zero_has_no_multiple),
		cmocka_unit_test(does_not_learn_what_trips_it),
		cmocka_unit_test(outlives_a_deployment),
		cmocka_unit_test(judges_latency),
		cmocka_unit_test(the_spread_is_looked_at),
		cmocka_unit_test(objects_to_contradictions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
