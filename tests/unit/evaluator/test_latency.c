/*
 * Each row is a story, one answer a second: . 20 ms, f 100 ms, = 500 ms,
 * s 900 ms, H 10 s, all good; T a time-out after 2 s, b a bad answer after
 * 900 ms, r a refused connection after 1 ms; - a lost sample; ~ a minute in
 * which nobody asks.  The limit is 500 ms.  The verdicts, right below what
 * brought them about: ? unknown, h healthy, T tripped.
 */
#include "tests/unit/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "evaluator/evaluator.h"
#include "evaluator/latency.h"

#define SECOND_MS 1000

struct row {
	const char *name;
	const char *answers;
	const char *verdicts;
	struct latency_settings settings;
};

#define MEAN(window, least)                      \
	.settings = { .statistic = "mean",       \
		.above_ms = 500,                 \
		.window_ms = (window)*SECOND_MS, \
		.min_samples = (least)
#define OF(quantile, window, least)              \
	.settings = { .statistic = quantile,     \
		.above_ms = 500,                 \
		.window_ms = (window)*SECOND_MS, \
		.min_samples = (least)

/* clang-format off */
static struct row rows[] = {
	{ "quick answers are healthy once there are enough of them",
	  ".....",
	  "????h", MEAN(10, 5) } },
	{ "slow ones trip it once there are enough of them",
	  "sssss",
	  "????T", MEAN(10, 5) } },
	{ "the mean of two exactly at the limit is still good",
	  "==",
	  "?h", MEAN(10, 2) } },
	{ "one answer alone never trips it, however slow",
	  "....H.....",
	  "?hhhhhhhhh", MEAN(10, 2) } },
	{ "two do, if the mean with all the others is above the limit",
	  "....HH....",
	  "?hhhhTTTTT", MEAN(10, 2) } },
	{ "slow answers must outweigh the quick ones in the window",
	  "......ssssss..",
	  "?hhhhhhhhhhTTT", MEAN(10, 2) } },
	{ "it clears when the slow ones have left the window",
	  "ss..........",
	  "?TThhhhhhhhh", MEAN(3, 2) } },
	{ "a time-out counts with the time that it took",
	  "..TT..",
	  "?hhTTT", MEAN(4, 2) } },
	{ "a refused connection does not make a slow service look fast",
	  "ssrrrr",
	  "?TTTTT", MEAN(30, 2) } },
	{ "and is no answer that it could be judged by",
	  "rrrr",
	  "????", MEAN(30, 2) } },
	{ "a bad answer that came slowly speaks for slowness",
	  "bbb",
	  "??T", MEAN(30, 3) } },
	{ "lost samples neither add nor clear",
	  "s-----s-----",
	  "??????TTTTTT", MEAN(30, 2) } },
	{ "after a silence longer than the window it begins anew",
	  "ss~..",
	  "?T~Th", MEAN(10, 2) } },
	{ "p50: half of them slow is not yet enough",
	  "..ss",
	  "???h", OF("p50", 30, 4) } },
	{ "one more is",
	  "..sss",
	  "???hT", OF("p50", 30, 4) } },
	{ "p90 of ten: one slow one is not the ninth",
	  ".........s",
	  "?????????h", OF("p90", 30, 10) } },
	{ "two slow ones are",
	  "........ss",
	  "?????????T", OF("p90", 30, 10) } },
	{ "p99 of few is the slowest, but one alone never trips it",
	  "....s..s",
	  "?hhhhhhT", OF("p99", 30, 2) } },
	{ "fewer slow ones than min_slow never trip it",
	  "..ssss",
	  "?hhhhT", OF("p50", 30, 2), .min_slow = 4 } },
	{ "for 3s: it must have been too slow for three seconds",
	  "..ssssss",
	  "?hhhhhTT", MEAN(3, 2), .for_ms = 3000 } },
	{ "it clears at the clear limit, not yet between the two",
	  "sssfffff..",
	  "?TTTThhhhh", MEAN(3, 2), .clear_below_ms = 100 } },
	{ "for a while, when so set",
	  "sss.....",
	  "?TThhhhh", MEAN(2, 2) } },
	{ "for two seconds longer, then",
	  "sss.....",
	  "?TTTThhh", MEAN(2, 2), .clear_for_ms = 2000 } },
};
/* clang-format on */

static const struct probe_settings health = { .name = "health",
	.interval_ms = SECOND_MS,
	.timeout_ms = 2000 };

static struct sample
answer(char c, int64_t at_ms)
{
	static const double took_ms[] = { ['.'] = 20,
		['f'] = 100,
		['='] = 500,
		['s'] = 900,
		['H'] = 10000,
		['T'] = 2000,
		['b'] = 900,
		['r'] = 1,
		['~'] = 0 };
	struct sample s = { .answered_ms = at_ms,
		.asked_ms = at_ms,
		.outcome = strchr("Tbr", c) != NULL ? SAMPLE_FAILED :
		    c == '-'                        ? SAMPLE_LOST :
						      SAMPLE_OK };

	s.latency_ms = c == '-' ? 7000 : took_ms[(unsigned char)c];
	return s;
}

static struct evaluator *
latency_of(const struct latency_settings *settings)
{
	struct evaluator_settings wanted = {
		.name = "slow", .kind = &evaluator_latency, .settings = settings
	};
	struct evaluator_source source = { .probe = &health, .slot = -1 };
	struct evaluator *e = evaluator_new(&wanted, &source, 1);

	assert_non_null(e);
	return e;
}

static char
verdict_char(enum verdict v)
{
	return v == VERDICT_TRIPPED ? 'T' : v == VERDICT_HEALTHY ? 'h' : '?';
}

static int64_t
tell(struct evaluator *e, const char *answers, int64_t now_ms, char *verdicts)
{
	size_t i = 0;

	for (; answers[i] != '\0'; i++) {
		struct sample s;

		now_ms += answers[i] == '~' ? 60 * SECOND_MS : SECOND_MS;
		s = answer(answers[i], now_ms);
		if (answers[i] != '~')
			evaluator_observe(e, &s);
		verdicts[i] = answers[i] == '~' ?
		    '~' :
		    verdict_char(evaluator_finding(e).verdict);
	}
	verdicts[i] = '\0';
	return now_ms;
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct evaluator *e = latency_of(&row->settings);
	char verdicts[64];

	tell(e, row->answers, 100000, verdicts);
	assert_string_equal(verdicts, row->verdicts);
	evaluator_free(e);
}

static const struct latency_settings plain = { .statistic = "mean",
	.window_ms = 10000,
	.above_ms = 500,
	.min_samples = 2 };

static void
test_it_says_what_it_measured_and_since_when(void **state)
{
	struct evaluator *e = latency_of(&plain);
	struct sample kept[EVIDENCE_MAX];
	char verdicts[64];
	struct finding f;

	(void)state;
	tell(e, "....ss..TT", 0, verdicts);
	f = evaluator_finding(e);
	assert_string_equal(verdicts, "?hhhhhhhhT");
	assert_int_equal(f.since_ms, 10000);
	assert_int_equal(f.began_ms, 5000); /* the first slow one in it */
	assert_int_equal(f.samples, 10);
	assert_true(
	    fabs(f.value - (6 * 20 + 2 * 900 + 2 * 2000) / 10.0) < 1e-9);
	assert_true(f.limit == 500);
	assert_int_equal(evaluator_evidence(e, kept, EVIDENCE_MAX), 4);
	assert_int_equal(kept[0].answered_ms, 5000);
	assert_int_equal(kept[3].answered_ms, 10000);
	assert_true(kept[2].has_value && kept[2].value == 2000);
	evaluator_free(e);
}

static void
test_what_left_the_window_is_no_evidence(void **state)
{
	struct evaluator *e = latency_of(&plain);
	struct sample kept[EVIDENCE_MAX];
	char verdicts[64];

	(void)state;
	tell(e, "..s.........s", 0, verdicts);
	assert_int_equal(evaluator_evidence(e, kept, EVIDENCE_MAX), 1);
	assert_int_equal(kept[0].answered_ms, 13000);
	tell(e, "...........", 13000, verdicts);
	assert_int_equal(evaluator_evidence(e, kept, EVIDENCE_MAX), 0);
	evaluator_free(e);
}

static void
test_evidence_stays_until_it_is_healthy(void **state)
{
	struct evaluator *e = latency_of(&plain);
	struct sample kept[EVIDENCE_MAX];
	char verdicts[64];
	int64_t now_ms;

	(void)state;
	now_ms = tell(e, "sssss..", 0, verdicts);
	assert_string_equal(verdicts, "?TTTTTT");
	assert_int_equal(evaluator_evidence(e, kept, EVIDENCE_MAX), 2);
	assert_int_equal(kept[0].answered_ms, 1000);
	tell(e, "....", now_ms, verdicts);
	assert_string_equal(verdicts, "TThh");
	assert_int_equal(evaluator_evidence(e, kept, EVIDENCE_MAX), 0);
	evaluator_free(e);
}

/* It keeps no verdict young that nothing could be measured of. */
static void
test_a_verdict_grows_stale_when_all_is_refused(void **state)
{
	struct evaluator *e = latency_of(&plain);
	char verdicts[64];

	(void)state;
	tell(e, "ssssrrrrrrrrrrrrrrr", 0, verdicts);
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_TRIPPED);
	assert_false(evaluator_is_stale(e, 19000));
	assert_true(evaluator_is_stale(e, 19001));
	tell(e, "s", 19500, verdicts);
	assert_true(evaluator_is_stale(e, 20500)); /* not on one answer */
	tell(e, "s", 20500, verdicts);
	assert_false(evaluator_is_stale(e, 21500));
	evaluator_free(e);
}

static void
test_reset_forgets_what_was_slow(void **state)
{
	struct evaluator *e = latency_of(&plain);
	char verdicts[64];

	(void)state;
	tell(e, "ssss", 0, verdicts);
	evaluator_reset(e, 4500);
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_UNKNOWN);
	tell(e, "s...", 4500, verdicts);
	assert_string_equal(verdicts, "?hhh");
	evaluator_free(e);
}

/* Five times what is normal: 20 ms are learned, so that 100 ms is the limit. */
static const struct latency_settings learned = { .statistic = "mean",
	.window_ms = 4000,
	.above_baseline = 5,
	.clear_below_baseline = 2,
	.min_samples = 2,
	.baseline = { .min_age_ms = 5000,
	    .min_samples = 3,
	    .half_life_ms = 60000 } };

static void
test_a_learned_limit_judges_once_it_is_learned(void **state)
{
	struct evaluator *e = latency_of(&learned);
	char verdicts[64], text[EVALUATOR_TEXT_MAX] = "";
	int64_t now_ms;

	(void)state;
	assert_non_null(evaluator_baseline(e));
	/* Nobody has said that it may learn. */
	now_ms = tell(e, "....................", 0, verdicts);
	assert_string_equal(verdicts, "????????????????????");
	evaluator_missing(e, now_ms, text);
	assert_non_null(strstr(text, "baseline"));
	evaluator_learn(e, LEARNING_ON);
	now_ms = tell(e, "............", now_ms, verdicts);
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_HEALTHY);
	assert_true(fabs(evaluator_finding(e).limit - 100) < 2);
	now_ms = tell(e, "ffff", now_ms, verdicts);
	assert_string_equal(verdicts, "hhhh"); /* at the limit, or nearly */
	tell(e, "sss.....", now_ms, verdicts);
	assert_string_equal(verdicts, "hTTTTThh");
	evaluator_free(e);
}

static void
test_what_is_slow_does_not_become_normal(void **state)
{
	struct evaluator *e = latency_of(&learned);
	char verdicts[64];
	int64_t now_ms;

	(void)state;
	baseline_pin(evaluator_baseline(e), 20);
	evaluator_learn(e, LEARNING_ON);
	now_ms = tell(e, "....", 0, verdicts);
	assert_string_equal(verdicts, "?hhh");
	for (int i = 0; i < 1000; i++)
		now_ms = tell(e, "s", now_ms, verdicts);
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_TRIPPED);
	assert_true(baseline_view(evaluator_baseline(e)).samples <= 4);
	evaluator_free(e);
}

static void
test_reset_forgets_no_baseline(void **state)
{
	struct evaluator *e = latency_of(&learned);
	char verdicts[64];

	(void)state;
	evaluator_learn(e, LEARNING_ON);
	tell(e, "............", 0, verdicts);
	evaluator_reset(e, 12500);
	tell(e, "ss", 12500, verdicts);
	assert_string_equal(verdicts, "?T");
	evaluator_free(e);
}

static struct missing {
	const char *answers;
	const char *text;
	struct latency_settings settings;
} missing_rows[] = { { "", "3 more answers", MEAN(10, 3) } },
{
	".", "2 more answers", MEAN(10, 3)
}
}
,
{
	"...", "", MEAN(10, 3)
}
}
,
{
	"...H", "1 more slow answers", MEAN(10, 3)
}
}
,
{
	"...r", "answers that can be measured", MEAN(10, 3)
}
}
,
{
	"ssss", "beyond the limit for 1s of 1m", MEAN(10, 3), .for_ms = 60000
}
}
,
{
	"sss", "", MEAN(10, 3)
}
}
,
{
	"sss...", "back within the limit for 1s of 30s", MEAN(4, 3),
	    .clear_for_ms = 30000
}
}
,
}
;

static void
test_it_says_what_is_missing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(missing_rows); i++) {
		struct evaluator *e = latency_of(&missing_rows[i].settings);
		char verdicts[64], text[EVALUATOR_TEXT_MAX] = "";

		tell(e, missing_rows[i].answers, 0, verdicts);
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
		cmocka_unit_test(test_what_left_the_window_is_no_evidence),
		cmocka_unit_test(test_evidence_stays_until_it_is_healthy),
		cmocka_unit_test(
		    test_a_verdict_grows_stale_when_all_is_refused),
		cmocka_unit_test(test_reset_forgets_what_was_slow),
		cmocka_unit_test(
		    test_a_learned_limit_judges_once_it_is_learned),
		cmocka_unit_test(test_what_is_slow_does_not_become_normal),
		cmocka_unit_test(test_reset_forgets_no_baseline),
		cmocka_unit_test(test_it_says_what_is_missing),
	};
	struct CMUnitTest stories[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		stories[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i] };
	failed = cmocka_run_group_tests(stories, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
