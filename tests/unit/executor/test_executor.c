/* How a command is put together, up to its limits. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "executor/executor.h"

static struct error err;

static void
test_arguments(void **state)
{
	struct command c = { .argv = NULL };

	(void)state;
	assert_true(command_add_argument(&c, "/bin/echo", &err));
	assert_true(command_add_argument(&c, "", &err));
	assert_string_equal(c.argv[0], "/bin/echo");
	assert_string_equal(c.argv[1], "");
	assert_null(c.argv[2]);
	for (size_t i = 2; i < COMMAND_ARGUMENTS_MAX; i++)
		assert_true(command_add_argument(&c, "x", &err));
	assert_false(command_add_argument(&c, "x", &err));
	assert_string_equal(err.text, "more than 256 arguments");
	command_clear(&c);
	assert_null(c.argv);
	assert_int_equal(c.argument_count, 0);
}

static void
test_variables(void **state)
{
	struct command c = { .argv = NULL };
	char name[16];

	(void)state;
	assert_true(command_set_variable(&c, "A", "1", &err));
	assert_true(command_set_variable(&c, "AB", "2", &err));
	assert_true(command_set_variable(&c, "A", "3", &err));
	assert_int_equal(c.variable_count, 2);
	assert_string_equal(command_variable(&c, "A"), "3");
	assert_string_equal(command_variable(&c, "AB"), "2");
	assert_null(command_variable(&c, "B"));
	assert_string_equal(c.envp[0], "A=3");
	for (size_t i = 2; i < COMMAND_VARIABLES_MAX; i++) {
		(void)snprintf(name, sizeof(name), "N%zu", i);
		assert_true(command_set_variable(&c, name, "", &err));
	}
	assert_false(command_set_variable(&c, "ONE_MORE", "", &err));
	assert_string_equal(err.text, "more than 256 variables");
	command_clear(&c);
}

static void
test_bytes(void **state)
{
	static char text[COMMAND_BYTES_MAX + 1];
	struct command c = { .argv = NULL };

	(void)state;
	memset(text, 'x', COMMAND_BYTES_MAX - 1);
	assert_true(command_add_argument(&c, text, &err));
	assert_false(command_add_argument(&c, "", &err));
	assert_false(command_set_variable(&c, "A", "", &err));
	command_clear(&c);
	assert_true(command_add_argument(&c, "", &err));
	assert_false(command_add_argument(&c, text, &err));
	command_clear(&c);
}

static void
test_names(void **state)
{
	static const struct {
		const char *name;
		bool valid;
	} rows[] = {
		{ "A", true },
		{ "_a9", true },
		{ "9A", false },
		{ "", false },
		{ "A=B", false },
		{ "A-B", false },
		{ "A B", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (variable_name_is_valid(rows[i].name) != rows[i].valid)
			fail_msg("\"%s\"", rows[i].name);
}

static void
test_kinds(void **state)
{
	static const struct {
		const char *kind;
		const char *option;
		bool takes;
	} rows[] = {
		{ "command", "command", true },
		{ "command", "url", false },
		{ "command", "undo", true },
		{ "http", "url", true },
		{ "http", "command", false },
		{ "http", "check", true },
		{ "systemd", "units", true },
		{ "systemd", "settings", false },
		{ "plugin", "settings", true },
		{ "external", "command", true },
		{ "wait", "time", true },
		{ "wait", "user", false },
		{ "wait", "when", true },
		{ "verify", "probes", true },
		{ "verify", "resume", false },
		{ "approval", "role", true },
		{ "approval", "undo", false },
		{ "procedure", "with", true },
		{ "procedure", "on_failure", true },
		{ "procedure", "for_each", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct executor_kind *kind = executor_find(rows[i].kind);

		assert_non_null(kind);
		if (executor_takes(kind, rows[i].option) != rows[i].takes)
			fail_msg("%s: %s", rows[i].kind, rows[i].option);
	}
	assert_null(executor_find("commander"));
}

static void
test_claims(void **state)
{
	static const struct {
		const char *kind;
		bool is_claimed;
	} rows[] = {
		{ "command", true },
		{ "http", true },
		{ "systemd", true },
		{ "plugin", true },
		{ "external", true },
		{ "wait", false },
		{ "verify", false },
		{ "approval", false },
		{ "procedure", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(
		    executor_is_claimed(executor_find(rows[i].kind)),
		    rows[i].is_claimed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_variables),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_claims),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
