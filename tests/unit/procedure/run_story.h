/*
 * run_story.h - procedures of up to three steps a, b and c, and letters for
 * what happens to them: d done, f failed, n failed with nothing done, t timed
 * out, r refused, i interrupted, k the same with some of it that cannot be
 * killed, w withdrawn; of a check 0, 1, 2 are its exit status; B the shell
 * begins what is asked for, A somebody aborts, S time is up.
 *
 * What is asked for is told as b2 for the second attempt of step b, b2c1 for
 * the first check of that, b2u1 for its undo.
 */
#ifndef TESTS_UNIT_PROCEDURE_RUN_STORY_H
#define TESTS_UNIT_PROCEDURE_RUN_STORY_H

#include "tests/unit/test.h"

#include <string.h>

#include "base/text.h"
#include "procedure/plan.h"
#include "procedure/run.h"

#define A .name = "a"
#define B .name = "b"
#define C .name = "c"
#define RERUN .resume = RESUME_RERUN
#define CHECK .resume = RESUME_CHECK, .check = { check_command, 1 }
#define NOTHING_DONE .retry_on = { (const char *[]){ "75" }, 1 }
#define UNDO .undo = { undo_command, 1 }
#define CONTINUE .on_failure = "continue"
#define WHEN(condition) .when = { (const char *[]){ condition }, 1 }

static const char *check_command[] = { "/bin/check" };
static const char *undo_command[] __attribute__((unused)) = { "/bin/undo" };

static inline struct plan *
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

static inline struct step_ended
ending(const struct run *r, char letter)
{
	static const char letters[] = "dftriwnk";
	static const enum step_outcome outcomes[] = { STEP_DONE, STEP_FAILED,
		STEP_TIMED_OUT, STEP_REFUSED, STEP_INTERRUPTED, STEP_WITHDRAWN,
		STEP_FAILED, STEP_INTERRUPTED };
	struct next n = run_next(r);
	struct step_ended e = {
		.step = n.step,
		.attempt = n.attempt,
		.check = n.check,
		.undo = n.undo,
		.outcome = STEP_DONE,
	};

	if (letter >= '0' && letter <= '9') {
		e.exit_status = letter - '0';
		e.outcome = letter == '0' ? STEP_DONE : STEP_FAILED;
		return e;
	}
	e.outcome = outcomes[strchr(letters, letter) - letters];
	if (e.outcome == STEP_FAILED)
		e.exit_status = letter == 'n' ? 75 : 3;
	e.lives_on = letter == 'k';
	return e;
}

static inline void
happen(struct run *r, char letter)
{
	bool is_over = run_next(r).kind == NEXT_FINISHED;
	struct step_ended e;

	if (letter == 'A') {
		run_abort(r);
		return;
	}
	if (letter == 'S') {
		(void)run_stop(r, "late"); /* or it has begun */
		return;
	}
	if (letter == 'B') {
		assert_int_equal(run_step_begins(r), !is_over);
		return;
	}
	e = ending(r, letter);
	assert_int_equal(run_step_ended(r, &e, 0), !is_over);
}

static inline void
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
	if (n.kind == NEXT_UNDO)
		text_addf(t, "u%u", n.undo);
}

#endif
