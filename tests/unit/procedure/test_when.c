/*
 * Conditions, on what came before.  Step a has ended as its letter says, b[x]
 * and b[y] as the two letters say (d done, f failed, t timed out, r refused),
 * and what a printed is captured as "color".
 */
#include "tests/unit/test.h"

#include <string.h>

#include "procedure/when.h"

struct row {
	const char *condition;
	const char *ended; /* a, b[x], b[y] */
	const char *color; /* NULL: nothing */
	bool holds;
};

/* clang-format off */
static struct row rows[] = {
	{ "a is done", "ddd", NULL, true },
	{ "a is done", "fdd", NULL, false },
	{ "a is not done", "ddd", NULL, false },
	{ "a is not done", "fdd", NULL, true },
	{ "a is failed", "fdd", NULL, true },
	{ "a is failed", "tdd", NULL, false },
	{ "a is timed_out", "tdd", NULL, true },
	{ "a is not timed_out", "tdd", NULL, false },
	{ "a is refused", "rdd", NULL, true },
	{ "a is skipped", "rdd", NULL, false },
	{ "s is skipped", "ddd", NULL, true },
	{ "s is done", "ddd", NULL, false },
	{ "  a \t is  not   failed ", "ddd", NULL, true },

	/* for_each: done is all, the others are one */
	{ "b is done", "ddd", NULL, true },
	{ "b is done", "ddf", NULL, false },
	{ "b is done", "dfd", NULL, false },
	{ "b is not done", "dfd", NULL, true },
	{ "b is failed", "ddd", NULL, false },
	{ "b is failed", "ddf", NULL, true },
	{ "b is failed", "dfd", NULL, true },
	{ "b is not failed", "dtd", NULL, true },
	{ "b is not failed", "dff", NULL, false },

	/* captures */
	{ "color == \"blue\"", "ddd", "blue", true },
	{ "color == 'blue'", "ddd", "blue", true },
	{ "color == blue", "ddd", "blue", true },
	{ "color=='blue'", "ddd", "blue", true },
	{ "color == 'blue'", "ddd", "green", false },
	{ "color == 'blue'", "ddd", "blues", false },
	{ "color == 'blue'", "ddd", "blu", false },
	{ "color == 'blue'", "ddd", "Blue", false },
	{ "color != 'blue'", "ddd", "green", true },
	{ "color != 'blue'", "ddd", "blue", false },
	{ "color == ''", "ddd", "", true },
	{ "color == 'it is \"so\"'", "ddd", "it is \"so\"", true },
	{ "color == \"don't\"", "ddd", "don't", true },
	{ "color == 'a  b '", "ddd", "a  b ", true },
	{ "color == ==", "ddd", "==", true },
	{ "color == 'blue'", "ddd", NULL, false },
	{ "color != 'blue'", "ddd", NULL, true },
	{ "color == ''", "ddd", NULL, false },
	{ "color == 'blue'", "fdd", "blue", false },

	/* parameters */
	{ "mode == 'slow'", "ddd", NULL, true },
	{ "mode == slow", "ddd", NULL, true },
	{ "mode == 'slower'", "ddd", NULL, false },
	{ "mode != 'slow'", "ddd", NULL, false },
	{ "mode != 'fast'", "ddd", NULL, true },
	{ "unset == 'fast'", "ddd", NULL, false },
	{ "unset == ''", "ddd", NULL, false },
	{ "unset != 'fast'", "ddd", NULL, true },
	{ "by-itself == 'yes'", "ddd", NULL, true },
	{ "mode == '${mode}'", "ddd", NULL, false },

	/* What is no condition holds never */
	{ "a was done", "ddd", NULL, false },
	{ "", "ddd", NULL, false },
};

static const struct {
	const char *condition;
	size_t step;
	const char *complaint; /* NULL: fine */
} checks[] = {
	{ "a is done", 3, NULL },
	{ "b is not skipped", 3, NULL },
	{ "color == 'x'", 1, NULL },
	{ "color!=x", 1, NULL },
	{ "mode == 'slow'", 0, NULL },
	{ "unset != 'slow'", 0, NULL },
	{ "mode is done", 3, "there is no earlier step mode" },
	{ "a is done", 0, "there is no earlier step a" },
	{ "s is done", 2, "there is no earlier step s" },
	{ "z is done", 3, "there is no earlier step z" },
	{ "color == 'x'", 0, "no earlier step captures color" },
	{ "a == 'x'", 3, "no earlier step captures a" },
	{ "color is done", 3, "there is no earlier step color" },
	{ "each == 'x'", 2, "step b has for_each" },
	{ "", 3, "must begin with the name" },
	{ "   ", 3, "must begin with the name" },
	{ "== 'x'", 3, "must begin with the name" },
	{ "!a is done", 3, "must begin with the name" },
	{ "a/b is done", 3, "must begin with the name" },
	{ "a", 3, "write STEP is OUTCOME" },
	{ "a = 'x'", 3, "write STEP is OUTCOME" },
	{ "a ! 'x'", 3, "write STEP is OUTCOME" },
	{ "a was done", 3, "write STEP is OUTCOME" },
	{ "a isdone", 3, "write STEP is OUTCOME" },
	{ "a i done", 3, "write STEP is OUTCOME" },
	{ "a is", 3, "must be one of done, failed" },
	{ "a is not", 3, "must be one of done, failed" },
	{ "a is Done", 3, "must be one of done, failed" },
	{ "a is not not done", 3, "must be one of done, failed" },
	{ "a is done or so", 3, "must be one of done, failed" },
	{ "a is neverheardofthisone", 3, "must be one of done, failed" },
	/* The run does not go on behind these, so they could never hold. */
	{ "a is interrupted", 3, "must be one of done, failed" },
	{ "a is withdrawn", 3, "must be one of done, failed" },
	{ "color ==", 3, "must end with one text" },
	{ "color == 'x", 3, "must end with one text" },
	{ "color == 'x' y", 3, "must end with one text" },
	{ "color == x y", 3, "must end with one text" },
	{ "color == x'y'", 3, "must end with one text" },
	{ "color == 'x\"", 3, "must end with one text" },
};
/* clang-format on */

static const char *command[] = { "/bin/true" };
static const char *items[] = { "x", "y" };
static const char *slow[] = { "slow" };
static struct param given_params[] = { { "list", { items, 2 }, true },
	{ "mode", { slow, 1 }, false } };
static const struct params given = { given_params, 2 };
static struct param_spec specs[] = { { .name = "list", .required = true },
	{ .name = "mode" }, { .name = "unset" },
	{ .name = "by-itself", .fallback = "yes" } };
static const char *never[] = { "a is skipped" };

#define ANY .command = { command, 1 }, .on_failure = "continue"

static struct step_settings steps[] = {
	{ .name = "a", ANY, .capture = "color" },
	{ .name = "b", ANY, .for_each = "list" },
	{ .name = "s", ANY, .when = { never, 1 } },
	{ .name = "last", ANY },
};

static const struct procedure_settings procedure = {
	.name = "p",
	.params = specs,
	.param_count = ARRAY_LEN(specs),
	.steps = steps,
	.step_count = ARRAY_LEN(steps),
};

static void
end_step(struct run *r, char letter, const char *capture)
{
	static const char letters[] = "dftr";
	struct next n = run_next(r);
	struct step_ended e = { n.step, n.attempt, 0,
		(enum step_outcome)(strchr(letters, letter) - letters), 0,
		capture, 0, false };

	assert_true(run_step_ended(r, &e, 0));
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct error err = { "" };
	struct plan *plan = plan_new(&procedure, &given, &err);
	struct run *r;

	assert_string_equal(err.text, "");
	r = run_new(plan);
	end_step(r, row->ended[0], row->color);
	end_step(r, row->ended[1], NULL);
	end_step(r, row->ended[2], NULL);
	assert_int_equal(run_next(r).step, 4);
	assert_int_equal(when_holds(row->condition, plan, 4, r), row->holds);
	run_free(r);
	plan_free(plan);
}

static void
test_what_is_wrong_is_said(void **state)
{
	struct step_settings own[ARRAY_LEN(steps)];
	struct procedure_settings with_each = procedure;

	(void)state;
	memcpy(own, steps, sizeof(steps));
	own[1].capture = "each";
	with_each.steps = own;
	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		struct error err = { "" };
		bool good = when_check(
		    checks[i].condition, &with_each, checks[i].step, &err);

		assert_int_equal(good, checks[i].complaint == NULL);
		if (good)
			assert_string_equal(err.text, "");
		else if (strstr(err.text, checks[i].complaint) == NULL)
			fail_msg("%s: says %s", checks[i].condition, err.text);
	}
}

static void
test_names_have_a_longest(void **state)
{
	char condition[200];
	struct error err;

	(void)state;
	memset(condition, 'n', 128);
	memcpy(condition + 128, " is done", sizeof(" is done"));
	assert_false(when_check(condition, &procedure, 3, &err));
	assert_non_null(strstr(err.text, "there is no earlier step"));
	memset(condition, 'n', 129);
	memcpy(condition + 129, " is done", sizeof(" is done"));
	assert_false(when_check(condition, &procedure, 3, &err));
	assert_non_null(strstr(err.text, "must begin with the name"));
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_what_is_wrong_is_said),
		cmocka_unit_test(test_names_have_a_longest),
	};
	struct CMUnitTest stories[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		stories[i] = (struct CMUnitTest){
			.name = rows[i].condition,
			.test_func = test_row,
			.initial_state = &rows[i],
		};
	failed = cmocka_run_group_tests(stories, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
