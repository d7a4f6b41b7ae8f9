/*
 * Runs with steps that the monitor does itself: what follows from their ends,
 * and the same as the runner is told of it.  A row's steps by letters: c a
 * command with an undo, v verify, g a gate, V verify three times, C one that
 * may fail.  What happens is told as in executor/told.h, in between "ok" and
 * "bad" for commands; "stop" is what the monitor stops, "undo" an undo that is
 * done.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "procedure/plan.h"
#include "procedure/run.h"

#define STEPS_MAX 6

static struct row {
	const char *name;
	const char *steps;
	const char *happens;
	const char *asked; /* step and attempt, u with an undo; then the end */
} rows[] = {
	/* clang-format off */
	{ "each in its turn", "cvc",
	  "ok 1=done ok", "0.1 1.1 2.1 done" },
	{ "one that fails ends the run, and is not undone", "cvc",
	  "ok 1=failed undo", "0.1 1.1 0u failed" },
	{ "so does one that times out", "cgc",
	  "ok 1=timed_out undo", "0.1 1.1 0u failed" },
	{ "and a person's no", "cgc",
	  "ok 1=refused undo", "0.1 1.1 0u failed" },
	{ "tried again as often as its attempts", "cVc",
	  "ok 1=failed 1=failed 1=done ok", "0.1 1.1 1.2 1.3 2.1 done" },
	{ "and no more often", "cVc",
	  "ok 1=failed 1=failed 1=failed undo",
	  "0.1 1.1 1.2 1.3 0u failed" },
	{ "a no is not asked again", "G",
	  "0=refused", "0.1 failed" },
	{ "one that may fail", "Cc",
	  "0=failed ok", "0.1 1.1 done" },
	{ "a command that fails behind them", "cvc",
	  "ok 1=done bad undo undo", "0.1 1.1 2.1 2u 0u failed" },
	{ "taken back it ends the run", "cvc",
	  "ok 1=withdrawn", "0.1 1.1 aborted" },
	{ "several in a row", "vgvc",
	  "0=done 1=done 2=done ok", "0.1 1.1 2.1 3.1 done" },
	{ "nothing but these", "v",
	  "0=done", "0.1 done" },
	/* what is not taken changes nothing */
	{ "told of a command", "cv",
	  "0=done ok 1=done", "0.1 0.1 1.1 done" },
	{ "told of another", "vv",
	  "1=done 0=done 1=done", "0.1 0.1 1.1 done" },
	{ "an end that they have not", "v",
	  "0=interrupted 0=skipped 0=odd 0=done", "0.1 0.1 0.1 0.1 done" },
	{ "told more than once", "vv",
	  "0=done 0=done 1=done", "0.1 1.1 1.1 done" },
	{ "stopped before it begins", "cvc",
	  "ok stop undo", "0.1 1.1 0u failed" },
	/* clang-format on */
};

static struct step_settings steps[STEPS_MAX];

static void
set_step(struct step_settings *s, char letter, const char *name)
{
	static const char *program[] = { "/bin/true" };

	*s = (struct step_settings){ .name = name, .attempts = 1 };
	switch (letter) {
	case 'c':
		s->command = s->undo = (struct strings){ program, 1 };
		return;
	case 'V':
	case 'G':
		s->attempts = 3;
		break;
	case 'C':
		s->on_failure = "continue";
		break;
	default:
		break;
	}
	s->executor = letter == 'g' || letter == 'G' ? "approval" : "verify";
}

static struct plan *
plan_of(const struct row *row, struct procedure_settings *procedure)
{
	static const char *const names[] = { "a", "b", "c", "d", "e", "f" };
	static const struct params none = { .count = 0 };
	struct error err = { "" };
	struct plan *plan;

	*procedure = (struct procedure_settings){
		.name = "p", .steps = steps, .step_count = strlen(row->steps)
	};
	for (size_t i = 0; i < procedure->step_count; i++)
		set_step(&steps[i], row->steps[i], names[i]);
	plan = plan_new(procedure, &none, &err);
	assert_string_equal(err.text, "");
	return plan;
}

static void
add_asked(struct text *asked, const struct run *r)
{
	struct next n = run_next(r);

	if (n.kind == NEXT_FINISHED)
		text_add(asked, run_outcome_word(n.outcome));
	else if (n.kind == NEXT_UNDO)
		text_addf(asked, "%uu ", n.step);
	else
		text_addf(asked, "%u.%u ", n.step, n.attempt);
}

static void
end(struct run *r, enum step_outcome outcome)
{
	struct next n = run_next(r);
	struct step_ended e = { .step = n.step,
		.attempt = n.attempt,
		.undo = n.undo,
		.outcome = outcome,
		.exit_status = outcome == STEP_DONE ? 0 : 3 };

	assert_true(run_step_ended(r, &e, 0));
}

static void
happen(struct run *r, const char *word)
{
	const char *told = word;

	if (strcmp(word, "ok") == 0 || strcmp(word, "undo") == 0) {
		end(r, STEP_DONE);
	} else if (strcmp(word, "bad") == 0) {
		end(r, STEP_FAILED);
	} else if (strcmp(word, "stop") == 0) {
		assert_true(run_stop(r, "late"));
	} else if (run_take_told(r, &told)) {
		assert_string_equal(told, "");
	} else {
		assert_ptr_equal(told, word);
	}
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct procedure_settings procedure;
	struct plan *plan = plan_of(row, &procedure);
	struct run *r = run_new(plan);
	struct text asked = text_new(1024);
	char happens[256], *save = NULL;

	assert_non_null(r);
	(void)snprintf(happens, sizeof(happens), "%s", row->happens);
	add_asked(&asked, r);
	for (char *word = strtok_r(happens, " ", &save); word != NULL;
	     word = strtok_r(NULL, " ", &save)) {
		happen(r, word);
		add_asked(&asked, r);
	}
	assert_string_equal(text_str(&asked), row->asked);
	text_free(&asked);
	run_free(r);
	plan_free(plan);
}

/* A whole list is taken one by one, up to what has a claim. */
static void
test_list(void **state)
{
	static const struct row row = { .steps = "vgcv" };
	struct procedure_settings procedure;
	struct plan *plan = plan_of(&row, &procedure);
	struct run *r = run_new(plan);
	const char *told = "0=done,1=done,3=failed", *none = NULL;

	(void)state;
	assert_false(run_take_told(r, &none));
	assert_true(run_is_told(r));
	assert_true(run_take_told(r, &told));
	assert_true(run_take_told(r, &told));
	assert_false(run_is_told(r));
	assert_false(run_take_told(r, &told));
	assert_string_equal(told, "3=failed");
	end(r, STEP_DONE);
	assert_true(run_take_told(r, &told));
	assert_string_equal(told, "");
	run_free(r);
	plan_free(plan);
}

/* At the limit and one past it. */
static void
test_room_to_tell(void **state)
{
	static struct step_settings many[2];
	static const struct params none = { .count = 0 };
	struct procedure_settings procedure = {
		.name = "p", .steps = many, .step_count = 2
	};
	struct error err = { "" };
	struct plan *plan;

	(void)state;
	set_step(&many[0], 'v', "a");
	set_step(&many[1], 'v', "b");
	many[0].attempts = PLAN_TOLD_MAX - 1;
	plan = plan_new(&procedure, &none, &err);
	assert_non_null(plan);
	plan_free(plan);
	many[1].attempts = 2;
	assert_null(plan_new(&procedure, &none, &err));
	assert_non_null(strstr(err.text, "101 attempts of steps that wait"));
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_room_to_tell),
	};
	struct CMUnitTest tests[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		tests[i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i],
		};
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	return failed + cmocka_run_group_tests(rules, NULL, NULL);
}
