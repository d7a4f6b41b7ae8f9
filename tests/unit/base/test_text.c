/* A text under construction, and what is made of bytes from outside. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct row {
	const char *name;
	const char *from;
	const char *shown;
};

/* clang-format off */
static struct row rows[] = {
	{ "words", "plain words, 100%", "plain words, 100%" },
	{ "nothing", "", "" },
	{ "umlauts and more", "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80",
	  "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80" },
	{ "lines", "a\nb\tc", "a\\nb\\tc" },
	{ "a backslash is two", "a\\nb", "a\\\\nb" },
	{ "escape sequences", "\x1b[31mred\x07", "\\x1b[31mred\\x07" },
	{ "carriage return", "safe\rEVIL", "safe\\x0dEVIL" },
	{ "delete", "\x7f", "\\x7f" },
	{ "the 8-bit escape", "\xc2\x9b" "31m", "\\xc2\\x9b31m" },
	{ "the last of these controls", "\xc2\x9f\xc2\xa0",
	  "\\xc2\\x9f\xc2\xa0" },
	{ "not UTF-8", "a\xff\xc3(", "a\\xff\\xc3(" },
	{ "cut UTF-8", "\xe2\x82", "\\xe2\\x82" },
	{ "overlong", "\xc0\xaf", "\\xc0\\xaf" },
	{ "right to left", "a\xe2\x80\xae" "b\xe2\x80\x8f",
	  "a\\xe2\\x80\\xaeb\\xe2\\x80\\x8f" },
	{ "isolates", "\xe2\x81\xa6\xe2\x81\xa9", 
	  "\\xe2\\x81\\xa6\\xe2\\x81\\xa9" },
	{ "line separators", "\xe2\x80\xa8", "\\xe2\\x80\\xa8" },
	{ "their neighbours",
	  "\xe2\x80\x90\xe2\x80\xaf\xe2\x81\xaa\xe2\x81\xa5",
	  "\xe2\x80\x90\xe2\x80\xaf\xe2\x81\xaa\xe2\x81\xa5" },
};
/* clang-format on */

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct text t = text_new(1024);

	text_add_escaped(&t, row->from, strlen(row->from));
	assert_string_equal(text_str(&t), row->shown);
	text_free(&t);
}

static void
test_a_nul_is_shown(void **state)
{
	struct text t = text_new(1024);

	(void)state;
	text_add_escaped(&t, "a\0b", 3);
	assert_string_equal(text_str(&t), "a\\x00b");
	text_free(&t);
}

static void
test_it_grows_as_needed(void **state)
{
	struct text t = text_new(100000);
	char expected[10001];

	(void)state;
	assert_string_equal(text_str(&t), "");
	for (int i = 0; i < 10000; i++)
		text_add_char(&t, 'x');
	memset(expected, 'x', 10000);
	expected[10000] = '\0';
	assert_true(text_ok(&t));
	assert_int_equal(t.length, 10000);
	assert_string_equal(text_str(&t), expected);
	text_free(&t);
	assert_string_equal(text_str(&t), "");
}

static void
test_the_limit_and_one_past(void **state)
{
	struct text t = text_new(8);

	(void)state;
	text_add(&t, "12345678");
	assert_true(text_ok(&t));
	text_add(&t, "");
	assert_true(text_ok(&t));
	text_add_char(&t, '9');
	assert_false(text_ok(&t));
	assert_string_equal(text_str(&t), "12345678");
	text_free(&t);
}

static void
test_what_does_not_fit_is_left_out_whole(void **state)
{
	struct text t = text_new(8);

	(void)state;
	text_add(&t, "12345");
	text_add(&t, "6789");
	assert_false(text_ok(&t));
	assert_string_equal(text_str(&t), "12345");
	text_addf(&t, "%d", 6789);
	assert_string_equal(text_str(&t), "12345");
	/* What fits still goes in; text_ok() keeps the news. */
	text_addf(&t, "%d", 678);
	assert_string_equal(text_str(&t), "12345678");
	assert_false(text_ok(&t));
	text_free(&t);
}

static void
test_clear_begins_anew(void **state)
{
	struct text t = text_new(4);

	(void)state;
	text_clear(&t);
	text_add(&t, "12345");
	assert_false(text_ok(&t));
	text_clear(&t);
	assert_true(text_ok(&t));
	assert_string_equal(text_str(&t), "");
	text_add(&t, "1234");
	text_clear(&t);
	assert_string_equal(text_str(&t), "");
	text_add(&t, "ab");
	assert_string_equal(text_str(&t), "ab");
	text_free(&t);
}

static void
test_take_hands_over(void **state)
{
	struct text t = text_new(8);
	char *taken;

	(void)state;
	taken = text_take(&t);
	assert_string_equal(taken, "");
	free(taken);
	text_add(&t, "all");
	taken = text_take(&t);
	assert_string_equal(taken, "all");
	assert_string_equal(text_str(&t), "");
	free(taken);
	text_add(&t, "too much of it");
	assert_null(text_take(&t));
	assert_true(text_ok(&t));
	text_free(&t);
}

static void
test_bytes_may_be_any(void **state)
{
	struct text t = text_new(8);

	(void)state;
	text_add_bytes(&t, "a\0b", 3);
	text_add_bytes(&t, NULL, 0);
	assert_int_equal(t.length, 3);
	assert_memory_equal(text_str(&t), "a\0b", 4);
	text_free(&t);
}

static void
test_room_may_be_taken_beforehand(void **state)
{
	struct text t = text_new(10);
	const char *data;

	(void)state;
	text_reserve(&t, 10);
	data = t.data;
	assert_non_null(data);
	assert_string_equal(text_str(&t), "");
	text_add(&t, "0123456789");
	assert_ptr_equal(t.data, data);
	assert_true(text_ok(&t));
	text_clear(&t);
	text_reserve(&t, 11);
	assert_true(text_ok(&t));
	text_free(&t);
}

static void
test_what_is_taken_is_whole(void **state)
{
	struct text t = text_new(1000);
	char *taken;

	(void)state;
	text_add(&t, "lock");
	taken = text_take(&t);
	assert_string_equal(taken, "lock");
	free(taken);
	text_free(&t);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_a_nul_is_shown),
		cmocka_unit_test(test_it_grows_as_needed),
		cmocka_unit_test(test_the_limit_and_one_past),
		cmocka_unit_test(test_what_does_not_fit_is_left_out_whole),
		cmocka_unit_test(test_clear_begins_anew),
		cmocka_unit_test(test_take_hands_over),
		cmocka_unit_test(test_bytes_may_be_any),
		cmocka_unit_test(test_room_may_be_taken_beforehand),
		cmocka_unit_test(test_what_is_taken_is_whole),
	};
	struct CMUnitTest stories[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		stories[i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i],
		};
	failed = cmocka_run_group_tests(stories, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
