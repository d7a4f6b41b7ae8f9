/*
 * Each row is a story, one character a second.  The samples: o ok, x failed,
 * - lost, ~ a minute in which nobody asks.  The verdicts, right below what
 * brought them about: ? unknown, h healthy, T tripped.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "evaluator/evaluator.h"
#include "evaluator/m_of_n.h"

/* clang-format off */
static struct row {
	const char *name;
	struct m_of_n_settings settings;
	const char *samples;
	const char *verdicts;
} rows[] = {
	{ "three of the last five trip it", { 3, 5, 2, 0, 0 },
	  "oxoxx",
	  "????T" },
	{ "two do not", { 3, 5, 2, 0, 0 },
	  "oxooxo",
	  "???hhh" },
	{ "three of six do not", { 3, 5, 2, 0, 0 },
	  "xooxox",
	  "????hh" },
	{ "it is healthy when three of five can no longer be bad",
	  { 3, 5, 2, 0, 0 },
	  "oxxoo",
	  "????h" },
	{ "or from the first success where all must fail", { 3, 3, 1, 0, 0 },
	  "oxx",
	  "hhh" },
	{ "failing every other time trips it", { 3, 5, 2, 0, 0 },
	  "xoxox",
	  "????T" },
	{ "all of all is in a row", { 3, 3, 1, 0, 0 },
	  "xxoxxx",
	  "??hhhT" },
	{ "it clears after two in a row and fewer than three of five",
	  { 3, 5, 2, 0, 0 },
	  "xxxooo",
	  "??TTTh" },
	{ "not while three of the last five are bad", { 3, 5, 1, 0, 0 },
	  "xxxoo",
	  "??TTT" },
	{ "not before so many are in a row", { 2, 3, 3, 0, 0 },
	  "xxooo",
	  "?TTTh" },
	{ "a failure among them starts the row again", { 3, 4, 3, 0, 0 },
	  "xxxooxooo",
	  "??TTTTTTh" },
	{ "below another limit when so set", { 3, 5, 1, 1, 0 },
	  "xxxooooo",
	  "??TTTTTh" },
	{ "a limit of two needs one less", { 3, 5, 1, 2, 0 },
	  "xxxoooo",
	  "??TTTTh" },
	{ "one of one, when so set", { 1, 1, 1, 0, 0 },
	  "oxo",
	  "hTh" },
	{ "lost samples are none of the last five", { 3, 5, 2, 0, 0 },
	  "x-x--x-o-o-o",
	  "?????TTTTTTh" },
	{ "blindness alone leads to no verdict", { 1, 1, 1, 0, 5000 },
	  "--------",
	  "????????" },
	{ "after a long silence it counts anew", { 3, 5, 2, 0, 5000 },
	  "xx~xxx",
	  "??~??T" },
	{ "a gap just as long as allowed does not matter", { 2, 2, 1, 0, 1000 },
	  "xx",
	  "?T" },
	{ "one longer does", { 2, 2, 1, 0, 999 },
	  "xx",
	  "??" },
	{ "silence does not clear it", { 2, 3, 2, 0, 5000 },
	  "xx~oo",
	  "?T~Th" },
	{ "with no gap set, silence makes no difference", { 3, 3, 1, 0, 0 },
	  "xx~x",
	  "??~T" },
	{ "one bad sample after a long good time is nothing",
	  { 3, 5, 2, 0, 0 },
	  "oooooxooooxoooo",
	  "??hhhhhhhhhhhhh" },
};
/* clang-format on */

static struct sample
sample(int64_t at_ms, char c)
{
	struct sample s = {
		.asked_ms = at_ms, .answered_ms = at_ms, .outcome = SAMPLE_LOST
	};

	if (c == 'o')
		s.outcome = SAMPLE_OK;
	if (c == 'x') {
		s.outcome = SAMPLE_FAILED;
		s.failure = "http.status";
	}
	return s;
}

/* A story from 1000 on; the verdicts go to verdicts unless it is NULL. */
static void
tell(struct evaluator *e, const char *samples, char *verdicts)
{
	int64_t now_ms = 1000;

	for (size_t i = 0; samples[i] != '\0'; i++) {
		struct sample s = sample(now_ms, samples[i]);

		if (samples[i] == '~')
			now_ms += 60 * 1000;
		else
			evaluator_observe(e, &s);
		if (verdicts != NULL)
			verdicts[i] = samples[i] == '~' ?
			    '~' :
			    "?hT"[evaluator_finding(e).verdict];
		if (samples[i] != '~')
			now_ms += 1000;
	}
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct evaluator *e = m_of_n_new(&row->settings);
	char verdicts[32] = "";

	assert_non_null(e);
	tell(e, row->samples, verdicts);
	assert_string_equal(verdicts, row->verdicts);
	evaluator_free(e);
}

static const struct m_of_n_settings three_of_five = { 3, 5, 2, 0, 0 };

static void
test_finding_says_how_much_and_since_when(void **state)
{
	struct evaluator *e = m_of_n_new(&three_of_five);
	struct finding f;

	(void)state;
	tell(e, "xxoo-oxxox", NULL);
	f = evaluator_finding(e);
	assert_int_equal(f.verdict, VERDICT_TRIPPED);
	assert_int_equal(f.began_ms, 7000);
	assert_int_equal(f.since_ms, 10000);
	assert_int_equal(f.samples, 9);
	assert_string_equal(f.failure, "http.status");
	assert_true(f.value == 3.0);
	assert_true(f.limit == 3.0);
	evaluator_free(e);
}

static void
test_once_healthy_it_says_since_when_too(void **state)
{
	struct evaluator *e = m_of_n_new(&three_of_five);
	struct finding f;

	(void)state;
	tell(e, "xxxooo", NULL);
	f = evaluator_finding(e);
	assert_int_equal(f.verdict, VERDICT_HEALTHY);
	assert_int_equal(f.began_ms, 4000);
	assert_int_equal(f.since_ms, 6000);
	assert_true(f.value == 2.0);
	evaluator_free(e);
}

static struct evidence_row {
	const char *name;
	struct m_of_n_settings settings;
	const char *samples;
	const char *seconds;
} evidence_rows[] = {
	{ "of good samples there is none", { 3, 5, 2, 0, 0 }, "ooo", "" },
	{ "failures that may yet trip it are", { 3, 5, 2, 0, 0 }, "xox",
	    "1 3 " },
	{ "those too long ago are not", { 3, 5, 2, 0, 0 }, "xoooxo", "5 " },
	{ "what is lost proves nothing", { 2, 5, 1, 0, 0 }, "-x-x-", "2 4 " },
	{ "what tripped it stays", { 2, 3, 3, 0, 0 }, "xxoox", "1 2 " },
	{ "until it is healthy", { 2, 3, 2, 0, 0 }, "xxoo", "" },
	{ "after a silence it begins anew", { 3, 5, 2, 0, 1500 }, "xx--x",
	    "5 " },
	{ "it is the last eight", { 10, 10, 2, 0, 0 }, "xxxxxxxxxx",
	    "3 4 5 6 7 8 9 10 " },
};

static void
test_evidence(void **state)
{
	const struct evidence_row *row = *state;
	struct evaluator *e = m_of_n_new(&row->settings);
	struct sample samples[EVIDENCE_MAX];
	char seconds[64] = "";
	size_t count;

	tell(e, row->samples, NULL);
	count = evaluator_evidence(e, samples, EVIDENCE_MAX);
	for (size_t i = 0; i < count; i++) {
		size_t end = strlen(seconds);

		(void)snprintf(seconds + end, sizeof(seconds) - end, "%d ",
		    (int)(samples[i].answered_ms / 1000));
	}
	assert_string_equal(seconds, row->seconds);
	evaluator_free(e);
}

static struct missing_row {
	const char *name;
	const char *samples;
	const char *missing;
} missing_rows[] = {
	{ "at first, what makes it healthy", "", "3 more successes" },
	{ "one less", "xoo", "1 more success" },
	{ "healthy, nothing", "ooo", "" },
	{ "tripped, a row and room", "xxx",
	    "2 more successes in a row and fewer than 3 failures of the last "
	    "5" },
	{ "the row is there", "xxxoo", "fewer than 3 failures of the last 5" },
	{ "there is room", "xxxooxoxo", "1 more success in a row" },
};

static void
test_missing(void **state)
{
	const struct missing_row *row = *state;
	struct evaluator *e = m_of_n_new(&three_of_five);
	char text[EVALUATOR_TEXT_MAX] = "";

	tell(e, row->samples, NULL);
	evaluator_missing(e, 99000, text);
	assert_string_equal(text, row->missing);
	evaluator_free(e);
}

/* One bad answer after a long silence does not bear an old verdict out. */
static void
test_a_stale_verdict_must_be_reached_again(void **state)
{
	struct m_of_n_settings settings = { 2, 3, 2, 0, 2000 };
	static const struct {
		const char *samples;
		bool stale;
	} stories[] = {
		{ "xx", false },
		{ "xx---x", true },
		{ "xx---xx", false },
		{ "xx---xo", true },
		{ "xx---oo", false },
		{ "oo---x", true },
		{ "oo---xo", true },
		{ "oo---oo", false },
		{ "x", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(stories); i++) {
		struct evaluator *e = m_of_n_new(&settings);
		int64_t now_ms = 1000 * (int64_t)strlen(stories[i].samples);

		tell(e, stories[i].samples, NULL);
		assert_int_equal(
		    evaluator_is_stale(e, now_ms), stories[i].stale);
		evaluator_free(e);
	}
}

static void
test_reset_forgets_all_that_was_asked_before(void **state)
{
	struct evaluator *e = m_of_n_new(&three_of_five);
	struct sample late = sample(9000, 'x');

	(void)state;
	tell(e, "xx", NULL);
	evaluator_reset(e, 5000);
	late.asked_ms = 4999;
	evaluator_observe(e, &late);
	assert_int_equal(evaluator_finding(e).samples, 0);
	late.asked_ms = 5000;
	evaluator_observe(e, &late);
	evaluator_observe(e, &late);
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_UNKNOWN);
	evaluator_observe(e, &late);
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_TRIPPED);
	evaluator_free(e);
}

static void
test_as_long_as_may_be(void **state)
{
	struct m_of_n_settings settings = { M_OF_N_MAX, M_OF_N_MAX, 1, 0, 0 };
	struct evaluator *e = m_of_n_new(&settings);
	struct sample s = sample(1000, 'o');

	(void)state;
	evaluator_observe(e, &s);
	for (int i = 0; i < M_OF_N_MAX; i++) {
		assert_int_equal(evaluator_finding(e).verdict, VERDICT_HEALTHY);
		s = sample(2000 + i, 'x');
		evaluator_observe(e, &s);
	}
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_TRIPPED);
	assert_int_equal(evaluator_finding(e).began_ms, 2000);
	evaluator_free(e);
}

static struct check_row {
	const char *name;
	struct m_of_n_settings settings;
	int64_t interval_ms, timeout_ms;
	int64_t fastest_ms, slowest_ms;
	const char *objections;
} check_rows[] = {
	{ "three of five every five seconds", { 3, 5, 2, 0, 0 }, 5000, 2000,
	    10000, 17000, "" },
	{ "a time-out beyond the interval slows it down", { 3, 5, 2, 0, 0 },
	    1000, 4000, 2000, 15000, "" },
	{ "all of five", { 5, 5, 2, 5, 0 }, 5000, 2000, 20000, 27000, "" },
	{ "six of five", { 6, 5, 2, 0, 0 }, 5000, 2000, 25000, 32000,
	    "wrong: it can never trip: 6 failures do not fit into the last 5 "
	    "answers; set failures to at most 5\n" },
	{ "one of five", { 1, 5, 2, 0, 0 }, 5000, 2000, 0, 7000,
	    "doubt: one failed probe is enough to trip it; set failures to "
	    "at least 2\n" },
	{ "clearing where it trips", { 3, 5, 2, 4, 0 }, 5000, 2000, 10000,
	    17000,
	    "wrong: clear_below 4 would clear it while 3 failures trip it; "
	    "set clear_below to at most 3\n" },
	{ "a gap that no two answers fit into", { 3, 5, 2, 0, 5000 }, 5000,
	    2000, 10000, 17000,
	    "wrong: gap 5s ends every run, as answers of \"health\" may be "
	    "7s apart; leave gap out, or make it longer than that\n" },
	{ "a gap just long enough", { 3, 5, 2, 0, 7001 }, 5000, 2000, 10000,
	    17000, "" },
};

static void
note(enum objection objection, const char *text, void *arg)
{
	char *all = arg;
	size_t end = strlen(all);

	(void)snprintf(all + end, 1024 - end, "%s: %s\n",
	    objection == OBJECTION_WRONG ? "wrong" : "doubt", text);
}

static void
test_check(void **state)
{
	const struct check_row *row = *state;
	struct probe_settings probe = { .name = "health",
		.interval_ms = row->interval_ms,
		.timeout_ms = row->timeout_ms };
	struct evaluator_settings e = { .name = "often",
		.kind = &evaluator_m_of_n,
		.settings = &row->settings };
	struct evaluator_source source = { .probe = &probe, .slot = -1 };
	char objections[1024] = "";

	evaluator_check(&e, &source, 1, note, objections);
	assert_string_equal(objections, row->objections);
	assert_int_equal(
	    evaluator_fastest_trip_ms(&e, &source, 1), row->fastest_ms);
	assert_int_equal(
	    evaluator_slowest_trip_ms(&e, &source, 1), row->slowest_ms);
}

/* Without a gap that is set, five times the pace starts it anew. */
static void
test_its_probe_has_a_gap(void **state)
{
	struct probe_settings probe = {
		.name = "health", .interval_ms = 1000, .timeout_ms = 3000
	};
	struct m_of_n_settings two = { 2, 2, 1, 0, 0 };
	struct evaluator_settings e = {
		.name = "often", .kind = &evaluator_m_of_n, .settings = &two
	};
	struct evaluator_source source = { .probe = &probe, .slot = -1 };

	(void)state;
	for (int64_t over_ms = 0; over_ms <= 1; over_ms++) {
		struct evaluator *it = evaluator_new(&e, &source, 1);
		struct sample s = sample(1000, 'x');

		evaluator_observe(it, &s);
		s = sample(16000 + over_ms, 'x');
		assert_int_equal(evaluator_observe(it, &s).verdict,
		    over_ms == 0 ? VERDICT_TRIPPED : VERDICT_UNKNOWN);
		evaluator_free(it);
	}
}

static void
add_row(
    struct CMUnitTest *test, const char *name, CMUnitTestFunction f, void *row)
{
	*test = (struct CMUnitTest){
		.name = name, .test_func = f, .initial_state = row
	};
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_finding_says_how_much_and_since_when),
		cmocka_unit_test(test_once_healthy_it_says_since_when_too),
		cmocka_unit_test(test_a_stale_verdict_must_be_reached_again),
		cmocka_unit_test(test_reset_forgets_all_that_was_asked_before),
		cmocka_unit_test(test_as_long_as_may_be),
		cmocka_unit_test(test_its_probe_has_a_gap),
	};
	static struct CMUnitTest rest[ARRAY_LEN(rows) +
	    ARRAY_LEN(evidence_rows) + ARRAY_LEN(missing_rows) +
	    ARRAY_LEN(check_rows)];
	struct CMUnitTest *t = rest;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		add_row(t++, rows[i].name, test_row, &rows[i]);
	for (size_t i = 0; i < ARRAY_LEN(evidence_rows); i++)
		add_row(t++, evidence_rows[i].name, test_evidence,
		    &evidence_rows[i]);
	for (size_t i = 0; i < ARRAY_LEN(missing_rows); i++)
		add_row(
		    t++, missing_rows[i].name, test_missing, &missing_rows[i]);
	for (size_t i = 0; i < ARRAY_LEN(check_rows); i++)
		add_row(t++, check_rows[i].name, test_check, &check_rows[i]);
	return cmocka_run_group_tests(rest, NULL, NULL) +
	    cmocka_run_group_tests(rules, NULL, NULL);
}
