/* Heartbeats as they come, and as they fail to. */
#include "tests/unit/test.h"

#include <string.h>

#include "probe/push.h"

#define ALLOWED_MS 15000 /* an interval of 10 s and a grace of 5 s */

static struct beat
beat(int64_t at_ms, bool failed, const char *detail)
{
	struct beat b = { .at_ms = at_ms, .failed = failed };

	(void)strncpy(b.detail, detail, sizeof(b.detail) - 1);
	return b;
}

static void
test_nothing_is_missing_before_a_whole_interval(void **state)
{
	struct push p;
	struct sample s;

	(void)state;
	push_begin(&p, 1000);
	assert_int_equal(push_missing_ms(&p, ALLOWED_MS), 16000);
	assert_false(push_take(&p, &s));
	assert_false(push_last(&p, &s));
	push_unknown(&p, 5000, &s);
	assert_int_equal(s.outcome, SAMPLE_LOST);
	assert_string_equal(s.failure, "push.not_yet");
	assert_string_equal(s.detail, "no beat since listening began, for 4s");
}

static void
test_a_beat_is_told_once_with_its_own_moment(void **state)
{
	struct beat b = beat(2000, false, "1204 rows");
	struct push p;
	struct sample s;

	(void)state;
	push_begin(&p, 1000);
	b.has_value = true;
	b.value = 1204;
	push_beat(&p, &b);
	assert_int_equal(push_missing_ms(&p, ALLOWED_MS), 17000);
	assert_true(push_take(&p, &s));
	assert_int_equal(s.outcome, SAMPLE_OK);
	assert_null(s.failure);
	assert_int_equal(s.asked_ms, 2000);
	assert_int_equal(s.answered_ms, 2000);
	assert_string_equal(s.detail, "1204 rows");
	assert_int_equal(s.value_count, 1);
	assert_true(s.values[0] == 1204);
	assert_false(push_take(&p, &s));
	assert_true(push_last(&p, &s));
	assert_int_equal(s.asked_ms, 2000);
}

static void
test_of_several_the_newest_or_a_failed_one_is_told(void **state)
{
	static const struct {
		const char *beats; /* g: good, b: bad */
		enum sample_outcome outcome;
		int64_t at_ms;
	} rows[] = {
		{ "g", SAMPLE_OK, 1 },
		{ "ggg", SAMPLE_OK, 3 },
		{ "b", SAMPLE_FAILED, 1 },
		{ "bgg", SAMPLE_FAILED, 1 },
		{ "gbg", SAMPLE_FAILED, 2 },
		{ "gbb", SAMPLE_FAILED, 3 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct push p;
		struct sample s;

		push_begin(&p, 0);
		for (size_t k = 0; rows[i].beats[k] != '\0'; k++) {
			struct beat b =
			    beat((int64_t)k + 1, rows[i].beats[k] == 'b', "");

			push_beat(&p, &b);
		}
		assert_true(push_take(&p, &s));
		assert_int_equal(s.outcome, rows[i].outcome);
		assert_int_equal(s.asked_ms, rows[i].at_ms);
		if (rows[i].outcome == SAMPLE_FAILED)
			assert_string_equal(s.failure, "push.failed");
		/* Heard of last is heard of last, whatever is told. */
		assert_int_equal(push_missing_ms(&p, ALLOWED_MS),
		    (int64_t)strlen(rows[i].beats) + ALLOWED_MS);
	}
}

/*
 * A silence is asked for from where the last sample ended: after a deployment
 * the new release has a whole interval before it can be blamed.
 */
static void
test_a_silence_begins_where_the_last_sample_ended(void **state)
{
	struct beat b = beat(2000, false, "");
	struct push p;
	struct sample s;

	(void)state;
	push_begin(&p, 1000);
	push_beat(&p, &b);
	assert_true(push_take(&p, &s));
	push_silence(&p, 17000, &s);
	assert_int_equal(s.outcome, SAMPLE_FAILED);
	assert_string_equal(s.failure, "push.missing");
	assert_string_equal(s.detail, "no beat for 15s");
	assert_int_equal(s.asked_ms, 2000);
	assert_int_equal(s.answered_ms, 17000);
	push_silence(&p, 22000, &s);
	assert_int_equal(s.asked_ms, 17000);
	assert_int_equal(s.answered_ms, 22000);
	assert_string_equal(s.detail, "no beat for 20s");
	b = beat(23000, false, "");
	push_beat(&p, &b);
	assert_true(push_take(&p, &s));
	assert_int_equal(s.outcome, SAMPLE_OK);
	assert_int_equal(push_missing_ms(&p, ALLOWED_MS), 38000);
}

static void
test_a_pause_begins_anew(void **state)
{
	struct beat b = beat(2000, true, "disk full");
	struct push p;
	struct sample s;

	(void)state;
	push_begin(&p, 1000);
	push_beat(&p, &b);
	push_begin(&p, 900000);
	assert_false(push_take(&p, &s));
	assert_false(push_last(&p, &s));
	assert_int_equal(push_missing_ms(&p, ALLOWED_MS), 915000);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_nothing_is_missing_before_a_whole_interval),
		cmocka_unit_test(test_a_beat_is_told_once_with_its_own_moment),
		cmocka_unit_test(
		    test_of_several_the_newest_or_a_failed_one_is_told),
		cmocka_unit_test(
		    test_a_silence_begins_where_the_last_sample_ended),
		cmocka_unit_test(test_a_pause_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
