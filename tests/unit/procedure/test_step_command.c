/*
 * The program, arguments and environment that come out of a step: compared
 * whole, a line each.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "procedure/step_command.h"

#define LIST(...)                                             \
	{                                                     \
		(const char *[]){ __VA_ARGS__ },              \
		    sizeof((const char *[]){ __VA_ARGS__ }) / \
		    sizeof(const char *)                      \
	}

static struct param given_items[] = {
	{ "unit", LIST("web", "db 1"), true },
	{ "namespace", LIST("shop"), false },
};
static const struct params given = { given_items, 2 };
static struct param_spec specs[] = { { .name = "unit" },
	{ .name = "namespace" } };
static struct param environment[] = {
	{ "KUBECONFIG", LIST("/etc/${namespace}/${unit}"), false },
	{ "LANG", LIST("de_DE.UTF-8"), false },
	{ "OPTIONS", LIST("-x"), false },
};
static struct step_settings steps[] = {
	{ .name = "undo",
	    .for_each = "unit",
	    .command = LIST("/bin/undo", "-n", "${namespace}",
		"deployment/${unit}", "${target_version}", ""),
	    .resume = RESUME_CHECK,
	    .check = LIST("/bin/is", "${unit}"),
	    .environment = { environment, 3 } },
	{ .name = "plain", .command = LIST("/bin/plain") },
};
static const struct procedure_settings procedure = {
	.name = "p",
	.params = specs,
	.param_count = 2,
	.steps = steps,
	.step_count = 2,
};
static const struct occasion everything = {
	.service = "backend",
	.environment = "production",
	.version = "1.1",
	.previous_version = "1.0",
	.target_version = "0.9",
	.reason = "it is\n-bad; ${version}",
	.incident = "INC",
	.run = "RUN",
	.key = "RUN-1-1",
};

static struct plan *
plan_of(const struct procedure_settings *p)
{
	struct error err = { "" };
	struct plan *plan = plan_new(p, &given, &err);

	assert_string_equal(err.text, "");
	assert_non_null(plan);
	return plan;
}

static void
assert_lines(char *const *list, size_t count, const char *expected)
{
	struct text lines = text_new(1 << 20);

	for (size_t i = 0; i < count; i++)
		text_addf(&lines, "%s|", list[i]);
	assert_null(list[count]);
	assert_string_equal(text_str(&lines), expected);
	text_free(&lines);
}

static void
test_a_step_with_everything(void **state)
{
	struct plan *plan = plan_of(&procedure);
	struct command c = { .argv = NULL };
	struct error err = { "" };

	(void)state;
	assert_true(
	    step_command(plan, 1, STEP_ITSELF, &everything, NULL, &c, &err));
	assert_lines(c.argv, c.argument_count,
	    "/bin/undo|-n|shop|deployment/db 1|0.9||");
	assert_lines(c.envp, c.variable_count,
	    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:"
	    "/bin|LANG=de_DE.UTF-8|KUBECONFIG=/etc/shop/db 1|OPTIONS=-x|"
	    "ROLLBACKD_KEY=RUN-1-1|ROLLBACK_SERVICE=backend|"
	    "ROLLBACK_ENVIRONMENT=production|ROLLBACK_VERSION=1.1|"
	    "ROLLBACK_PREVIOUS_VERSION=1.0|ROLLBACK_TARGET_VERSION=0.9|"
	    "ROLLBACK_REASON=it is\n-bad; ${version}|ROLLBACK_INCIDENT=INC|"
	    "ROLLBACK_RUN=RUN|ROLLBACK_KEY=RUN-1-1|");
	command_clear(&c);
	plan_free(plan);
}

static void
test_its_check(void **state)
{
	struct plan *plan = plan_of(&procedure);
	struct command c = { .argv = NULL };
	struct error err = { "" };

	(void)state;
	assert_true(
	    step_command(plan, 0, STEP_CHECK, &everything, NULL, &c, &err));
	assert_lines(c.argv, c.argument_count, "/bin/is|web|");
	assert_string_equal(command_variable(&c, "LANG"), "de_DE.UTF-8");
	command_clear(&c);
	plan_free(plan);
}

static void
test_what_is_not_known_is_left_out(void **state)
{
	const struct occasion little = { .service = "backend", .key = "K" };
	struct plan *plan = plan_of(&procedure);
	struct command c = { .argv = NULL };
	struct error err = { "" };

	(void)state;
	assert_true(
	    step_command(plan, 2, STEP_ITSELF, &little, NULL, &c, &err));
	assert_lines(c.argv, c.argument_count, "/bin/plain|");
	assert_lines(c.envp, c.variable_count,
	    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:"
	    "/bin|LANG=C.UTF-8|ROLLBACKD_KEY=K|ROLLBACK_SERVICE=backend|"
	    "ROLLBACK_KEY=K|");
	command_clear(&c);
	plan_free(plan);
}

struct refusal {
	const char *name;
	struct step_settings step;
	enum step_part part;
	const char *complaint;
};

/* clang-format off */
static struct refusal refusals[] = {
	{ "an unknown target",
	  { .command = LIST("/bin/to", "${target_version}") }, STEP_ITSELF,
	  "${target_version} is not known on this occasion" },
	{ "an unknown target in the environment",
	  { .command = LIST("/bin/to"), .environment = {
	      (struct param[]){ { "T", LIST("${target_version}"), false } },
	      1 } },
	  STEP_ITSELF, "${target_version} is not known" },
	{ "a version that would be an option",
	  { .command = LIST("/bin/to", "${version}") }, STEP_ITSELF,
	  "would begin with \"-\"" },
	{ "a program that is not where it is said",
	  { .command = LIST("to", "x") }, STEP_ITSELF,
	  "\"to\" is no absolute path" },
	{ "a program named by a version",
	  { .command = LIST("${previous_version}") }, STEP_ITSELF,
	  "\"0.8\" is no absolute path" },
	{ "a check that is not there",
	  { .command = LIST("/bin/to") }, STEP_CHECK, "there is no command" },
};
/* clang-format on */

static void
test_refusal(void **state)
{
	struct refusal *row = *state;
	struct step_settings step = row->step;
	const struct procedure_settings p = {
		.name = "p", .steps = &step, .step_count = 1
	};
	const struct occasion o = { .service = "backend",
		.version = "-rf",
		.previous_version = "0.8" };
	struct command c = { .argv = NULL };
	struct error err = { "" };
	struct plan *plan;

	step.name = "a";
	plan = plan_of(&p);
	assert_false(step_command(plan, 0, row->part, &o, NULL, &c, &err));
	if (strstr(err.text, row->complaint) == NULL)
		fail_msg("says: %s", err.text);
	assert_null(c.argv);
	assert_null(c.envp);
	plan_free(plan);
}

static bool
fits(const char **arguments, size_t count, size_t variables)
{
	static struct param list[COMMAND_VARIABLES_MAX + 1];
	static char names[COMMAND_VARIABLES_MAX + 1][24];
	static const char *value[] = { "v" };
	struct step_settings step = { .name = "a",
		.command = { arguments, count },
		.environment = { list, variables } };
	const struct procedure_settings p = {
		.name = "p", .steps = &step, .step_count = 1
	};
	const struct occasion nothing = { .service = NULL };
	struct plan *plan;
	struct command c = { .argv = NULL };
	struct error err;
	bool good;

	for (size_t i = 0; i < variables; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "V%zu", i);
		list[i] = (struct param){ names[i], { value, 1 }, false };
	}
	plan = plan_of(&p);
	good = step_command(plan, 0, STEP_ITSELF, &nothing, NULL, &c, &err);
	command_clear(&c);
	plan_free(plan);
	return good;
}

static void
test_limits_and_one_past(void **state)
{
	static const char *arguments[COMMAND_ARGUMENTS_MAX + 1];
	static char longest[COMMAND_BYTES_MAX];
	/* PATH=... and LANG=C.UTF-8 are always there, each with its NUL. */
	size_t other = sizeof("PATH=" STEP_PATH) + sizeof("LANG=C.UTF-8") +
	    sizeof("/bin/do");

	(void)state;
	for (size_t i = 0; i <= COMMAND_ARGUMENTS_MAX; i++)
		arguments[i] = "/bin/do";
	assert_true(fits(arguments, COMMAND_ARGUMENTS_MAX, 0));
	assert_false(fits(arguments, COMMAND_ARGUMENTS_MAX + 1, 0));
	assert_true(fits(arguments, 1, COMMAND_VARIABLES_MAX - 2));
	assert_false(fits(arguments, 1, COMMAND_VARIABLES_MAX - 1));
	memset(longest, 'x', COMMAND_BYTES_MAX - other - 1);
	arguments[1] = longest;
	assert_true(fits(arguments, 2, 0));
	longest[COMMAND_BYTES_MAX - other - 1] = 'x';
	assert_false(fits(arguments, 2, 0));
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_a_step_with_everything),
		cmocka_unit_test(test_its_check),
		cmocka_unit_test(test_what_is_not_known_is_left_out),
		cmocka_unit_test(test_limits_and_one_past),
	};
	struct CMUnitTest stories[ARRAY_LEN(refusals)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
		stories[i] = (struct CMUnitTest){
			.name = refusals[i].name,
			.test_func = test_refusal,
			.initial_state = &refusals[i],
		};
	failed = cmocka_run_group_tests(stories, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
