/*
 * run_story.h - procedures of up to three steps a, b and c, and letters for
 * what happens to them: d done, f failed, t timed out, r refused, i
 * interrupted, w withdrawn; of a check 0, 1, 2 are its exit status; B the
 * shell begins what is asked for, A somebody aborts.
 */
#ifndef TESTS_UNIT_PROCEDURE_RUN_STORY_H
#define TESTS_UNIT_PROCEDURE_RUN_STORY_H

#include "tests/unit/test.h"

#include <string.h>

#include "procedure/plan.h"
#include "procedure/run.h"

#define A .name = "a"
#define B .name = "b"
#define C .name = "c"
#define RERUN .resume = RESUME_RERUN
#define CHECK .resume = RESUME_CHECK, .check = { check_command, 1 }
#define CONTINUE .on_failure = "continue"
#define WHEN(condition) .when = { (const char *[]){ condition }, 1 }

static const char *check_command[] = { "/bin/check" };

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

static inline void
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

#endif
