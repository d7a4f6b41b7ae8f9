/*
 * What a rule makes of the verdicts of its evaluators, in full: every
 * combination of up to four.  ? unknown, h healthy, T tripped.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "decision/decision.h"

static const char *names[] = { "a", "b", "c", "d" };

#define COUNT(n)         \
	{                \
		names, n \
	}

static struct row {
	const char *name;
	struct rule_settings rule;
	const char *verdicts; /* "?T:T hh:h ...": exhaustive for two */
} rows[] = {
	/* clang-format off */
	{ "any of one", { .any = COUNT(1) }, "?:? h:h T:T" },
	{ "all of one", { .all = COUNT(1) }, "?:? h:h T:T" },
	{ "at least 1 of one", { .of = COUNT(1), .at_least = 1 },
	  "?:? h:h T:T" },
	{ "any of two", { .any = COUNT(2) },
	  "??:? ?h:? ?T:T h?:? hh:h hT:T T?:T Th:T TT:T" },
	{ "all of two", { .all = COUNT(2) },
	  "??:? ?h:h ?T:? h?:h hh:h hT:h T?:? Th:h TT:T" },
	{ "at least 1 of two", { .of = COUNT(2), .at_least = 1 },
	  "??:? ?h:? ?T:T h?:? hh:h hT:T T?:T Th:T TT:T" },
	{ "at least 2 of two", { .of = COUNT(2), .at_least = 2 },
	  "??:? ?h:h ?T:? h?:h hh:h hT:h T?:? Th:h TT:T" },
	{ "any of three", { .any = COUNT(3) },
	  "???:? hhh:h hh?:? hhT:T ??T:T T??:T hTh:T TTT:T h?h:?" },
	{ "all of three", { .all = COUNT(3) },
	  "???:? TTT:T TT?:? TTh:h ??h:h h??:h T?T:? hhh:h T?h:h" },
	{ "at least 2 of three", { .of = COUNT(3), .at_least = 2 },
	  "???:? T??:? TT?:T T?T:T ?TT:T TTT:T Th?:? Thh:h hh?:h hhh:h "
	  "h??:? hTT:T ?hT:?" },
	{ "at least 2 of four", { .of = COUNT(4), .at_least = 2 },
	  "????:? TT??:T hhh?:h hhhT:h hh??:? hhT?:? hhTT:T ???T:?" },
	/* clang-format on */
};

static enum verdict
verdict_of(char c)
{
	if (c == 'T')
		return VERDICT_TRIPPED;
	return c == 'h' ? VERDICT_HEALTHY : VERDICT_UNKNOWN;
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	size_t count = rule_evaluators(&row->rule)->count;

	for (const char *p = row->verdicts; *p != '\0';) {
		enum verdict verdicts[4] = { VERDICT_UNKNOWN };

		for (size_t i = 0; i < count; i++)
			verdicts[i] = verdict_of(p[i]);
		assert_int_equal(p[count], ':');
		if (rule_judge(&row->rule, verdicts) !=
		    verdict_of(p[count + 1]))
			fail_msg("%s: %.6s", row->name, p);
		p += count + 2;
		p += strspn(p, " ");
	}
}

/* Slow and obvious: can what is unknown still make it trip, or not trip? */
static enum verdict
by_trying(size_t count, size_t enough, const enum verdict *verdicts)
{
	size_t surely = 0, perhaps = 0;

	for (size_t i = 0; i < count; i++) {
		surely += verdicts[i] == VERDICT_TRIPPED;
		perhaps += verdicts[i] != VERDICT_HEALTHY;
	}
	if (surely >= enough)
		return VERDICT_TRIPPED;
	return perhaps >= enough ? VERDICT_UNKNOWN : VERDICT_HEALTHY;
}

static void
judge_all(struct rule_settings *rule, size_t count, size_t enough)
{
	enum verdict verdicts[4];
	unsigned combinations = 1;

	for (size_t i = 0; i < count; i++)
		combinations *= 3;
	for (unsigned code = 0; code < combinations; code++) {
		unsigned rest = code;

		for (size_t i = 0; i < count; i++, rest /= 3)
			verdicts[i] = (enum verdict)(rest % 3);
		assert_int_equal(rule_judge(rule, verdicts),
		    by_trying(count, enough, verdicts));
	}
}

static void
test_every_combination_of_up_to_four(void **state)
{
	(void)state;
	for (size_t count = 1; count <= 4; count++) {
		struct strings list = { names, count };
		struct rule_settings any = { .any = list };
		struct rule_settings all = { .all = list };

		judge_all(&any, count, 1);
		judge_all(&all, count, count);
		for (unsigned k = 1; k <= count; k++) {
			struct rule_settings of = { .of = list, .at_least = k };

			judge_all(&of, count, k);
		}
	}
}

static void
test_words(void **state)
{
	(void)state;
	assert_string_equal(severity_word(SEVERITY_P0), "P0");
	assert_string_equal(severity_word(SEVERITY_P1), "P1");
	assert_string_equal(severity_word(SEVERITY_P2), "P2");
	assert_string_equal(severity_word(SEVERITY_P3), "P3");
	assert_string_equal(rule_mode_word(MODE_ENFORCE), "enforce");
	assert_string_equal(rule_mode_word(MODE_PROPOSE), "propose");
	assert_string_equal(rule_mode_word(MODE_SHADOW), "shadow");
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_every_combination_of_up_to_four),
		cmocka_unit_test(test_words),
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
