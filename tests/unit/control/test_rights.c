/*
 * Who may do what: a line a verb, a column a caller.  y yes, - no.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "control/rights.h"

#define R(role) ROLE_BIT(ROLE_##role)

static const struct caller callers[] = {
	{ .uid = 0, .privileged = true },
	{ .uid = 1000 },
	{ .uid = 1000, .roles = R(CI) },
	{ .uid = 1000, .roles = R(ON_CALL) },
	{ .uid = 1000, .roles = R(LEAD) },
	{ .uid = 1000, .roles = R(MANAGER) },
	{ .uid = 1000, .roles = R(PRODUCT) },
	{ .uid = 1000, .roles = R(CI) | R(LEAD) },
	{ .uid = 1000, .roles = R(STEPS) },
};

/* clang-format off */
/*                      root
 *                      | no role
 *                      | | ci
 *                      | | | on_call
 *                      | | | | lead
 *                      | | | | | manager
 *                      | | | | | | product
 *                      | | | | | | | ci and lead
 *                      | | | | | | | | steps */
static const struct {
	enum control_verb verb;
	const char *may;
} verbs[] = {
	{ VERB_STATUS,   "y y y y y y y y y" },
	{ VERB_WHY,      "y y y y y y y y y" },
	{ VERB_HISTORY,  "y y y y y y y y y" },
	{ VERB_INCIDENT, "y y y y y y y y y" },
	{ VERB_VERSION,  "y y y y y y y y y" },
	{ VERB_METRICS,  "y y y y y y y y y" },
	{ VERB_DEPLOY,   "y - y y y y y y -" },
	{ VERB_PROBE,    "y - y y y y y y -" },
	{ VERB_BEAT,     "y - y y y y y y -" },
	{ VERB_ROLLBACK, "y - - y y y y y -" },
	{ VERB_ABORT,    "y - - y y y y y -" },
	{ VERB_HOLD,     "y - - y y y y y -" },
	{ VERB_RELEASE,  "y - - y y y y y -" },
	{ VERB_BASELINE, "y y y y y y y y y" },
	{ VERB_RELOAD,   "y - - - - - - - -" },
	{ VERB_APPROVE,  "y - - y y y y y -" },
	{ VERB_REJECT,   "y - - y y y y y -" },
	{ VERB_SEVERITY, "y - - y y y y y -" },
	{ VERB_REPORT,   "y - - y y y y y -" },
	{ VERB_RESOLVE,  "y - - - y y - y -" },
	{ VERB_NOTIFY,   "y - - y y y y y -" },
	{ VERB_AUDIT,    "y y y y y y y y y" },
	{ VERB_VERSIONS, "y y y y y y y y y" },
	{ VERB_MARK,     "y - - - y y - y -" },
	{ VERB_DRILL,    "y y y y y y y y y" },
};

static const struct {
	enum severity severity;
	const char *may;
} severities[] = {
	{ SEVERITY_P0,   "y - - y y y - y -" },
	{ SEVERITY_P1,   "y - - - y y - y -" },
	{ SEVERITY_P2,   "y - - - - y - - -" },
	{ SEVERITY_P3,   "y - - - - y y - -" },
};

/* Of a hold of uid 2000 with these roles. */
static const struct {
	unsigned roles;
	const char *may;
} authors[] = {
	{ 0,                      "y - - - - - - - -" },
	{ R(CI),                  "y - - - - - - - -" },
	{ R(ON_CALL),             "y - - y - - - - -" },
	{ R(LEAD),                "y - - - y - - y -" },
	{ R(ON_CALL) | R(PRODUCT), "y - - y - - y - -" },
};
/* clang-format on */

static void
expect(const char *may, size_t column, bool allowed, const struct error *why)
{
	assert_int_equal(allowed, may[2 * column] == 'y');
	assert_int_equal(why->text[0] == '\0', allowed);
}

static void
test_verbs(void **state)
{
	(void)state;
	assert_int_equal(ARRAY_LEN(verbs), VERB_COUNT);
	for (size_t v = 0; v < ARRAY_LEN(verbs); v++)
		for (size_t c = 0; c < ARRAY_LEN(callers); c++) {
			struct error why = { "" };

			expect(verbs[v].may, c,
			    rights_verb(&callers[c], verbs[v].verb, &why),
			    &why);
		}
}

static void
test_rollbacks_by_severity(void **state)
{
	(void)state;
	for (size_t s = 0; s < ARRAY_LEN(severities); s++)
		for (size_t c = 0; c < ARRAY_LEN(callers); c++) {
			struct error why = { "" };

			expect(severities[s].may, c,
			    rights_severity(
				&callers[c], severities[s].severity, &why),
			    &why);
		}
}

static void
test_release_by_who_shares_a_role_with_the_author(void **state)
{
	(void)state;
	for (size_t a = 0; a < ARRAY_LEN(authors); a++)
		for (size_t c = 0; c < ARRAY_LEN(callers); c++) {
			const struct caller author = { .uid = 2000,
				.roles = authors[a].roles };
			struct error why = { "" };

			expect(authors[a].may, c,
			    rights_release(&callers[c], &author, &why), &why);
		}
}

static void
test_a_hold_of_the_daemon_itself_takes_a_lead(void **state)
{
	(void)state;
	for (size_t c = 0; c < ARRAY_LEN(callers); c++) {
		struct error why = { "" };

		expect("y - - - y y - y -", c,
		    rights_release(&callers[c], NULL, &why), &why);
	}
}

static void
test_a_baseline_is_changed_by_a_lead(void **state)
{
	(void)state;
	for (size_t c = 0; c < ARRAY_LEN(callers); c++) {
		struct error why = { "" };

		expect("y - - - y y - y -", c,
		    rights_baseline(&callers[c], false, &why), &why);
		why = (struct error){ "" };
		expect("y - - - y y - y y", c,
		    rights_baseline(&callers[c], true, &why), &why);
		why = (struct error){ "" };
		expect("y - - - y y - y -", c, rights_drill(&callers[c], &why),
		    &why);
	}
}

static void
test_the_author_may_end_his_hold_while_he_has_a_role(void **state)
{
	const struct caller author = { .uid = 7, .roles = R(LEAD) };
	const struct caller moved = { .uid = 7, .roles = R(PRODUCT) };
	const struct caller left = { .uid = 7 };
	struct error why;

	(void)state;
	assert_true(rights_release(&author, &author, &why));
	assert_true(rights_release(&moved, &author, &why));
	assert_false(rights_release(&left, &author, &why));
}

static void
test_a_refusal_says_who_may(void **state)
{
	struct error why;

	(void)state;
	assert_false(rights_severity(&callers[3], SEVERITY_P1, &why));
	assert_string_equal(why.text,
	    "uid 1000 (on_call) may not start a P1 rollback: it takes lead or "
	    "manager; roles are groups, see control.roles in "
	    "rollbackd.conf(5)");
	assert_false(rights_verb(&callers[1], VERB_DEPLOY, &why));
	assert_string_equal(why.text,
	    "uid 1000, who has no role, may not deploy: it takes any role; "
	    "roles are groups, see control.roles in rollbackd.conf(5)");
}

static void
test_a_caller_is_written_and_read_again(void **state)
{
	(void)state;
	for (unsigned roles = 0; roles < ROLE_BIT(ROLE_COUNT); roles++) {
		struct caller c = { .uid = 4294967295U, .roles = roles };
		struct caller again;
		char text[CALLER_TEXT_MAX];

		assert_true(caller_parse(caller_text(&c, text), &again));
		assert_int_equal(again.uid, c.uid);
		assert_int_equal(again.roles, c.roles);
		assert_false(again.privileged);
	}
}

static void
test_only_what_is_written_is_read(void **state)
{
	static const char *const bad[] = { "", "uid", "uid ", "uid x", "uid 01",
		"uid -1", "uid 4294967296", "uid 1 ", "uid 1 (", "uid 1 ()",
		"uid 1 (lead", "uid 1 (lead,on_call)", "uid 1 (lead, on_call)",
		"uid 1 (lead, )", "uid 1 (root)", "uid 1 (lead) x", "1",
		"uid 1(lead)", "uid 99999999999999999999" };
	struct caller c;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (caller_parse(bad[i], &c))
			fail_msg("%s", bad[i]);
	assert_true(caller_parse("uid 1 (on_call, lead)", &c));
	assert_int_equal(c.roles, R(ON_CALL) | R(LEAD));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verbs),
		cmocka_unit_test(test_rollbacks_by_severity),
		cmocka_unit_test(
		    test_release_by_who_shares_a_role_with_the_author),
		cmocka_unit_test(test_a_hold_of_the_daemon_itself_takes_a_lead),
		cmocka_unit_test(test_a_baseline_is_changed_by_a_lead),
		cmocka_unit_test(
		    test_the_author_may_end_his_hold_while_he_has_a_role),
		cmocka_unit_test(test_a_refusal_says_who_may),
		cmocka_unit_test(test_a_caller_is_written_and_read_again),
		cmocka_unit_test(test_only_what_is_written_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
