/* What the end of a program says about the target. */
#include "tests/unit/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "probe/command_judge.h"

static const char *zero[] = { "0" };
static const char *zero_to_one[] = { "0-1" };
static const char *three[] = { "3" };
static const char *shell[] = { "3", "126-127" };

#define NUMBER(on)                                               \
	{                                                        \
		.ok = { zero, 1 }, .lost = { three, 1 },         \
		.value = COMMAND_VALUE_STDOUT, .on_no_value = on \
	}
#define PLAIN                                           \
	{                                               \
		.ok = { zero, 1 }, .lost = { three, 1 } \
	}
#define NONE ((double)NAN)

struct row {
	const char *name;
	struct command_settings settings;
	enum command_end end;
	int64_t status;
	const char *output;
	enum sample_outcome outcome;
	const char *failure;
	double value;
	const char *detail;
};

/* clang-format off */
static const struct row rows[] = {
	{ "status 0 is good", PLAIN, COMMAND_EXITED, 0, "OK - 12 rows\nmore",
	  SAMPLE_OK, NULL, NONE, "OK - 12 rows" },
	{ "status 1 is not", PLAIN, COMMAND_EXITED, 1, "WARNING - 3 rows\r\n",
	  SAMPLE_FAILED, "command.status", NONE, "WARNING - 3 rows" },
	{ "nor is 2", PLAIN, COMMAND_EXITED, 2, "",
	  SAMPLE_FAILED, "command.status", NONE, "because" },
	{ "3 says nothing", PLAIN, COMMAND_EXITED, 3, "UNKNOWN - no route",
	  SAMPLE_LOST, "command.unknown", NONE, "UNKNOWN - no route" },
	{ "255 is a status like others", PLAIN, COMMAND_EXITED, 255, "",
	  SAMPLE_FAILED, "command.status", NONE, "because" },
	{ "256 is none", PLAIN, COMMAND_EXITED, 256, "",
	  SAMPLE_LOST, "command.unknown", NONE, "because" },
	{ "a warning may be good",
	  { .ok = { zero_to_one, 1 }, .lost = { three, 1 } },
	  COMMAND_EXITED, 1, "WARNING", SAMPLE_OK, NULL, NONE, "WARNING" },
	{ "a program that a shell does not find",
	  { .ok = { zero, 1 }, .lost = { shell, 2 } },
	  COMMAND_EXITED, 127, "", SAMPLE_LOST, "command.unknown", NONE,
	  "because" },
	{ "P6 one that cannot be run", PLAIN, COMMAND_NOT_RUN, 0, "",
	  SAMPLE_LOST, "local.command", NONE, "because" },
	{ "P6 one that crashed", PLAIN, COMMAND_KILLED, 11, "half a li",
	  SAMPLE_LOST, "command.killed", NONE, "because" },
	{ "one that did not end in time", PLAIN, COMMAND_TIMED_OUT, 143, "OK",
	  SAMPLE_FAILED, "timeout.command", NONE, "because" },
	{ "its value", NUMBER(SAMPLE_LOST), COMMAND_EXITED, 0, " 12.5 \nrows",
	  SAMPLE_OK, NULL, 12.5, "12.5" },
	{ "its value where it is bad", NUMBER(SAMPLE_LOST),
	  COMMAND_EXITED, 2, "-3e2", SAMPLE_FAILED, "command.status", -300,
	  "-3e2" },
	{ "no value where it is unknown", NUMBER(SAMPLE_LOST),
	  COMMAND_EXITED, 3, "7", SAMPLE_LOST, "command.unknown", NONE, "7" },
	{ "M2 a comma is no number", NUMBER(SAMPLE_LOST), COMMAND_EXITED, 0,
	  "12,5", SAMPLE_LOST, "command.no_value", NONE, "12,5" },
	{ "M2 nor is a unit", NUMBER(SAMPLE_FAILED), COMMAND_EXITED, 0,
	  "12ms", SAMPLE_FAILED, "command.no_value", NONE, "12ms" },
	{ "M2 nor nan", NUMBER(SAMPLE_OK), COMMAND_EXITED, 0,
	  "nan", SAMPLE_OK, NULL, NONE, "nan" },
	{ "M2 nor 1e400", NUMBER(SAMPLE_LOST), COMMAND_EXITED, 0,
	  "1e400", SAMPLE_LOST, "command.no_value", NONE, "1e400" },
	{ "nothing printed", NUMBER(SAMPLE_LOST), COMMAND_EXITED, 0,
	  "", SAMPLE_LOST, "command.no_value", NONE, "because" },
	{ "the second line does not count", NUMBER(SAMPLE_LOST),
	  COMMAND_EXITED, 0, "\n12", SAMPLE_LOST, "command.no_value", NONE,
	  "because" },
	{ "Y5 what it prints is escaped", PLAIN, COMMAND_EXITED, 2,
	  "\033[31m", SAMPLE_FAILED, "command.status", NONE, "\\x1b[31m" },
};
/* clang-format on */

static void
test_row(void **state)
{
	const struct row *row = *state;
	const struct command_answer a = { row->end, row->status, row->output,
		strlen(row->output), "because" };
	struct command_judge j;
	struct probe_verdict v;
	struct error err = { "" };
	double value = 1;

	assert_true(command_judge_init(&j, &row->settings, &err));
	v = command_judge_answer(&j, &a, &value);
	assert_int_equal(v.outcome, row->outcome);
	if (row->failure == NULL)
		assert_null(v.failure);
	else
		assert_string_equal(v.failure, row->failure);
	assert_string_equal(v.detail, row->detail);
	assert_int_equal(isnan(value), isnan(row->value));
	if (!isnan(value))
		assert_true(value == row->value);
}

static void
test_codes(void **state)
{
	static const struct {
		const char *ok;
		const char *wrong; /* NULL: good */
	} codes[] = {
		{ "0", NULL },
		{ "255", NULL },
		{ "0-255", "status 3 is named by ok and by lost" },
		{ "4-255", NULL },
		{ "256", "ok = [ \"256\" ]" },
		{ "0-256", "ok = [ \"0-256\" ]" },
		{ "2-1", "ok = [ \"2-1\" ]" },
		{ "-1", "ok" },
		{ "1-", "ok" },
		{ "", "ok" },
		{ "00", "ok" },
		{ "one", "ok" },
		{ "0 ", "ok" },
		{ "3", "status 3 is named" },
		{ "18446744073709551616", "ok" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		const char *ok = codes[i].ok;
		const struct command_settings s = { .ok = { &ok, 1 },
			.lost = { three, 1 } };
		struct command_judge j;
		struct error err = { "" };
		bool good = command_judge_init(&j, &s, &err);

		if (good != (codes[i].wrong == NULL))
			fail_msg("\"%s\": %s", ok, err.text);
		if (!good)
			assert_non_null(strstr(err.text, codes[i].wrong));
	}
}

int
main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_codes),
	};
	struct CMUnitTest table[ARRAY_LEN(rows)];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		table[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = test_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("ends", table, NULL, NULL) +
	    cmocka_run_group_tests_name("codes", others, NULL, NULL);
}
