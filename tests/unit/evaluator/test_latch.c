/*
 * Each row is a story, one measurement a second.  It trips above 100 and
 * clears at 80 or below: o 50, c 80, b 90 (between the two), = 100, x 150;
 * ? unknown, . bad but from 4 samples where 5 are wanted, - a lost sample,
 * ~ a minute in which nothing comes.  The verdicts, right below what brought
 * them about: ? unknown, h healthy, T tripped.
 */
#include "tests/unit/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "evaluator/latch.h"

#define SECOND_MS 1000
#define SAMPLES 5

struct row {
	const char *name;
	const char *measured;
	const char *verdicts;
	uint32_t for_ms, clear_for_ms, gap_ms;
	unsigned in_a_row;
};

/* clang-format off */
static struct row rows[] = {
	{ "it is healthy from the first good measurement",
	  "o",
	  "h", .for_ms = 0 },
	{ "above the limit it trips, exactly at it it does not",
	  "o=x",
	  "hhT", .for_ms = 0 },
	{ "it clears at the clear limit, not yet between the two",
	  "x=bxbc",
	  "TTTTTh", .for_ms = 0 },
	{ "between the two it is healthy as long as it never tripped",
	  "b=b",
	  "hhh", .for_ms = 0 },
	{ "for 3s: beyond it for three seconds trips it",
	  "oxxxx",
	  "hhhhT", .for_ms = 3000 },
	{ "one millisecond short is not enough",
	  "oxxxxx",
	  "hhhhhT", .for_ms = 3001 },
	{ "one good measurement begins it anew",
	  "xxxoxxxx",
	  "???hhhhT", .for_ms = 3000 },
	{ "so does one exactly at the limit",
	  "xxx=xxxx",
	  "???hhhhT", .for_ms = 3000 },
	{ "a second around something unknown does not count as held",
	  "xx?xxx",
	  "?????T", .for_ms = 3000 },
	{ "nor around a lost sample",
	  "xx-xxx",
	  "?????T", .for_ms = 3000 },
	{ "nor around one with too few samples behind it",
	  "xx.xxx",
	  "?????T", .for_ms = 3000 },
	{ "the unknown alone never trips it",
	  "x????????????",
	  "?????????????", .for_ms = 3000 },
	{ "nor do lost samples",
	  "x------------",
	  "?????????????", .for_ms = 3000 },
	{ "nor too few samples, however bad",
	  "............",
	  "????????????", .for_ms = 0 },
	{ "a silent minute counts when nothing was unknown and no gap is set",
	  "x~x",
	  "?~T", .for_ms = 61000 },
	{ "one millisecond short of it",
	  "x~x",
	  "?~?", .for_ms = 61001 },
	{ "a gap longer than allowed begins it anew",
	  "xx~xxxx",
	  "??~???T", .for_ms = 3000, .gap_ms = 60999 },
	{ "one just as long does not",
	  "xx~xxxx",
	  "??~TTTT", .for_ms = 3000, .gap_ms = 61000 },
	{ "a long blindness begins it anew as well",
	  "xx---xxxx",
	  "????????T", .for_ms = 3000, .gap_ms = 3000 },
	{ "a blindness just short enough merely does not count",
	  "xx---xxx",
	  "???????T", .for_ms = 3000, .gap_ms = 4000 },
	{ "clear for 2s: good for two seconds clears it",
	  "xooo",
	  "TTTh", .clear_for_ms = 2000 },
	{ "one millisecond short does not",
	  "xoooo",
	  "TTTTh", .clear_for_ms = 2001 },
	{ "bad in between begins that anew",
	  "xooxooo",
	  "TTTTTTh", .clear_for_ms = 2000 },
	{ "so does a stay between the limits",
	  "xoobooo",
	  "TTTTTTh", .clear_for_ms = 2000 },
	{ "what is not known does not clear it",
	  "x??????",
	  "TTTTTTT", .clear_for_ms = 2000, .gap_ms = 2000 },
	{ "and does not count towards clearing",
	  "xo?ooo",
	  "TTTTTh", .clear_for_ms = 2000 },
	{ "lost samples do not clear it",
	  "x------",
	  "TTTTTTT", .clear_for_ms = 2000, .gap_ms = 2000 },
	{ "one good measurement after long blindness is enough when so set",
	  "x---o",
	  "TTTTh", .gap_ms = 2000 },
	{ "healthy, and then unknown for longer than the gap: unknown",
	  "o???x",
	  "hhh?T", .gap_ms = 2000 },
	{ "but lost samples alone take no verdict away",
	  "o------",
	  "hhhhhhh", .gap_ms = 2000 },
	{ "with no gap set it stays healthy",
	  "o??????",
	  "hhhhhhh", .for_ms = 0 },
	{ "three in a row: the third trips it",
	  "oxxx",
	  "hhhT", .in_a_row = 3 },
	{ "the unknown in between neither counts nor ends the row",
	  "oxx?-x",
	  "hhhhhT", .in_a_row = 3 },
	{ "as many clear it",
	  "xxxooxooo",
	  "??TTTTTTh", .in_a_row = 3 },
	{ "both in a row and for so long: the row is long enough, the time not",
	  "xxxx",
	  "???T", .in_a_row = 2, .for_ms = 3000 },
	{ "and the other way round",
	  "x~xx",
	  "?~?T", .in_a_row = 3, .for_ms = 3000 },
};
/* clang-format on */

static const double values[] = { ['o'] = 50,
	['c'] = 80,
	['b'] = 90,
	['='] = 100,
	['x'] = 150,
	['.'] = 150 };

static char
verdict_char(enum verdict v)
{
	return v == VERDICT_TRIPPED ? 'T' : v == VERDICT_HEALTHY ? 'h' : '?';
}

/* above: as the rows say it; below: the same in a mirror. */
static struct latch_settings
settings_of(const struct row *row, bool below)
{
	return (struct latch_settings){ .limit = below ? -100 : 100,
		.clear = below ? -80 : 80,
		.below = below,
		.for_ms = row->for_ms,
		.clear_for_ms = row->clear_for_ms,
		.gap_ms = row->gap_ms,
		.in_a_row = row->in_a_row,
		.min_samples = SAMPLES };
}

static void
tell(struct latch *l, const struct latch_settings *set, char c, int64_t at_ms)
{
	double sign = set->below ? -1 : 1;
	unsigned samples = c == '.' ? SAMPLES - 1 : SAMPLES;

	if (c == '-')
		latch_lost(l);
	else if (c == '?')
		latch_measure(l, set, (double)NAN, SAMPLES, at_ms);
	else
		latch_measure(
		    l, set, sign * values[(unsigned char)c], samples, at_ms);
}

static void
tell_story(const struct row *row, bool below)
{
	struct latch_settings set = settings_of(row, below);
	struct latch l = { .verdict = VERDICT_UNKNOWN };
	char verdicts[64] = "";
	int64_t now_ms = 0;

	for (size_t i = 0; row->measured[i] != '\0'; i++) {
		char c = row->measured[i];

		now_ms += c == '~' ? 60 * SECOND_MS : SECOND_MS;
		if (c != '~')
			tell(&l, &set, c, now_ms);
		verdicts[i] = c == '~' ? '~' : verdict_char(l.verdict);
	}
	assert_string_equal(verdicts, row->verdicts);
}

static void
test_row(void **state)
{
	tell_story(*state, false);
}

static void
test_row_below(void **state)
{
	tell_story(*state, true);
}

static void
test_it_says_when_the_run_to_the_verdict_began(void **state)
{
	struct latch_settings set = {
		.limit = 100, .clear = 80, .for_ms = 2000, .clear_for_ms = 1000
	};
	struct latch l = { .verdict = VERDICT_UNKNOWN };

	(void)state;
	latch_measure(&l, &set, 150, 1, 1000);
	latch_measure(&l, &set, 50, 1, 2000);
	assert_int_equal(l.began_ms, 2000);
	latch_measure(&l, &set, 50, 1, 3000);
	assert_int_equal(l.began_ms, 2000);
	latch_measure(&l, &set, 150, 1, 4000);
	latch_measure(&l, &set, 150, 1, 5000);
	assert_int_equal(l.began_ms, 2000);
	latch_measure(&l, &set, 150, 1, 6000);
	assert_int_equal(l.verdict, VERDICT_TRIPPED);
	assert_int_equal(l.began_ms, 4000);
	latch_measure(&l, &set, 150, 1, 7000);
	assert_int_equal(l.began_ms, 4000);
	latch_measure(&l, &set, 50, 1, 8000);
	latch_measure(&l, &set, 50, 1, 9000);
	assert_int_equal(l.verdict, VERDICT_HEALTHY);
	assert_int_equal(l.began_ms, 8000);
}

static void
test_after_a_gap_a_verdict_is_borne_out_once_it_is_reached_again(void **state)
{
	struct latch_settings set = {
		.limit = 100, .clear = 80, .for_ms = 1000, .gap_ms = 5000
	};
	struct latch l = { .verdict = VERDICT_UNKNOWN };

	(void)state;
	assert_false(latch_bears_out(&l, &set));
	latch_measure(&l, &set, 150, 1, 1000);
	latch_measure(&l, &set, 150, 1, 2000);
	assert_true(latch_bears_out(&l, &set));
	latch_measure(&l, &set, 150, 1, 7001);
	assert_int_equal(l.verdict, VERDICT_TRIPPED);
	assert_false(latch_bears_out(&l, &set));
	latch_measure(&l, &set, 150, 1, 8001);
	assert_true(latch_bears_out(&l, &set));
	latch_measure(&l, &set, 90, 1, 9000); /* neither here nor there */
	assert_false(latch_bears_out(&l, &set));
	latch_measure(&l, &set, 50, 1, 10000);
	assert_int_equal(l.verdict, VERDICT_HEALTHY);
	assert_true(latch_bears_out(&l, &set));
}

/* As of two probes, one of which was told of later than it answered. */
static void
test_time_that_goes_back_is_no_long_time(void **state)
{
	struct latch_settings set = {
		.limit = 100, .clear = 80, .for_ms = 3000, .clear_for_ms = 3000
	};
	struct latch l = { .verdict = VERDICT_UNKNOWN };

	(void)state;
	latch_measure(&l, &set, 150, 1, 1000);
	latch_measure(&l, &set, 150, 1, 995);
	latch_measure(&l, &set, 150, 1, 3990);
	assert_int_equal(l.verdict, VERDICT_UNKNOWN);
	latch_measure(&l, &set, 150, 1, 4000);
	assert_int_equal(l.verdict, VERDICT_TRIPPED);
	latch_measure(&l, &set, 150, 1, 3999);
	latch_measure(&l, &set, 50, 1, 5000);
	latch_measure(&l, &set, 50, 1, 4995);
	assert_int_equal(l.verdict, VERDICT_TRIPPED);
	latch_measure(&l, &set, 50, 1, 8000);
	assert_int_equal(l.verdict, VERDICT_HEALTHY);
	assert_false(latch_goes_on(&l, &set, 50, 7999));
}

static void
test_min_samples_is_met_exactly(void **state)
{
	struct latch_settings set = {
		.limit = 100, .clear = 80, .min_samples = 5
	};
	struct latch l = { .verdict = VERDICT_UNKNOWN };

	(void)state;
	assert_int_equal(
	    latch_measure(&l, &set, 150, 4, 1000), VERDICT_UNKNOWN);
	assert_int_equal(
	    latch_measure(&l, &set, 150, 5, 2000), VERDICT_TRIPPED);
}

static void
test_infinity_is_beyond_and_nan_is_not(void **state)
{
	struct latch_settings above = { .limit = 100, .clear = 100 };
	struct latch_settings below = { .limit = 1, .clear = 1, .below = true };

	(void)state;
	assert_true(latch_is_beyond(&above, (double)INFINITY));
	assert_false(latch_is_beyond(&above, (double)NAN));
	assert_false(latch_is_beyond(&above, -(double)INFINITY));
	assert_true(latch_is_beyond(&below, -(double)INFINITY));
	assert_false(latch_is_beyond(&below, (double)NAN));
}

static void
test_a_clear_limit_on_the_wrong_side(void **state)
{
	struct latch_settings above = { .limit = 100, .clear = 100 };
	struct latch_settings below = { .limit = 1, .clear = 1, .below = true };

	(void)state;
	assert_false(latch_contradicts(&above));
	above.clear = 100.1;
	assert_true(latch_contradicts(&above));
	assert_false(latch_contradicts(&below));
	below.clear = 0.9;
	assert_true(latch_contradicts(&below));
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(
		    test_it_says_when_the_run_to_the_verdict_began),
		cmocka_unit_test(
		    test_after_a_gap_a_verdict_is_borne_out_once_it_is_reached_again),
		cmocka_unit_test(test_time_that_goes_back_is_no_long_time),
		cmocka_unit_test(test_min_samples_is_met_exactly),
		cmocka_unit_test(test_infinity_is_beyond_and_nan_is_not),
		cmocka_unit_test(test_a_clear_limit_on_the_wrong_side),
	};
	struct CMUnitTest above[ARRAY_LEN(rows)], below[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		above[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i] };
		below[i] = above[i];
		below[i].test_func = test_row_below;
	}
	failed = cmocka_run_group_tests(above, NULL, NULL);
	failed += cmocka_run_group_tests(below, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
