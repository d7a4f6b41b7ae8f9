#include "tests/unit/test.h"

#include <string.h>

#include "base/error.h"
#include "base/strings.h"

static void
test_a_list_contains_its_words(void **state)
{
	static const char *words[] = { "web", "db" };
	const struct strings list = { words, 2 }, empty = { NULL, 0 };

	(void)state;
	assert_true(strings_contain(&list, "web"));
	assert_true(strings_contain(&list, "db"));
	assert_false(strings_contain(&list, "we"));
	assert_false(strings_contain(&list, "webs"));
	assert_false(strings_contain(&list, ""));
	assert_false(strings_contain(&empty, "web"));
}

static void
test_a_parameter_is_found_by_its_name(void **state)
{
	static const char *word[] = { "x" };
	struct param items[] = { { "a", { word, 1 }, false },
		{ "b", { word, 1 }, true } };
	const struct params params = { items, 2 }, none = { NULL, 0 };

	(void)state;
	assert_ptr_equal(params_find(&params, "a"), &items[0]);
	assert_ptr_equal(params_find(&params, "b"), &items[1]);
	assert_null(params_find(&params, "A"));
	assert_null(params_find(&params, ""));
	assert_null(params_find(&none, "a"));
}

static void
test_an_error_says_why_and_is_cut(void **state)
{
	char words[2 * ERROR_TEXT_MAX];
	struct error err;

	(void)state;
	assert_false(error_set(&err, "%s at byte %d", "NUL", 3));
	assert_string_equal(err.text, "NUL at byte 3");
	memset(words, 'w', sizeof(words));
	words[sizeof(words) - 1] = '\0';
	assert_false(error_set(&err, "%s", words));
	assert_int_equal(strlen(err.text), ERROR_TEXT_MAX - 1);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_a_list_contains_its_words),
		cmocka_unit_test(test_a_parameter_is_found_by_its_name),
		cmocka_unit_test(test_an_error_says_why_and_is_cut),
	};

	return cmocka_run_group_tests(rules, NULL, NULL);
}
