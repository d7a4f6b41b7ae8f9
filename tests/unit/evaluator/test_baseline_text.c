/*
 * A baseline as text: what comes back is what went out, and nothing else is
 * taken for one.
 */
#include "tests/unit/test.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "evaluator/baseline.h"

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static const struct baseline_settings defaults = {
	.min_age_ms = DAY,
	.min_samples = 60,
	.half_life_ms = 3 * DAY,
	.quarantine_ms = 2 * HOUR,
};

static struct baseline *
make(void)
{
	struct baseline *b = baseline_new(&defaults);

	assert_non_null(b);
	return b;
}

/* Some value that is not the same twice. */
static double
value_at(int64_t at_ms)
{
	double phase = (double)(at_ms / MINUTE % 1009);

	return 100 + 30 * sin(phase) + phase / 100;
}

static void
live(struct baseline *b, int64_t from_ms, int64_t to_ms, int64_t shift_ms)
{
	for (int64_t at = from_ms; at < to_ms; at += MINUTE)
		baseline_learn(b, LEARNING_ON, value_at(at), at + shift_ms);
}

static struct text export(const struct baseline *b)
{
	struct text out = text_new(BASELINE_TEXT_MAX);

	baseline_export(b, &out);
	assert_true(text_ok(&out));
	return out;
}

static struct baseline *
restart(const struct baseline *b, int64_t now_ms)
{
	struct text out = export(b), again;
	struct baseline *next = make();
	struct error err;

	if (!baseline_import(next, text_str(&out), out.length, now_ms, &err))
		fail_msg("%s", err.text);
	again = export(next);
	assert_string_equal(text_str(&again), text_str(&out));
	text_free(&out);
	text_free(&again);
	return next;
}

static void
assert_same(const struct baseline *a, const struct baseline *b)
{
	struct text x = export(a), y = export(b);

	assert_string_equal(text_str(&x), text_str(&y));
	assert_true(
	    baseline_value(a) == baseline_value(b) || isnan(baseline_value(b)));
	assert_true(baseline_may_judge(a) == baseline_may_judge(b));
	text_free(&x);
	text_free(&y);
}

/*
 * Restarted at any moment, after any time and on any clock: it knows what it
 * knew.  Only the minute without a value is no time of learning.
 */
static void
goes_on_after_a_restart(void **state)
{
	static const int64_t moments[] = { 0, MINUTE, HOUR, 3 * HOUR, 20 * HOUR,
		28 * HOUR + MINUTE, 6 * DAY, 40 * DAY };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(moments); i++) {
		static const int64_t shifts[] = { 0, -40 * DAY, 7 * DAY };
		struct baseline *straight = make(), *b = make();
		int64_t seen_ms = moments[i] - (moments[i] > 0 ? MINUTE : 0);

		live(b, 0, moments[i], 0);
		live(straight, 0, moments[i], 0);
		baseline_learn(straight, LEARNING_SETTLING, 0, seen_ms);
		for (size_t k = 0; k < ARRAY_LEN(shifts); k++) {
			struct baseline *next = restart(b, seen_ms + shifts[k]);
			struct baseline *other = make();

			baseline_copy(other, straight);
			live(next, moments[i], moments[i] + DAY, shifts[k]);
			live(other, moments[i], moments[i] + DAY, 0);
			assert_same(next, other);
			baseline_free(next);
			baseline_free(other);
		}
		baseline_free(b);
		baseline_free(straight);
	}
}

static void
a_week_off_forgets_nothing(void **state)
{
	struct baseline *b = make(), *next;

	(void)state;
	live(b, 0, 2 * DAY, 0);
	next = restart(b, 9 * DAY);
	assert_true(baseline_may_judge(next));
	assert_true(baseline_value(next) == baseline_value(b));
	/* What was held back is not through yet: nobody watched. */
	baseline_learn(next, LEARNING_TRIPPED, 0, 9 * DAY);
	assert_int_equal(baseline_view(next).held_back, 0);
	assert_true(baseline_value(next) == baseline_value(b));
	baseline_free(b);
	baseline_free(next);
}

static void
keeps_a_pin(void **state)
{
	struct baseline *b = make(), *next;

	(void)state;
	baseline_pin(b, 0.1);
	next = restart(b, 0);
	assert_true(baseline_view(next).is_pinned);
	assert_true(baseline_value(next) == 0.1);
	baseline_free(b);
	baseline_free(next);
}

static void
the_largest_fits(void **state)
{
	struct baseline *b = make();
	struct text out;

	(void)state;
	baseline_pin(b, -1.2345678901234567e-300);
	for (int64_t at = 0; at < 40 * DAY; at += MINUTE)
		baseline_learn(
		    b, LEARNING_ON, -1.23456789e-30 * value_at(at), at);
	out = export(b);
	print_message("%zu bytes\n", out.length);
	assert_true(out.length < BASELINE_TEXT_MAX / 2);
	text_free(&out);
	baseline_free(b);
}

#define HEAD "{\"version\":1,\"age_ms\":5,\"samples\":3,\"mature\":false,"
#define REST "\"random\":1,\"slices\":[[1,2,3,4]],\"held\":[]"

static const struct bad_row {
	const char *name;
	const char *text;
} bad_rows[] = {
	{ "nothing", "" },
	{ "no object", "[]" },
	{ "no version", "{}" },
	{ "another version", "{\"version\":2}" },
	{ "cut off", HEAD REST },
	{ "more behind it", HEAD REST "}}" },
	{ "a missing field", HEAD "\"slices\":[],\"held\":[]}" },
	{ "chance that is none",
	    HEAD "\"random\":0,\"slices\":[],\"held\":[]}" },
	{ "a negative age",
	    "{\"version\":1,\"age_ms\":-1,\"samples\":3,\"mature\":false," REST
	    "}" },
	{ "an age beyond all time",
	    "{\"version\":1,\"age_ms\":99999999999999999,\"samples\":3,"
	    "\"mature\":false," REST "}" },
	{ "grown up, knowing nothing",
	    "{\"version\":1,\"age_ms\":5,\"samples\":3,\"mature\":true,"
	    "\"random\":1,\"slices\":[[1,2,3,4]],\"held\":[7]}" },
	{ "a pin that is no number", HEAD "\"pinned\":\"1\"," REST "}" },
	{ "a pin of null", HEAD "\"pinned\":null," REST "}" },
	{ "a slice of three",
	    HEAD "\"random\":1,\"slices\":[[1,2,3]],\"held\":[]}" },
	{ "a slice of no values",
	    HEAD "\"random\":1,\"slices\":[[1,2,0,4]],\"held\":[]}" },
	{ "a slice of text",
	    HEAD "\"random\":1,\"slices\":[[\"1\",2,3,4]],\"held\":[]}" },
	{ "a slice beyond float",
	    HEAD "\"random\":1,\"slices\":[[1e39,2,3,4]],\"held\":[]}" },
	{ "a negative distance",
	    HEAD "\"random\":1,\"slices\":[[1,-2,3,4]],\"held\":[]}" },
	{ "more held than there are",
	    HEAD "\"random\":1,\"slices\":[],\"held\":[1]}" },
	{ "held from the future",
	    HEAD "\"random\":1,\"slices\":[[1,2,3,4]],\"held\":[-1]}" },
	{ "open, and no group", HEAD REST ",\"open\":[]}" },
	{ "open without values",
	    HEAD REST ",\"open\":{\"age_ms\":1,\"last_ms\":1,\"learned_ms\":1,"
		      "\"samples\":0,\"drawn\":[]}}" },
	{ "open with too few values",
	    HEAD REST ",\"open\":{\"age_ms\":1,\"last_ms\":1,\"learned_ms\":1,"
		      "\"samples\":2,\"drawn\":[1]}}" },
	{ "open, its last before its first",
	    HEAD REST ",\"open\":{\"age_ms\":1,\"last_ms\":2,\"learned_ms\":1,"
		      "\"samples\":1,\"drawn\":[1]}}" },
};

static void
takes_nothing_else(void **state)
{
	struct baseline *b = make(), *before = make();

	(void)state;
	live(b, 0, 2 * DAY, 0);
	baseline_copy(before, b);
	for (size_t i = 0; i < ARRAY_LEN(bad_rows); i++) {
		const struct bad_row *r = &bad_rows[i];
		struct error err = { "" };

		if (baseline_import(b, r->text, strlen(r->text), DAY, &err))
			fail_msg("%s", r->name);
		assert_true(err.text[0] != '\0');
		assert_same(b, before);
	}
	baseline_free(b);
	baseline_free(before);
}

static void
takes_what_is_right(void **state)
{
	static const char text[] = HEAD REST "}";
	struct baseline *b = make();
	struct error err;

	(void)state;
	assert_true(baseline_import(b, text, strlen(text), DAY, &err));
	assert_true(baseline_value(b) == 1);
	baseline_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_on_after_a_restart),
		cmocka_unit_test(a_week_off_forgets_nothing),
		cmocka_unit_test(keeps_a_pin),
		cmocka_unit_test(the_largest_fits),
		cmocka_unit_test(takes_nothing_else),
		cmocka_unit_test(takes_what_is_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
