/*
 * Each row is a story, one value a second; the limit is 100, and where there
 * is a clear limit it is 80: o 50, b 90, = 100, x 150, X 10000; n no number,
 * i infinite, a not there; f a failed answer with a value of 150; - a lost
 * sample; ~ a minute in which nobody asks.  The verdicts, right below what
 * brought them about: ? unknown, h healthy, T tripped.
 *
 * Every story is told twice: of above = 100, and with all signs turned.
 */
#include "tests/unit/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "evaluator/evaluator.h"
#include "evaluator/threshold.h"

#define SECOND_MS 1000

struct row {
	const char *name;
	const char *told;
	const char *verdicts;
	struct threshold_settings settings; /* but for the limits */
	bool clears_at_80;
};

#define LAST(least) .settings = { .min_samples = (least)
#define OF(words, window, least)                 \
	.settings = { .statistic = words,        \
		.window_ms = (window)*SECOND_MS, \
		.min_samples = (least)

/* clang-format off */
static struct row rows[] = {
	{ "one good value is healthy",
	  "o",
	  "h", LAST(3) } },
	{ "three in a row trip it",
	  "oxxx",
	  "hhhT", LAST(3) } },
	{ "exactly the limit is still good",
	  "oxx=xxx",
	  "hhhhhhT", LAST(3) } },
	{ "one good one in between begins the row anew",
	  "xxoxxx",
	  "??hhhT", LAST(3) } },
	{ "as many good ones in a row clear it",
	  "xxxooxooo",
	  "??TTTTTTh", LAST(3) } },
	{ "one is enough when so set",
	  "oxo",
	  "hTh", LAST(1) } },
	{ "no number is unknown: it neither counts nor ends a row",
	  "oxnxnx",
	  "hhhhhT", LAST(3) } },
	{ "nor does an infinite one",
	  "oxixix",
	  "hhhhhT", LAST(3) } },
	{ "nor one that is not there",
	  "oxaxax",
	  "hhhhhT", LAST(3) } },
	{ "that of a failed answer counts like any other",
	  "offff",
	  "hhTTT", LAST(2) } },
	{ "nor a lost sample",
	  "ox-x-x-",
	  "hhhhhTT", LAST(3) } },
	{ "for 3s: it must have been beyond for three seconds",
	  "oxxxx",
	  "hhhhT", LAST(2), .for_ms = 3000 } },
	{ "one millisecond short",
	  "oxxxxx",
	  "hhhhhT", LAST(2), .for_ms = 3001 } },
	{ "unknown time does not count as held",
	  "oxxnxxx",
	  "hhhhhhT", LAST(2), .for_ms = 3000 } },
	{ "nor does the time around a lost sample",
	  "oxx-xxx",
	  "hhhhhhT", LAST(2), .for_ms = 3000 } },
	{ "in a row even where the time is long over",
	  "x~xx",
	  "?~?T", LAST(2), .for_ms = 1000 } },
	{ "it clears at the clear limit, not yet between the two",
	  "xxbbboo",
	  "?TTTTTh", LAST(2) }, .clears_at_80 = true },
	{ "healthy, and then unknown for long: unknown",
	  "onnnnnnnnn",
	  "hhhhhh????", LAST(2) } },
	{ "but lost samples alone take no verdict away",
	  "o---------",
	  "hhhhhhhhhh", LAST(2) } },
	{ "tripped stays tripped",
	  "xxnnnnnnnnn",
	  "?TTTTTTTTTT", LAST(2) } },
	{ "the mean of a window",
	  "ooooxxxxxx",
	  "??hhhhhhTT", OF("mean", 10, 3) } },
	{ "is the default",
	  "ooooxxxxxx",
	  "??hhhhhhTT", OF(NULL, 10, 3) } },
	{ "one value alone never trips it, however large",
	  "ooXooX",
	  "?hhhhT", OF("mean", 30, 2) } },
	{ "the largest of a window, once two are beyond",
	  "ooxoxooo",
	  "?hhhTTTT", OF("far", 30, 2) } },
	{ "the smallest of a window: only when all are beyond",
	  "ooxxxxx",
	  "?hhhhTT", OF("near", 4, 2) } },
	{ "the median",
	  "ooxxx",
	  "?hhhT", OF("p50", 30, 2) } },
	{ "an unknown value changes nothing in a window",
	  "ooxxnxo",
	  "?hhhhTh", OF("p50", 30, 2) } },
};
/* clang-format on */

static const struct probe_settings ratio = { .name = "ratio",
	.interval_ms = SECOND_MS,
	.timeout_ms = 500 };

static struct evaluator *
threshold_of(const struct threshold_settings *settings)
{
	struct evaluator_settings wanted = { .name = "ratio",
		.probe = "ratio",
		.kind = &evaluator_threshold,
		.settings = settings };
	struct evaluator_source source = { .probe = &ratio, .slot = 1 };
	struct evaluator *e = evaluator_new(&wanted, &source, 1);

	assert_non_null(e);
	return e;
}

static double
value_of(char c)
{
	static const double values[] = { ['o'] = 50,
		['b'] = 90,
		['='] = 100,
		['x'] = 150,
		['X'] = 10000,
		['f'] = 150 };

	if (c == 'n')
		return (double)NAN;
	if (c == 'i')
		return (double)INFINITY;
	return values[(unsigned char)c];
}

static void
tell_one(struct evaluator *e, char c, double sign, int64_t at_ms)
{
	double values[2] = { -1e9 * sign, sign * value_of(c) };
	struct sample s = { .asked_ms = at_ms,
		.answered_ms = at_ms,
		.outcome = c == 'f' ? SAMPLE_FAILED :
		    c == '-'        ? SAMPLE_LOST :
				      SAMPLE_OK,
		.values = values,
		.value_count = c == 'a' ? 1 : 2 };

	evaluator_observe(e, &s);
}

static char
verdict_char(enum verdict v)
{
	return v == VERDICT_TRIPPED ? 'T' : v == VERDICT_HEALTHY ? 'h' : '?';
}

static int64_t
tell(struct evaluator *e, const char *told, double sign, int64_t now_ms,
    char *verdicts)
{
	size_t i = 0;

	for (; told[i] != '\0'; i++) {
		now_ms += told[i] == '~' ? 60 * SECOND_MS : SECOND_MS;
		if (told[i] != '~')
			tell_one(e, told[i], sign, now_ms);
		verdicts[i] = told[i] == '~' ?
		    '~' :
		    verdict_char(evaluator_finding(e).verdict);
	}
	verdicts[i] = '\0';
	return now_ms;
}

static struct threshold_settings
with_limits(const struct row *row, double sign)
{
	struct threshold_settings set = row->settings;
	double clear = row->clears_at_80 ? 80 * sign : (double)NAN;
	bool above = sign > 0;

	/* The lower of the two in the middle, or in the mirror the upper. */
	if (set.statistic != NULL && strcmp(set.statistic, "p50") == 0)
		set.statistic = above ? "p50" : "p50.001";
	set.above = above ? 100 : (double)NAN;
	set.below = above ? (double)NAN : -100;
	set.clear_below = above ? clear : (double)NAN;
	set.clear_above = above ? (double)NAN : clear;
	if (set.statistic != NULL && strcmp(set.statistic, "far") == 0)
		set.statistic = above ? "max" : "min";
	if (set.statistic != NULL && strcmp(set.statistic, "near") == 0)
		set.statistic = above ? "min" : "max";
	return set;
}

static void
tell_row(const struct row *row, double sign)
{
	struct threshold_settings set = with_limits(row, sign);
	struct evaluator *e = threshold_of(&set);
	char verdicts[64];

	tell(e, row->told, sign, 100000, verdicts);
	assert_string_equal(verdicts, row->verdicts);
	evaluator_free(e);
}

static void
test_row(void **state)
{
	tell_row(*state, 1);
}

static void
test_row_below(void **state)
{
	tell_row(*state, -1);
}

#define ABOVE_100                                                       \
	.above = 100, .below = (double)NAN, .clear_below = (double)NAN, \
	.clear_above = (double)NAN

static void
test_it_says_what_it_measured_and_since_when(void **state)
{
	struct threshold_settings set = { ABOVE_100, .min_samples = 2,
		.for_ms = 2000 };
	struct evaluator *e = threshold_of(&set);
	struct sample kept[EVIDENCE_MAX];
	char verdicts[64];
	struct finding f;

	(void)state;
	tell(e, "oxoxxnxx", 1, 0, verdicts);
	assert_string_equal(verdicts, "hhhhhhhT");
	f = evaluator_finding(e);
	assert_true(f.value == 150 && f.limit == 100);
	assert_int_equal(f.began_ms, 4000);
	assert_int_equal(f.since_ms, 8000);
	assert_int_equal(evaluator_evidence(e, kept, EVIDENCE_MAX), 4);
	assert_int_equal(kept[0].answered_ms, 4000);
	assert_true(kept[0].has_value && kept[0].value == 150);
	assert_null(kept[0].values);
	evaluator_free(e);
}

static void
test_after_a_long_gap_a_row_begins_anew(void **state)
{
	struct threshold_settings set = { ABOVE_100, .min_samples = 2 };
	struct evaluator *e = threshold_of(&set);
	struct sample kept[EVIDENCE_MAX];
	char verdicts[64];

	(void)state;
	tell(e, "x~xx", 1, 0, verdicts);
	assert_string_equal(verdicts, "?~?T");
	assert_int_equal(evaluator_finding(e).began_ms, 62000);
	assert_int_equal(evaluator_evidence(e, kept, EVIDENCE_MAX), 2);
	evaluator_free(e);
}

/* A quantile is told within 5 %, of either sign and of any size. */
static void
test_quantiles_of_any_size(void **state)
{
	static const double sizes[] = { 1e-5, 0.02, 1, 70, 12345, 1e9 };

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(sizes); i++) {
		double at = sizes[i / 2] * (i % 2 ? -1 : 1);
		struct threshold_settings set = { ABOVE_100, .statistic = "p50",
			.window_ms = 10000, .min_samples = 1 };
		struct evaluator *e = threshold_of(&set);
		double values[2] = { 0, at };
		struct sample s = { .asked_ms = 1,
			.answered_ms = 1,
			.values = values,
			.value_count = 2 };

		evaluator_observe(e, &s);
		assert_true(fabs(evaluator_finding(e).value - at) <=
		    fabs(at) * 0.0500001);
		evaluator_free(e);
	}
}

static void
test_less_than_half_of_what_is_normal(void **state)
{
	struct threshold_settings set = { .above = (double)NAN,
		.below = (double)NAN,
		.clear_below = (double)NAN,
		.clear_above = (double)NAN,
		.below_baseline = 0.5,
		.clear_above_baseline = 0.8,
		.baseline = { .min_age_ms = 1000,
		    .min_samples = 1,
		    .half_life_ms = 60000 },
		.min_samples = 2 };
	struct evaluator *e = threshold_of(&set);
	char verdicts[64], text[EVALUATOR_TEXT_MAX] = "";

	(void)state;
	tell(e, "x", 1, 0, verdicts);
	evaluator_missing(e, 1000, text);
	assert_non_null(strstr(text, "baseline"));
	baseline_pin(evaluator_baseline(e), 200);
	tell(e, "x=x", 1, 1000, verdicts);
	assert_string_equal(verdicts, "hhh");
	tell(e, "ooxxx", 1, 4000, verdicts); /* 160 would clear it */
	assert_string_equal(verdicts, "hTTTT");
	tell(e, "XX", 1, 9000, verdicts);
	assert_string_equal(verdicts, "Th");
	assert_true(evaluator_finding(e).limit == 100);
	evaluator_free(e);
}

static void
test_what_it_asks_for(void **state)
{
	struct threshold_settings set = { .metric = "sum(up)" };
	struct evaluator_settings e = { .name = "up",
		.probe = "app",
		.kind = &evaluator_threshold,
		.settings = &set };
	struct evaluator_input in[EVALUATOR_INPUTS_MAX];

	(void)state;
	assert_int_equal(evaluator_inputs(&e, in), 1);
	assert_string_equal(in[0].probe, "app");
	assert_true(in[0].wants_value);
	assert_string_equal(in[0].metric.text, "sum(up)");
	assert_false(in[0].metric.is_counter);
	set.metric = NULL;
	assert_int_equal(evaluator_inputs(&e, in), 1);
	assert_null(in[0].metric.text);
}

static struct missing {
	const char *told;
	const char *text;
	struct threshold_settings settings;
} missing_rows[] = {
	{ "", "values that can be measured", { ABOVE_100, .min_samples = 3 } },
	{ "n", "values that can be measured", { ABOVE_100, .min_samples = 3 } },
	{ "x", "2 more values in a row", { ABOVE_100, .min_samples = 3 } },
	{ "o", "", { ABOVE_100, .min_samples = 3 } },
	{ "xxxoo", "1 more values in a row", { ABOVE_100, .min_samples = 3 } },
	{ "xxx", "beyond the limit for 2s of 5s",
	    { ABOVE_100, .min_samples = 3, .for_ms = 5000 } },
	{ "o", "2 more values",
	    { ABOVE_100, .min_samples = 3, .window_ms = 10000 } },
	{ "oooX", "1 more values beyond the limit",
	    { ABOVE_100, .min_samples = 3, .window_ms = 10000 } },
};

static void
test_it_says_what_is_missing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(missing_rows); i++) {
		struct evaluator *e = threshold_of(&missing_rows[i].settings);
		char verdicts[64], text[EVALUATOR_TEXT_MAX] = "";

		tell(e, missing_rows[i].told, 1, 0, verdicts);
		evaluator_missing(e, 100000, text);
		assert_string_equal(text, missing_rows[i].text);
		evaluator_free(e);
	}
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_it_says_what_it_measured_and_since_when),
		cmocka_unit_test(test_after_a_long_gap_a_row_begins_anew),
		cmocka_unit_test(test_quantiles_of_any_size),
		cmocka_unit_test(test_less_than_half_of_what_is_normal),
		cmocka_unit_test(test_what_it_asks_for),
		cmocka_unit_test(test_it_says_what_is_missing),
	};
	struct CMUnitTest above[ARRAY_LEN(rows)], below[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		above[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i] };
		below[i] = above[i];
		below[i].test_func = test_row_below;
	}
	failed = cmocka_run_group_tests(above, NULL, NULL);
	failed += cmocka_run_group_tests(below, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
