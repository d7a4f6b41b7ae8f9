/*
 * Each row is a story, one character a second.  The samples: o ok, x failed,
 * - lost, O and X of a recheck, ~ a minute in which nobody asks.  The verdicts,
 * right below what brought them about: ? unknown, h healthy, T tripped, t the
 * same but hasty.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "evaluator/consecutive.h"
#include "evaluator/evaluator.h"

struct row {
	const char *name;
	struct consecutive_settings settings;
	const char *samples;
	const char *verdicts;
};

/* clang-format off */
static struct row rows[] = {
	{ "it is healthy from the first success", { 3, 2, 0 },
	  "o",
	  "h" },
	{ "the third failure in a row trips it", { 3, 1, 0 },
	  "oxxxx",
	  "hhhTT" },
	{ "a success in between starts the count again", { 3, 1, 0 },
	  "xxoxxoxxx",
	  "??hhhhhhT" },
	{ "one failure will do when so set", { 1, 1, 0 },
	  "oxo",
	  "hTh" },
	{ "it clears after two successes in a row, not two in all", { 2, 2, 0 },
	  "xxoxoo",
	  "?TTTTh" },
	{ "a lost sample neither adds to a run nor ends it", { 3, 1, 0 },
	  "-xx--x-",
	  "?????TT" },
	{ "after a long silence the count starts again", { 3, 1, 5000 },
	  "xx~xxx",
	  "??~??T" },
	{ "a gap just as long as allowed does not end a run", { 2, 1, 1000 },
	  "xx",
	  "?T" },
	{ "silence does not clear it", { 2, 1, 5000 },
	  "xx~xo",
	  "?T~Th" },
	{ "with no gap set, silence makes no difference", { 3, 1, 0 },
	  "xx~x",
	  "??~T" },
	{ "one bad sample after a long good time is nothing", { 3, 2, 0 },
	  "oooooxoooo",
	  "hhhhhhhhhh" },
	{ "good and bad in turn never trip it", { 2, 2, 0 },
	  "xoxoxoxoxo",
	  "?hhhhhhhhh" },
	{ "nor do they ever clear it", { 2, 2, 0 },
	  "xxoxoxoxox",
	  "?TTTTTTTTT" },
	{ "blindness alone leads to no verdict", { 1, 1, 5000 },
	  "--------",
	  "????????" },
	{ "blindness clears nothing, however long", { 1, 1, 2000 },
	  "x---------",
	  "TTTTTTTTTT" },
	{ "long blindness in the midst of a run ends it", { 3, 1, 2000 },
	  "xx--xxx",
	  "??????T" },
	{ "also a run of successes", { 1, 2, 2000 },
	  "xo--ooo",
	  "TTTTThh" },
	{ "rechecks count, and until the next in its turn it is hasty",
	  { 3, 1, 0 },
	  "xXXx",
	  "??tT" },
	{ "it is not with two in turn among them", { 3, 1, 0 },
	  "xXx",
	  "??T" },
	{ "nor where one would have been enough", { 1, 1, 0 },
	  "xX",
	  "TT" },
	{ "but where that one was a recheck", { 1, 1, 0 },
	  "oXx",
	  "htT" },
	{ "more rechecks bear nothing out", { 2, 1, 0 },
	  "xXXXX",
	  "?tttt" },
	{ "nor does one in turn before a good one", { 2, 2, 0 },
	  "xXoxx",
	  "?tttT" },
	{ "once borne out it stays so", { 2, 2, 0 },
	  "xxoXoo",
	  "?TTTTh" },
	{ "a good recheck ends a run", { 3, 1, 0 },
	  "xXOxXX",
	  "??hhht" },
	{ "and clears like any", { 2, 2, 0 },
	  "xxOO",
	  "?TTh" },
	{ "two in a row, one lost in between, are in a row", { 2, 2, 2000 },
	  "x-xo-o",
	  "??TTTh" },
};
/* clang-format on */

static char
letter(const struct evaluator *e)
{
	return evaluator_is_hasty(e) ? 't' : "?hT"[evaluator_verdict(e)];
}

static struct sample
sample(int64_t at_ms, char c)
{
	struct sample s = {
		.asked_ms = at_ms, .answered_ms = at_ms, .outcome = SAMPLE_LOST
	};

	s.is_recheck = c == 'O' || c == 'X';
	if (c == 'o' || c == 'O')
		s.outcome = SAMPLE_OK;
	if (c == 'x' || c == 'X')
		s.outcome = SAMPLE_FAILED;
	return s;
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct evaluator *e = consecutive_new(&row->settings);
	char verdicts[32] = "";
	int64_t now_ms = 0;

	assert_non_null(e);
	for (size_t i = 0; row->samples[i] != '\0'; i++) {
		struct sample s = sample(now_ms, row->samples[i]);

		if (row->samples[i] == '~') {
			verdicts[i] = '~';
			now_ms += 60 * 1000;
			continue;
		}
		(void)evaluator_observe(e, &s);
		verdicts[i] = letter(e);
		now_ms += 1000;
	}
	assert_string_equal(verdicts, row->verdicts);
	evaluator_free(e);
}

/* A story from its beginning, one character a second, from 1000 on. */
static void
tell(struct evaluator *e, const char *samples)
{
	for (int64_t i = 0; samples[i] != '\0'; i++) {
		struct sample s = sample(1000 + 1000 * i, samples[i]);

		s.failure = samples[i] == 'x' ? "http.status" : NULL;
		evaluator_observe(e, &s);
	}
}

static void
test_finding_says_how_much_and_since_when(void **state)
{
	struct consecutive_settings settings = { 2, 1, 0 };
	struct evaluator *e = consecutive_new(&settings);
	struct finding f;

	(void)state;
	tell(e, "o-xx-xx");
	f = evaluator_finding(e);
	assert_int_equal(f.verdict, VERDICT_TRIPPED);
	assert_int_equal(f.began_ms, 3000);
	assert_int_equal(f.since_ms, 4000);
	assert_int_equal(f.samples, 5);
	assert_string_equal(f.failure, "http.status");
	assert_true(f.value == 4.0);
	assert_true(f.limit == 2.0);
	evaluator_free(e);
}

static void
test_once_healthy_it_says_since_when_too(void **state)
{
	struct consecutive_settings settings = { 2, 3, 0 };
	struct evaluator *e = consecutive_new(&settings);
	struct finding f;

	(void)state;
	tell(e, "xxoxooo");
	f = evaluator_finding(e);
	assert_int_equal(f.verdict, VERDICT_HEALTHY);
	assert_int_equal(f.began_ms, 5000);
	assert_int_equal(f.since_ms, 7000);
	assert_string_equal(f.failure, "http.status");
	assert_true(f.value == 0.0);
	evaluator_free(e);
}

/* What is in evidence after a story, as the seconds of its samples. */
static struct evidence_row {
	const char *name;
	struct consecutive_settings settings;
	const char *samples;
	const char *seconds;
} evidence_rows[] = {
	{ "of good samples there is none", { 2, 1, 0 }, "ooo", "" },
	{ "a run that may yet trip it is", { 3, 1, 0 }, "oxx", "2 3 " },
	{ "a run that was broken is not", { 3, 1, 0 }, "xxo", "" },
	{ "a run that went cold is not", { 3, 1, 1500 }, "x--x", "4 " },
	{ "what is lost proves nothing", { 2, 1, 0 }, "-x-x-", "2 4 " },
	{ "what tripped it stays", { 2, 2, 0 }, "xxxxoxox", "1 2 " },
	{ "until it is healthy", { 2, 2, 0 }, "xxoo", "" },
	{ "and a new run begins anew", { 2, 2, 0 }, "xxoox", "5 " },
	{ "it is the last eight", { 10, 2, 0 }, "xxxxxxxxxx",
	    "3 4 5 6 7 8 9 10 " },
};

static void
test_evidence(void **state)
{
	const struct evidence_row *row = *state;
	struct evaluator *e = consecutive_new(&row->settings);
	struct sample samples[EVIDENCE_MAX];
	char seconds[64] = "";
	size_t count;

	tell(e, row->samples);
	count = evaluator_evidence(e, samples, EVIDENCE_MAX);
	for (size_t i = 0; i < count; i++) {
		size_t end = strlen(seconds);

		(void)snprintf(seconds + end, sizeof(seconds) - end, "%d ",
		    (int)(samples[i].answered_ms / 1000));
	}
	assert_string_equal(seconds, row->seconds);
	evaluator_free(e);
}

static void
test_of_evidence_the_newest_is_given_when_room_is_short(void **state)
{
	struct consecutive_settings settings = { 3, 1, 0 };
	struct evaluator *e = consecutive_new(&settings);
	struct sample samples[2];

	(void)state;
	tell(e, "xxx");
	assert_int_equal(evaluator_evidence(e, samples, 2), 2);
	assert_int_equal(samples[0].answered_ms, 2000);
	assert_int_equal(samples[1].answered_ms, 3000);
	assert_int_equal(evaluator_evidence(e, samples, 0), 0);
	evaluator_free(e);
}

static void
test_a_verdict_grows_stale(void **state)
{
	struct consecutive_settings settings = { 2, 1, 5000 };
	struct evaluator *e = consecutive_new(&settings);

	(void)state;
	tell(e, "x");
	assert_false(evaluator_is_stale(e, INT64_MAX)); /* no verdict yet */
	tell(e, "xx---");
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_TRIPPED);
	assert_false(evaluator_is_stale(e, 7000));
	assert_true(evaluator_is_stale(e, 7001));
	evaluator_reset(e, 8000);
	assert_false(evaluator_is_stale(e, 90000));
	evaluator_free(e);
}

/* One bad answer after a long silence does not bear an old verdict out. */
static void
test_a_stale_verdict_must_be_reached_again(void **state)
{
	struct consecutive_settings settings = { 2, 2, 2000 };
	struct evaluator *e = consecutive_new(&settings);

	(void)state;
	tell(e, "xx---x");
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_TRIPPED);
	assert_true(evaluator_is_stale(e, 6000));
	evaluator_free(e);

	e = consecutive_new(&settings);
	tell(e, "xx---xx");
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_TRIPPED);
	assert_false(evaluator_is_stale(e, 7000));
	evaluator_free(e);

	e = consecutive_new(&settings);
	tell(e, "xx---oxo");
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_TRIPPED);
	assert_true(evaluator_is_stale(e, 8000));
	evaluator_reset(e, 9000);
	assert_false(evaluator_is_stale(e, 9000));
	evaluator_free(e);

	e = consecutive_new(&settings);
	tell(e, "xx---oo");
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_HEALTHY);
	assert_false(evaluator_is_stale(e, 7000));
	evaluator_free(e);
}

static void
test_without_a_gap_no_verdict_grows_stale(void **state)
{
	struct consecutive_settings settings = { 1, 1, 0 };
	struct evaluator *e = consecutive_new(&settings);

	(void)state;
	tell(e, "x");
	assert_false(evaluator_is_stale(e, INT64_MAX));
	evaluator_free(e);
}

static void
test_an_answer_that_comes_late_changes_nothing(void **state)
{
	struct consecutive_settings settings = { 1, 1, 0 };
	struct evaluator *e = consecutive_new(&settings);
	struct sample newer = sample(200, 'x');
	struct sample older = sample(199, 'o');

	(void)state;
	evaluator_observe(e, &newer);
	evaluator_observe(e, &older);
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_TRIPPED);
	evaluator_free(e);
}

static void
test_reset_forgets_all_that_was_asked_before(void **state)
{
	struct consecutive_settings settings = { 2, 1, 0 };
	struct evaluator *e = consecutive_new(&settings);
	struct sample asked_at[] = {
		sample(997, 'x'),
		sample(998, 'x'),
		sample(999, 'x'),
		sample(1000, 'x'),
		sample(1001, 'x'),
	};

	(void)state;
	evaluator_observe(e, &asked_at[0]);
	evaluator_observe(e, &asked_at[1]);
	evaluator_reset(e, 1000);
	evaluator_observe(e, &asked_at[2]);
	evaluator_observe(e, &asked_at[3]);
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_UNKNOWN);
	evaluator_observe(e, &asked_at[4]);
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_TRIPPED);
	evaluator_free(e);
}

static void
test_an_answer_to_an_earlier_question_counts_for_nothing(void **state)
{
	struct consecutive_settings settings = { 1, 1, 0 };
	struct evaluator *e = consecutive_new(&settings);
	struct sample late = sample(5000, 'x');

	(void)state;
	evaluator_reset(e, 1000);
	late.asked_ms = 999; /* a time-out: asked before, answered after */
	evaluator_observe(e, &late);
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_UNKNOWN);
	assert_int_equal(evaluator_finding(e).samples, 0);
	late.asked_ms = 1000;
	evaluator_observe(e, &late);
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_TRIPPED);
	evaluator_free(e);
}

static void
test_free_takes_null(void **state)
{
	(void)state;
	evaluator_free(NULL);
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
		cmocka_unit_test(
		    test_of_evidence_the_newest_is_given_when_room_is_short),
		cmocka_unit_test(test_a_verdict_grows_stale),
		cmocka_unit_test(test_a_stale_verdict_must_be_reached_again),
		cmocka_unit_test(test_without_a_gap_no_verdict_grows_stale),
		cmocka_unit_test(
		    test_an_answer_that_comes_late_changes_nothing),
		cmocka_unit_test(
		    test_an_answer_to_an_earlier_question_counts_for_nothing),
		cmocka_unit_test(test_reset_forgets_all_that_was_asked_before),
		cmocka_unit_test(test_free_takes_null),
	};
	struct CMUnitTest stories[ARRAY_LEN(rows)];
	struct CMUnitTest evidence[ARRAY_LEN(evidence_rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		add_row(&stories[i], rows[i].name, test_row, &rows[i]);
	for (size_t i = 0; i < ARRAY_LEN(evidence_rows); i++)
		add_row(&evidence[i], evidence_rows[i].name, test_evidence,
		    &evidence_rows[i]);
	failed = cmocka_run_group_tests(stories, NULL, NULL);
	failed += cmocka_run_group_tests(evidence, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
