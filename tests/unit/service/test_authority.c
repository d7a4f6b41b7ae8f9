/* By whose word a procedure is carried out. */
#include "tests/unit/test.h"

#include "service/authority.h"

#define RULES_MAX 3

static struct row {
	const char *name;
	struct rule_settings rules[RULES_MAX];
	size_t rule_count;
	bool is_known;
	struct authority authority; /* of procedure "back" */
} rows[] = {
	/* clang-format off */
	{ "a P0 rule that is enforced", { { .severity = SEVERITY_P0,
	  .mode = MODE_ENFORCE, .procedure = "back" } }, 1,
	  true, { true, SEVERITY_P0, false } },
	{ "a P0 rule on trial", { { .severity = SEVERITY_P0,
	  .mode = MODE_SHADOW, .procedure = "back" } }, 1,
	  true, { false, SEVERITY_P0, false } },
	{ "a P0 rule that proposes", { { .severity = SEVERITY_P0,
	  .mode = MODE_PROPOSE, .procedure = "back" } }, 1,
	  true, { false, SEVERITY_P0, false } },
	{ "a P1 rule that is enforced", { { .severity = SEVERITY_P1,
	  .mode = MODE_ENFORCE, .procedure = "back" } }, 1,
	  true, { false, SEVERITY_P1, false } },
	{ "the gravest that names it counts", {
	  { .severity = SEVERITY_P3, .mode = MODE_ENFORCE,
	    .procedure = "back" },
	  { .severity = SEVERITY_P1, .mode = MODE_ENFORCE,
	    .procedure = "back" },
	  { .severity = SEVERITY_P0, .mode = MODE_ENFORCE,
	    .procedure = "other" } }, 3,
	  true, { false, SEVERITY_P1, false } },
	{ "of two one is automatic", {
	  { .severity = SEVERITY_P2, .mode = MODE_ENFORCE,
	    .procedure = "back" },
	  { .severity = SEVERITY_P0, .mode = MODE_ENFORCE,
	    .procedure = "back" } }, 2,
	  true, { true, SEVERITY_P0, false } },
	{ "what destroys without a person, in so many words", {
	  { .severity = SEVERITY_P0, .mode = MODE_ENFORCE,
	    .procedure = "back" },
	  { .severity = SEVERITY_P0, .mode = MODE_ENFORCE,
	    .procedure = "back", .automatic_destructive = true } }, 2,
	  true, { true, SEVERITY_P0, true } },
	{ "words of a rule that asks anyhow", {
	  { .severity = SEVERITY_P1, .mode = MODE_ENFORCE,
	    .procedure = "back", .automatic_destructive = true } }, 1,
	  true, { false, SEVERITY_P1, false } },
	{ "not named", { { .severity = SEVERITY_P2, .mode = MODE_ENFORCE,
	  .procedure = "other" } }, 1,
	  false, { false, SEVERITY_P2, false } },
	{ "no rule at all", { { .procedure = NULL } }, 0,
	  false, { false, SEVERITY_P0, false } },
	/* clang-format on */
};

static void
test_row(void **state)
{
	static const char *listed[] = { "back" };
	struct row *row = *state;
	struct service_settings s = { .rules = row->rules,
		.rule_count = row->rule_count };
	struct authority a;

	assert_true(authority_of(&s, "back", &a) == row->is_known);
	assert_true(a.is_automatic == row->authority.is_automatic);
	assert_int_equal(a.severity, row->authority.severity);
	assert_true(a.may_destroy == row->authority.may_destroy);
	/* What the service lists besides is known, and as grave. */
	s.procedures = (struct strings){ listed, 1 };
	assert_true(authority_of(&s, "back", &a));
	assert_true(a.is_automatic == row->authority.is_automatic);
	assert_int_equal(a.severity, row->authority.severity);
}

int
main(void)
{
	struct CMUnitTest tests[ARRAY_LEN(rows)];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		tests[i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
