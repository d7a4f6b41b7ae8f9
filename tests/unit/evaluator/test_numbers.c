#include "tests/unit/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "evaluator/numbers.h"

#define ROOM 4

/* What was read, written again; or the complaint. */
struct row {
	const char *text, *result;
};

#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

/* clang-format off */
static struct row rows[] = {
	{ "", "" },
	{ "1", "1 " },
	{ "1 -2\t+3\r\n.5", "1 -2 3 0.5 " },
	{ "5. 1e3 1E-3 1.5e+2", "5 1000 0.001 150 " },
	{ "nan NaN -nan", "nan nan nan " },
	{ "inf -Inf INFINITY", "inf -inf inf " },
	{ "# nothing\n", "" },
	{ "1 # one\n2#two\n#3\n", "1 2 " },
	{ "\n\n 1\n\nx", "f:5: \"x\" is not a number" },
	{ "1,2", "f:1: \"1,2\" is not a number" },
	{ "0x10", "f:1: \"0x10\" is not a number" },
	{ "1e", "f:1: \"1e\" is not a number" },
	{ ".", "f:1: \".\" is not a number" },
	{ "-", "f:1: \"-\" is not a number" },
	{ "--1", "f:1: \"--1\" is not a number" },
	{ "1.2.3", "f:1: \"1.2.3\" is not a number" },
	{ "nano", "f:1: \"nano\" is not a number" },
	{ "1e999", "f:1: \"1e999\" is too large" },
	{ "1e-999", "0 " },
	{ "1 2 3 4", "1 2 3 4 " },
	{ "1 2 3 4 # five", "1 2 3 4 " },
	{ "1 2 3 4\n5", "f:2: more than 4 numbers" },
	{ "a-word-that-is-longer-than-32-characters",
	  "f:1: \"a-word-that-is-longer-than-32-ch...\" is not a number" },
	{ HUNDRED, "1.2345678901e+98 " },
	{ HUNDRED "0", "f:1: \"01234567890123456789012345678901...\" is "
	  "longer than 100 characters" },
};
/* clang-format on */

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct error err = { "" };
	double values[ROOM];
	char result[256] = "";
	size_t count, length = 0;

	if (!numbers_read("f", row->text, strlen(row->text), values, ROOM,
		&count, &err)) {
		assert_string_equal(err.text, row->result);
		return;
	}
	for (size_t i = 0; i < count; i++)
		length += (size_t)snprintf(result + length,
		    sizeof(result) - length, "%.11g ",
		    isnan(values[i]) ? fabs(values[i]) : values[i]);
	assert_string_equal(result, row->result);
}

static void
test_a_nul_is_no_text(void **state)
{
	struct error err = { "" };
	double values[ROOM];
	size_t count;

	(void)state;
	assert_false(
	    numbers_read("f", "1\n2\0003", 5, values, ROOM, &count, &err));
	assert_string_equal(err.text, "f:2: a NUL byte is no text");
}

static void
test_one_number_alone(void **state)
{
	double value;

	(void)state;
	assert_true(number_parse("0.98", &value) && value == 0.98);
	assert_true(number_parse("-inf", &value) && value < 0);
	assert_false(number_parse("", &value));
	assert_false(number_parse("1 ", &value));
	assert_false(number_parse("98%", &value));
}

int
main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(test_a_nul_is_no_text),
		cmocka_unit_test(test_one_number_alone),
	};
	struct CMUnitTest tests[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		tests[i] = (struct CMUnitTest){
			.name = rows[i].result,
			.test_func = test_row,
			.initial_state = &rows[i],
		};
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	return failed + cmocka_run_group_tests(others, NULL, NULL);
}
