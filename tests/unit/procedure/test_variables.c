/*
 * A template, at a step of a procedure, and what becomes of it.  Step 0 is
 * "find", whose output is captured as "found"; steps 1 and 2 are "undo" for
 * each of the list "unit"; step 3 captures "lost" but prints nothing.
 */
#include "tests/unit/test.h"

#include <string.h>

#include "procedure/variables.h"

struct row {
	const char *template;
	unsigned step;
	const char *becomes;   /* NULL: refused ... */
	const char *complaint; /* ... and this is part of why */
};

/* clang-format off */
static struct row rows[] = {
	{ "", 0, "", NULL },
	{ "plain", 0, "plain", NULL },
	{ "${namespace}", 0, "shop production", NULL },
	{ "a${namespace}b", 0, "ashop productionb", NULL },
	{ "${service}/${environment}", 0, "backend/production", NULL },
	{ "${version}>${target_version}", 0, "1.1>1.0", NULL },
	{ "${incident}${run}${key}", 0, "IRK", NULL },
	{ "${namespace}${namespace}", 0, "shop productionshop production",
	  NULL },
	{ "${with-default}", 0, "so", NULL },
	{ "${empty}", 0, "", NULL },

	/* Nothing is done to a value, nor to what is no variable */
	{ "${evil}", 0, "; rm -rf / $(id) `id`\n${version} --flag", NULL },
	{ "x=${evil}", 0, "x=; rm -rf / $(id) `id`\n${version} --flag", NULL },
	{ "$namespace", 0, "$namespace", NULL },
	{ "$(id)", 0, "$(id)", NULL },
	{ "{namespace}", 0, "{namespace}", NULL },
	{ "{{namespace}}", 0, "{{namespace}}", NULL },
	{ "100%", 0, "100%", NULL },
	{ "$", 0, "$", NULL },
	{ "$$", 0, "$$", NULL },
	{ "a}b", 0, "a}b", NULL },

	/* $${ */
	{ "$${namespace}", 0, "${namespace}", NULL },
	{ "$${", 0, "${", NULL },
	{ "$$${namespace}", 0, "$${namespace}", NULL },
	{ "$${${namespace}}", 0, "${shop production}", NULL },
	{ "x$$y${service}", 0, "x$$ybackend", NULL },

	/* Malformed */
	{ "${", 0, NULL, "needs a name and \"}\" behind it" },
	{ "${}", 0, NULL, "needs a name" },
	{ "${namespace", 0, NULL, "needs a name" },
	{ "a ${ namespace}", 0, NULL, "needs a name" },
	{ "${name space}", 0, NULL, "needs a name" },
	{ "${-x}", 0, NULL, "needs a name" },
	{ "${.x}", 0, NULL, "needs a name" },
	{ "${namespace:-x}", 0, NULL, "needs a name" },
	{ "${${namespace}}", 0, NULL, "needs a name" },
	{ "${a\xc3\xa9}", 0, NULL, "needs a name" },

	/* Unknown */
	{ "${nonsense}", 0, NULL,
	  "${nonsense} is neither a parameter of procedure p nor captured" },
	{ "${NAMESPACE}", 0, NULL, "neither a parameter" },
	{ "${optional}", 0, NULL, "${optional} has no value" },
	{ "${previous_version}", 0, NULL,
	  "${previous_version} is not known on this occasion" },
	{ "${reason}", 0, NULL, "ROLLBACK_REASON" },
	{ "${undeclared}", 0, NULL, "neither a parameter" },

	/* Lists */
	{ "deployment/${unit}", 1, "deployment/frontend", NULL },
	{ "deployment/${unit}", 2, "deployment/-backend", NULL },
	{ "${unit}", 1, "frontend", NULL },
	{ "${unit}", 2, NULL, "would begin with \"-\"" },
	{ "${unit}", 0, NULL,
	  "${unit} is a list: give the step for_each = \"unit\"" },
	{ "${unit}", VARIABLES_NO_STEP, NULL, "is a list" },
	{ "${namespace}", VARIABLES_NO_STEP, "shop production", NULL },

	/* Captures */
	{ "to-${found}", 4, "to---green", NULL },
	{ "${found}", 4, NULL, "would begin with \"-\"" },
	{ "${lost}", 4, NULL, "${lost} has not been captured" },

	/* A value may not turn an argument into an option */
	{ "${dash}", 0, NULL, "would begin with \"-\"" },
	{ "${dash}-x", 0, NULL, "say dash = true" },
	{ "${empty}${dash}", 0, NULL, "would begin with \"-\"" },
	{ "${empty}-x", 0, NULL, "would begin with \"-\"" },
	{ "${empty}${allowed}", 0, "-v", NULL },
	{ "${allowed}", 0, "-v", NULL },
	{ "${allowed}${dash}", 0, "-v-x", NULL },
	{ "-${dash}", 0, "--x", NULL },
	{ "--namespace=${dash}", 0, "--namespace=-x", NULL },
	{ "-n", 0, "-n", NULL },
	{ " ${dash}", 0, " -x", NULL },
	{ "$${dash}", 0, "${dash}", NULL },
};
/* clang-format on */

static const char *command[] = { "/bin/true" };
static const char *shop[] = { "shop production" };
static const char *evil[] = { "; rm -rf / $(id) `id`\n${version} --flag" };
static const char *units[] = { "frontend", "-backend" };
static const char *nothing[] = { "" };
static const char *dash[] = { "-x" };
static const char *allowed[] = { "-v" };

static struct param given_items[] = {
	{ "namespace", { shop, 1 }, false },
	{ "evil", { evil, 1 }, false },
	{ "unit", { units, 2 }, true },
	{ "empty", { nothing, 1 }, false },
	{ "dash", { dash, 1 }, false },
	{ "allowed", { allowed, 1 }, false },
	{ "undeclared", { shop, 1 }, false },
};
static const struct params given = { given_items, ARRAY_LEN(given_items) };

static struct param_spec specs[] = {
	{ .name = "namespace", .required = true },
	{ .name = "evil" },
	{ .name = "unit" },
	{ .name = "empty" },
	{ .name = "dash" },
	{ .name = "allowed", .dash = true },
	{ .name = "optional" },
	{ .name = "with-default", .fallback = "so" },
};

static struct step_settings steps[] = {
	{ .name = "find", .command = { command, 1 }, .capture = "found" },
	{ .name = "undo", .command = { command, 1 }, .for_each = "unit" },
	{ .name = "last", .command = { command, 1 }, .capture = "lost" },
	{ .name = "after", .command = { command, 1 } },
};

static const struct procedure_settings procedure = {
	.name = "p",
	.params = specs,
	.param_count = ARRAY_LEN(specs),
	.steps = steps,
	.step_count = ARRAY_LEN(steps),
};

static const struct occasion occasion = {
	.service = "backend",
	.environment = "production",
	.version = "1.1",
	.target_version = "1.0",
	.reason = "health failed three times",
	.incident = "I",
	.run = "R",
	.key = "K",
};

static struct plan *
new_plan(void)
{
	struct error err = { "" };
	struct plan *plan = plan_new(&procedure, &given, &err);

	assert_string_equal(err.text, "");
	assert_non_null(plan);
	return plan;
}

static void
end_step(struct run *r, const char *capture)
{
	struct next n = run_next(r);
	struct step_ended e = { n.step, n.attempt, 0, STEP_DONE, 0, capture, 0,
		false };

	assert_true(run_step_ended(r, &e, 0));
}

static struct run *
new_run(const struct plan *plan, const char *found)
{
	struct run *r = run_new(plan);

	assert_non_null(r);
	end_step(r, found);
	end_step(r, NULL);
	end_step(r, NULL);
	end_step(r, NULL);
	return r;
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct plan *plan = new_plan();
	struct run *r = new_run(plan, "--green");
	struct text out = text_new(1024);
	struct error err = { "" };
	bool good = variables_expand(
	    row->template, &occasion, plan, row->step, r, &out, &err);

	if (row->becomes != NULL) {
		assert_string_equal(err.text, "");
		assert_string_equal(text_str(&out), row->becomes);
	} else if (strstr(err.text, row->complaint) == NULL)
		fail_msg("complains: %s", err.text);
	assert_int_equal(good, row->becomes != NULL);
	text_free(&out);
	run_free(r);
	plan_free(plan);
}

static void
test_what_is_no_argument_may_begin_with_a_dash(void **state)
{
	struct plan *plan = new_plan();
	struct run *r = new_run(plan, "-rf");
	struct text out = text_new(1024);
	struct error err;

	(void)state;
	assert_true(variables_expand_value(
	    "${found}", &occasion, plan, 4, r, &out, &err));
	assert_string_equal(text_str(&out), "-rf");
	text_free(&out);
	run_free(r);
	plan_free(plan);
}

/* The rule is about the argument, not about what stood in the text before. */
static void
test_appends_to_what_is_there(void **state)
{
	struct plan *plan = new_plan();
	struct text out = text_new(1024);
	struct error err;

	(void)state;
	text_add(&out, "-");
	assert_true(variables_expand(
	    "${service}", &occasion, plan, 0, NULL, &out, &err));
	assert_string_equal(text_str(&out), "-backend");
	assert_false(
	    variables_expand("${dash}", &occasion, plan, 0, NULL, &out, &err));
	text_free(&out);
	plan_free(plan);
}

static void
test_an_argument_has_a_longest(void **state)
{
	struct plan *plan = new_plan();
	struct text exact = text_new(7), shorter = text_new(6);
	struct error err = { "" };

	(void)state;
	assert_true(variables_expand(
	    "${service}", &occasion, plan, 0, NULL, &exact, &err));
	assert_string_equal(text_str(&exact), "backend");
	assert_false(variables_expand(
	    "${service}", &occasion, plan, 0, NULL, &shorter, &err));
	assert_string_equal(err.text, "\"${service}\": too long");
	text_free(&exact);
	text_free(&shorter);
	plan_free(plan);
}

static void
test_a_name_has_a_longest(void **state)
{
	struct plan *plan = new_plan();
	char template[3 + 129 + 1] = "${";
	struct error err;

	(void)state;
	memset(template + 2, 'n', 129);
	template[2 + 128] = '}';
	template[2 + 129] = '\0';
	assert_false(variables_check(template, plan, 0, &err));
	assert_non_null(strstr(err.text, "neither a parameter"));
	template[2 + 128] = 'n';
	template[2 + 129] = '}';
	template[2 + 130] = '\0';
	assert_false(variables_check(template, plan, 0, &err));
	assert_non_null(strstr(err.text, "needs a name"));
	plan_free(plan);
}

static void
test_every_name_of_the_occasion_has_its_value(void **state)
{
	static const struct occasion all = { "s", "e", "v", "p", "t", "reason",
		"i", "r", "k", "9" };
	static const char *const values[] = { "s", "e", "v", "p", "t", "i", "r",
		"k" };
	struct plan *plan = new_plan();
	size_t i = 0;

	(void)state;
	for (; occasion_names[i] != NULL; i++) {
		assert_string_equal(
		    variable(occasion_names[i], &all, plan, 0, NULL),
		    values[i]);
		assert_null(variable(occasion_names[i], NULL, plan, 0, NULL));
	}
	assert_int_equal(i, ARRAY_LEN(values));
	assert_null(variable("reason", &all, plan, 0, NULL));
	plan_free(plan);
}

static void
test_check_asks_what_can_be_known(void **state)
{
	static const struct {
		const char *template;
		unsigned step;
		bool good;
	} checks[] = {
		{ "", 0, true },
		{ "${service}${previous_version}", 0, true },
		{ "${namespace}", VARIABLES_NO_STEP, true },
		{ "${unit}", 1, true },
		{ "${unit}", 0, false },
		{ "${found}", 0, false },
		{ "${found}", 1, true },
		{ "${found}", VARIABLES_NO_STEP, false },
		{ "${optional}", 1, false },
		{ "${reason}", 1, false },
		{ "${oops", 1, false },
	};
	struct plan *plan = new_plan();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		struct error err = { "" };

		assert_int_equal(variables_check(checks[i].template, plan,
				     checks[i].step, &err),
		    checks[i].good);
		assert_int_equal(err.text[0] == '\0', checks[i].good);
	}
	plan_free(plan);
}

static void
note_name(const char *name, void *arg)
{
	struct text *names = arg;

	text_addf(names, "%s ", name);
}

static void
test_scan_tells_every_name(void **state)
{
	struct text names = text_new(1024);
	struct error err;

	(void)state;
	assert_true(
	    variables_scan("a${x}$${y}${z.1}${x}", note_name, &names, &err));
	assert_string_equal(text_str(&names), "x z.1 x ");
	assert_false(variables_scan("${x}${", note_name, &names, &err));
	text_free(&names);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(
		    test_what_is_no_argument_may_begin_with_a_dash),
		cmocka_unit_test(test_appends_to_what_is_there),
		cmocka_unit_test(test_an_argument_has_a_longest),
		cmocka_unit_test(test_a_name_has_a_longest),
		cmocka_unit_test(test_every_name_of_the_occasion_has_its_value),
		cmocka_unit_test(test_check_asks_what_can_be_known),
		cmocka_unit_test(test_scan_tells_every_name),
	};
	struct CMUnitTest stories[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		stories[i] = (struct CMUnitTest){
			.name = rows[i].template,
			.test_func = test_row,
			.initial_state = &rows[i],
		};
	failed = cmocka_run_group_tests(stories, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
