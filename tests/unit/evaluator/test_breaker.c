/*
 * Each row is a story, one character a second.  The samples: o ok, x failed,
 * s ok and slow, - lost, _ nothing is asked; O and X the same as o and x, but
 * asked four seconds before.  Below each stands what then is: ? closed and
 * unknown, c closed and healthy, T open, t half-open.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "evaluator/breaker.h"
#include "evaluator/evaluator.h"

#define HALF                                    \
	{                                       \
		0.5, 10000, 4, 5000, 2, 0, 0, 0 \
	}

static struct row {
	const char *name;
	struct breaker_settings settings;
	const char *samples;
	const char *states;
} rows[] = {
	/* clang-format off */
	{ "with enough good samples it is closed and healthy", HALF,
	  "ooooo",
	  "???cc" },
	{ "it opens at the threshold, not only above it", HALF,
	  "ooxx",
	  "???T" },
	{ "one failure less does not open it", HALF,
	  "ooxooo",
	  "???ccc" },
	{ "with one sample too few it does not open", HALF,
	  "xxx",
	  "???" },
	{ "the sample that makes them enough may be a good one", HALF,
	  "xxxo",
	  "???T" },
	{ "failures that have left the window do not count", HALF,
	  "xxx_________oooo",
	  "???_________???c" },
	{ "nothing as old as the window counts", HALF,
	  "xxo_______x",
	  "???_______?" },
	{ "what is younger by a slice does", HALF,
	  "_xxo______x",
	  "_???______T" },
	{ "lost samples neither count nor clear", HALF,
	  "x-x-x-x-",
	  "??????TT" },
	{ "half-open comes by the clock alone", HALF,
	  "xxxx-----",
	  "???TTTTTt" },
	{ "trials in a row close it", HALF,
	  "xxxx_____oo",
	  "???T_____tc" },
	{ "good answers while it is open are no trials", HALF,
	  "xxxxoooooo",
	  "???TTTTTtc" },
	{ "a failed trial opens it for a full reset time", HALF,
	  "xxxx____oxoooooo",
	  "???T____tTTTTTtc" },
	{ "lost is no trial", HALF,
	  "xxxx____-o-o",
	  "???T____tttc" },
	{ "once closed, its window is empty", HALF,
	  "xxxx____ooxxxx",
	  "???T____tc???T" },
	{ "a failure right after closing makes it unknown, not open", HALF,
	  "xxxx____ooxooo",
	  "???T____tc???c" },
	{ "an answer asked before half-open is no trial", HALF,
	  "xxxx_____OOOoo",
	  "???T_____ttttc" },
	{ "one that was asked just then is", HALF,
	  "xxxx________Oo",
	  "???T________tc" },
	{ "nor does an earlier one open it again", HALF,
	  "xxxx____XXXXoo",
	  "???T____tttttc" },
	{ "an answer asked before it closed is not in its window", HALF,
	  "xxxx____ooXXXoooo",
	  "???T____tcccccccc" },
	{ "one that was asked when it closed is", HALF,
	  "xxxx____oo___X",
	  "???T____tc___?" },
	{ "it stays healthy until nothing is left in the window", HALF,
	  "oooo________o_________o",
	  "???c________c_________?" },
	{ "one of one is enough when so set",
	  { 0.5, 10000, 1, 5000, 1, 0, 0, 0 },
	  "ox____o",
	  "cT____c" },
	{ "at a threshold of 100 % one good sample keeps it closed",
	  { 1.0, 10000, 4, 5000, 1, 0, 0, 0 },
	  "oxxxxxx",
	  "???cccc" },
	{ "slow answers are failures where that is set",
	  { 0.5, 10000, 4, 5000, 2, 0, 0, 300 },
	  "osos",
	  "???T" },
	{ "and else they are not", HALF,
	  "osos",
	  "???c" },
	{ "a slow trial is a failed one",
	  { 0.5, 10000, 4, 5000, 2, 0, 0, 300 },
	  "xxxx____os_____oo",
	  "???T____tT_____tc" },
	{ "with a back-off the second time is longer",
	  { 0.5, 10000, 4, 5000, 1, 2, 0, 0 },
	  "xxxx____x_________o",
	  "???T____T_________c" },
	{ "and no sooner",
	  { 0.5, 10000, 4, 5000, 1, 2, 0, 0 },
	  "xxxx____x________oo",
	  "???T____T________Tc" },
	{ "up to a maximum",
	  { 0.5, 10000, 4, 5000, 1, 4, 7000, 0 },
	  "xxxx____x______x______o",
	  "???T____T______T______c" },
	{ "closing forgets the back-off",
	  { 0.5, 10000, 4, 5000, 1, 2, 0, 0 },
	  "xxxx____x_________oxxxx____o",
	  "???T____T_________c???T____c" },
	/* clang-format on */
};

static char
letter(const struct evaluator *e, int64_t now_ms)
{
	const char *state = evaluator_state(e, now_ms);
	enum verdict v = evaluator_finding(e).verdict;

	if (strcmp(state, "closed") == 0)
		return v == VERDICT_TRIPPED ? '!' : "?c"[v];
	if (v != VERDICT_TRIPPED)
		return '!';
	return strcmp(state, "open") == 0 ? 'T' : 't';
}

static struct sample
sample(int64_t at_ms, char c)
{
	struct sample s = {
		.asked_ms = at_ms, .answered_ms = at_ms, .outcome = SAMPLE_LOST
	};

	if (c == 'O' || c == 'X')
		s.asked_ms -= 4000;
	if (c == 'o' || c == 's' || c == 'O')
		s.outcome = SAMPLE_OK;
	if (c == 'x' || c == 'X') {
		s.outcome = SAMPLE_FAILED;
		s.failure = "http.status";
	}
	s.latency_ms = c == 's' ? 301 : 300;
	return s;
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct evaluator *e = breaker_new(&row->settings, 0);
	char states[64] = "";

	assert_non_null(e);
	for (size_t i = 0; row->samples[i] != '\0'; i++) {
		int64_t now_ms = 100000 + 1000 * (int64_t)i;
		struct sample s = sample(now_ms, row->samples[i]);

		states[i] = '_';
		if (row->samples[i] == '_')
			continue;
		evaluator_observe(e, &s);
		states[i] = letter(e, now_ms);
	}
	assert_string_equal(states, row->states);
	evaluator_free(e);
}

/* A story from its beginning, one character a second, from 1000 on. */
static void
tell(struct evaluator *e, const char *samples)
{
	for (int64_t i = 0; samples[i] != '\0'; i++) {
		struct sample s = sample(1000 + 1000 * i, samples[i]);

		if (samples[i] != '_')
			evaluator_observe(e, &s);
	}
}

static const struct breaker_settings half = HALF;

static void
test_finding_says_how_much_and_since_when(void **state)
{
	struct evaluator *e = breaker_new(&half, 0);
	struct finding f;

	(void)state;
	tell(e, "oxox-");
	f = evaluator_finding(e);
	assert_int_equal(f.verdict, VERDICT_TRIPPED);
	assert_int_equal(f.began_ms, 2000);
	assert_int_equal(f.since_ms, 4000);
	assert_int_equal(f.samples, 4);
	assert_string_equal(f.failure, "http.status");
	assert_true(f.value == 0.5);
	assert_true(f.limit == 0.5);
	evaluator_free(e);
}

static void
test_open_it_says_what_is_now(void **state)
{
	struct evaluator *e = breaker_new(&half, 0);

	(void)state;
	tell(e, "xxxxoooo");
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_TRIPPED);
	assert_true(evaluator_finding(e).value == 0.5);
	evaluator_free(e);
}

static void
test_it_began_to_be_healthy_with_the_first_trial(void **state)
{
	struct evaluator *e = breaker_new(&half, 0);
	struct finding f;

	(void)state;
	tell(e, "xxxx____oo");
	f = evaluator_finding(e);
	assert_int_equal(f.verdict, VERDICT_HEALTHY);
	assert_int_equal(f.began_ms, 9000);
	assert_int_equal(f.since_ms, 10000);
	assert_true(f.value == 0.0);
	evaluator_free(e);
}

/* Through half-open and a failed trial it is one outage. */
static void
test_a_failed_trial_does_not_begin_it_anew(void **state)
{
	struct evaluator *e = breaker_new(&half, 0);

	(void)state;
	tell(e, "xxxx____ox");
	assert_int_equal(evaluator_finding(e).began_ms, 1000);
	assert_int_equal(evaluator_finding(e).since_ms, 4000);
	evaluator_free(e);
}

static void
test_of_slow_answers_it_says_so(void **state)
{
	struct breaker_settings settings = half;
	struct sample kept[EVIDENCE_MAX];
	struct evaluator *e;

	(void)state;
	settings.slow_call_ms = 300;
	e = breaker_new(&settings, 0);
	tell(e, "osos");
	assert_string_equal(evaluator_finding(e).failure, "breaker.slow");
	assert_int_equal(evaluator_evidence(e, kept, EVIDENCE_MAX), 2);
	assert_true(kept[0].has_value && kept[0].value == 301);
	evaluator_free(e);
}

static struct evidence_row {
	const char *name;
	const char *samples;
	const char *seconds;
} evidence_rows[] = {
	{ "of good samples there is none", "oooo", "" },
	{ "failures that may yet open it are", "ox", "2 " },
	{ "those that left the window are not", "oxooooooooooooooxo", "17 " },
	{ "those that opened it stay", "oxoxo", "2 4 " },
	{ "also when a trial fails", "oxox_____x", "2 4 " },
	{ "until it closes", "oxox_____oo", "" },
	{ "and new ones begin anew", "oxox_____oox", "12 " },
};

static void
test_evidence(void **state)
{
	const struct evidence_row *row = *state;
	struct evaluator *e = breaker_new(&half, 0);
	struct sample samples[EVIDENCE_MAX];
	char seconds[64] = "";
	size_t count;

	tell(e, row->samples);
	count = evaluator_evidence(e, samples, EVIDENCE_MAX);
	for (size_t i = 0; i < count; i++) {
		size_t end = strlen(seconds);

		(void)snprintf(seconds + end, sizeof(seconds) - end, "%d ",
		    (int)(samples[i].answered_ms / 1000));
	}
	assert_string_equal(seconds, row->seconds);
	evaluator_free(e);
}

static struct missing_row {
	const char *name;
	const char *samples;
	int64_t now_ms;
	const char *missing;
} missing_rows[] = {
	{ "at first, all", "", 1000, "4 more answers within 10s" },
	{ "then the rest", "oo-x", 4000, "1 more answer within 10s" },
	{ "healthy, nothing", "oooo", 4000, "" },
	{ "open, time and trials", "xxxx", 6000,
	    "half-open in 3s, then 2 successes in a row to close" },
	{ "half-open, trials", "xxxx", 9000, "2 successes in a row to close" },
	{ "one of them less", "xxxx_____o", 10000,
	    "1 success in a row to close" },
};

static void
test_missing(void **state)
{
	const struct missing_row *row = *state;
	struct evaluator *e = breaker_new(&half, 0);
	char text[EVALUATOR_TEXT_MAX] = "";

	tell(e, row->samples);
	evaluator_missing(e, row->now_ms, text);
	assert_string_equal(text, row->missing);
	evaluator_free(e);
}

static void
test_reset_closes_it(void **state)
{
	struct evaluator *e = breaker_new(&half, 0);
	struct sample late = sample(12000, 'X');

	(void)state;
	tell(e, "xxxx");
	evaluator_reset(e, 10000);
	assert_string_equal(evaluator_state(e, 10000), "closed");
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_UNKNOWN);
	for (int i = 0; i < 4; i++)
		evaluator_observe(e, &late); /* asked before */
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_UNKNOWN);
	for (int i = 0; i < 3; i++) {
		late = sample(12000, 'x');
		evaluator_observe(e, &late);
	}
	assert_string_equal(evaluator_state(e, 12000), "closed");
	evaluator_observe(e, &late);
	assert_string_equal(evaluator_state(e, 12000), "open");
	evaluator_free(e);
}

static void
test_a_verdict_grows_stale_and_is_reached_again(void **state)
{
	struct evaluator *e = breaker_new(&half, 20000);

	(void)state;
	tell(e, "xxxx");
	assert_false(evaluator_is_stale(e, 24000));
	assert_true(evaluator_is_stale(e, 24001));
	tell(e, "____________________________xxx");
	assert_true(evaluator_is_stale(e, 31000));
	tell(e, "_______________________________x");
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_TRIPPED);
	assert_false(evaluator_is_stale(e, 32000));
	evaluator_free(e);
}

static struct check_row {
	const char *name;
	struct breaker_settings settings;
	int64_t interval_ms, timeout_ms;
	int64_t fastest_ms, slowest_ms;
	const char *objections;
} check_rows[] = {
	{ "the defaults, every five seconds",
	    { 0.5, 60000, 5, 30000, 3, 0, 0, 0 }, 5000, 2000, 10000, 32000,
	    "" },
	{ "the handbook's numbers: a hang of a minute opens it",
	    { 0.5, 10000, 1, 30000, 1, 0, 0, 0 }, 5000, 60000, 0, 65000,
	    "doubt: one failed probe is enough to open it: 1 of min_samples 1 "
	    "is 100%, and error_threshold is 50%; set min_samples to at least "
	    "3\n" },
	{ "the same, and two samples", { 0.5, 10000, 2, 30000, 1, 0, 0, 0 },
	    5000, 60000, 0, 10000,
	    "doubt: this breaker cannot open on a hang: with timeout 1m "
	    "time-outs of \"health\" come 1m5s apart, which makes 1 in a "
	    "window of 10s, and min_samples is 2; set window to at least "
	    "1m6s, or a shorter timeout\n"
	    "doubt: one failed probe is enough to open it: 1 of min_samples 2 "
	    "is 50%, and error_threshold is 50%; set min_samples to at least "
	    "3\n" },
	{ "more samples than fit", { 0.5, 10000, 3, 30000, 1, 0, 0, 0 }, 5000,
	    2000, 5000, 10000,
	    "wrong: this breaker can never open: an answer every 5s makes 2 in "
	    "a window of 10s, and min_samples is 3; set window to at least "
	    "11s\n" },
	{ "just enough room", { 0.5, 10103, 3, 30000, 1, 0, 0, 0 }, 5000, 2000,
	    5000, 17000, "" },
	{ "time-outs just too far apart", { 0.5, 10103, 3, 30000, 1, 0, 0, 0 },
	    5000, 5000, 5000, 15000,
	    "doubt: this breaker cannot open on a hang: with timeout 5s "
	    "time-outs of \"health\" come 10s apart, which makes 2 in a "
	    "window of 10s103ms, and min_samples is 3; set window to at least "
	    "21s, or a shorter timeout\n" },
	{ "one failure among five", { 0.2, 60000, 5, 30000, 3, 0, 0, 0 }, 5000,
	    2000, 0, 27000,
	    "doubt: one failed probe is enough to open it: 1 of min_samples 5 "
	    "is 20%, and error_threshold is 20%; set min_samples to at least "
	    "6\n" },
	{ "a longest reset that is shorter than the first",
	    { 0.5, 60000, 5, 30000, 3, 2, 29999, 0 }, 5000, 2000, 10000, 32000,
	    "wrong: max_reset_timeout 29s999ms is shorter than reset_timeout "
	    "30s\n" },
	{ "one just as long is right", { 0.5, 60000, 5, 30000, 3, 2, 30000, 0 },
	    5000, 2000, 10000, 32000, "" },
	{ "a longest reset without back-off",
	    { 0.5, 60000, 5, 30000, 3, 0, 60000, 0 }, 5000, 2000, 10000, 32000,
	    "doubt: max_reset_timeout does nothing without a backoff above "
	    "1\n" },
	{ "a slow call as slow as the time-out",
	    { 0.5, 60000, 5, 30000, 3, 0, 0, 2000 }, 5000, 2000, 10000, 32000,
	    "doubt: slow_call 2s does nothing, as after the timeout of 2s an "
	    "answer is a failure anyway\n" },
	{ "just below", { 0.5, 60000, 5, 30000, 3, 0, 0, 1999 }, 5000, 2000,
	    10000, 32000, "" },
};

static void
note(enum objection objection, const char *text, void *arg)
{
	char *all = arg;
	size_t end = strlen(all);

	(void)snprintf(all + end, 1024 - end, "%s: %s\n",
	    objection == OBJECTION_WRONG ? "wrong" : "doubt", text);
}

static void
test_check(void **state)
{
	const struct check_row *row = *state;
	struct probe_settings probe = { .name = "health",
		.interval_ms = row->interval_ms,
		.timeout_ms = row->timeout_ms };
	struct evaluator_settings e = { .name = "breaker",
		.kind = &evaluator_breaker,
		.settings = &row->settings };
	struct evaluator_source source = { .probe = &probe, .slot = -1 };
	char objections[1024] = "";

	evaluator_check(&e, &source, 1, note, objections);
	assert_string_equal(objections, row->objections);
	assert_int_equal(
	    evaluator_fastest_trip_ms(&e, &source, 1), row->fastest_ms);
	assert_int_equal(
	    evaluator_slowest_trip_ms(&e, &source, 1), row->slowest_ms);
}

/*
 * Asks as the poller does: at each multiple of the interval, unless the last
 * question is still open.  After so many good answers, and after_ms, each
 * answer takes so long and is a failure.  How long until it trips?
 */
static int64_t
time_to_trip_ms(const struct breaker_settings *settings,
    const struct probe_settings *probe, int good, int64_t after_ms,
    int64_t answer_ms)
{
	struct evaluator *e = breaker_new(settings, 0);
	struct sample s = { .outcome = SAMPLE_OK, .answered_ms = -1 };
	int64_t bad_ms = (good - 1) * probe->interval_ms + after_ms;

	assert_non_null(e);
	for (int64_t ms = 0; ms < 1000000; ms += probe->interval_ms) {
		if (ms <= s.answered_ms)
			continue;
		s.asked_ms = s.answered_ms = ms;
		if (ms >= bad_ms) {
			s.outcome = SAMPLE_FAILED;
			s.answered_ms += answer_ms;
		}
		if (evaluator_observe(e, &s).verdict == VERDICT_TRIPPED)
			break;
	}
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_TRIPPED);
	evaluator_free(e);
	return s.answered_ms - bad_ms;
}

static struct time_row {
	const char *name;
	struct breaker_settings settings;
	int64_t timeout_ms;
} time_rows[] = {
	{ "quick time-outs", { 0.5, 60000, 5, 30000, 3, 0, 0, 0 }, 400 },
	{ "time-outs just below the interval",
	    { 0.5, 60000, 5, 30000, 3, 0, 0, 0 }, 999 },
	{ "just as long", { 0.5, 60000, 5, 30000, 3, 0, 0, 0 }, 1000 },
	{ "longer", { 0.5, 60000, 5, 30000, 3, 0, 0, 0 }, 3500 },
	{ "a low threshold", { 0.1, 20000, 5, 30000, 3, 0, 0, 0 }, 1999 },
	{ "all must fail", { 1.0, 10000, 3, 30000, 3, 0, 0, 0 }, 2500 },
	{ "just room for them", { 0.7, 9092, 10, 30000, 3, 0, 0, 0 }, 500 },
	{ "longer than the window", { 0.5, 2000, 1, 30000, 3, 0, 0, 0 }, 7000 },
};

/*
 * Over windows from empty to full before it went bad, quick and slow answers,
 * and every moment of going bad: never sooner, never later, and no more than
 * one answer and one slice better than the worst that was said.
 */
static void
test_it_trips_in_the_time_it_says(void **state)
{
	const struct time_row *row = *state;
	struct probe_settings probe = { .name = "health",
		.interval_ms = 1000,
		.timeout_ms = row->timeout_ms };
	struct evaluator_settings e = { .name = "breaker",
		.kind = &evaluator_breaker,
		.settings = &row->settings };
	struct evaluator_source source = { .probe = &probe, .slot = -1 };
	int64_t said_ms = evaluator_slowest_trip_ms(&e, &source, 1);
	int64_t worst_ms = 0, best_ms = INT64_MAX, ms;

	for (int good = 0; good < 70; good++)
		for (int64_t after_ms = 1; after_ms <= 1000; after_ms += 111) {
			ms = time_to_trip_ms(
			    &row->settings, &probe, good, after_ms, 0);
			worst_ms = ms > worst_ms ? ms : worst_ms;
			best_ms = ms < best_ms ? ms : best_ms;
			ms = time_to_trip_ms(&row->settings, &probe, good,
			    after_ms, row->timeout_ms);
			worst_ms = ms > worst_ms ? ms : worst_ms;
		}
	assert_int_equal(best_ms, evaluator_fastest_trip_ms(&e, &source, 1));
	/* It went bad 1 ms after a question, not 0. */
	assert_true(worst_ms + 1 <= said_ms);
	assert_true(worst_ms + 1 + row->timeout_ms + 1000 +
		row->settings.window_ms / BREAKER_SLICES >=
	    said_ms);
}

static void
test_ratios_are_as_people_write_them(void **state)
{
	struct breaker_settings s = half;

	(void)state;
	for (unsigned percent = 1; percent <= 100; percent++) {
		s.error_threshold = percent / 100.0;
		assert_true(breaker_reaches(&s, percent * 7, 700));
		assert_false(breaker_reaches(&s, percent * 7 - 1, 700));
		s.error_threshold = percent * 0.01;
		assert_true(breaker_reaches(&s, percent, 100));
	}
}

static void
test_its_table_holds_together(void **state)
{
	const struct option_table *t = evaluator_breaker.table;

	(void)state;
	assert_string_equal(evaluator_breaker.name, "breaker");
	assert_int_equal(t->size, sizeof(struct breaker_settings));
	for (size_t i = 0; i < t->count; i++) {
		assert_non_null(t->options[i].help);
		assert_in_range(t->options[i].offset, 0, t->size - 1);
	}
}

static void
add_row(
    struct CMUnitTest *test, const char *name, CMUnitTestFunction f, void *row)
{
	*test = (struct CMUnitTest){
		.name = name, .test_func = f, .initial_state = row
	};
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_finding_says_how_much_and_since_when),
		cmocka_unit_test(test_open_it_says_what_is_now),
		cmocka_unit_test(
		    test_it_began_to_be_healthy_with_the_first_trial),
		cmocka_unit_test(test_a_failed_trial_does_not_begin_it_anew),
		cmocka_unit_test(test_of_slow_answers_it_says_so),
		cmocka_unit_test(test_reset_closes_it),
		cmocka_unit_test(
		    test_a_verdict_grows_stale_and_is_reached_again),
		cmocka_unit_test(test_ratios_are_as_people_write_them),
		cmocka_unit_test(test_its_table_holds_together),
	};
	static struct CMUnitTest rest[ARRAY_LEN(rows) +
	    ARRAY_LEN(evidence_rows) + ARRAY_LEN(missing_rows) +
	    ARRAY_LEN(check_rows) + ARRAY_LEN(time_rows)];
	struct CMUnitTest *t = rest;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		add_row(t++, rows[i].name, test_row, &rows[i]);
	for (size_t i = 0; i < ARRAY_LEN(evidence_rows); i++)
		add_row(t++, evidence_rows[i].name, test_evidence,
		    &evidence_rows[i]);
	for (size_t i = 0; i < ARRAY_LEN(missing_rows); i++)
		add_row(
		    t++, missing_rows[i].name, test_missing, &missing_rows[i]);
	for (size_t i = 0; i < ARRAY_LEN(check_rows); i++)
		add_row(t++, check_rows[i].name, test_check, &check_rows[i]);
	for (size_t i = 0; i < ARRAY_LEN(time_rows); i++)
		add_row(t++, time_rows[i].name,
		    test_it_trips_in_the_time_it_says, &time_rows[i]);
	return cmocka_run_group_tests(rest, NULL, NULL) +
	    cmocka_run_group_tests(rules, NULL, NULL);
}
