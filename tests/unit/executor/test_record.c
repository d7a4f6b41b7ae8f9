/*
 * A record is taken whole or not at all.  Each row gives the lines; header
 * and checksum are made for them, and spoilt where a row says so.
 */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "executor/helper.h"
#include "executor/record.h"

struct row {
	const char *name;
	const char *lines;
	const char *refusal; /* NULL: it is taken */
};

/* clang-format off */
static const struct row rows[] = {
	{ "no line at all", "", NULL },
	{ "a line", "a b\n", NULL },
	{ "an empty value", "a \n", NULL },
	{ "escapes", "a \\n\\\\\\0\n", NULL },
	{ "a space in the value", "a b c\n", NULL },
	{ "no value", "a\n", "a line has no value" },
	{ "no name", " b\n", "a name is malformed" },
	{ "capitals in a name", "A b\n", "a name is malformed" },
	{ "a name of 33", "abcdefghijklmnopqrstuvwxyzabcdefg b\n",
	  "a name is malformed" },
	{ "a name of 32", "abcdefghijklmnopqrstuvwxyzabcdef b\n", NULL },
	{ "twice", "a b\na c\n", "a stands there twice" },
	{ "a lone backslash", "a b\\\n", "a is badly escaped" },
	{ "another escape", "a \\x41\n", "a is badly escaped" },
	{ "no newline at the end", "a b\nc d", "the last line is cut" },
};
/* clang-format on */

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct text fields = text_new(4096), file = text_new(4096);
		struct record r;
		struct error err = { "" };
		bool taken;

		text_add(&fields, rows[i].lines);
		record_finish(&file, "test", &fields);
		taken = record_parse(&r, "test", file.data, file.length, &err);
		if (taken != (rows[i].refusal == NULL) ||
		    (!taken && strcmp(err.text, rows[i].refusal) != 0))
			fail_msg("%s: \"%s\"", rows[i].name, err.text);
		text_free(&fields);
		text_free(&file);
	}
}

static struct text
sample(void)
{
	struct text fields = text_new(4096), file = text_new(4096);

	record_add(&fields, "name", "two\nlines \\ and more");
	record_add(&fields, "none", NULL);
	record_add_bytes(&fields, "bytes", "a\0b", 3);
	record_add_int(&fields, "least", INT64_MIN + 1);
	record_add_int(&fields, "most", INT64_MAX);
	record_add(&fields, "zero", "-0");
	record_add(&fields, "huge", "9223372036854775808");
	record_finish(&file, "test", &fields);
	text_free(&fields);
	return file;
}

static void
test_values_come_back(void **state)
{
	struct text file = sample();
	struct record r;
	struct error err;
	int64_t number;

	(void)state;
	assert_true(record_parse(&r, "test", file.data, file.length, &err));
	assert_string_equal(record_get(&r, "name"), "two\nlines \\ and more");
	assert_null(record_get(&r, "none"));
	assert_null(record_get(&r, "bytes"));
	assert_int_equal(record_field(&r, "bytes")->length, 3);
	assert_memory_equal(record_field(&r, "bytes")->value, "a\0b", 4);
	assert_true(record_get_int(&r, "least", &number));
	assert_true(number == INT64_MIN + 1);
	assert_true(record_get_int(&r, "most", &number));
	assert_true(number == INT64_MAX);
	assert_false(record_get_int(&r, "zero", &number));
	assert_false(record_get_int(&r, "huge", &number));
	assert_false(record_get_int(&r, "name", &number));
	assert_false(record_get_int(&r, "none", &number));
	text_free(&file);
}

/* Cut anywhere, or with any one bit turned, it is refused. */
static void
test_nothing_spoilt_is_taken(void **state)
{
	struct text file = sample();
	char *copy = malloc(file.length + 2);
	struct record r;
	struct error err;

	(void)state;
	assert_non_null(copy);
	for (size_t n = 0; n < file.length; n++) {
		memcpy(copy, file.data, n);
		assert_false(record_parse(&r, "test", copy, n, &err));
	}
	for (size_t bit = 0; bit < file.length * 8; bit++) {
		memcpy(copy, file.data, file.length);
		copy[bit / 8] = (char)(copy[bit / 8] ^ (1 << bit % 8));
		assert_false(record_parse(&r, "test", copy, file.length, &err));
	}
	memcpy(copy, file.data, file.length);
	copy[file.length] = '\n';
	assert_false(record_parse(&r, "test", copy, file.length + 1, &err));
	memcpy(copy, file.data, file.length);
	assert_false(record_parse(&r, "other", copy, file.length, &err));
	free(copy);
	text_free(&file);
}

static bool
fits(unsigned lines)
{
	struct text fields = text_new(1 << 16), file = text_new(1 << 16);
	struct record r;
	struct error err;
	bool taken;

	for (unsigned i = 0; i < lines; i++)
		text_addf(&fields, "n%u x\n", i);
	record_finish(&file, "test", &fields);
	taken = record_parse(&r, "test", file.data, file.length, &err);
	text_free(&fields);
	text_free(&file);
	return taken;
}

static void
test_limit(void **state)
{
	(void)state;
	assert_true(fits(RECORD_FIELDS_MAX));
	assert_false(fits(RECORD_FIELDS_MAX + 1));
}

/* What was too long for its text makes a file that says so. */
static void
test_too_long_is_not_ok(void **state)
{
	struct text fields = text_new(8), file = text_new(4096);

	(void)state;
	record_add(&fields, "name", "much too long for that");
	record_finish(&file, "test", &fields);
	assert_false(text_ok(&file));
	text_free(&fields);
	text_free(&file);
}

static void
test_helper(void **state)
{
	const struct helper h = { .argv = { "/bin/cat", "-n", "", NULL },
		.timeout_ms = 1000,
		.body = "{\n}",
		.body_length = 3 };
	struct text file = text_new(HELPER_MAX_BYTES);
	struct helper again;
	struct error err = { "" };

	(void)state;
	helper_write(&file, &h);
	assert_true(helper_parse(&again, file.data, file.length, &err));
	assert_string_equal(again.argv[0], "/bin/cat");
	assert_string_equal(again.argv[2], "");
	assert_null(again.argv[3]);
	assert_int_equal(again.timeout_ms, 1000);
	assert_int_equal(again.body_length, 3);
	assert_string_equal(again.body, "{\n}");
	text_free(&file);
}

static void
test_helper_result(void **state)
{
	struct helper_result r = { .ok = true,
		.reason = "exit status 0",
		.end = HELPER_EXITED,
		.took_ms = 12,
		.output = "1\n\0\\",
		.output_length = 4 };
	char longest[HELPER_OUTPUT_MAX + 1];
	struct text file = text_new(HELPER_RESULT_MAX_BYTES);
	struct helper_result again;
	struct error err = { "" };

	(void)state;
	helper_result_write(&file, &r);
	assert_true(helper_result_parse(&again, file.data, file.length, &err));
	assert_true(again.ok);
	assert_string_equal(again.reason, "exit status 0");
	assert_int_equal(again.end, HELPER_EXITED);
	assert_int_equal(again.took_ms, 12);
	assert_int_equal(again.output_length, 4);
	assert_memory_equal(again.output, r.output, 4);
	/* The most there may be fits whatever it is; one more is refused. */
	memset(longest, '\n', sizeof(longest));
	r.output = longest;
	for (r.output_length = HELPER_OUTPUT_MAX;
	     r.output_length <= HELPER_OUTPUT_MAX + 1; r.output_length++) {
		text_clear(&file);
		helper_result_write(&file, &r);
		assert_true(text_ok(&file));
		assert_int_equal(
		    helper_result_parse(&again, file.data, file.length, &err),
		    r.output_length == HELPER_OUTPUT_MAX);
	}
	text_free(&file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_values_come_back),
		cmocka_unit_test(test_nothing_spoilt_is_taken),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_too_long_is_not_ok),
		cmocka_unit_test(test_helper),
		cmocka_unit_test(test_helper_result),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
