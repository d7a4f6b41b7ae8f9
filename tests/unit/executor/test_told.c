/* What the runner is told of steps that have no claim. */
#include "tests/unit/test.h"

#include <string.h>

#include "executor/told.h"

/* clang-format off */
static const struct {
	const char *list;
	bool is_valid;
} rows[] = {
	{ "0=done", true },
	{ "255=timed_out", true },
	{ "3=failed,3=done,4=refused", true },
	{ "", false },
	{ "256=done", false },
	{ "1000=done", false },
	{ "-1=done", false },
	{ "01=done", false },
	{ "00=done", false },
	{ "1", false },
	{ "1=", false },
	{ "=done", false },
	{ "1=Done", false },
	{ "1=done ", false },
	{ "1=done,", false },
	{ ",1=done", false },
	{ "1=done,,2=done", false },
	{ "1=done;2=done", false },
	{ "1=done\n", false },
	{ "1=abcdefghijklmno", true },
	{ "1=abcdefghijklmnop", false },
};

static const struct {
	const char *list;
	const char *before;
	bool goes_on;
} sequels[] = {
	{ "1=done", NULL, true },
	{ NULL, NULL, true },
	{ "1=done", "", true },
	{ "1=done", "1=done", true },
	{ "1=done,2=failed", "1=done", true },
	{ NULL, "1=done", false },
	{ "1=failed", "1=done", false },
	{ "1=done", "1=done,2=failed", false },
	{ "1=done_too", "1=done", false },
	{ "2=done,1=done", "1=done", false },
};
/* clang-format on */

static void
test_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (told_is_valid(rows[i].list) != rows[i].is_valid)
			fail_msg("\"%s\"", rows[i].list);
}

static void
test_sequels(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sequels); i++)
		if (told_goes_on(sequels[i].list, sequels[i].before) !=
		    sequels[i].goes_on)
			fail_msg("row %zu", i);
}

static void
test_entries_come_in_order(void **state)
{
	const char *list = "7=failed,7=done,12=timed_out";
	struct told_step t;

	(void)state;
	assert_true(told_take(&list, &t));
	assert_int_equal(t.step, 7);
	assert_string_equal(t.outcome, "failed");
	assert_true(told_take(&list, &t));
	assert_string_equal(t.outcome, "done");
	assert_true(told_take(&list, &t));
	assert_int_equal(t.step, 12);
	assert_string_equal(t.outcome, "timed_out");
	assert_false(told_take(&list, &t));
}

/* At the limit and one past it. */
static void
test_room(void **state)
{
	char list[TOLD_MAX_BYTES + 1] = "";
	char longer[TOLD_MAX_BYTES + 2];
	unsigned count = 0;
	size_t length;

	(void)state;
	while (told_add(list, 1, "done"))
		count++;
	assert_int_equal(count, (TOLD_MAX_BYTES + 1) / strlen("1=done,"));
	length = strlen(list);
	assert_true(told_is_valid(list));
	assert_false(told_add(list, 255, "timed_out"));
	assert_int_equal(strlen(list), length);
	memset(longer, 'x', sizeof(longer));
	memcpy(longer, "1=d,", 4);
	for (size_t i = 4; i < sizeof(longer); i++)
		longer[i] = "1=d,"[i % 4];
	longer[TOLD_MAX_BYTES + 1] = '\0';
	longer[TOLD_MAX_BYTES] = 'd';
	assert_false(told_is_valid(longer));
	longer[TOLD_MAX_BYTES - 1] = '\0';
	assert_int_equal(strlen(longer), TOLD_MAX_BYTES - 1);
	assert_true(told_is_valid(longer));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_sequels),
		cmocka_unit_test(test_entries_come_in_order),
		cmocka_unit_test(test_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
