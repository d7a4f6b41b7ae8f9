/* Moments and spans as reports say them, and the notice. */
#include "tests/unit/test.h"

#include <string.h>

#include "report/markdown.h"
#include "report/notice.h"
#include "report/words.h"

static const struct {
	int64_t wall_ms;
	const char *words;
} moments[] = {
	{ 0, "1970-01-01T00:00:00.000Z" },
	{ 1, "1970-01-01T00:00:00.001Z" },
	{ 951782400999, "2000-02-29T00:00:00.999Z" },
	{ 253402300799999, "9999-12-31T23:59:59.999Z" },
	{ 253402300800000, "unknown" },
	{ -1, "unknown" },
	{ UNKNOWN_MS, "unknown" },
	{ INT64_MAX, "unknown" },
};

static const struct {
	int64_t ms;
	const char *words;
} spans[] = {
	{ 0, "0.000 s" },
	{ 7, "0.007 s" },
	{ -7, "-0.007 s" },
	{ 59999, "59.999 s" },
	{ 60000, "1 min 00 s" },
	{ 3599999, "59 min 59 s" },
	{ 3600000, "1 h 00 min" },
	{ 86399999, "23 h 59 min" },
	{ 86400000, "1 d 00 h" },
	{ INT64_MAX, "106751991167 d 07 h" },
	{ UNKNOWN_MS + 1, "-106751991167 d 07 h" },
	{ UNKNOWN_MS, "unknown" },
};

static const struct markdown_row {
	const char *from;
	const char *words; /* in a sentence */
	const char *code;  /* in a code span */
} pages[] = {
	{ NULL, "unknown", "unknown" },
	{ "", "", "(empty)" },
	{ "v2.1", "v2.1", "`v2.1`" },
	{ "snake_case _it_", "snake_case \\_it\\_", "`snake_case _it_`" },
	{ "*a* <b> [c](d)", "\\*a\\* \\<b\\> \\[c\\](d)", "`*a* <b> [c](d)`" },
	{ "a|b", "a\\|b", "`a\\|b`" },
	{ "`", "\\`", "`` ` ``" },
	{ "a``b", "a\\`\\`b", "``` a``b ```" },
	{ "http://x WWW.y", "http\\://x WWW\\.y", "`http://x WWW.y`" },
	{ "a\nb\tc\rd", "a\\\\nb\\\\tc\\\\x0dd", "`a\\nb\\tc\\x0dd`" },
	{ "\x1b[1m\x7f", "\\\\x1b\\[1m\\\\x7f", "`\\x1b[1m\\x7f`" },
	{ "\xe2\x80\xae", "\\\\u{202e}", "`\\u{202e}`" },
	{ "\xc2\x85", "\\\\u{0085}", "`\\u{0085}`" },
	{ "\xff", "\\\\xff", "`\\xff`" },
	{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f", "`gr\xc3\xbc\xc3\x9f`" },
};

static void
test_moments(void **state)
{
	char buffer[MOMENT_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(moments); i++)
		assert_string_equal(
		    moment_text(moments[i].wall_ms, buffer), moments[i].words);
}

static void
test_spans(void **state)
{
	char buffer[SPAN_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(spans); i++)
		assert_string_equal(
		    span_text(spans[i].ms, buffer), spans[i].words);
}

static void
test_a_span_needs_both_ends(void **state)
{
	(void)state;
	assert_int_equal(span_ms(1, 3), 2);
	assert_true(span_ms(UNKNOWN_MS, 3) == UNKNOWN_MS);
	assert_true(span_ms(1, UNKNOWN_MS) == UNKNOWN_MS);
	assert_true(span_ms(-2, INT64_MAX) == UNKNOWN_MS);
}

static void
test_words_from_outside(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
		struct text t = text_new(4096);

		markdown_words(&t, pages[i].from);
		assert_string_equal(text_str(&t), pages[i].words);
		text_clear(&t);
		markdown_code(&t, pages[i].from);
		assert_string_equal(text_str(&t), pages[i].code);
		text_free(&t);
	}
}

static void
test_long_words_are_cut(void **state)
{
	char longest[MARKDOWN_WORDS_MAX + 2];
	struct text t = text_new(4096);

	(void)state;
	memset(longest, 'x', sizeof(longest));
	longest[MARKDOWN_WORDS_MAX] = '\0';
	markdown_words(&t, longest);
	assert_int_equal(t.length, MARKDOWN_WORDS_MAX);
	text_clear(&t);
	longest[MARKDOWN_WORDS_MAX] = 'x';
	longest[MARKDOWN_WORDS_MAX + 1] = '\0';
	markdown_words(&t, longest);
	assert_int_equal(t.length, MARKDOWN_WORDS_MAX + 3);
	assert_string_equal(text_str(&t) + MARKDOWN_WORDS_MAX, "...");
	text_free(&t);
}

static void
test_a_fence_outdoes_the_ones_inside(void **state)
{
	struct text t = text_new(4096);

	(void)state;
	markdown_fence(&t, "a\r\n```\n\tb\x1b");
	assert_string_equal(text_str(&t), "````text\na\n```\n\tb\\x1b\n````\n");
	text_clear(&t);
	markdown_fence(&t, "");
	assert_string_equal(text_str(&t), "```text\n\n```\n");
	text_free(&t);
}

static void
test_a_notice_says_what_is_known(void **state)
{
	struct notice n = {
		.event = "decision",
		.dedup_key = "01X-decision-ops",
		.wall_ms = 1000,
		.service = "shop",
		.summary = "shop went \"bad\"\n",
	};
	struct json_object *o = notice_json(&n);

	(void)state;
	assert_string_equal(
	    json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN),
	    "{\"schema\":\"rollbackd.notice\\/1\",\"event\":\"decision\","
	    "\"dedup_key\":\"01X-decision-ops\","
	    "\"summary\":\"shop went \\\"bad\\\"\\n\",\"service\":\"shop\","
	    "\"at\":\"1970-01-01T00:00:01.000Z\",\"at_ms\":1000}");
	json_object_put(o);
	n.wall_ms = 0;
	o = notice_json(&n);
	assert_null(json_member(o, "at"));
	json_object_put(o);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moments),
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_a_span_needs_both_ends),
		cmocka_unit_test(test_words_from_outside),
		cmocka_unit_test(test_long_words_are_cut),
		cmocka_unit_test(test_a_fence_outdoes_the_ones_inside),
		cmocka_unit_test(test_a_notice_says_what_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
