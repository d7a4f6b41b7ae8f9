/*
 * A drill from its beginning to its end, as the daemon tells it: "at word", in
 * seconds; "tick" is time alone, "?inject", "?heal", "?wait", "?end" what is to
 * be done just then, "?busy" and "?free" whether rules may begin anything.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/zone.h"
#include "decision/decision.h"
#include "service/drill.h"

#define STORY_MAX 512

static const struct drill_plan base = {
	.detect_ms = 60000,
	.first_step_ms = 300000,
	.recover_ms = 900000,
	.watching_ms = 10000,
	.blind_ms = 420000,
};

struct row {
	const char *name;
	enum drill_kind kind;
	const char *story;
	enum drill_result result;
	const char *reason; /* a part of it */
	bool is_broken;
};

#define GOOD "?inject 1 injecting ?busy 5 injected ?free "
#define NOTICED "7 bad 10 tripped 10 decision "
#define MENDED "12 first_step 20 steps_done 25 verified 26 recovered "

static const struct row rows[] = {
	{ "noticed, rolled back, verified", DRILL_VERSION,
	    GOOD NOTICED MENDED "?end", DRILL_PASSED, "", false },
	{ "bad before its last step was done", DRILL_VERSION,
	    "1 injecting 3 bad 5 injected 10 tripped 10 decision " MENDED
	    "?end",
	    DRILL_PASSED, "", false },
	{ "detected late", DRILL_VERSION,
	    GOOD "66 tripped 66 decision 67 first_step 70 steps_done "
		 "75 verified 75 recovered ?end",
	    DRILL_LATE, "detected took 1m1s, its objective is 1m", false },
	{ "detected to the last", DRILL_VERSION,
	    GOOD "65 tripped 65 decision 67 first_step 70 steps_done "
		 "75 verified 75 recovered ?end",
	    DRILL_PASSED, "", false },
	{ "first step late", DRILL_VERSION,
	    GOOD NOTICED "311 first_step 320 steps_done 325 verified "
			 "325 recovered ?end",
	    DRILL_LATE, "first step took 5m1s, its objective is 5m", false },
	{ "verified late", DRILL_VERSION,
	    GOOD NOTICED "12 first_step 900 steps_done 906 verified "
			 "906 recovered ?end",
	    DRILL_LATE, "verified took 15m1s", false },
	{ "never detected", DRILL_VERSION,
	    GOOD "125 tick ?wait 126 tick ?heal 126 healing ?busy 130 healed "
		 "?wait ?busy 135 well ?end ?free",
	    DRILL_FAILED, "not detected within twice its objective of 1m",
	    false },
	{ "never detected, and not healed", DRILL_VERSION,
	    GOOD "126 tick 126 healing 130 not_healed ?end", DRILL_FAILED,
	    "it could not be healed", true },
	{ "healed, and not well", DRILL_VERSION,
	    GOOD "126 tick 126 healing 130 healed 1030 tick ?wait 1031 tick "
		 "?end",
	    DRILL_FAILED, "is not well since", true },
	{ "detected, and no step begins", DRILL_VERSION,
	    GOOD NOTICED "610 tick ?wait 611 tick ?heal 611 healing "
			 "620 healed 625 well ?end",
	    DRILL_FAILED, "no step began within twice its objective", false },
	{ "steps take long: that is the incident's business", DRILL_VERSION,
	    GOOD NOTICED "12 first_step 5000 tick ?wait 5000 not_recovered "
			 "?heal",
	    DRILL_FAILED, "the rollback ended as", false },
	{ "rolled back, and not well", DRILL_VERSION,
	    GOOD NOTICED "12 first_step 20 steps_done 90 not_recovered ?heal "
			 "?busy 91 healing 95 healed 99 well ?end",
	    DRILL_FAILED, "the rollback ended as", false },
	{ "not injected", DRILL_VERSION,
	    "1 injecting 5 not_injected ?heal 5 healing 6 healed 6 well ?end",
	    DRILL_FAILED, "it could not be injected", false },
	{ "turned down by a person", DRILL_VERSION,
	    GOOD NOTICED "20 rejected ?heal", DRILL_FAILED,
	    "was not approved: rejected", false },
	{ "noticed for a moment", DRILL_VERSION,
	    GOOD NOTICED "20 withdrawn ?wait 40 tripped 40 decision "
			 "41 first_step 42 steps_done 43 verified "
			 "43 recovered ?end",
	    DRILL_PASSED, "", false },
	{ "noticed for a moment, and then no more", DRILL_VERSION,
	    GOOD NOTICED "20 withdrawn 126 tick ?heal", DRILL_FAILED,
	    "or went away again", false },
	{ "the rules only propose", DRILL_VERSION,
	    GOOD "10 tripped 10 proposal ?heal ?busy 11 healing 15 healed "
		 "20 well ?end",
	    DRILL_PASSED, "the rules only propose a rollback", false },
	{ "proposed while it was injected: before the deployment",
	    DRILL_VERSION,
	    "1 injecting 3 proposal 4 withdrawn 5 injected " NOTICED MENDED
	    "?end",
	    DRILL_PASSED, "", false },
	{ "aborted before anything was done", DRILL_VERSION, "1 abort ?end",
	    DRILL_ABORTED, "aborted: by an operator", false },
	{ "aborted while it is injected", DRILL_VERSION,
	    "1 injecting 2 abort ?wait ?busy 5 injected ?heal 5 healing "
	    "9 healed 12 well ?end",
	    DRILL_ABORTED, "", false },
	{ "aborted before it is noticed", DRILL_VERSION,
	    GOOD "8 abort ?heal ?busy 8 healing 9 healed 12 well ?end",
	    DRILL_ABORTED, "", false },
	{ "aborted in the midst of steps: these end first", DRILL_VERSION,
	    GOOD NOTICED "12 first_step 15 abort ?wait 20 recovered ?heal "
			 "21 healing 25 healed 26 well ?end",
	    DRILL_ABORTED, "", false },
	{ "aborted twice", DRILL_VERSION,
	    GOOD "8 abort 9 abort 9 healing 10 healed 11 well ?end",
	    DRILL_ABORTED, "", false },
	{ "a fault is healed when the steps are done", DRILL_FAULT,
	    GOOD NOTICED "12 first_step ?wait 20 steps_done ?heal 20 healing "
			 "22 healed ?wait 25 verified 26 recovered ?end",
	    DRILL_PASSED, "", false },
	{ "verified before the fault is healed", DRILL_FAULT,
	    GOOD NOTICED "12 first_step 20 steps_done 20 healing 25 verified "
			 "26 recovered ?wait 30 healed ?wait 31 well ?end",
	    DRILL_PASSED, "", false },
	{ "verified, and the fault stays", DRILL_FAULT,
	    GOOD NOTICED "12 first_step 20 steps_done 20 healing 25 verified "
			 "26 recovered 30 not_healed ?end",
	    DRILL_FAILED, "it could not be healed", true },
	{ "healed, verification fails: healed again", DRILL_FAULT,
	    GOOD NOTICED "12 first_step 20 steps_done 20 healing 22 healed "
			 "90 not_recovered ?heal 90 healing 95 healed 96 well "
			 "?end",
	    DRILL_FAILED, "the rollback ended as", false },
	{ "what heals the fault deploys: not before the incident is closed",
	    DRILL_FAULT,
	    "late " GOOD NOTICED "12 first_step 20 steps_done ?wait "
	    "25 verified 26 recovered ?heal 27 healing 30 healed 31 well ?end",
	    DRILL_PASSED, "", false },
	{ "killed", DRILL_KILL, "?inject 1 injecting ?free 3 restart ?end",
	    DRILL_PASSED, "", false },
	{ "killed, and long away", DRILL_KILL, "1 injecting 12 restart ?end",
	    DRILL_LATE, "watching again took 11s, its objective is 10s",
	    false },
	{ "restarted before it was begun", DRILL_KILL, "3 restart ?end",
	    DRILL_ABORTED, "started anew before", false },
	{ "the same of a version", DRILL_VERSION, "3 restart ?end",
	    DRILL_ABORTED, "started anew before", false },
	{ "goes on after a restart", DRILL_VERSION,
	    GOOD "6 restart ?wait " NOTICED MENDED "?end", DRILL_PASSED, "",
	    false },
	{ "blind, and people are told", DRILL_BLIND,
	    "?inject 1 injecting ?wait 301 alarm ?end", DRILL_PASSED, "",
	    false },
	{ "blind, and nobody is told", DRILL_BLIND,
	    "1 injecting 420 tick ?wait 421 tick ?end", DRILL_FAILED,
	    "nobody was told", false },
	{ "blind, and yet a rollback", DRILL_BLIND,
	    "1 injecting 20 decision ?end", DRILL_FAILED,
	    "a rollback was decided while nothing could be seen", false },
	{ "blind, and started anew", DRILL_BLIND, "1 injecting 9 restart ?end",
	    DRILL_FAILED, "it sees again", false },
	{ "blind, and aborted", DRILL_BLIND, "1 injecting 9 abort ?end",
	    DRILL_ABORTED, "", false },
};

static void
must_be(const struct row *r, const struct drill *d, const char *word)
{
	static const char *const todos[] = { "?wait", "?inject", "?heal",
		"?end" };
	const char *is = todos[drill_todo(d)];

	if (strcmp(word, "?busy") == 0 || strcmp(word, "?free") == 0)
		is = drill_is_busy(d) ? "?busy" : "?free";
	if (strcmp(is, word) != 0)
		fail_msg("%s: %s instead of %s", r->name, is, word);
}

static void
hear(struct drill *d, const char *word, int64_t at_ms)
{
	enum drill_input input;

	if (strcmp(word, "rejected") == 0)
		drill_saw(d, DRILL_SAW_WITHDRAWN, word, at_ms);
	else if (drill_input_parse(word, &input))
		drill_saw(d, input, NULL, at_ms);
	else
		assert_string_equal(word, "tick");
	(void)drill_tick(d, at_ms);
}

static void
run(const struct row *r, struct drill *d)
{
	struct drill_plan plan = base;
	char story[STORY_MAX], *rest = story;
	const char *word;

	plan.kind = r->kind;
	drill_begin(d, &plan, 0);
	(void)snprintf(story, sizeof(story), "%s", r->story);
	while ((word = strsep(&rest, " ")) != NULL) {
		if (*word == '\0')
			continue;
		if (strcmp(word, "late") == 0)
			d->plan.heals_late = true;
		else if (*word == '?')
			must_be(r, d, word);
		else
			hear(d, strsep(&rest, " "), atoll(word) * 1000);
	}
}

static void
test_stories(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *r = &rows[i];
		struct drill d;

		run(r, &d);
		if (strcmp(drill_result_word(d.result),
			drill_result_word(r->result)) != 0)
			fail_msg("%s: %s instead of %s (%s)", r->name,
			    drill_result_word(d.result),
			    drill_result_word(r->result), d.reason);
		if (strstr(d.reason, r->reason) == NULL)
			fail_msg("%s: \"%s\"", r->name, d.reason);
		if (drill_left_broken(&d) != r->is_broken)
			fail_msg("%s: broken %d", r->name, !r->is_broken);
	}
}

static void
test_what_is_measured(void **state)
{
	static const struct {
		const char *what;
		int64_t took_ms, objective_ms;
	} expected[] = {
		{ "first bad sample", 2000, 0 },
		{ "detected", 5000, 60000 },
		{ "decided", 0, 0 },
		{ "first step", 2000, 300000 },
		{ "steps done", 8000, 0 },
		{ "verified", 20000, 900000 },
	};
	struct drill_line lines[DRILL_LINES_MAX];
	struct drill d;

	(void)state;
	run(&rows[0], &d);
	assert_int_equal(drill_lines(&d, lines), ARRAY_LEN(expected));
	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		assert_string_equal(lines[i].what, expected[i].what);
		assert_int_equal(lines[i].took_ms, expected[i].took_ms);
		assert_int_equal(
		    lines[i].objective_ms, expected[i].objective_ms);
		assert_true(lines[i].has_come && lines[i].is_met);
	}
}

static void
test_every_input_has_its_word(void **state)
{
	enum drill_input input;

	(void)state;
	for (int i = 0; i <= DRILL_SAW_TIME; i++) {
		assert_true(drill_input_parse(
		    drill_input_word((enum drill_input)i), &input));
		assert_int_equal(input, i);
	}
	assert_false(drill_input_parse("nonsense", &input));
}

/* Nobody lives in drills alone: it is blind only while it is on. */
static void
test_blind_only_while_it_is_on(void **state)
{
	struct drill_plan plan = base;
	struct drill d;

	(void)state;
	plan.kind = DRILL_BLIND;
	drill_begin(&d, &plan, 0);
	assert_false(drill_is_blind(&d));
	drill_saw(&d, DRILL_SAW_INJECTING, NULL, 1);
	assert_true(drill_is_blind(&d));
	drill_saw(&d, DRILL_SAW_ALARM, NULL, 2);
	assert_false(drill_is_blind(&d));
}

#define DAY INT64_C(86400000)
/* A Tuesday, 00:00 UTC. */
#define TUESDAY INT64_C(1767657600000)
#define AT(hours) (TUESDAY + (hours)*INT64_C(3600000))

static void
test_when_one_is_due(void **state)
{
	static const struct {
		const char *name;
		int64_t every_ms, passed_ms, tried_ms, now_ms;
		bool is_due;
	} whens[] = {
		{ "none is wanted", 0, 0, 0, AT(10), false },
		{ "never before", 7 * DAY, 0, 0, AT(10), true },
		{ "before the window", 7 * DAY, 0, 0, AT(10) - 1, false },
		{ "behind it", 7 * DAY, 0, 0, AT(12), false },
		{ "another day", 7 * DAY, 0, 0, AT(10) + DAY, false },
		{ "just now", 7 * DAY, AT(10), AT(10), AT(11), false },
		{ "a week ago", 7 * DAY, AT(10) - 7 * DAY, AT(10) - 7 * DAY,
		    AT(10), true },
		{ "a little less", 7 * DAY, AT(10) - 7 * DAY + 1,
		    AT(10) - 7 * DAY, AT(10), false },
		{ "failed in this window", 7 * DAY, AT(10) - 14 * DAY, AT(10),
		    AT(11), false },
		{ "failed in the last one", 7 * DAY, AT(10) - 14 * DAY,
		    AT(10) - 7 * DAY, AT(10), true },
		{ "every hour, failed an hour ago", 3600000, 0, AT(10), AT(11),
		    true },
		{ "the clock was set back", 7 * DAY, AT(20), AT(20), AT(10),
		    true },
	};
	struct drill_settings s = { .is_given = true };
	struct calendar_span span;
	char zone[CALENDAR_ZONE_MAX];
	struct error err;

	(void)state;
	assert_true(calendar_parse(&span, "Tue 10:00-12:00", zone, &err));
	span.zone = zone_utc();
	s.when_open = (struct calendar){ &span, 1 };
	for (size_t i = 0; i < ARRAY_LEN(whens); i++) {
		s.every_ms = whens[i].every_ms;
		if (drill_is_due(&s, whens[i].passed_ms, whens[i].tried_ms,
			whens[i].now_ms) != whens[i].is_due)
			fail_msg("%s", whens[i].name);
	}
	s.when_open.count = 0;
	assert_true(drill_is_due(&s, 0, 0, AT(3)));
	s.is_given = false;
	assert_false(drill_is_due(&s, 0, 0, AT(3)));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stories),
		cmocka_unit_test(test_what_is_measured),
		cmocka_unit_test(test_every_input_has_its_word),
		cmocka_unit_test(test_blind_only_while_it_is_on),
		cmocka_unit_test(test_when_one_is_due),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
