/*
 * Values that are up to no good, in each place where they may be put: what
 * comes out, or why it is refused.
 */
#include "tests/unit/test.h"

#include <string.h>

#include "procedure/templates.h"

#define OUT_MAX 65536

static struct row {
	const char *name;
	enum template_place place;
	const char *template;
	const char *value;    /* of ${x} */
	const char *expected; /* NULL: refused */
	const char *refusal;
} rows[] = {
	{ "a plain value", TEMPLATE_URL, "http://h/${x}/y", "v1.2",
	    "http://h/v1.2/y", NULL },
	{ "a slash", TEMPLATE_URL, "http://h/${x}", "a/b", "http://h/a%2Fb",
	    NULL },
	{ "a query", TEMPLATE_URL, "http://h/?a=${x}", "1&b=2#c",
	    "http://h/?a=1%26b%3D2%23c", NULL },
	{ "a percent sign", TEMPLATE_URL, "http://h/${x}", "%2e%2e",
	    "http://h/%252e%252e", NULL },
	{ "bytes beyond ASCII", TEMPLATE_URL, "http://h/${x}", "\xc3\xa4",
	    "http://h/%C3%A4", NULL },
	{ "a newline", TEMPLATE_URL, "http://h/${x}", "a\r\nHost: b",
	    "http://h/a%0D%0AHost%3A%20b", NULL },
	{ "climbing", TEMPLATE_URL, "http://h/a/${x}/b", "..", NULL,
	    "\".\" or \"..\" in its path" },
	{ "climbing at the end", TEMPLATE_URL, "http://h/a/${x}", "..", NULL,
	    "\"..\" in its path" },
	{ "climbing in two", TEMPLATE_URL, "http://h/.${x}/b", ".", NULL,
	    "\"..\" in its path" },
	{ "standing still", TEMPLATE_URL, "http://h/${x}?q", ".", NULL,
	    "\".\" or" },
	{ "dots in a query", TEMPLATE_URL, "http://h/a?b=/${x}/", "..",
	    "http://h/a?b=/../", NULL },
	{ "another host", TEMPLATE_URL, "http://${x}/a", "evil.example/@h",
	    "http://evil.example%2F%40h/a", NULL },
	{ "no host", TEMPLATE_URL, "http://${x}/a", "", NULL, "has no host" },
	{ "a host in front", TEMPLATE_URL, "${x}/a", "https://h:8443",
	    "https://h:8443/a", NULL },
	{ "a path in front", TEMPLATE_URL, "${x}/a", "https://h/base",
	    "https://h/base/a", NULL },
	{ "a file in front", TEMPLATE_URL, "${x}/a", "file:///etc/passwd", NULL,
	    "does not begin with http" },
	{ "a password in front", TEMPLATE_URL, "${x}/a", "https://me:pw@h",
	    NULL, "what no address may" },
	{ "a blank in front", TEMPLATE_URL, "${x}/a", "https://h /", NULL,
	    "what no address may" },
	{ "a newline in front", TEMPLATE_URL, "${x}/a", "https://h\n", NULL,
	    "what no address may" },
	{ "nothing in front", TEMPLATE_URL, "${x}/a", "", NULL,
	    "does not begin with http" },
	{ "the two characters", TEMPLATE_URL, "http://h/$${x}", "v",
	    "http://h/${x}", NULL },

	{ "a header", TEMPLATE_HEADER, "A: ${x}", "b; c=\"d\"", "A: b; c=\"d\"",
	    NULL },
	{ "a header with a newline", TEMPLATE_HEADER, "A: ${x}", "b\nEvil: c",
	    NULL, "${x}: its value holds a control" },
	{ "a header with a return", TEMPLATE_HEADER, "A: ${x}", "b\rc", NULL,
	    "control character" },
	{ "a header with a tab", TEMPLATE_HEADER, "A: ${x}", "b\tc", NULL,
	    "control character" },
	{ "a header with DEL", TEMPLATE_HEADER, "A: ${x}", "\x7f", NULL,
	    "control character" },

	{ "a text in JSON", TEMPLATE_JSON, "{ \"a\": \"${x}\" }", "b",
	    "{ \"a\": \"b\" }", NULL },
	{ "a quote in JSON", TEMPLATE_JSON, "\"${x}\"", "\", \"b\": \"",
	    "\"\\\", \\\"b\\\": \\\"\"", NULL },
	{ "a backslash in JSON", TEMPLATE_JSON, "\"${x}\"", "\\", "\"\\\\\"",
	    NULL },
	{ "control in JSON", TEMPLATE_JSON, "\"${x}\"", "\n\t\x01\x7f",
	    "\"\\u000a\\u0009\\u0001\\u007f\"", NULL },
	{ "a key in JSON", TEMPLATE_JSON, "{ \"${x}\": 1 }", "a\"b",
	    "{ \"a\\\"b\": 1 }", NULL },
	{ "outside of a text", TEMPLATE_JSON, "{ \"a\": ${x} }", "1", NULL,
	    "stands within a text" },
	{ "behind a text", TEMPLATE_JSON, "\"a\\\"\" ${x}", "1", NULL,
	    "stands within a text" },
	{ "behind an escaped quote", TEMPLATE_JSON, "\"a\\\"${x}\"", "1",
	    "\"a\\\"1\"", NULL },
	{ "a text without end", TEMPLATE_JSON, "\"${x}", "1", NULL,
	    "no closing quote" },

	{ "a path", TEMPLATE_PATH, "/etc/${x}", "a b", "/etc/a b", NULL },
	{ "all of a path", TEMPLATE_PATH, "${x}", "/etc/token", "/etc/token",
	    NULL },
	{ "a path that is none", TEMPLATE_PATH, "${x}", "token", NULL,
	    "no absolute path" },
	{ "a path that climbs", TEMPLATE_PATH, "/etc/${x}", "../root/k", NULL,
	    "\"..\" in it" },
	{ "a path with a newline", TEMPLATE_PATH, "/etc/${x}", "a\nb", NULL,
	    "control" },

	{ "an argument", TEMPLATE_ARGUMENT, "${x}", "$(id); a", "$(id); a",
	    NULL },
	{ "an option", TEMPLATE_ARGUMENT, "${x}", "--now", NULL,
	    "would begin with \"-\"" },
	{ "a value", TEMPLATE_VALUE, "${x}", "-\n\"", "-\n\"", NULL },
	{ "an unknown name", TEMPLATE_VALUE, "${y}", "", NULL,
	    "${y} is neither" },
};

static struct plan *
plan_with(const char *value)
{
	static const char *values[1];
	static struct param given = { "x", { values, 1 }, false };
	static const char *command[] = { "/bin/true" };
	static struct param_spec spec = { .name = "x" };
	static struct step_settings step = { .name = "s",
		.command = { command, 1 } };
	static const struct procedure_settings procedure = { .name = "p",
		.params = &spec,
		.param_count = 1,
		.steps = &step,
		.step_count = 1 };
	struct params params = { &given, 1 };
	struct error err = { "" };
	struct plan *plan;

	values[0] = value;
	plan = plan_new(&procedure, &params, &err);
	assert_string_equal(err.text, "");
	return plan;
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct plan *plan = plan_with(row->value);
	struct text out = text_new(OUT_MAX);
	struct error err = { "" };
	bool good = template_expand(
	    row->place, row->template, NULL, plan, 0, NULL, &out, &err);

	if (row->expected == NULL) {
		assert_false(good);
		if (strstr(err.text, row->refusal) == NULL)
			fail_msg("%s", err.text);
	} else {
		assert_string_equal(err.text, "");
		assert_true(good);
		assert_string_equal(text_str(&out), row->expected);
	}
	text_free(&out);
	plan_free(plan);
}

/* What no list of rows can have: every byte, and many of them. */
static void
test_every_byte(void **state)
{
	char value[2] = { 0, 0 };

	(void)state;
	for (int c = 1; c < 256; c++) {
		struct text url = text_new(OUT_MAX), json = text_new(OUT_MAX);
		struct error err;
		struct plan *plan;

		value[0] = (char)c;
		plan = plan_with(value);
		if (c != '.')
			assert_true(template_expand(TEMPLATE_URL,
			    "http://h/${x}", NULL, plan, 0, NULL, &url, &err));
		for (const char *p = text_str(&url); *p != '\0'; p++)
			assert_true(*p > 0x20 && *p < 0x7f);
		assert_true(template_expand(TEMPLATE_JSON, "\"${x}\"", NULL,
		    plan, 0, NULL, &json, &err));
		for (const char *p = text_str(&json); *p != '\0'; p++)
			assert_true((unsigned char)*p >= 0x20);
		text_free(&url);
		text_free(&json);
		plan_free(plan);
	}
}

static void
test_bodies(void **state)
{
	static const struct {
		const char *type;
		enum template_place place;
	} types[] = {
		{ NULL, TEMPLATE_JSON },
		{ "application/json", TEMPLATE_JSON },
		{ "application/json; charset=utf-8", TEMPLATE_JSON },
		{ "application/merge-patch+json", TEMPLATE_JSON },
		{ "text/plain", TEMPLATE_VALUE },
		{ "application/x-www-form-urlencoded", TEMPLATE_VALUE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		struct step_settings s = { .content_type = types[i].type };
		enum template_place place;

		assert_true(template_place_of(&s, "body", &place));
		assert_int_equal(place, types[i].place);
	}
}

int
main(void)
{
	struct CMUnitTest tests[ARRAY_LEN(rows) + 2] = {
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_bodies),
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		tests[2 + i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
