#include "tests/unit/short_memory.h"

#include <math.h>
#include <stdbool.h>

#include "sample/window.h"

#define START_MS 5000000

static const struct sketch_range times = { 0.1, 2000, 0.02, false };

/*
 * A window of 24 s in 24 slices, and one more answer every step: how many of
 * them are in it, and how old is the oldest?
 */
static struct pace {
	const char *name;
	int64_t step_ms;
	uint64_t in_it;
} paces[] = {
	{ "ten a second", 100, 240 },
	{ "one a second", 1000, 24 },
	{ "one each two seconds", 2000, 12 },
	{ "one each 23 s", 23000, 2 },
	{ "one each 24 s, which is just too old", 24000, 1 },
	{ "one each minute", 60000, 1 },
};

static struct window *
plain(int64_t length_ms)
{
	struct window_settings set = { .length_ms = length_ms };
	struct window *w = window_new(&set);

	assert_non_null(w);
	return w;
}

static void
test_pace(void **state)
{
	const struct pace *row = *state;
	struct window *w = plain(24000);
	int64_t now_ms = START_MS;

	for (int i = 0; i < 1000; i++, now_ms += row->step_ms)
		window_add(w, now_ms, WINDOW_OK, 1);
	assert_int_equal(window_totals(w).ok, row->in_it);
	window_free(w);
}

/* Whatever moment the oldest came at within its slice. */
static void
test_nothing_as_old_as_the_window_counts_and_all_younger_by_a_slice_do(
    void **state)
{
	static const int64_t lengths_ms[] = { 24, 25, 47, 1000, 24000, 300000,
		299999, WINDOW_MAX_MS };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths_ms); i++) {
		int64_t length_ms = lengths_ms[i];
		int64_t slice_ms =
		    (length_ms + WINDOW_SLICES - 1) / WINDOW_SLICES;

		for (int64_t k = 0; k < 50; k++) {
			int64_t at_ms = START_MS + k * length_ms / 31;
			struct window *w = plain(length_ms);

			window_add(w, START_MS, WINDOW_OK, 1);
			window_add(w, at_ms, WINDOW_FAILED, 1);
			window_advance(w, at_ms + length_ms - slice_ms);
			assert_int_equal(window_totals(w).failed, 1);
			window_advance(w, at_ms + length_ms);
			assert_int_equal(window_totals(w).failed, 0);
			window_free(w);
		}
	}
}

static void
test_it_counts_sums_and_says_what_failed_first(void **state)
{
	struct window *w = plain(24000);
	struct window_totals t;

	(void)state;
	t = window_totals(w);
	assert_int_equal(t.ok + t.failed + t.values, 0);
	assert_int_equal(t.first_failed_ms, INT64_MAX);
	assert_true(isnan(window_mean(w)));
	window_add(w, START_MS, WINDOW_OK, 10);
	window_add(w, START_MS + 100, WINDOW_FAILED, 40);
	window_add(w, START_MS + 200, WINDOW_FAILED, (double)NAN);
	window_add(w, START_MS + 3000, WINDOW_FAILED, (double)INFINITY);
	window_add(w, START_MS + 3000, WINDOW_OK, -20);
	t = window_totals(w);
	assert_int_equal(t.ok, 2);
	assert_int_equal(t.failed, 3);
	assert_int_equal(t.values, 3);
	assert_true(t.sum == 30);
	assert_true(window_mean(w) == 10);
	assert_int_equal(t.first_failed_ms, START_MS + 100);
	window_advance(w, START_MS + 24000);
	t = window_totals(w);
	assert_int_equal(t.first_failed_ms, START_MS + 3000);
	assert_int_equal(t.failed, 1);
	assert_true(t.sum == -20);
	window_free(w);
}

static void
test_what_was_not_asked_for_is_not_there(void **state)
{
	struct window *w = plain(1000);

	(void)state;
	window_add(w, START_MS, WINDOW_OK, 10);
	assert_true(isnan(window_least(w)));
	assert_true(isnan(window_most(w)));
	assert_true(isnan(window_quantile(w, 0.5)));
	window_free(w);
}

static void
test_extremes_leave_with_their_slices(void **state)
{
	struct window_settings set = { .length_ms = 24000, .extremes = true };
	struct window *w = window_new(&set);

	(void)state;
	assert_non_null(w);
	assert_true(isnan(window_least(w)));
	assert_true(isnan(window_most(w)));
	window_add(w, START_MS, WINDOW_OK, -7);
	window_add(w, START_MS + 1000, WINDOW_OK, 0.1);
	window_add(w, START_MS + 2000, WINDOW_OK, 50);
	window_add(w, START_MS + 3000, WINDOW_OK, 3);
	assert_true(window_least(w) == -7);
	assert_true(window_most(w) == 50);
	window_advance(w, START_MS + 24000);
	assert_true(window_least(w) == 0.1);
	window_advance(w, START_MS + 26000);
	assert_true(window_least(w) == 3);
	assert_true(window_most(w) == 3);
	window_advance(w, START_MS + 27000);
	assert_true(isnan(window_most(w)));
	window_free(w);
}

static void
test_quantiles_are_of_what_is_in_it(void **state)
{
	struct window_settings set = {
		.length_ms = 10000, .extremes = true, .quantiles = &times
	};
	struct window *w = window_new(&set);

	(void)state;
	assert_non_null(w);
	assert_true(isnan(window_quantile(w, 0.5)));
	for (int i = 0; i < 10; i++)
		window_add(w, START_MS + i * 1000, WINDOW_OK, 100 * (i + 1));
	assert_true(fabs(window_quantile(w, 0.5) - 500) <= 500 * 0.0200001);
	assert_true(fabs(window_quantile(w, 0) - 100) <= 100 * 0.0200001);
	assert_true(window_least(w) == 100);
	window_advance(w, START_MS + 15000); /* those of 700 and above stay */
	assert_true(fabs(window_quantile(w, 0) - 700) <= 700 * 0.0200001);
	assert_true(fabs(window_quantile(w, 1) - 1000) <= 1000 * 0.0200001);
	window_advance(w, START_MS + 30000);
	assert_true(isnan(window_quantile(w, 0.5)));
	window_free(w);
}

/* Far more than polls can bring: the rest has no value, and none is wrong. */
static void
test_a_full_sketch_keeps_its_quantiles(void **state)
{
	struct window_settings set = { .length_ms = 10000,
		.quantiles = &times };
	struct window *w = window_new(&set);

	(void)state;
	assert_non_null(w);
	for (int i = 0; i < 200000; i++)
		window_add(w, START_MS, WINDOW_OK, 100);
	window_add(w, START_MS, WINDOW_OK, 2000);
	assert_int_equal(window_totals(w).ok, 200001);
	assert_int_equal(window_totals(w).values, 65536);
	assert_true(fabs(window_quantile(w, 0.5) - 100) <= 2.0001);
	assert_true(fabs(window_quantile(w, 0.99) - 100) <= 2.0001);
	assert_true(fabs(window_quantile(w, 1) - 2000) <= 40.0001);
	window_free(w);
}

static void
test_an_older_time_counts_as_the_newest(void **state)
{
	struct window *w = plain(24000);

	(void)state;
	window_add(w, START_MS, WINDOW_OK, 1);
	window_add(w, START_MS + 10000, WINDOW_OK, 1);
	window_add(w, START_MS + 500, WINDOW_FAILED, 1);
	window_advance(w, START_MS);
	assert_int_equal(window_totals(w).first_failed_ms, START_MS + 10000);
	window_advance(w, START_MS + 33999);
	assert_int_equal(window_totals(w).failed, 1);
	window_advance(w, START_MS + 34000);
	assert_int_equal(window_totals(w).failed, 0);
	window_free(w);
}

static void
test_after_a_reset_it_begins_anew_even_earlier(void **state)
{
	struct window *w = plain(24000);

	(void)state;
	window_add(w, START_MS, WINDOW_FAILED, 1);
	window_reset(w);
	assert_int_equal(window_totals(w).failed, 0);
	window_add(w, 1, WINDOW_OK, 3);
	assert_int_equal(window_totals(w).ok, 1);
	assert_int_equal(window_totals(w).failed, 0);
	assert_true(window_mean(w) == 3);
	window_advance(w, 24001);
	assert_int_equal(window_totals(w).ok, 0);
	window_free(w);
}

/* A year of silence is one step, not one for each slice of it. */
static void
test_a_long_silence_empties_it_at_once(void **state)
{
	struct window *w = plain(1000);

	(void)state;
	window_add(w, START_MS, WINDOW_FAILED, 1);
	window_advance(w, INT64_C(9000000000000000000));
	assert_int_equal(window_totals(w).failed, 0);
	window_add(w, INT64_C(9000000000000000000), WINDOW_OK, 1);
	assert_int_equal(window_totals(w).ok, 1);
	window_free(w);
}

static void
test_the_same_story_later_gives_the_same(void **state)
{
	struct window *a = plain(7000), *b = plain(7000);

	(void)state;
	for (int64_t i = 0; i < 5000; i++) {
		enum window_side side = i % 3 ? WINDOW_OK : WINDOW_FAILED;
		int64_t at_ms = i * i % 97 + i * 61;

		window_add(a, 1 + at_ms, side, (double)i);
		window_add(b, 123456789 + at_ms, side, (double)i);
		assert_int_equal(
		    window_totals(a).failed, window_totals(b).failed);
		assert_true(window_mean(a) == window_mean(b));
	}
	window_free(a);
	window_free(b);
}

/* A slice counts by bytes; their ends are nowhere to be seen. */
static void
test_a_slice_counts_as_many_as_there_are(void **state)
{
	static const unsigned counts[] = { 255, 256, 257, 511, 512, 70000 };
	struct window_settings set = { .length_ms = 24000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		struct window *w = window_new(&set);
		struct window_totals t;

		for (unsigned k = 0; k < counts[i]; k++)
			window_add(w, START_MS, WINDOW_OK, 1);
		for (unsigned k = 0; k < counts[i]; k++)
			window_add(w, START_MS + 1000, WINDOW_FAILED, 2);
		t = window_totals(w);
		assert_int_equal(t.ok, counts[i]);
		assert_int_equal(t.failed, counts[i]);
		assert_int_equal(t.values, 2 * counts[i]);
		assert_true(t.sum == 3.0 * counts[i]);
		assert_int_equal(t.first_failed_ms, START_MS + 1000);
		window_advance(w, START_MS + 24000);
		t = window_totals(w);
		assert_int_equal(t.ok, 0);
		assert_int_equal(t.failed, counts[i]);
		assert_int_equal(t.values, counts[i]);
		window_advance(w, START_MS + 25000);
		t = window_totals(w);
		assert_int_equal(t.ok + t.failed + t.values, 0);
		assert_int_equal(t.first_failed_ms, INT64_MAX);
		window_free(w);
	}
}

/* One in each slice, in none, in every other: list by list of failures. */
static void
test_failures_leave_slice_by_slice(void **state)
{
	(void)state;
	for (int every = 1; every <= 25; every++) {
		struct window *w = plain(24000);

		for (int i = 0; i < 100; i++) {
			int64_t at_ms = START_MS + i * 1000;
			int oldest = i < 24 ? 0 : i - 23;
			struct window_totals t;

			window_add(w, at_ms,
			    i % every == 0 ? WINDOW_FAILED : WINDOW_OK, 1);
			oldest = (oldest + every - 1) / every * every;
			t = window_totals(w);
			assert_int_equal(t.failed,
			    oldest > i ? 0 : (i - oldest) / every + 1);
			if (t.failed > 0)
				assert_int_equal(t.first_failed_ms,
				    START_MS + oldest * 1000);
		}
		window_free(w);
	}
}

#if SHORT_MEMORY
/* They count, and stay until the newest of them leaves. */
static void
test_failures_need_no_memory(void **state)
{
	struct window *w = plain(24000);

	(void)state;
	memory_is_short = true;
	for (int i = 0; i < 24; i++)
		window_add(w, START_MS + i * 1000, WINDOW_FAILED, 1);
	assert_int_equal(window_totals(w).failed, 24);
	assert_int_equal(window_totals(w).ok, 0);
	assert_int_equal(window_totals(w).first_failed_ms, START_MS);
	window_advance(w, START_MS + 46999);
	assert_int_equal(window_totals(w).failed, 24);
	window_advance(w, START_MS + 47000);
	assert_int_equal(window_totals(w).failed, 0);
	assert_int_equal(window_totals(w).ok, 0);
	memory_is_short = false;
	window_free(w);
}
#endif

static void
test_what_is_for_no_one_is_not_counted(void **state)
{
	struct window_settings set = { .length_ms = 24000, .no_sum = true };
	struct window *w = window_new(&set);

	(void)state;
	window_add(w, START_MS, WINDOW_OK, 10);
	assert_int_equal(window_totals(w).ok, 1);
	assert_int_equal(window_totals(w).values, 0);
	assert_true(window_totals(w).sum == 0);
	assert_true(isnan(window_mean(w)));
	window_free(w);
}

static void
test_a_window_is_as_small_as_it_says(void **state)
{
	struct window_settings set = { .length_ms = WINDOW_MAX_MS };
	size_t plain_bytes = window_bytes(&set);

	(void)state;
	assert_true(plain_bytes <= 376);
	set.length_ms = WINDOW_MIN_MS;
	assert_int_equal(window_bytes(&set), plain_bytes);
	set.extremes = true;
	assert_true(window_bytes(&set) <= 760);
	set.extremes = false;
	set.no_sum = true;
	set.slices = 100;
	assert_true(window_bytes(&set) <= 236);
	set.slices = 0;
	set.quantiles = &times; /* of a probe with a time-out of 2 s */
	set.expected = 300;     /* one a second in five minutes */
	assert_true(window_bytes(&set) <= 800);
	set.expected = 43200; /* in twelve hours */
	assert_true(window_bytes(&set) < 6 * 1024);
}

static void
test_free_takes_null(void **state)
{
	(void)state;
	window_free(NULL);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(
		    test_nothing_as_old_as_the_window_counts_and_all_younger_by_a_slice_do),
		cmocka_unit_test(
		    test_it_counts_sums_and_says_what_failed_first),
		cmocka_unit_test(test_what_was_not_asked_for_is_not_there),
		cmocka_unit_test(test_extremes_leave_with_their_slices),
		cmocka_unit_test(test_quantiles_are_of_what_is_in_it),
		cmocka_unit_test(test_a_full_sketch_keeps_its_quantiles),
		cmocka_unit_test(test_an_older_time_counts_as_the_newest),
		cmocka_unit_test(
		    test_after_a_reset_it_begins_anew_even_earlier),
		cmocka_unit_test(test_a_long_silence_empties_it_at_once),
		cmocka_unit_test(test_the_same_story_later_gives_the_same),
		cmocka_unit_test(test_a_slice_counts_as_many_as_there_are),
		cmocka_unit_test(test_failures_leave_slice_by_slice),
#if SHORT_MEMORY
		cmocka_unit_test(test_failures_need_no_memory),
#endif
		cmocka_unit_test(test_what_is_for_no_one_is_not_counted),
		cmocka_unit_test(test_a_window_is_as_small_as_it_says),
		cmocka_unit_test(test_free_takes_null),
	};
	struct CMUnitTest stories[ARRAY_LEN(paces)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(paces); i++)
		stories[i] = (struct CMUnitTest){ .name = paces[i].name,
			.test_func = test_pace,
			.initial_state = &paces[i] };
	failed = cmocka_run_group_tests(stories, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
