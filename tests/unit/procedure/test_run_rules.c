/* What holds of every run, whatever its story. */
#include "tests/unit/procedure/run_story.h"

#include <limits.h>

static void
test_a_retry_waits_for_its_delay(void **state)
{
	struct step_settings steps[3] = { { A, RERUN, .attempts = 2,
	    .delay_ms = 1500 } };
	struct procedure_settings procedure;
	struct plan *plan = plan_of(&procedure, steps);
	struct run *r = run_new(plan);
	struct step_ended e = { 0, 1, 0, STEP_FAILED, 1, NULL, 0, false };

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
		{ 1, 1, 0, STEP_DONE, 0, NULL, 0, false },
		{ 0, 2, 0, STEP_DONE, 0, NULL, 0, false },
		{ 0, 0, 0, STEP_DONE, 0, NULL, 0, false },
		{ 0, 1, 1, STEP_DONE, 0, NULL, 0, false },
		{ 0, 1, 0, STEP_DONE, 0, NULL, 1, false },
		{ 0, 1, 0, STEP_SKIPPED, 0, NULL, 0, false },
		{ 0, 1, 0, (enum step_outcome)(STEP_SKIPPED + 1), 0, NULL, 0,
		    false },
	};
	struct step_settings steps[3] = { { A, CHECK }, { B } };
	struct procedure_settings procedure;
	struct plan *plan = plan_of(&procedure, steps);
	struct run *r = run_new(plan);
	struct step_ended e = { 0, 1, 0, STEP_INTERRUPTED, 0, NULL, 0, false };

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
	struct step_ended e = { 0, 1, 0, STEP_TIMED_OUT, 0, NULL, 0, false };

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
	struct step_ended e = { n.step, n.attempt, n.check, outcome, 0, capture,
		n.undo, false };

	assert_true(run_step_ended(r, &e, 0));
}

static void
test_captures_come_from_steps_that_are_done(void **state)
{
	struct step_settings steps[3] = { { A, RERUN, .attempts = 2,
					      .capture = "x" },
		{ B, .capture = "y" }, { C, .capture = "x" } };
	struct procedure_settings procedure;
	struct plan *plan = plan_of(&procedure, steps);
	struct run *r = run_new(plan);

	(void)state;
	assert_null(run_capture(r, 0, "x"));
	end_with_capture(r, STEP_FAILED, "half of it");
	assert_null(run_capture(r, 0, "x"));
	end_with_capture(r, STEP_DONE, "blue");
	assert_string_equal(run_capture(r, 0, "x"), "blue");
	end_with_capture(r, STEP_DONE, NULL);
	assert_null(run_capture(r, 0, "y"));
	assert_null(run_capture(r, 0, "z"));
	end_with_capture(r, STEP_DONE, "");
	assert_string_equal(run_capture(r, 0, "x"), "");
	run_free(r);
	plan_free(plan);
}

/* Each item's steps see what was captured for it, and nobody else does. */
static void
test_captures_of_each(void **state)
{
	static const char *words[] = { "web", "db" };
	static const char *command[] = { "/bin/do" };
	static const char *web_alone[] = { "seen == 'blue'" };
	static struct param given = { "unit", { words, 2 }, true };
	static struct param_spec spec = { .name = "unit" };
	static struct step_settings steps[] = {
		{ .name = "look",
		    .command = { command, 1 },
		    .for_each = "unit",
		    .capture = "seen" },
		{ .name = "act",
		    .command = { command, 1 },
		    .for_each = "unit",
		    .when = { web_alone, 1 } },
		{ .name = "rest", .command = { command, 1 } },
	};
	static const struct procedure_settings procedure = { .name = "p",
		.params = &spec,
		.param_count = 1,
		.steps = steps,
		.step_count = 3 };
	const struct params params = { &given, 1 };
	struct error err = { "" };
	struct plan *plan = plan_new(&procedure, &params, &err);
	struct run *r;

	(void)state;
	assert_string_equal(err.text, "");
	r = run_new(plan);
	end_with_capture(r, STEP_DONE, "blue");
	end_with_capture(r, STEP_DONE, "green");
	assert_string_equal(run_capture(r, 2, "seen"), "blue");
	assert_string_equal(run_capture(r, 3, "seen"), "green");
	assert_null(run_capture(r, 4, "seen"));
	assert_null(run_capture(r, UINT_MAX, "seen"));
	assert_int_equal(run_next(r).step, 2);
	end_with_capture(r, STEP_DONE, NULL);
	/* That of "db" is another one, and is passed over. */
	assert_int_equal(run_next(r).step, 4);
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
	assert_string_equal(run_capture(r, 0, "x"), longest);
	longest[RUN_CAPTURE_MAX] = 'v';
	longest[RUN_CAPTURE_MAX + 1] = '\0';
	end_with_capture(r, STEP_DONE, longest);
	assert_null(run_capture(r, 0, "y"));
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
		{ "n", "failed, with nothing done" },
		{ "f2", "failed, and its check cannot tell" },
		{ "f1", "failed, and is not done" },
		{ "k", "some of its processes cannot be killed" },
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
		struct step_settings steps[3] = { { A, CHECK, NOTHING_DONE } };
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
			.undo = { undo_command, draw(seed, 2) },
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
	assert_int_equal(x.undo, y.undo);
	assert_int_equal(x.outcome, y.outcome);
	assert_ptr_equal(x.procedure, y.procedure);
	assert_ptr_equal(x.reason, y.reason);
}

/* A key is never used twice. */
static void
assert_is_new(
    const struct step_ended *told, unsigned count, const struct step_ended *e)
{
	for (unsigned i = 0; i < count; i++)
		assert_false(told[i].step == e->step &&
		    told[i].attempt == e->attempt &&
		    told[i].check == e->check && told[i].undo == e->undo);
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
			(int)draw(seed, 3), "v", n.undo, draw(seed, 8) == 0 };

		/* Never one that is over, but to undo it. */
		assert_true(n.kind == NEXT_UNDO || n.step >= done);
		assert_is_new(told, count, &e);
		assert_in_range(n.attempt, 1, 4 + RUN_RERUNS_MAX);
		for (unsigned i = 0; i < count; i++)
			assert_true(run_step_ended(again, &told[i], 99));
		assert_same(r, again);
		run_free(again);
		assert_in_range(count, 0, 62);
		told[count++] = e;
		assert_true(run_step_ended(r, &e, 0));
		if (n.kind != NEXT_UNDO &&
		    run_step_outcome(r, n.step) == STEP_DONE)
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

static void
end_at_random(struct run *r, uint32_t *seed)
{
	struct next n = run_next(r);
	struct step_ended e = { n.step, n.attempt, n.check,
		(enum step_outcome)draw(seed, STEP_SKIPPED), (int)draw(seed, 3),
		NULL, n.undo, false };

	assert_true(run_step_ended(r, &e, 0));
}

/* Aborted after so many ends, with or without something under way. */
static void
abort_at(struct plan *plan, unsigned ends, bool begins, uint32_t *seed)
{
	struct run *r = run_new(plan);
	struct next before, after;

	while (ends-- > 0 && run_next(r).kind != NEXT_FINISHED)
		end_at_random(r, seed);
	before = run_next(r);
	if (begins)
		(void)run_step_begins(r); /* or it is over already */
	run_abort(r);
	after = run_next(r);
	if (before.kind != NEXT_FINISHED && begins) {
		assert_int_equal(after.kind, before.kind);
		assert_int_equal(after.step, before.step);
		assert_int_equal(after.attempt, before.attempt);
		assert_int_equal(after.check, before.check);
		end_at_random(r, seed);
	}
	after = run_next(r);
	assert_int_equal(after.kind, NEXT_FINISHED);
	if (before.kind != NEXT_FINISHED) {
		assert_int_equal(after.outcome, RUN_ABORTED);
		assert_null(after.procedure);
	} else
		assert_int_equal(after.outcome, before.outcome);
	run_free(r);
}

static void
test_after_an_abort_no_step_starts(void **state)
{
	uint32_t seed = 2;

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		struct step_settings steps[3];
		struct procedure_settings procedure;
		struct plan *plan;

		random_steps(steps, &seed);
		plan = plan_of(&procedure, steps);
		abort_at(plan, draw(&seed, 8), draw(&seed, 2) == 0, &seed);
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
		cmocka_unit_test(test_captures_of_each),
		cmocka_unit_test(test_a_capture_is_whole_or_none),
		cmocka_unit_test(test_reasons_are_for_people),
		cmocka_unit_test(test_words_read_back),
		cmocka_unit_test(test_the_same_ends_lead_to_the_same_next),
		cmocka_unit_test(test_after_an_abort_no_step_starts),
	};

	return cmocka_run_group_tests(rules, NULL, NULL);
}
