#include "tests/unit/test.h"

#include <stdalign.h>
#include <stdio.h>
#include <string.h>

#include "base/intern.h"

#define MANY 5000

static void
test_equal_pieces_are_kept_once(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct intern *t = intern_new(a);
	long one[] = { 1, 2, 3 }, same[] = { 1, 2, 3 }, other[] = { 1, 2, 4 };
	const void *kept = intern_bytes(t, one, sizeof(one));
	size_t used = arena_used_bytes(a);

	(void)state;
	assert_ptr_equal(intern_bytes(t, same, sizeof(same)), kept);
	assert_int_equal(arena_used_bytes(a), used);
	assert_ptr_not_equal(intern_bytes(t, other, sizeof(other)), kept);
	assert_ptr_not_equal(intern_bytes(t, one, sizeof(one[0])), kept);
	one[0] = 7;
	assert_memory_equal(kept, same, sizeof(same));
	assert_int_equal((uintptr_t)kept % alignof(max_align_t), 0);
	intern_free(t);
	assert_memory_equal(kept, same, sizeof(same));
	arena_free(a);
}

static void
test_texts_are_kept_once(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct intern *t = intern_new(a);
	char text[] = "rollback";
	const char *kept = intern_text(t, text);

	(void)state;
	text[0] = 'R';
	assert_string_equal(kept, "rollback");
	assert_ptr_equal(intern_text(t, "rollback"), kept);
	assert_string_equal(intern_text(t, text), "Rollback");
	assert_string_equal(intern_text(t, ""), "");
	assert_ptr_equal(intern_text(t, ""), intern_text(t, ""));
	/* What is not aligned does not stand for what has to be. */
	assert_ptr_not_equal(intern_bytes(t, "rollback", 8), kept);
	intern_free(t);
	arena_free(a);
}

static void
test_all_of_many_are_found_again(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct intern *t = intern_new(a);
	static const char *kept[MANY];
	char text[16];

	(void)state;
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < MANY; i++) {
			const char *found;

			(void)snprintf(text, sizeof(text), "s%d", i);
			found = intern_text(t, text);
			assert_string_equal(found, text);
			if (round > 0)
				assert_ptr_equal(found, kept[i]);
			kept[i] = found;
		}
	intern_free(t);
	arena_free(a);
}

static void
test_no_more_than_the_arena_holds(void **state)
{
	struct arena *a = arena_new(8);
	struct intern *t = intern_new(a);

	(void)state;
	assert_null(intern_text(t, "12345678"));
	assert_non_null(intern_text(t, "1234567"));
	assert_null(intern_text(t, "x"));
	assert_non_null(intern_text(t, "1234567"));
	intern_free(t);
	intern_free(NULL);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal_pieces_are_kept_once),
		cmocka_unit_test(test_texts_are_kept_once),
		cmocka_unit_test(test_all_of_many_are_found_again),
		cmocka_unit_test(test_no_more_than_the_arena_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
