#include "tests/unit/test.h"

#include <stdalign.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"

static void
test_memory_is_zeroed_and_aligned(void **state)
{
	struct arena *a = arena_new(1 << 20);

	(void)state;
	for (size_t bytes = 1; bytes < 2000; bytes += 13) {
		unsigned char *p = arena_alloc(a, bytes);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
		for (size_t i = 0; i < bytes; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, bytes);
	}
	arena_free(a);
}

static void
test_pieces_do_not_overlap(void **state)
{
	struct arena *a = arena_new(1 << 22);
	unsigned char *pieces[200];

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(pieces); i++) {
		pieces[i] = arena_alloc(a, 100 + i * 100);
		assert_non_null(pieces[i]);
		memset(pieces[i], (int)i, 100 + i * 100);
	}
	for (unsigned i = 0; i < ARRAY_LEN(pieces); i++)
		for (unsigned k = 0; k < 100 + i * 100; k++)
			assert_int_equal(pieces[i][k], i);
	arena_free(a);
}

static void
test_the_limit_and_one_past(void **state)
{
	struct arena *a = arena_new(160);

	(void)state;
	assert_non_null(arena_alloc(a, 160));
	assert_int_equal(arena_used_bytes(a), 160);
	assert_null(arena_alloc(a, 1));
	assert_int_equal(arena_used_bytes(a), 160);
	arena_free(a);
	a = arena_new(160);
	assert_null(arena_alloc(a, 161));
	assert_int_equal(arena_used_bytes(a), 0);
	arena_free(a);
}

static void
test_a_piece_may_be_larger_than_a_block(void **state)
{
	struct arena *a = arena_new(1 << 22);
	char *small = arena_strdup(a, "before");
	char *large = arena_alloc(a, 1 << 20);

	(void)state;
	assert_non_null(large);
	memset(large, 'x', 1 << 20);
	assert_string_equal(small, "before");
	assert_non_null(arena_strdup(a, "after"));
	arena_free(a);
}

static void
test_sizes_that_overflow_are_refused(void **state)
{
	struct arena *a = arena_new(SIZE_MAX);

	(void)state;
	for (size_t less = 0; less < 32; less++)
		assert_null(arena_alloc(a, SIZE_MAX - less));
	assert_null(arena_array(a, SIZE_MAX / 2, 3));
	assert_null(arena_array(a, 3, SIZE_MAX / 2));
	assert_null(arena_strndup(a, "x", SIZE_MAX));
	assert_int_equal(arena_used_bytes(a), 0);
	assert_non_null(arena_array(a, 0, 100));
	assert_non_null(arena_array(a, 7, 3));
	arena_free(a);
}

static void
test_texts_are_copied(void **state)
{
	struct arena *a = arena_new(60);
	char from[] = "rollback";
	char *whole = arena_strdup(a, from);
	char *part = arena_strndup(a, from, 4);
	char *printed = arena_printf(a, "%s[%d]", from, 42);
	char *empty = arena_strndup(a, NULL, 0);

	(void)state;
	from[0] = 'X';
	assert_string_equal(whole, "rollback");
	assert_string_equal(part, "roll");
	assert_string_equal(printed, "rollback[42]");
	assert_string_equal(empty, "");
	assert_null(arena_printf(a, "%64d", 1));
	assert_null(arena_strdup(a, "sixteen and more than that is left"));
	arena_free(a);
}

/* What is aligned and what is not share their blocks. */
static void
test_texts_and_pieces_do_not_overlap(void **state)
{
	struct arena *a = arena_new(1 << 22);
	char *texts[500];
	unsigned char *pieces[500];

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(texts); i++) {
		pieces[i] = arena_alloc(a, i + 1);
		texts[i] = arena_printf(a, "%0*u", (int)(i % 97) + 1, i);
		assert_non_null(pieces[i]);
		assert_non_null(texts[i]);
		assert_int_equal(
		    (uintptr_t)pieces[i] % alignof(max_align_t), 0);
		memset(pieces[i], 0xff, i + 1);
	}
	for (unsigned i = 0; i < ARRAY_LEN(texts); i++) {
		char wanted[128];

		(void)snprintf(
		    wanted, sizeof(wanted), "%0*u", (int)(i % 97) + 1, i);
		assert_string_equal(texts[i], wanted);
		for (unsigned k = 0; k <= i; k++)
			assert_int_equal(pieces[i][k], 0xff);
	}
	arena_free(a);
}

static void
test_free_takes_null(void **state)
{
	(void)state;
	arena_free(NULL);
	arena_free(arena_new(0));
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_memory_is_zeroed_and_aligned),
		cmocka_unit_test(test_pieces_do_not_overlap),
		cmocka_unit_test(test_the_limit_and_one_past),
		cmocka_unit_test(test_a_piece_may_be_larger_than_a_block),
		cmocka_unit_test(test_sizes_that_overflow_are_refused),
		cmocka_unit_test(test_texts_are_copied),
		cmocka_unit_test(test_texts_and_pieces_do_not_overlap),
		cmocka_unit_test(test_free_takes_null),
	};

	return cmocka_run_group_tests(rules, NULL, NULL);
}
