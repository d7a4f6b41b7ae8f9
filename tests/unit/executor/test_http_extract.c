/* Which value of an answer becomes what a step captures. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "executor/http_extract.h"

struct row {
	const char *body;
	const char *pointer;
	const char *value; /* NULL: refused */
	const char *refusal;
};

/* clang-format off */
static const struct row rows[] = {
	{ "{\"id\":\"a b;$(c)\"}", "/id", "a b;$(c)", NULL },
	{ "{\"id\":\"-n\"}", "/id", "-n", NULL },
	{ "{\"a\":[{\"b\":17}]}", "/a/0/b", "17", NULL },
	{ "{\"a/b\":{\"m~n\":true}}", "/a~1b/m~0n", "true", NULL },
	{ "{\"x\":false}", "/x", "false", NULL },
	{ "{\"x\":1.50}", "/x", "1.50", NULL },
	{ "{\"x\":-9223372036854775808}", "/x", "-9223372036854775808", NULL },
	{ "{\"x\":\"\"}", "/x", "", NULL },
	{ "\"just a text\"", "", "just a text", NULL },
	{ "{\"x\":null}", "/x", NULL, "/x is null" },
	{ "{\"x\":{}}", "/x", NULL, "/x is an object" },
	{ "{\"x\":[1]}", "/x", NULL, "/x is an array" },
	{ "{\"x\":1}", "/y", NULL, "/y is not in the answer" },
	{ "{\"x\":[1]}", "/x/1", NULL, "/x/1 is not in the answer" },
	{ "{\"x\":\"a\\nb\"}", "/x", NULL, "/x holds a control character" },
	{ "{\"x\":\"a\\u0000b\"}", "/x", NULL, NULL },
	{ "{\"x\":\"a\\u001bb\"}", "/x", NULL, "/x holds a control character" },
	{ "{\"x\":\"a\\u009bb\"}", "/x", NULL, "/x holds a control character" },
	{ "{\"x\":\"a\x7f\"}", "/x", NULL, "/x holds a control character" },
	{ "<html>", "/x", NULL, NULL },
	{ "", "/x", NULL, NULL },
	{ "{\"x\":1} trailing", "/x", NULL, NULL },
	{ "{\"x\":1,\"x\":2}", "/x", NULL, NULL },
	{ "{\"x\":NaN}", "/x", NULL, NULL },
};
/* clang-format on */

static void
check(const struct row *r)
{
	struct text value = text_new(HTTP_EXTRACT_MAX_BYTES + 1);
	struct error err = { "" };
	bool ok =
	    http_extract(r->body, strlen(r->body), r->pointer, &value, &err);

	if (ok != (r->value != NULL))
		fail_msg("%s %s: \"%s\"", r->body, r->pointer,
		    ok ? text_str(&value) : err.text);
	if (ok)
		assert_string_equal(text_str(&value), r->value);
	else if (r->refusal != NULL)
		assert_string_equal(err.text, r->refusal);
	else
		assert_memory_equal(err.text, "the answer is no JSON", 21);
	text_free(&value);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check(&rows[i]);
}

static void
check_length(size_t length, bool wanted)
{
	struct text value = text_new(HTTP_EXTRACT_MAX_BYTES + 1);
	char *body = malloc(length + 3);
	struct error err;

	assert_non_null(body);
	memset(body, 'x', length + 2);
	body[0] = body[length + 1] = '"';
	assert_true(http_extract(body, length + 2, "", &value, &err) == wanted);
	assert_int_equal(value.length, wanted ? length : 0);
	free(body);
	text_free(&value);
}

static void
test_limit(void **state)
{
	(void)state;
	check_length(HTTP_EXTRACT_MAX_BYTES, true);
	check_length(HTTP_EXTRACT_MAX_BYTES + 1, false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
