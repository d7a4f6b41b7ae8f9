/*
 * Each row is a story, one character a second.  The samples: o ok, x failed,
 * - lost, ~ a minute in which nobody asks.  The verdicts, right below what
 * brought them about: ? unknown, h healthy, T tripped.
 */
#include "tests/unit/test.h"

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
};
/* clang-format on */

static char
letter(enum verdict v)
{
	return "?hT"[v];
}

static struct sample
sample(int64_t at_ms, char c)
{
	struct sample s = {
		.asked_ms = at_ms, .answered_ms = at_ms, .outcome = SAMPLE_LOST
	};

	if (c == 'o')
		s.outcome = SAMPLE_OK;
	if (c == 'x')
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
		verdicts[i] = letter(evaluator_observe(e, &s).verdict);
		now_ms += 1000;
	}
	assert_string_equal(verdicts, row->verdicts);
	evaluator_free(e);
}

static void
test_finding_says_how_much_and_since_when(void **state)
{
	struct consecutive_settings settings = { 2, 1, 0 };
	struct evaluator *e = consecutive_new(&settings);
	struct finding f;

	(void)state;
	for (int64_t ms = 100; ms <= 400; ms += 100) {
		struct sample s = sample(ms, 'x');

		evaluator_observe(e, &s);
	}
	f = evaluator_finding(e);
	assert_int_equal(f.verdict, VERDICT_TRIPPED);
	assert_int_equal(f.since_ms, 200);
	assert_true(f.value == 4.0);
	assert_true(f.limit == 2.0);
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
test_free_takes_null(void **state)
{
	(void)state;
	evaluator_free(NULL);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_finding_says_how_much_and_since_when),
		cmocka_unit_test(
		    test_an_answer_that_comes_late_changes_nothing),
		cmocka_unit_test(test_reset_forgets_all_that_was_asked_before),
		cmocka_unit_test(test_free_takes_null),
	};
	struct CMUnitTest stories[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		stories[i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i],
		};
	failed = cmocka_run_group_tests(stories, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
