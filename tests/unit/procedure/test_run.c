/*
 * Each row is a story.  What happens, a letter each: d done, f failed, t timed
 * out, r refused, i interrupted, w withdrawn; of a check 0, 1, 2 are its exit
 * status; B the shell begins what is asked for, A somebody aborts.  Beside it
 * what is asked for, at first and after each of these: b2 is the second
 * attempt of step b, b2c1 the first check of that.
 */
#include "tests/unit/test.h"

#include <string.h>

#include "base/text.h"
#include "procedure/plan.h"
#include "procedure/run.h"

struct row {
	const char *name;
	struct step_settings steps[3]; /* those that have a name */
	const char *happens;
	const char *asked;
};

#define A .name = "a"
#define B .name = "b"
#define C .name = "c"
#define RERUN .resume = RESUME_RERUN
#define CHECK .resume = RESUME_CHECK, .check = { check_command, 1 }
#define CONTINUE .on_failure = "continue"
#define WHEN(condition) .when = { (const char *[]){ condition }, 1 }

static const char *check_command[] = { "/bin/check" };

/* clang-format off */
static struct row rows[] = {
	{ "steps come one after the other", { { A }, { B }, { C } },
	  "ddd", "a1 b1 c1 DONE" },
	{ "one step is enough", { { A } },
	  "d", "a1 DONE" },
	{ "a step that fails stops the run", { { A }, { B } },
	  "f", "a1 FAILED(a)" },
	{ "so does the second", { { A }, { B } },
	  "df", "a1 b1 FAILED(b)" },
	{ "stop may be said", { { A, .on_failure = "stop" }, { B } },
	  "f", "a1 FAILED(a)" },
	{ "after the end nothing changes", { { A }, { B } },
	  "fdfABA", "a1 FAILED(a) FAILED(a) FAILED(a) FAILED(a) FAILED(a) "
	  "FAILED(a)" },

	/* attempts */
	{ "a failed step is tried as often as it may", { { A, .attempts = 3 } },
	  "fff", "a1 a2 a3 FAILED(a)" },
	{ "and goes on once it is done", { { A, .attempts = 3 }, { B } },
	  "ffdd", "a1 a2 a3 b1 DONE" },
	{ "attempts are counted for each step",
	  { { A, .attempts = 2 }, { B, .attempts = 2 } },
	  "fdfd", "a1 a2 b1 b2 DONE" },
	{ "what was refused is not tried again", { { A, .attempts = 3 } },
	  "r", "a1 FAILED(a)" },
	{ "what timed out may have done its work", { { A, .attempts = 3 } },
	  "t", "a1 FAILED(a)" },
	{ "unless it may run again", { { A, RERUN, .attempts = 3 } },
	  "tft", "a1 a2 a3 FAILED(a)" },

	/* on_failure */
	{ "continue goes on with the next", { { A, CONTINUE }, { B } },
	  "fd", "a1 b1 DONE" },
	{ "continue with the last is the end", { { A, CONTINUE } },
	  "f", "a1 DONE" },
	{ "continue comes after all attempts",
	  { { A, CONTINUE, .attempts = 2 }, { B } },
	  "ffd", "a1 a2 b1 DONE" },
	{ "refused and timed out are failures too",
	  { { A, CONTINUE }, { B, CONTINUE }, { C } },
	  "rtd", "a1 b1 c1 DONE" },
	{ "another procedure can be asked for",
	  { { A, .on_failure = "procedure:plan-b" }, { B } },
	  "f", "a1 FAILED(a)>plan-b" },

	/* interrupted */
	{ "an unknown outcome ends the run", { { A }, { B } },
	  "i", "a1 INTERRUPTED(a)" },
	{ "attempts are not for that", { { A, CONTINUE, .attempts = 3 } },
	  "i", "a1 INTERRUPTED(a)" },
	{ "a step that may run again does", { { A, RERUN } },
	  "id", "a1 a2 DONE" },
	{ "but not for ever", { { A, RERUN } },
	  "iii", "a1 a2 a3 INTERRUPTED(a)" },
	{ "interruptions and failures are counted apart",
	  { { A, RERUN, .attempts = 2 }, { B } },
	  "ifiti", "a1 a2 a3 a4 FAILED(a) FAILED(a)" },
	{ "reruns are counted for each step", { { A, RERUN }, { B, RERUN } },
	  "iidiid", "a1 a2 a3 b1 b2 b3 DONE" },

	/* check */
	{ "done, says the check", { { A, CHECK }, { B } },
	  "i0d", "a1 a1c1 b1 DONE" },
	{ "not done: run again", { { A, CHECK } },
	  "i1d", "a1 a1c1 a2 DONE" },
	{ "each attempt has its own checks", { { A, CHECK } },
	  "i1i0", "a1 a1c1 a2 a2c1 DONE" },
	{ "again, but not for ever", { { A, CHECK } },
	  "i1i1i1", "a1 a1c1 a2 a2c1 a3 a3c1 INTERRUPTED(a)" },
	{ "a check that cannot tell ends the run", { { A, CHECK } },
	  "i2", "a1 a1c1 INTERRUPTED(a)" },
	{ "so does one that hangs", { { A, CHECK } },
	  "it", "a1 a1c1 INTERRUPTED(a)" },
	{ "or is not there", { { A, CHECK } },
	  "ir", "a1 a1c1 INTERRUPTED(a)" },
	{ "a check may be interrupted once", { { A, CHECK } },
	  "ii0", "a1 a1c1 a1c2 DONE" },
	{ "and not twice", { { A, CHECK } },
	  "iii", "a1 a1c1 a1c2 INTERRUPTED(a)" },
	{ "a failed step is not checked", { { A, CHECK, .attempts = 2 } },
	  "ff", "a1 a2 FAILED(a)" },
	{ "one that timed out may have been done after all",
	  { { A, CHECK }, { B } },
	  "t0d", "a1 a1c1 b1 DONE" },
	{ "or may be tried again", { { A, CHECK, .attempts = 2 } },
	  "t1t1", "a1 a1c1 a2 a2c1 FAILED(a)" },
	{ "or stays timed out: not done", { { A, CHECK } },
	  "t1", "a1 a1c1 FAILED(a)" },
	{ "or stays timed out: cannot tell",
	  { { A, CHECK, .on_failure = "procedure:plan-b" } },
	  "t2", "a1 a1c1 FAILED(a)>plan-b" },
	{ "or stays timed out: nobody looked", { { A, CHECK } },
	  "tii", "a1 a1c1 a1c2 FAILED(a)" },

	/* when */
	{ "an unwanted step is passed over",
	  { { A }, { B, WHEN("a is failed") }, { C } },
	  "dd", "a1 c1 DONE" },
	{ "a wanted one is not",
	  { { A, CONTINUE }, { B, WHEN("a is failed") }, { C } },
	  "fdd", "a1 b1 c1 DONE" },
	{ "the last one may be unwanted", { { A }, { B, WHEN("a is failed") } },
	  "d", "a1 DONE" },
	{ "skipped is an outcome",
	  { { A }, { B, WHEN("a is not done") }, { C, WHEN("b is skipped") } },
	  "dd", "a1 c1 DONE" },

	/* abort */
	{ "an abort before the start", { { A }, { B } },
	  "A", "a1 ABORTED(a)" },
	{ "an abort while a step runs waits for it", { { A }, { B } },
	  "BAd", "a1 a1 a1 ABORTED(b)" },
	{ "also for the last one", { { A } },
	  "BAd", "a1 a1 a1 ABORTED" },
	{ "no further attempt after it", { { A, .attempts = 3 } },
	  "BAf", "a1 a1 a1 ABORTED(a)" },
	{ "none is begun that was to come after a while",
	  { { A, .attempts = 3, .delay_ms = 1000 } },
	  "BfA", "a1 a1 a2 ABORTED(a)" },
	{ "no rerun", { { A, RERUN } },
	  "BAi", "a1 a1 a1 ABORTED(a)" },
	{ "no check", { { A, CHECK } },
	  "BAi", "a1 a1 a1 ABORTED(a)" },
	{ "a check under way still ends", { { A, CHECK }, { B } },
	  "BiBA0", "a1 a1 a1c1 a1c1 a1c1 ABORTED(b)" },
	{ "but is not repeated", { { A, CHECK } },
	  "BiBAi", "a1 a1 a1c1 a1c1 a1c1 ABORTED(a)" },
	{ "no other step", { { A, CONTINUE }, { B } },
	  "BAf", "a1 a1 a1 ABORTED(b)" },
	{ "no other procedure", { { A, .on_failure = "procedure:plan-b" } },
	  "BAf", "a1 a1 a1 ABORTED(a)" },
	{ "an unknown outcome does not hide an abort", { { A } },
	  "BAi", "a1 a1 a1 ABORTED(a)" },
	{ "a step taken back in time", { { A, .attempts = 3 }, { B } },
	  "BAw", "a1 a1 a1 ABORTED(a)" },
	{ "one taken back without an abort is none to go on behind",
	  { { A, .attempts = 3 }, { B } },
	  "w", "a1 ABORTED(a)" },
	{ "the same of a check", { { A, CHECK }, { B } },
	  "iw", "a1 a1c1 ABORTED(a)" },
};
/* clang-format on */

static struct plan *
plan_of(struct procedure_settings *procedure, struct step_settings *steps)
{
	static const char *command[] = { "/bin/true" };
	static const struct params none = { .count = 0 };
	struct error err = { "" };
	struct plan *plan;

	*procedure = (struct procedure_settings){ .name = "p", .steps = steps };
	for (size_t i = 0; i < 3 && steps[i].name != NULL; i++) {
		steps[i].command = (struct strings){ command, 1 };
		procedure->step_count++;
	}
	plan = plan_new(procedure, &none, &err);
	assert_string_equal(err.text, "");
	assert_non_null(plan);
	return plan;
}

static void
tell(struct text *t, const struct plan *plan, const struct run *r)
{
	static const char *const finished[] = {
		[RUN_DONE] = "DONE",
		[RUN_FAILED] = "FAILED",
		[RUN_INTERRUPTED] = "INTERRUPTED",
		[RUN_ABORTED] = "ABORTED",
	};
	struct next n = run_next(r);
	const char *label = n.step < plan_step_count(plan) ?
	    plan_step(plan, n.step)->label :
	    NULL;

	if (t->length > 0)
		text_add(t, " ");
	if (n.kind == NEXT_FINISHED) {
		assert_non_null(n.reason);
		text_add(t, finished[n.outcome]);
		if (label != NULL)
			text_addf(t, "(%s)", label);
		if (n.procedure != NULL)
			text_addf(t, ">%s", n.procedure);
		return;
	}
	text_addf(t, "%s%u", label, n.attempt);
	if (n.kind == NEXT_CHECK)
		text_addf(t, "c%u", n.check);
}

static struct step_ended
ending(const struct run *r, char letter)
{
	static const char letters[] = "dftriw";
	struct next n = run_next(r);
	struct step_ended e = { n.step, n.attempt, n.check, STEP_DONE, 0,
		NULL };

	if (letter >= '0' && letter <= '9') {
		e.exit_status = letter - '0';
		e.outcome = letter == '0' ? STEP_DONE : STEP_FAILED;
		return e;
	}
	e.outcome = (enum step_outcome)(strchr(letters, letter) - letters);
	if (e.outcome == STEP_FAILED)
		e.exit_status = 3;
	return e;
}

static void
happen(struct run *r, char letter)
{
	bool is_over = run_next(r).kind == NEXT_FINISHED;
	struct step_ended e;

	if (letter == 'A') {
		run_abort(r);
		return;
	}
	if (letter == 'B') {
		assert_int_equal(run_step_begins(r), !is_over);
		return;
	}
	e = ending(r, letter);
	assert_int_equal(run_step_ended(r, &e, 0), !is_over);
}

static void
test_row(void **state)
{
	struct row *row = *state;
	struct text asked = text_new(1024);
	struct procedure_settings procedure;
	struct plan *plan = plan_of(&procedure, row->steps);
	struct run *r = run_new(plan);

	assert_non_null(r);
	tell(&asked, plan, r);
	for (const char *c = row->happens; *c != '\0'; c++) {
		happen(r, *c);
		tell(&asked, plan, r);
	}
	assert_string_equal(text_str(&asked), row->asked);
	text_free(&asked);
	run_free(r);
	plan_free(plan);
}

static void
test_a_retry_waits_for_its_delay(void **state)
{
	struct step_settings steps[3] = { { A, .attempts = 2,
	    .delay_ms = 1500 } };
	struct procedure_settings procedure;
	struct plan *plan = plan_of(&procedure, steps);
	struct run *r = run_new(plan);
	struct step_ended e = { 0, 1, 0, STEP_FAILED, 1, NULL };

	(void)state;
	assert_int_equal(run_next(r).at_ms, 0);
	assert_true(run_step_ended(r, &e, 7000));
	assert_int_equal(run_next(r).at_ms, 8500);
	run_free(r);
	plan_free(plan);
}

static void
test_only_what_was_asked_for_can_end(void **state)
{
	static const struct step_ended odd[] = {
		{ 1, 1, 0, STEP_DONE, 0, NULL },
		{ 0, 2, 0, STEP_DONE, 0, NULL },
		{ 0, 0, 0, STEP_DONE, 0, NULL },
		{ 0, 1, 1, STEP_DONE, 0, NULL },
		{ 0, 1, 0, STEP_SKIPPED, 0, NULL },
		{ 0, 1, 0, (enum step_outcome)(STEP_SKIPPED + 1), 0, NULL },
	};
	struct step_settings steps[3] = { { A, CHECK }, { B } };
	struct procedure_settings procedure;
	struct plan *plan = plan_of(&procedure, steps);
	struct run *r = run_new(plan);
	struct step_ended e = { 0, 1, 0, STEP_INTERRUPTED, 0, NULL };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		assert_false(run_step_ended(r, &odd[i], 0));
		assert_int_equal(run_next(r).step, 0);
		assert_int_equal(run_next(r).attempt, 1);
	}
	assert_true(run_step_ended(r, &e, 0));
	/* Now it is the check that must end, not the step once more. */
	assert_false(run_step_ended(r, &e, 0));
	assert_int_equal(run_next(r).kind, NEXT_CHECK);
	run_free(r);
	plan_free(plan);
}

static void
test_outcomes_are_remembered(void **state)
{
	struct step_settings steps[3] = { { A, CONTINUE },
		{ B, WHEN("a is done") }, { C } };
	struct procedure_settings procedure;
	struct plan *plan = plan_of(&procedure, steps);
	struct run *r = run_new(plan);
	struct step_ended e = { 0, 1, 0, STEP_TIMED_OUT, 0, NULL };

	(void)state;
	assert_int_equal(run_step_outcome(r, 0), STEP_SKIPPED);
	assert_true(run_step_was_reached(r, 0));
	assert_false(run_step_was_reached(r, 1));
	assert_true(run_step_ended(r, &e, 0));
	assert_int_equal(run_step_outcome(r, 0), STEP_TIMED_OUT);
	assert_int_equal(run_step_outcome(r, 1), STEP_SKIPPED);
	assert_true(run_step_was_reached(r, 1));
	assert_true(run_step_was_reached(r, 2));
	assert_int_equal(run_step_outcome(r, 3), STEP_SKIPPED);
	assert_false(run_step_was_reached(r, 3));
	run_free(r);
	plan_free(plan);
}

static void
end_with_capture(struct run *r, enum step_outcome outcome, const char *capture)
{
	struct next n = run_next(r);
	struct step_ended e = { n.step, n.attempt, n.check, outcome, 0,
		capture };

	assert_true(run_step_ended(r, &e, 0));
}

static void
test_captures_come_from_steps_that_are_done(void **state)
{
	struct step_settings steps[3] = { { A, .attempts = 2, .capture = "x" },
		{ B, .capture = "y" }, { C, .capture = "x" } };
	struct procedure_settings procedure;
	struct plan *plan = plan_of(&procedure, steps);
	struct run *r = run_new(plan);

	(void)state;
	assert_null(run_capture(r, "x"));
	end_with_capture(r, STEP_FAILED, "half of it");
	assert_null(run_capture(r, "x"));
	end_with_capture(r, STEP_DONE, "blue");
	assert_string_equal(run_capture(r, "x"), "blue");
	end_with_capture(r, STEP_DONE, NULL);
	assert_null(run_capture(r, "y"));
	assert_null(run_capture(r, "z"));
	end_with_capture(r, STEP_DONE, "");
	assert_string_equal(run_capture(r, "x"), "");
	run_free(r);
	plan_free(plan);
}

static void
test_a_capture_is_whole_or_none(void **state)
{
	struct step_settings steps[3] = { { A, .capture = "x" },
		{ B, .capture = "y" }, { C } };
	struct procedure_settings procedure;
	struct plan *plan = plan_of(&procedure, steps);
	struct run *r = run_new(plan);
	char longest[RUN_CAPTURE_MAX + 2];

	(void)state;
	memset(longest, 'v', sizeof(longest));
	longest[RUN_CAPTURE_MAX] = '\0';
	end_with_capture(r, STEP_DONE, longest);
	assert_string_equal(run_capture(r, "x"), longest);
	longest[RUN_CAPTURE_MAX] = 'v';
	longest[RUN_CAPTURE_MAX + 1] = '\0';
	end_with_capture(r, STEP_DONE, longest);
	assert_null(run_capture(r, "y"));
	/* What is printed but not asked for goes nowhere. */
	end_with_capture(r, STEP_DONE, "more");
	run_free(r);
	plan_free(plan);
}

static void
test_reasons_are_for_people(void **state)
{
	static const struct {
		const char *happens;
		const char *reason;
	} reasons[] = {
		{ "d", "every step is over" },
		{ "f", "failed" },
		{ "r", "refused" },
		{ "t2", "timed out, and its check cannot tell" },
		{ "t1", "timed out, and is not done" },
		{ "i2", "interrupted, and its check cannot tell" },
		{ "i1i1i1", "interrupted too often" },
		{ "w", "taken back before it ran" },
		{ "A", "aborted" },
		{ "BAf", "aborted" },
		{ "BAi", "aborted, a step's outcome unknown" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		struct step_settings steps[3] = { { A, CHECK } };
		struct procedure_settings procedure;
		struct plan *plan = plan_of(&procedure, steps);
		struct run *r = run_new(plan);

		for (const char *c = reasons[i].happens; *c != '\0'; c++)
			happen(r, *c);
		assert_int_equal(run_next(r).kind, NEXT_FINISHED);
		assert_string_equal(run_next(r).reason, reasons[i].reason);
		run_free(r);
		plan_free(plan);
	}
}

static void
test_words_read_back(void **state)
{
	enum step_outcome outcome;

	(void)state;
	for (unsigned i = STEP_DONE; i <= STEP_SKIPPED; i++) {
		const char *word = step_outcome_word((enum step_outcome)i);

		assert_true(step_outcome_parse(word, &outcome));
		assert_int_equal(outcome, i);
	}
	assert_false(step_outcome_parse("Done", &outcome));
	assert_false(step_outcome_parse("", &outcome));
	assert_string_equal(step_outcome_word(STEP_TIMED_OUT), "timed_out");
	assert_string_equal(run_outcome_word(RUN_DONE), "done");
	assert_string_equal(run_outcome_word(RUN_FAILED), "failed");
	assert_string_equal(run_outcome_word(RUN_INTERRUPTED), "interrupted");
	assert_string_equal(run_outcome_word(RUN_ABORTED), "aborted");
}

static unsigned
draw(uint32_t *seed, unsigned below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 16) % below;
}

static void
random_steps(struct step_settings steps[3], uint32_t *seed)
{
	static const char *const names[] = { "a", "b", "c" };
	static const char *const then[] = { NULL, "stop", "continue",
		"procedure:q" };

	for (unsigned i = 0; i < 3; i++)
		steps[i] = (struct step_settings){
			.name = names[i],
			.attempts = draw(seed, 4),
			.resume = (enum resume)draw(seed, 3),
			.check = { check_command, 1 },
			.on_failure = then[draw(seed, 4)],
			.capture = draw(seed, 2) == 0 ? names[i] : NULL,
		};
}

static void
assert_same(const struct run *a, const struct run *b)
{
	struct next x = run_next(a), y = run_next(b);

	assert_int_equal(x.kind, y.kind);
	assert_int_equal(x.step, y.step);
	assert_int_equal(x.attempt, y.attempt);
	assert_int_equal(x.check, y.check);
	assert_ptr_equal(x.procedure, y.procedure);
	assert_ptr_equal(x.reason, y.reason);
}

/* What the runner relies on, and that no run goes on for ever. */
static void
walk(struct plan *plan, uint32_t *seed)
{
	struct step_ended told[64];
	unsigned count = 0, done = 0;
	struct run *r = run_new(plan);

	while (run_next(r).kind != NEXT_FINISHED) {
		struct next n = run_next(r);
		struct run *again = run_new(plan);
		struct step_ended e = { n.step, n.attempt, n.check,
			(enum step_outcome)draw(seed, STEP_SKIPPED),
			(int)draw(seed, 3), "v" };

		assert_true(n.step >= done); /* never one that is over */
		assert_in_range(n.attempt, 1, 4 + RUN_RERUNS_MAX);
		for (unsigned i = 0; i < count; i++)
			assert_true(run_step_ended(again, &told[i], 99));
		assert_same(r, again);
		run_free(again);
		assert_in_range(count, 0, 62);
		told[count++] = e;
		assert_true(run_step_ended(r, &e, 0));
		if (run_step_outcome(r, n.step) == STEP_DONE)
			done = n.step + 1;
	}
	run_free(r);
}

static void
test_the_same_ends_lead_to_the_same_next(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		struct step_settings steps[3];
		struct procedure_settings procedure;
		struct plan *plan;

		random_steps(steps, &seed);
		plan = plan_of(&procedure, steps);
		walk(plan, &seed);
		plan_free(plan);
	}
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_a_retry_waits_for_its_delay),
		cmocka_unit_test(test_only_what_was_asked_for_can_end),
		cmocka_unit_test(test_outcomes_are_remembered),
		cmocka_unit_test(test_captures_come_from_steps_that_are_done),
		cmocka_unit_test(test_a_capture_is_whole_or_none),
		cmocka_unit_test(test_reasons_are_for_people),
		cmocka_unit_test(test_words_read_back),
		cmocka_unit_test(test_the_same_ends_lead_to_the_same_next),
	};
	struct CMUnitTest stories[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		stories[i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i],
		};
	failed = cmocka_run_group_tests(stories, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
