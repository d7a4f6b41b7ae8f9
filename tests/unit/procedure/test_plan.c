/*
 * A procedure and a service's parameters: what steps come out of it, or why
 * it is refused before its first one.
 */
#include "tests/unit/procedure/plan_setting.h"

#include "base/text.h"

struct row {
	const char *name;
	struct setting setting;
	const char *labels;    /* NULL: refused ... */
	const char *complaint; /* ... and this is part of why */
};

/* clang-format off */
static struct row rows[] = {
	{ "steps are named as they are written",
	  { .steps = { { .name = "a" }, { .name = "b" } } },
	  "a b", NULL },
	{ "for_each is spelt out",
	  { .specs = { { .name = "unit" } }, .given = { ONE_LIST },
	    .steps = { { .name = "a", .for_each = "unit" }, { .name = "b" } } },
	  "a[web] a[db] b", NULL },
	{ "a list of one is a list",
	  { .specs = { { .name = "unit" } },
	    .given = { { "unit", LIST("web"), true } },
	    .steps = { { .name = "a", .for_each = "unit" } } },
	  "a[web]", NULL },
	{ "a word is none",
	  { .specs = { { .name = "unit" } }, .given = { ONE_WORD },
	    .steps = { { .name = "a", .for_each = "unit" } } },
	  NULL, "step a: for_each needs a list: write unit = [ \"web\" ]" },
	{ "nor is a default",
	  { .specs = { { .name = "unit", .fallback = "x" } },
	    .steps = { { .name = "a", .for_each = "unit" } } },
	  NULL, "for_each needs a list: write unit = [ \"x\" ]" },
	{ "for_each of what is not there",
	  { .specs = { { .name = "unit" } },
	    .steps = { { .name = "a", .for_each = "unit" } } },
	  NULL, "step a: for_each names unit, which is no parameter or has no "
	  "value" },
	{ "for_each of what is not declared",
	  { .given = { ONE_LIST },
	    .steps = { { .name = "a", .for_each = "unit" } } },
	  NULL, "for_each names unit, which is no parameter" },
	{ "an empty list would do nothing",
	  { .specs = { { .name = "unit" } },
	    .given = { { "unit", { NULL, 0 }, true } },
	    .steps = { { .name = "a", .for_each = "unit" } } },
	  NULL, "has no value" },
	{ "nothing is done twice",
	  { .specs = { { .name = "unit" } },
	    .given = { { "unit", LIST("web", "db", "web"), true } },
	    .steps = { { .name = "a", .for_each = "unit" } } },
	  NULL, "step a: \"web\" stands twice in the list unit" },
	{ "a procedure without steps", { .lock = NULL },
	  NULL, "procedure p has no steps" },

	/* Parameters */
	{ "a required parameter is given",
	  { .specs = { { .name = "unit", .required = true } },
	    .given = { ONE_WORD }, .steps = { { .name = "a" } } },
	  "a", NULL },
	{ "a required one is missing",
	  { .specs = { { .name = "unit", .required = true } },
	    .steps = { { .name = "a" } } },
	  NULL, "parameter unit is required by procedure p: give it in" },
	{ "an empty list is missing too",
	  { .specs = { { .name = "unit", .required = true } },
	    .given = { { "unit", { NULL, 0 }, true } },
	    .steps = { { .name = "a" } } },
	  NULL, "parameter unit is required" },
	{ "a required one with a default",
	  { .specs = { { .name = "unit", .required = true, .fallback = "x" } },
	    .steps = { { .name = "a", RUNS("${unit}") } } },
	  "a", NULL },
	{ "the whole value must match",
	  { .specs = { { .name = "unit", .match = "[a-z]+" } },
	    .given = { { "unit", LIST("web1"), false } },
	    .steps = { { .name = "a" } } },
	  NULL, "parameter unit: \"web1\" does not match \"[a-z]+\"" },
	{ "from its first byte",
	  { .specs = { { .name = "unit", .match = "[a-z]+" } },
	    .given = { { "unit", LIST("1web"), false } },
	    .steps = { { .name = "a" } } },
	  NULL, "does not match" },
	{ "one that matches",
	  { .specs = { { .name = "unit", .match = "[a-z]+" } },
	    .given = { ONE_WORD }, .steps = { { .name = "a" } } },
	  "a", NULL },
	{ "every value of a list must match",
	  { .specs = { { .name = "unit", .match = "[a-z]+" } },
	    .given = { { "unit", LIST("web", "d b"), true } },
	    .steps = { { .name = "a" } } },
	  NULL, "parameter unit: \"d b\" does not match" },
	{ "and so must a default",
	  { .specs = { { .name = "unit", .match = "[a-z]+",
	      .fallback = "X" } },
	    .steps = { { .name = "a" } } },
	  NULL, "parameter unit: \"X\" does not match" },
	{ "a pattern must be one",
	  { .specs = { { .name = "unit", .match = "[a-z" } },
	    .given = { ONE_WORD }, .steps = { { .name = "a" } } },
	  NULL, "pattern \"[a-z\": missing terminating ] for character class, "
	  "at character 5" },
	{ "a parameter may not take a name that is taken",
	  { .specs = { { .name = "version" } }, .steps = { { .name = "a" } } },
	  NULL, "parameter version: the name has a meaning already" },
	{ "reason is taken too",
	  { .specs = { { .name = "reason" } }, .steps = { { .name = "a" } } },
	  NULL, "parameter reason: the name has a meaning already" },
	{ "a parameter is declared once",
	  { .specs = { { .name = "unit" }, { .name = "unit" } },
	    .steps = { { .name = "a" } } },
	  NULL, "parameter unit is declared twice" },

	/* Names in commands */
	{ "a name nobody knows",
	  { .steps = { { .name = "a", RUNS("${units}") } } },
	  NULL, "step a: ${units} is neither a parameter of procedure p" },
	{ "in a check",
	  { .steps = { { .name = "a", .check = LIST("/bin/is", "${units}") } } },
	  NULL, "step a: ${units} is neither" },
	{ "in the environment",
	  { .steps = { { .name = "a", .environment = {
	      (struct param[]){ { "X", LIST("${units}"), false } }, 1 } } } },
	  NULL, "step a: environment: ${units} is neither" },
	{ "a list outside of its for_each",
	  { .specs = { { .name = "unit" } }, .given = { ONE_LIST },
	    .steps = { { .name = "a", .for_each = "unit", RUNS("${unit}") },
	      { .name = "b", RUNS("${unit}") } } },
	  NULL, "step b: ${unit} is a list" },
	{ "a value that would be an option",
	  { .specs = { { .name = "unit" } },
	    .given = { { "unit", LIST("web", "-rf"), true } },
	    .steps = { { .name = "a", .for_each = "unit", RUNS("${unit}") } } },
	  NULL, "step a[-rf]: \"${unit}\" would begin with \"-\"" },
	{ "unless declared so",
	  { .specs = { { .name = "unit", .dash = true } },
	    .given = { { "unit", LIST("web", "-rf"), true } },
	    .steps = { { .name = "a", .for_each = "unit", RUNS("${unit}") } } },
	  "a[web] a[-rf]", NULL },
	{ "a capture of an earlier step",
	  { .steps = { { .name = "a", .capture = "x" },
	      { .name = "b", RUNS("${x}") } } },
	  "a b", NULL },
	{ "of the step itself",
	  { .steps = { { .name = "a", .capture = "x", RUNS("${x}") } } },
	  NULL, "step a: ${x} is neither a parameter of procedure p nor "
	  "captured by an earlier step" },
	{ "a capture of many",
	  { .specs = { { .name = "unit" } }, .given = { ONE_LIST },
	    .steps = { { .name = "a", .capture = "x", .for_each = "unit" },
	      { .name = "b", .for_each = "unit", RUNS("${x}") } } },
	  "a[web] a[db] b[web] b[db]", NULL },
	{ "a capture of many, of which one is not known",
	  { .specs = { { .name = "unit" } }, .given = { ONE_LIST },
	    .steps = { { .name = "a", .capture = "x", .for_each = "unit" },
	      { .name = "b", RUNS("${x}") } } },
	  NULL, "step b: ${x} is captured for each unit: only a step with the "
	  "same for_each knows which it is" },
	{ "a capture of many, for the items of another list",
	  { .specs = { { .name = "unit" }, { .name = "other" } },
	    .given = { ONE_LIST, { "other", LIST("web"), true } },
	    .steps = { { .name = "a", .capture = "x", .for_each = "unit" },
	      { .name = "b", .for_each = "other", RUNS("${x}") } } },
	  NULL, "step b[web]: ${x} is captured for each unit" },
	{ "a condition on a parameter",
	  { .specs = { { .name = "unit" } }, .given = { ONE_WORD },
	    .steps = { { .name = "a", .when = LIST("unit == 'web'") } } },
	  "a", NULL },
	{ "on one without a value",
	  { .specs = { { .name = "unit" } },
	    .steps = { { .name = "a", .when = LIST("unit == 'web'") } } },
	  "a", NULL },
	{ "on a list",
	  { .specs = { { .name = "unit" } }, .given = { ONE_LIST },
	    .steps = { { .name = "a", .when = LIST("unit == 'web'") } } },
	  NULL, "step a: when \"unit == 'web'\": unit is a list" },
	{ "on its item",
	  { .specs = { { .name = "unit" } }, .given = { ONE_LIST },
	    .steps = { { .name = "a", .for_each = "unit",
	      .when = LIST("unit == 'web'") } } },
	  "a[web] a[db]", NULL },
	{ "a capture named as a parameter",
	  { .specs = { { .name = "unit" } },
	    .steps = { { .name = "a", .capture = "unit" } } },
	  NULL, "step a: capture = \"unit\" is the name of a parameter" },
	{ "a capture named as the occasion's",
	  { .steps = { { .name = "a", .capture = "key" } } },
	  NULL, "step a: capture = \"key\": the name has a meaning already" },

	/* The rest */
	{ "a condition on a later step",
	  { .steps = { { .name = "a", .when = LIST("b is done") },
	      { .name = "b" } } },
	  NULL, "step a: when \"b is done\": there is no earlier step b" },
	{ "the second of two conditions",
	  { .steps = { { .name = "a" },
	      { .name = "b", .when = LIST("a is done", "a") } } },
	  NULL, "step b: when \"a\": write" },
	{ "resume = check without a check",
	  { .steps = { { .name = "a", .resume = RESUME_CHECK } } },
	  NULL, "step a: resume = \"check\" needs a check command" },
	{ "a variable that is ours",
	  { .steps = { { .name = "a", .environment = {
	      (struct param[]){ { "ROLLBACKD_KEY", LIST("x"), false } },
	      1 } } } },
	  NULL, "environment: ROLLBACKD_KEY: what begins with ROLLBACK" },
	{ "a variable with an odd name",
	  { .steps = { { .name = "a", .environment = {
	      (struct param[]){ { "A-B", LIST("x"), false } }, 1 } } } },
	  NULL, "environment: \"A-B\" is no name" },
	{ "a variable that is a list",
	  { .steps = { { .name = "a", .environment = {
	      (struct param[]){ { "A", LIST("x", "y"), true } }, 1 } } } },
	  NULL, "environment: A must be one text" },
	{ "a lock of what stays the same",
	  { .specs = { { .name = "unit" } }, .given = { ONE_WORD },
	    .steps = { { .name = "a" } },
	    .lock = "${service}-${environment}-${unit}" },
	  "a", NULL },
	{ "a lock that would differ each time",
	  { .steps = { { .name = "a" } }, .lock = "x-${run}" },
	  NULL, "lock \"x-${run}\": only ${service}, ${environment} and" },
	{ "a lock of a list",
	  { .specs = { { .name = "unit" } }, .given = { ONE_LIST },
	    .steps = { { .name = "a" } }, .lock = "${unit}" },
	  NULL, "lock: ${unit} is a list" },
	{ "a lock that is malformed",
	  { .steps = { { .name = "a" } }, .lock = "${" },
	  NULL, "lock: \"${\"" },
};
/* clang-format on */

static void
test_row(void **state)
{
	struct row *row = *state;
	struct procedure_settings procedure;
	struct error err = { "" };
	struct text labels = text_new(1024);
	struct plan *plan = plan_of(&row->setting, &procedure, &err);

	if (row->labels == NULL) {
		assert_null(plan);
		if (strstr(err.text, row->complaint) == NULL)
			fail_msg("says: %s", err.text);
		return;
	}
	assert_string_equal(err.text, "");
	assert_non_null(plan);
	for (unsigned i = 0; i < plan_step_count(plan); i++)
		text_addf(&labels, "%s%s", i > 0 ? " " : "",
		    plan_step(plan, i)->label);
	assert_string_equal(text_str(&labels), row->labels);
	assert_ptr_equal(plan_procedure(plan), &procedure);
	text_free(&labels);
	plan_free(plan);
}

int
main(void)
{
	struct CMUnitTest stories[ARRAY_LEN(rows)];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		stories[i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i],
		};
	return cmocka_run_group_tests(stories, NULL, NULL);
}
