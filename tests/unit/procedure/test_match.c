/* A pattern, a text, and whether the whole text matches. */
#include "tests/unit/test.h"

#include <string.h>

#include "procedure/match.h"

struct row {
	const char *pattern;
	const char *text;
	const char *complaint; /* NULL: it matches */
};

/* clang-format off */
static struct row rows[] = {
	{ "[a-z0-9-]+", "frontend-1", NULL },
	{ "[a-z0-9-]+", "", "does not match \"[a-z0-9-]+\"" },
	{ "[a-z0-9-]+", "frontend 1", "does not match" },
	{ "[a-z]+", "web\n", "does not match" },
	{ "[a-z]+$", "web\n", "does not match" },
	{ "^[a-z]+$", "web", NULL },
	{ "a|ab", "ab", NULL }, /* the anchor makes it try the second */
	{ "a|b", "ax", "does not match" },
	{ "a)|(b", "a", "unmatched closing parenthesis, at character 2" },
	{ "", "", NULL },
	{ "", "x", "does not match" },
	{ ".", "\xc3\xa9", NULL },
	{ "..", "\xc3\xa9", "does not match" },
	{ ".*", "\xff", "cannot be matched with \".*\": UTF-8 error" },
	{ "(?i)WEB", "web", NULL },
	{ "(", "x", "missing closing parenthesis, at character 2" },
	{ "[z-a]", "x", "range out of order" },
	{ "*", "x", "quantifier does not follow a repeatable item" },
	{ "\\C", "x", "using \\C is disabled" },
};
/* clang-format on */

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct error err = { "" };
	bool matched = match_whole(row->pattern, row->text, &err);

	assert_int_equal(matched, row->complaint == NULL);
	if (matched)
		assert_string_equal(err.text, "");
	else if (strstr(err.text, row->complaint) == NULL)
		fail_msg("says: %s", err.text);
}

static void
test_backtracking_ends(void **state)
{
	char text[4096 + 1];
	struct error err;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[4094] = 'b';
	text[4095] = '!';
	text[4096] = '\0';
	assert_false(match_whole("(a+)+b", text, &err));
	assert_non_null(strstr(err.text, "cannot be matched with"));
	assert_false(match_whole("(a|aa)+b", text, &err));
	assert_non_null(strstr(err.text, "cannot be matched with"));
}

static void
test_lengths_at_the_limit_and_one_past(void **state)
{
	static char text[4096 + 2];
	static char pattern[1024 + 2];
	struct error err = { "" };

	(void)state;
	memset(text, 'a', 4096);
	assert_true(match_whole("a*", text, &err));
	text[4096] = 'a';
	assert_false(match_whole("a*", text, &err));
	assert_string_equal(err.text, "is longer than 4096 bytes");
	memset(pattern, 'a', 1024);
	assert_true(match_check(pattern, &err));
	pattern[1024] = 'a';
	assert_false(match_check(pattern, &err));
}

static void
test_a_pattern_can_be_checked_alone(void **state)
{
	struct error err = { "" };

	(void)state;
	assert_true(match_check("[a-z]+", &err));
	assert_string_equal(err.text, "");
	assert_false(match_check("[a-z", &err));
	assert_non_null(strstr(err.text, "pattern \"[a-z\": missing"));
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_backtracking_ends),
		cmocka_unit_test(test_lengths_at_the_limit_and_one_past),
		cmocka_unit_test(test_a_pattern_can_be_checked_alone),
	};
	struct CMUnitTest stories[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		stories[i] = (struct CMUnitTest){
			.name = rows[i].pattern,
			.test_func = test_row,
			.initial_state = &rows[i],
		};
	failed = cmocka_run_group_tests(stories, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
