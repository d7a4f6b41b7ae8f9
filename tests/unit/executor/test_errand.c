#include "tests/unit/test.h"

#include <string.h>

#include "executor/errand.h"

#define RUN "01J00000000000000000000000"
#define SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
test_what_the_name_asks(void **state)
{
	static const struct {
		const char *text;
		enum errand_kind kind;
		const char *name;
	} rows[] = {
		{ RUN "-0-1", ERRAND_ATTEMPT, RUN "-0-1" },
		{ RUN "-255-99-c99", ERRAND_ATTEMPT, RUN "-255-99-c99" },
		{ "reap-" RUN "-0-1", ERRAND_REAP, RUN "-0-1" },
		{ "keep-" SUM, ERRAND_KEEP, SUM },
		{ "prune", ERRAND_PRUNE, "" },
		{ "test", ERRAND_TEST, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct errand e;

		assert_true(errand_parse(rows[i].text, &e));
		assert_int_equal(e.kind, rows[i].kind);
		assert_string_equal(e.name, rows[i].name);
	}
}

static void
test_all_else_is_refused(void **state)
{
	static const char *const texts[] = { "", "-", "--", "reap-", "reap-x",
		"reap-" RUN, "reap-reap-" RUN "-0-1", "reap-keep-" SUM, "keep-",
		"keep-" SUM "0", "keep-../" SUM, "keep-" RUN "-0-1", "prune-",
		"prune ", "pruned", "tests", "test\n", "TEST", "-" RUN "-0-1",
		"../" RUN "-0-1", RUN "-0-1/", RUN "-0-1 ", " " RUN "-0-1",
		RUN "-0-1\n", "--reap=" RUN "-0-1", "-u0", "%s%n" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct errand e;

		assert_false(errand_parse(texts[i], &e));
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_the_name_asks),
		cmocka_unit_test(test_all_else_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
