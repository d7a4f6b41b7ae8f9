#include "tests/unit/test.h"

#include <string.h>

#include "base/ulid.h"

static const uint8_t zeros[10];
static const uint8_t ones[10] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff };

/* clang-format off */
static const struct {
	const char *id;
	bool valid;
} ids[] = {
	{ "01ARZ3NDEKTSV4RRFFQ69G5FAV", true },
	{ "00000000000000000000000000", true },
	{ "7ZZZZZZZZZZZZZZZZZZZZZZZZZ", true },
	{ "8ZZZZZZZZZZZZZZZZZZZZZZZZZ", false }, /* beyond 48 bits */
	{ "01arz3ndektsv4rrffq69g5fav", false },
	{ "01ARZ3NDEKTSV4RRFFQ69G5FA", false },
	{ "01ARZ3NDEKTSV4RRFFQ69G5FAVX", false },
	{ "01ARZ3NDEKTSV4RRFFQ69G5FAI", false },
	{ "01ARZ3NDEKTSV4RRFFQ69G5FAL", false },
	{ "01ARZ3NDEKTSV4RRFFQ69G5FAO", false },
	{ "01ARZ3NDEKTSV4RRFFQ69G5FAU", false },
	{ "01ARZ3NDEKTSV4RRFFQ69G5F/.", false },
	{ "../../../../../etc/passwd1", false },
	{ "", false },
};
/* clang-format on */

static void
test_ids_have_their_grammar(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		if (ulid_is_valid(ids[i].id) != ids[i].valid)
			fail_msg("%s", ids[i].id);
}

static void
test_time_comes_first_then_chance(void **state)
{
	const uint8_t counted[10] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 33 };
	char id[ULID_BYTES];

	(void)state;
	ulid_make(1469922850259, zeros, id);
	assert_string_equal(id, "01ARZ3NDEK0000000000000000");
	ulid_make(0, ones, id);
	assert_string_equal(id, "0000000000ZZZZZZZZZZZZZZZZ");
	ulid_make((UINT64_C(1) << 48) - 1, ones, id);
	assert_string_equal(id, "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
	ulid_make(0, counted, id);
	assert_string_equal(id, "00000000000000000000000011");
	assert_true(ulid_is_valid(id));
}

static void
test_later_ones_sort_behind(void **state)
{
	char before[ULID_BYTES], after[ULID_BYTES];

	(void)state;
	for (uint64_t ms = 1; ms < UINT64_C(1) << 47; ms = ms * 3 + 1) {
		ulid_make(ms, ones, before);
		ulid_make(ms + 1, zeros, after);
		assert_true(strcmp(before, after) < 0);
	}
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_ids_have_their_grammar),
		cmocka_unit_test(test_time_comes_first_then_chance),
		cmocka_unit_test(test_later_ones_sort_behind),
	};

	return cmocka_run_group_tests(rules, NULL, NULL);
}
