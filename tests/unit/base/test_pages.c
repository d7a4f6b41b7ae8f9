/* Memory that costs nothing until it is written to. */
#include "tests/unit/test.h"

#include "base/pages.h"

#define COUNT 100000

static void
test_it_is_zero_and_ours(void **state)
{
	long *pages = pages_new(COUNT, sizeof(*pages));

	(void)state;
	assert_non_null(pages);
	for (long i = 0; i < COUNT; i++)
		assert_int_equal(pages[i], 0);
	for (long i = 0; i < COUNT; i++)
		pages[i] = i;
	for (long i = 0; i < COUNT; i++)
		assert_int_equal(pages[i], i);
	pages_free(pages, COUNT, sizeof(*pages));
	pages_free(NULL, COUNT, sizeof(*pages));
}

static void
test_too_much_is_refused(void **state)
{
	(void)state;
	assert_null(pages_new(SIZE_MAX / 8, 16));
	assert_null(pages_new(SIZE_MAX / 16 + 1, 16));
	assert_null(pages_new(0, 16));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_is_zero_and_ours),
		cmocka_unit_test(test_too_much_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
