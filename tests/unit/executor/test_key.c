/* What is a key of a step attempt, and what is not. */
#include "tests/unit/test.h"

#include <string.h>

#include "executor/key.h"

#define RUN "01J0000000000000000000000A"

struct row {
	const char *text;
	bool good;
	unsigned step, attempt, check, undo;
};

static const struct row rows[] = {
	{ RUN "-0-1", true, 0, 1, 0, 0 },
	{ RUN "-255-99", true, 255, 99, 0, 0 },
	{ RUN "-7-2-c1", true, 7, 2, 1, 0 },
	{ RUN "-7-2-c99", true, 7, 2, 99, 0 },
	{ RUN "-7-2-u1", true, 7, 2, 0, 1 },
	{ RUN "-255-99-u99", true, 255, 99, 0, 99 },
	{ RUN "-0-1-u0", false, 0, 0, 0, 0 },
	{ RUN "-0-1-u100", false, 0, 0, 0, 0 },
	{ RUN "-0-1-u", false, 0, 0, 0, 0 },
	{ RUN "-0-1-u1-c1", false, 0, 0, 0, 0 },
	{ RUN "-0-1-c1-u1", false, 0, 0, 0, 0 },
	{ RUN "-0-1-U1", false, 0, 0, 0, 0 },
	{ RUN "-0-1-x1", false, 0, 0, 0, 0 },
	{ RUN "-256-1", false, 0, 0, 0, 0 },
	{ RUN "-0-100", false, 0, 0, 0, 0 },
	{ RUN "-0-0", false, 0, 0, 0, 0 },
	{ RUN "-0-1-c0", false, 0, 0, 0, 0 },
	{ RUN "-0-1-c100", false, 0, 0, 0, 0 },
	{ RUN "-00-1", false, 0, 0, 0, 0 },
	{ RUN "-0-01", false, 0, 0, 0, 0 },
	{ RUN "-+0-1", false, 0, 0, 0, 0 },
	{ RUN "--1-1", false, 0, 0, 0, 0 },
	{ RUN "-0-1-1", false, 0, 0, 0, 0 },
	{ RUN "-0-1-c", false, 0, 0, 0, 0 },
	{ RUN "-0-1-c1-c1", false, 0, 0, 0, 0 },
	{ RUN "-0-1 ", false, 0, 0, 0, 0 },
	{ RUN "-0-1\n", false, 0, 0, 0, 0 },
	{ RUN "-0", false, 0, 0, 0, 0 },
	{ RUN "-", false, 0, 0, 0, 0 },
	{ RUN, false, 0, 0, 0, 0 },
	{ RUN "/0-1", false, 0, 0, 0, 0 },
	{ "", false, 0, 0, 0, 0 },
	{ "../../../../../../../etc/pa-0-1", false, 0, 0, 0, 0 },
	{ "01J0000000000000000000000I-0-1", false, 0, 0, 0, 0 },
	{ "81J0000000000000000000000A-0-1", false, 0, 0, 0, 0 },
	{ "01j0000000000000000000000a-0-1", false, 0, 0, 0, 0 },
	{ RUN "-99999999999999999999-1", false, 0, 0, 0, 0 },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];
		char text[KEY_BYTES];
		struct key key;

		if (key_parse(row->text, &key) != row->good)
			fail_msg("\"%s\" is %s", row->text,
			    row->good ? "good" : "no key");
		if (!row->good)
			continue;
		assert_string_equal(key.run, RUN);
		assert_int_equal(key.step, row->step);
		assert_int_equal(key.attempt, row->attempt);
		assert_int_equal(key.check, row->check);
		assert_int_equal(key.undo, row->undo);
		key_text(&key, text);
		assert_string_equal(text, row->text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
