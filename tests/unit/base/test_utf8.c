/* The first character of some bytes; 0: it is none. */
#include "tests/unit/test.h"

#include <string.h>

#include "base/utf8.h"

/* clang-format off */
static const struct {
	const char *what;
	const char *bytes;
	size_t length;
} rows[] = {
	{ "ASCII", "a", 1 },
	{ "a control", "\x01", 1 },
	{ "only the first of two", "ab", 1 },
	{ "U+007F", "\x7f", 1 },
	{ "U+0080", "\xc2\x80", 2 },
	{ "U+07FF", "\xdf\xbf", 2 },
	{ "U+0800", "\xe0\xa0\x80", 3 },
	{ "U+D7FF", "\xed\x9f\xbf", 3 },
	{ "U+E000", "\xee\x80\x80", 3 },
	{ "U+FFFF", "\xef\xbf\xbf", 3 },
	{ "U+10000", "\xf0\x90\x80\x80", 4 },
	{ "U+10FFFF", "\xf4\x8f\xbf\xbf", 4 },
	{ "nothing", "", 0 },
	{ "a continuation alone", "\x80", 0 },
	{ "the last continuation alone", "\xbf", 0 },
	{ "overlong in two", "\xc0\xaf", 0 },
	{ "overlong in two, the last", "\xc1\xbf", 0 },
	{ "overlong in three", "\xe0\x9f\xbf", 0 },
	{ "overlong in four", "\xf0\x8f\xbf\xbf", 0 },
	{ "the first surrogate", "\xed\xa0\x80", 0 },
	{ "the last surrogate", "\xed\xbf\xbf", 0 },
	{ "U+110000", "\xf4\x90\x80\x80", 0 },
	{ "five bytes", "\xf8\x88\x80\x80\x80", 0 },
	{ "0xfe", "\xfe", 0 },
	{ "0xff", "\xff", 0 },
	{ "cut after one of two", "\xc3", 0 },
	{ "cut after two of three", "\xe2\x82", 0 },
	{ "cut after three of four", "\xf0\x9f\x98", 0 },
	{ "no continuation", "\xc3(", 0 },
	{ "no second continuation", "\xe2\x82(", 0 },
	{ "no third continuation", "\xf0\x9f\x98(", 0 },
};
/* clang-format on */

static void
test_lengths(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t length =
		    utf8_length(rows[i].bytes, strlen(rows[i].bytes));

		if (length != rows[i].length)
			fail_msg("%s: %zu", rows[i].what, length);
	}
	assert_int_equal(utf8_length("\0", 1), 1);
}

static void
test_whole_texts(void **state)
{
	(void)state;
	assert_true(utf8_is_valid("", 0));
	assert_true(utf8_is_valid("gr\xc3\xbc\xc3\x9f", 6));
	assert_false(utf8_is_valid("gr\xc3\xbc\xc3\x9f", 5));
	assert_false(utf8_is_valid("gr\xc3\xbc\xff", 5));
	assert_true(utf8_is_valid("a\0b", 3));
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_whole_texts),
	};

	return cmocka_run_group_tests(rules, NULL, NULL);
}
