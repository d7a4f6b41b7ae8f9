/* Selectors: what is a selector, what it is the same as, what it matches. */
#include "tests/unit/test.h"

#include <string.h>

#include "probe/selector.h"

/* clang-format off */
static const struct {
	const char *text;
	const char *canonical; /* NULL: refused */
	const char *why;       /* part of the reason */
} texts[] = {
	{ "up", "up", NULL },
	{ " up ", "up", NULL },
	{ "a:b_c9", "a:b_c9", NULL },
	{ "up{}", "up", NULL },
	{ "up{ }", "up", NULL },
	{ "{__name__=\"up\"}", "up", NULL },
	{ "{__name__='up',}", "up", NULL },
	{ "{\"up\"}", "up", NULL },
	{ "{\"my.name\"}", "{\"my.name\"}", NULL },
	{ "{\"my.name\", l=\"x\"}", "{\"my.name\",l=\"x\"}", NULL },
	{ "{l=\"x\", \"my.name\"}", "{\"my.name\",l=\"x\"}", NULL },
	{ "{'gr\xc3\xb6\xc3\x9f""e'}", "{\"gr\xc3\xb6\xc3\x9f""e\"}", NULL },
	{ "up{\"my.label\"=\"x\"}", "up{\"my.label\"=\"x\"}", NULL },
	{ "up{b='2',a='1'}", "up{a=\"1\",b=\"2\"}", NULL },
	{ "up{ b = '2' , a != '1' }", "up{a!=\"1\",b=\"2\"}", NULL },
	{ "up{a=~'x.*',a!~`y\\d`,a!='z',a='x'}",
	  "up{a=\"x\",a!=\"z\",a=~\"x.*\",a!~\"y\\\\d\"}", NULL },
	{ "up{a=\"\"}", "up{a=\"\"}", NULL },
	{ "up{a='it\\'s'}", "up{a=\"it's\"}", NULL },
	{ "up{a=\"q\\\"\\\\\\n\\t\\x41\\101\\u00e9\\U0001F600\"}",
	  "up{a=\"q\\\"\\\\\\n\\x09AA\xc3\xa9\xf0\x9f\x98\x80\"}", NULL },
	{ "up{a=`\\n`}", "up{a=\"\\\\n\"}", NULL },
	{ "{__name__=~\"a|b\"}", "{__name__=~\"a|b\"}", NULL },
	{ "{__name__!=\"a\",x=\"y\"}", "{__name__!=\"a\",x=\"y\"}", NULL },
	{ "{__name__=\"a\",__name__!~\"b.*\"}",
	  "{__name__=\"a\",__name__!~\"b.*\"}", NULL },
	{ "{a=\"b\"}", "{a=\"b\"}", NULL },
	{ "{__name__='',a='b'}", "{__name__=\"\",a=\"b\"}", NULL },
	{ "{a!=\"\"}", "{a!=\"\"}", NULL },

	{ "", NULL, "at character 1: a name or { is expected" },
	{ "9a", NULL, "at character 1: a name" },
	{ "-", NULL, "at character 1: a name" },
	{ "{}", NULL, "everything" },
	{ "{a=\"\"}", NULL, "everything" },
	{ "{a=~\".*\"}", NULL, "everything" },
	{ "{a!=\"x\"}", NULL, "everything" },
	{ "{a!~\"x\"}", NULL, "everything" },
	{ "up up", NULL, "at character 4: nothing more" },
	{ "up{", NULL, "at character 4: a label" },
	{ "up{a", NULL, "at character 5: =, !=" },
	{ "up{a=", NULL, "at character 6: a string" },
	{ "up{a=x}", NULL, "at character 6: a string" },
	{ "up{a==\"x\"}", NULL, "at character 6: a string" },
	{ "up{a!\"x\"}", NULL, "at character 6: != or !~" },
	{ "up{a>\"x\"}", NULL, "at character 5: =, !=" },
	{ "up{a=\"x}", NULL, "at character 6: the string does not end" },
	{ "up{a=\"x\\", NULL, "at character 8: the string does not end" },
	{ "up{a=\"x\ny\"}", NULL, "at character 6: the string does not end" },
	{ "up{a=\"x\"", NULL, "at character 9: a comma or }" },
	{ "up{a=\"x\" b=\"y\"}", NULL, "at character 10: a comma or }" },
	{ "up{a=\"x\",,}", NULL, "at character 10: a label" },
	{ "up{,}", NULL, "at character 4: a label" },
	{ "up{a:b=\"x\"}", NULL, "at character 5: =" },
	{ "up{\"\"=\"x\"}", NULL, "at character 4: the label is empty" },
	{ "{\"\"}", NULL, "at character 2: the name is empty" },
	{ "up{\"down\"}", NULL, "at character 4: the name is given twice" },
	{ "up{__name__=\"down\"}", NULL, "at character 4: the name is given" },
	{ "{\"a\",\"b\"}", NULL, "at character 6: the name is given twice" },
	{ "up{a=~\"(\"}", NULL, "at character 7: the regular expression" },
	{ "up{a=~\"x)|(y\"}", NULL, "at character 7: the regular expression" },
	{ "up{a=~\"x\\x00\"}", NULL, "at character 7: " },
	{ "up{a=\"\\q\"}", NULL, "at character 7: there is no such escape" },
	{ "up{a=\"\\'\"}", NULL, "at character 7: there is no such escape" },
	{ "up{a=\"\\x4\"}", NULL, "at character 10: a digit" },
	{ "up{a=\"\\400\"}", NULL, "at character 7: an octal" },
	{ "up{a=\"\\ud800\"}", NULL, "at character 7: there is no such char" },
	{ "up{a=\"\\xff\"}", NULL, "at character 6: the string is not UTF-8" },
	{ "up{a=\"\xff\"}", NULL, "at character 6: the string is not UTF-8" },
	{ "up[5m]", NULL, "at character 3: nothing more" },
};

static const struct {
	const char *selector;
	const char *name;
	const char *labels[7]; /* names and values in turn */
	enum selector_result result;
} matches[] = {
	{ "up", "up", { NULL }, SELECTOR_YES },
	{ "up", "upper", { NULL }, SELECTOR_NO },
	{ "up", "down", { NULL }, SELECTOR_NO },
	{ "up{a=\"x\"}", "up", { "a", "x" }, SELECTOR_YES },
	{ "up{a=\"x\"}", "up", { "b", "y", "a", "x" }, SELECTOR_YES },
	{ "up{a=\"x\"}", "up", { "a", "xx" }, SELECTOR_NO },
	{ "up{a=\"x\"}", "up", { NULL }, SELECTOR_NO },
	{ "up{a=\"\"}", "up", { NULL }, SELECTOR_YES },
	{ "up{a=\"\"}", "up", { "a", "" }, SELECTOR_YES },
	{ "up{a=\"\"}", "up", { "a", "x" }, SELECTOR_NO },
	{ "up{a!=\"\"}", "up", { NULL }, SELECTOR_NO },
	{ "up{a!=\"x\"}", "up", { NULL }, SELECTOR_YES },
	{ "up{a!=\"x\"}", "up", { "a", "x" }, SELECTOR_NO },
	{ "up{a=~\"5..\"}", "up", { "a", "503" }, SELECTOR_YES },
	{ "up{a=~\"5..\"}", "up", { "a", "5030" }, SELECTOR_NO },
	{ "up{a=~\"5..\"}", "up", { "a", "1503" }, SELECTOR_NO },
	{ "up{a=~\"x|y\"}", "up", { "a", "y" }, SELECTOR_YES },
	{ "up{a=~\"x|y\"}", "up", { "a", "xy" }, SELECTOR_NO },
	{ "up{a=~\"x\"}", "up", { "a", "x\n" }, SELECTOR_NO },
	{ "up{a=~\"x.y\"}", "up", { "a", "x\ny" }, SELECTOR_YES },
	{ "up{a=~\".*\"}", "up", { NULL }, SELECTOR_YES },
	{ "up{a=~\".+\"}", "up", { NULL }, SELECTOR_NO },
	{ "up{a!~\".+\"}", "up", { NULL }, SELECTOR_YES },
	{ "up{a!~\"5..\"}", "up", { "a", "200" }, SELECTOR_YES },
	{ "up{a!~\"5..\"}", "up", { "a", "500" }, SELECTOR_NO },
	{ "up{a=~\"x.*\",a!~\".*y\"}", "up", { "a", "xz" }, SELECTOR_YES },
	{ "up{a=~\"x.*\",a!~\".*y\"}", "up", { "a", "xy" }, SELECTOR_NO },
	{ "{__name__=~\"a|b\"}", "b", { NULL }, SELECTOR_YES },
	{ "{__name__=~\"a|b\"}", "ab", { NULL }, SELECTOR_NO },
	{ "{__name__!=\"a\",x=\"1\"}", "b", { "x", "1" }, SELECTOR_YES },
	{ "{__name__!=\"a\",x=\"1\"}", "a", { "x", "1" }, SELECTOR_NO },
	{ "up{a=~\"(x+x+)+y\"}", "up",
	  { "a", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxyz" },
	  SELECTOR_GAVE_UP },
};
/* clang-format on */

static void
check_text(const char *text, const char *canonical, const char *why)
{
	struct error err = { "" };
	struct selector *s = selector_new(text, &err), *again;

	if (canonical == NULL) {
		if (s != NULL || strstr(err.text, why) == NULL)
			fail_msg("%s: \"%s\" instead of \"%s\"", text, err.text,
			    why);
		return;
	}
	if (s == NULL)
		fail_msg("%s: %s", text, err.text);
	assert_string_equal(selector_text(s), canonical);
	again = selector_new(canonical, &err);
	assert_non_null(again);
	assert_string_equal(selector_text(again), canonical);
	selector_free(again);
	selector_free(s);
}

static void
are_read_and_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		check_text(texts[i].text, texts[i].canonical, texts[i].why);
}

static struct metric_slice
slice(const char *text)
{
	return (struct metric_slice){ text, strlen(text) };
}

static void
match_series(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(matches); i++) {
		struct metric_label labels[3];
		struct error err;
		size_t count = 0;
		struct selector *s = selector_new(matches[i].selector, &err);

		assert_non_null(s);
		for (; matches[i].labels[2 * count] != NULL; count++)
			labels[count] = (struct metric_label){
				slice(matches[i].labels[2 * count]),
				slice(matches[i].labels[2 * count + 1]),
			};
		if (selector_match(s, slice(matches[i].name), labels, count) !=
		    matches[i].result)
			fail_msg("row %zu: %s", i, matches[i].selector);
		selector_free(s);
	}
}

static void
know_their_name(void **state)
{
	struct error err;
	struct selector *one = selector_new("{__name__='a',x='y'}", &err);
	struct selector *many = selector_new("{__name__=~'a|b'}", &err);

	(void)state;
	assert_int_equal(selector_name(one).length, 1);
	assert_memory_equal(selector_name(one).bytes, "a", 1);
	assert_false(selector_wants_name_only(one));
	assert_null(selector_name(many).bytes);
	assert_true(selector_wants_name_only(many));
	selector_free(one);
	selector_free(many);
}

static void
stand_within_an_expression(void **state)
{
	const char text[] = "rate(a{b=\"c\"} [5m])";
	size_t at = strlen("rate(");
	struct error err;
	struct selector *s = selector_new_at(text, &at, &err);

	(void)state;
	assert_non_null(s);
	assert_string_equal(selector_text(s), "a{b=\"c\"}");
	assert_string_equal(text + at, "[5m])");
	selector_free(s);
}

static void
have_limits(void **state)
{
	static char text[SELECTOR_TEXT_MAX + 2];
	struct error err;
	struct selector *s;
	size_t at = 0;

	(void)state;
	memset(text, 'a', SELECTOR_TEXT_MAX);
	s = selector_new(text, &err);
	assert_non_null(s);
	selector_free(s);
	text[SELECTOR_TEXT_MAX] = 'a';
	assert_null(selector_new(text, &err));
	assert_non_null(strstr(err.text, "4096"));

	memset(text, 0, sizeof(text));
	text[at++] = '{';
	for (int i = 0; i < SELECTOR_MATCHERS_MAX; i++, at += 6)
		memcpy(text + at, "a='b',", 6);
	text[at] = '}';
	s = selector_new(text, &err);
	assert_non_null(s);
	selector_free(s);
	memcpy(text + at, "a='b'}", 6);
	assert_null(selector_new(text, &err));
	assert_non_null(strstr(err.text, "more than 32 conditions"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(are_read_and_written),
		cmocka_unit_test(match_series),
		cmocka_unit_test(know_their_name),
		cmocka_unit_test(stand_within_an_expression),
		cmocka_unit_test(have_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
