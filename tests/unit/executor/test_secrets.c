/* What must not be shown is not, however it is written. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "executor/secrets.h"

struct row {
	const char *name;
	const char *secret;
	const char *said;
	const char *shown;
};

/* clang-format off */
static const struct row rows[] = {
	{ "nothing of it", "s3cret-token", "fine", "fine" },
	{ "as it is", "s3cret-token", "got s3cret-token!", "got ***!" },
	{ "two times", "abcd", "abcdabcd-abcd", "******-***" },
	{ "part of it only", "s3cret-token", "s3cret-tok.", "s3cret-tok." },
	{ "cut by the end", "s3cret-token", "got s3cret-t", "got ***" },
	{ "just begun at the end", "s3cret-token", "got s3c", "got s3c" },
	{ "begun again in the midst", "aab", "aaab", "a***" },
	{ "in a URL", "a/b c&d", "x=a%2Fb%20c%26d;", "x=***;" },
	{ "in a form", "a/b c&d", "x=a%2fb+c%26d;", "x=***;" },
	{ "in JSON", "a\"b\\c/d", "{\"x\":\"a\\\"b\\\\c\\/d\"}",
	  "{\"x\":\"***\"}" },
	{ "in JSON by numbers", "abcd", "\\u0061b\\u0063d", "***" },
	{ "in HTML", "a<b>&'\"", "a&lt;b&gt;&amp;&#39;&quot;.", "***." },
	{ "in HTML by numbers", "a<b", "&#97;&#x3c;b", "***" },
	{ "an escape that is cut", "abcd/ef", "x abcd%2", "x ***" },
	{ "a backslash as it is", "a\\\\b", "a\\\\b", "***" },
	{ "a percent as it is", "a%2Fb", "a%2Fb", "***" },
	{ "a short one", "x", "axb", "a***b" },
};
/* clang-format on */

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *r = &rows[i];
		struct secrets s = { .count = 0 };
		struct text t = text_new(256);
		bool is_in = strcmp(r->said, r->shown) != 0;

		assert_true(secrets_add(&s, r->secret));
		secrets_mask(&s, r->said, strlen(r->said), &t);
		if (strcmp(text_str(&t), r->shown) != 0)
			fail_msg("%s: \"%s\"", r->name, text_str(&t));
		assert_true(
		    secrets_are_within(&s, r->said, strlen(r->said)) == is_in);
		text_free(&t);
		secrets_clear(&s);
	}
}

static void
test_several(void **state)
{
	struct secrets s = { .count = 0 };
	struct text t = text_new(256);

	(void)state;
	assert_true(secrets_add(&s, "pass"));
	assert_true(secrets_add(&s, "password"));
	assert_true(secrets_add(&s, ""));
	assert_int_equal(s.count, 2);
	secrets_mask(&s, "my password, or pass", 20, &t);
	assert_string_equal(text_str(&t), "my ***, or ***");
	text_free(&t);
	secrets_clear(&s);
	assert_int_equal(s.count, 0);
}

static void
test_limit(void **state)
{
	struct secrets s = { .count = 0 };
	char one[32];

	(void)state;
	for (int i = 0; i < SECRETS_MAX; i++) {
		(void)snprintf(one, sizeof(one), "secret-%d", i);
		assert_true(secrets_add(&s, one));
	}
	assert_false(secrets_add(&s, "one more"));
	assert_true(secrets_are_within(&s, "a secret-7", 10));
	secrets_clear(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
