/*
 * When most of what is watched is bad at once: at each limit, and one past.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "decision/decision.h"
#include "service/groups.h"

#define SERVICES_MAX 12
#define NOW_MS INT64_C(10000000)
#define WINDOW_MS 60000

/*
 * Groups as letters, a service each; upper case: it was deployed within the
 * window.  The rule is the first service's.
 */
static struct row {
	const char *name;
	const char *groups;  /* "aab": two of group a, one of b */
	const char *failing; /* '!': it is; the same order */
	bool is_witnessed;
	bool holds;
} rows[] = {
	/* clang-format off */
	{ "two groups, both bad", "ab", "!!", false, false },
	{ "three groups, all bad", "abc", "!!!", false, true },
	{ "three groups, two bad", "abc", "!!.", false, true },
	{ "three groups, one bad", "abc", "!..", false, false },
	{ "four groups, exactly half", "abcd", "!!..", false, false },
	{ "four groups, one past half", "abcd", "!!!.", false, true },
	{ "five groups, two bad", "abcde", "!!...", false, false },
	{ "five groups, three bad", "abcde", "!!!..", false, true },
	{ "many services of one group are one cause", "aaaaabc", "!!!!!..",
	  false, false },
	{ "one of many services makes its group bad", "aabbc", "!.!..", false,
	  true },
	{ "a group is well only when all of it is", "aabbc", "!!.!.", false,
	  true },

	{ "its own deployment explains one of three", "Abc", "!!!", false,
	  true },
	{ "with witnesses that is enough", "Abc", "!!!", true, false },
	{ "witnesses alone are not", "abc", "!!!", true, true },
	{ "deployments elsewhere do not explain it", "aBC", "!!!", true, true },
	{ "deployed together, bad together", "ABC", "!!!", false, false },
	{ "exactly half of the bad ones were deployed", "ABcd", "!!!!", false,
	  false },
	{ "one less than half of them", "ABcde", "!!!!!", false, true },
	{ "half of those that are bad, not of all", "ABcdef", "!!!!..", false,
	  false },
	{ "deployed and well explains nothing", "AbcDE", "!!!..", false,
	  true },
	{ "another of its group was deployed", "aAbbBc", "!.!!..", false,
	  false },
	/* clang-format on */
};

static struct groups *
make(const struct row *row)
{
	static struct rule_settings rule;
	struct service_settings services[SERVICES_MAX] = { { .name = NULL } };
	static char names[SERVICES_MAX][2];
	size_t count = strlen(row->groups);
	struct groups *g;

	assert_true(count <= SERVICES_MAX && strlen(row->failing) == count);
	for (size_t i = 0; i < count; i++) {
		names[i][0] = (char)(row->groups[i] | 0x20);
		services[i] = (struct service_settings){
			.group = names[i], .rules = &rule, .rule_count = 1
		};
	}
	g = groups_new(services, count);
	assert_non_null(g);
	for (unsigned i = 0; i < count; i++) {
		if ((row->groups[i] & 0x20) == 0)
			groups_deployed(g, i, NOW_MS - WINDOW_MS);
		groups_failing(g, i, true);
	}
	for (unsigned i = 0; i < count; i++)
		groups_failing(g, i, row->failing[i] == '!');
	return g;
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct groups *g = make(row);
	struct groups_case of = { .service = 0,
		.now_ms = NOW_MS,
		.arm_window_ms = WINDOW_MS,
		.is_witnessed = row->is_witnessed };
	char words[GROUPS_WORDS_MAX] = "";
	char wanted[GROUPS_WORDS_MAX];

	assert_int_equal(groups_hold(g, &of, words), row->holds);
	(void)snprintf(wanted, sizeof(wanted), "%zu of %zu groups are bad",
	    groups_bad(g), groups_count(g));
	assert_string_equal(words, row->holds ? wanted : "");
	groups_free(g);
}

static const struct row together = { "", "ABC", "!!!", false, false };

static bool
holds(struct groups *g, int64_t now_ms, int64_t window_ms)
{
	struct groups_case of = { .now_ms = now_ms,
		.arm_window_ms = window_ms };
	char words[GROUPS_WORDS_MAX];

	return groups_hold(g, &of, words);
}

static void
test_the_window_at_its_end(void **state)
{
	struct groups *g = make(&together);

	(void)state;
	assert_false(holds(g, NOW_MS, WINDOW_MS));
	assert_true(holds(g, NOW_MS + 1, WINDOW_MS));
	groups_free(g);
}

static void
test_a_rule_without_a_window_has_one_here(void **state)
{
	struct groups *g = make(&together);
	int64_t deployed_ms = NOW_MS - WINDOW_MS;

	(void)state;
	assert_false(holds(g, deployed_ms + GROUPS_WINDOW_MS, ARM_WINDOW_NONE));
	assert_true(
	    holds(g, deployed_ms + GROUPS_WINDOW_MS + 1, ARM_WINDOW_NONE));
	groups_free(g);
}

/* As a log may tell it, and each newer one counts. */
static void
test_deployments_in_any_order(void **state)
{
	static const struct row none = { "", "abcde", "!!!!!", false, false };
	static const int64_t at[] = { 30, 10, 50, 20, 40 };
	struct groups *g = make(&none);

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		groups_deployed(g, i, at[i] * 1000);
	groups_deployed(g, 2, 5000); /* older than is known */
	/* At 60: those at 50, 40 and 30 are within 30 seconds. */
	assert_false(holds(g, 60000, 30000));
	assert_true(holds(g, 60001, 30000));
	groups_deployed(g, 0, 60000);
	assert_false(holds(g, 60001, 30000));
	/* 60, 50 and 40: until 70. */
	assert_false(holds(g, 70000, 30000));
	assert_true(holds(g, 70001, 30000));
	groups_free(g);
}

static void
test_without_rules_it_does_not_count(void **state)
{
	static struct rule_settings rule;
	struct service_settings services[] = {
		{ .group = "a", .rules = &rule, .rule_count = 1 },
		{ .group = "b", .rules = &rule, .rule_count = 1 },
		{ .group = "c" },
	};
	struct groups *g = groups_new(services, 3);

	(void)state;
	assert_int_equal(groups_count(g), 2);
	groups_failing(g, 2, true);
	groups_deployed(g, 2, NOW_MS);
	assert_int_equal(groups_bad(g), 0);
	groups_failing(g, 0, true);
	groups_failing(g, 0, true);
	groups_failing(g, 1, true);
	assert_int_equal(groups_bad(g), 2);
	assert_false(groups_fail_together(g));
	assert_false(holds(g, NOW_MS, WINDOW_MS));
	groups_free(g);
}

static void
test_no_services(void **state)
{
	struct groups *g = groups_new(NULL, 0);

	(void)state;
	assert_non_null(g);
	assert_int_equal(groups_count(g), 0);
	assert_false(groups_fail_together(g));
	groups_free(g);
	groups_free(NULL);
}

int
main(void)
{
	struct CMUnitTest tests[5 + ARRAY_LEN(rows)] = {
		cmocka_unit_test(test_the_window_at_its_end),
		cmocka_unit_test(test_a_rule_without_a_window_has_one_here),
		cmocka_unit_test(test_deployments_in_any_order),
		cmocka_unit_test(test_without_rules_it_does_not_count),
		cmocka_unit_test(test_no_services),
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		tests[5 + i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
