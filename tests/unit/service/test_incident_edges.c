/*
 * What is told an incident that it did not ask for, or too late, or when
 * memory is short: as a log that lacks something would.
 */
#include "tests/unit/test.h"

#include <limits.h>
#include <stdlib.h>

#include "service/incident.h"

static int succeed = INT_MAX; /* so often still */

#if !TEST_IS_SANITIZED
void *__libc_calloc(size_t count, size_t bytes);

void *
calloc(size_t count, size_t bytes)
{
	return succeed-- > 0 ? __libc_calloc(count, bytes) : NULL;
}
#endif

static const char *program[] = { "/bin/true" };
static const char *probes[] = { "health" };
static const struct verify_settings verify = { .probes = { probes, 1 },
	.successes = 1,
	.within_ms = 1000,
	.interval_ms = 100 };
static struct step_settings steps[] = {
	{ .name = "one", .command = { program, 1 }, .undo = { program, 1 } },
	{ .name = "two", .command = { program, 1 }, .undo = { program, 1 } },
};
static struct procedure_settings procedure = { .name = "p",
	.budget_ms = 1000,
	.steps = steps,
	.step_count = 2 };

struct setting {
	struct incident *i;
	struct plan *plan;
};

static int
set_up(void **state)
{
	static struct setting s;
	static const struct params none = { .count = 0 };
	struct error err;

	s.plan = plan_new(&procedure, &none, &err);
	s.i = incident_new(&verify);
	assert_non_null(s.plan);
	assert_non_null(s.i);
	*state = &s;
	return 0;
}

static int
tear_down(void **state)
{
	struct setting *s = *state;

	incident_free(s->i);
	plan_free(s->plan);
	return 0;
}

static bool
end(struct incident *i, unsigned step, enum step_outcome outcome)
{
	const struct step_ended e = {
		.step = step, .attempt = 1, .outcome = outcome
	};

	return incident_step_ended(i, &e, 5);
}

static enum todo_kind
kind(struct setting *s)
{
	return incident_todo(s->i, 5).kind;
}

static void
begin(struct setting *s)
{
	incident_begin(s->i, "p");
	assert_true(incident_planned(s->i, s->plan, 1000));
}

static void
test_without_memory_there_is_none(void **state)
{
	(void)state;
	if (TEST_IS_SANITIZED)
		skip();
	for (int n = 0; n < 2; n++) {
		succeed = n;
		assert_null(incident_new(&verify));
	}
	succeed = INT_MAX;
}

static void
test_a_run_without_memory_has_failed(void **state)
{
	struct setting *s = *state;

	if (TEST_IS_SANITIZED)
		skip();
	incident_begin(s->i, "p");
	succeed = 0;
	assert_false(incident_planned(s->i, s->plan, 1000));
	succeed = INT_MAX;
	assert_int_equal(kind(s), TODO_CLOSE);
	assert_int_equal(incident_todo(s->i, 5).outcome, INCIDENT_FAILED);
	assert_string_equal(incident_reason(s->i), "no memory for the run");
}

static void
test_before_anything(void **state)
{
	struct setting *s = *state;

	assert_int_equal(kind(s), TODO_WAIT);
	assert_null(incident_run(s->i));
	assert_non_null(incident_verification(s->i));
	assert_false(incident_is_awaiting(s->i));
	assert_false(end(s->i, 0, STEP_DONE));
	incident_turn_down(s->i, INCIDENT_REJECTED, "nobody asked");
	assert_int_equal(kind(s), TODO_WAIT);
	incident_confirm(s->i);
	incident_confirmed(s->i, true);
	incident_begin(s->i, "p");
	assert_int_equal(kind(s), TODO_PLAN);
}

static void
test_what_was_planned_was_asked_for(void **state)
{
	struct setting *s = *state;

	assert_true(incident_planned(s->i, s->plan, 1000));
	assert_int_equal(kind(s), TODO_STEP);
	assert_int_equal(incident_parent(s->i, 0), 0);
	assert_non_null(incident_run(s->i));
}

static void
test_a_plan_after_an_abort(void **state)
{
	struct setting *s = *state;

	incident_begin(s->i, "p");
	incident_abort(s->i, "by hand");
	assert_true(incident_is_aborted(s->i));
	/* It was on the way to the disk. */
	assert_true(incident_planned(s->i, s->plan, 1000));
	incident_step_begins(s->i, 5); /* nothing is asked for */
	assert_int_equal(incident_todo(s->i, 5).outcome, INCIDENT_ABORTED);
	incident_abort(s->i, "once more");
	assert_string_equal(incident_reason(s->i), "aborted: by hand");
}

static void
test_an_end_that_is_not_awaited(void **state)
{
	struct setting *s = *state;

	begin(s);
	assert_false(end(s->i, 1, STEP_DONE));
	assert_int_equal(kind(s), TODO_STEP);
	incident_verifying(s->i, 5);
	incident_verified(s->i, true);
	incident_confirmed(s->i, false);
	assert_int_equal(kind(s), TODO_STEP);
}

static void
test_a_step_that_begins_out_of_turn(void **state)
{
	struct setting *s = *state;

	incident_begin(s->i, "p");
	assert_false(incident_has_begun(s->i));
	incident_step_begins(s->i, 5);
	assert_true(incident_has_begun(s->i));
	incident_drop(s->i, "too late");
	incident_confirm(s->i);
	assert_int_equal(kind(s), TODO_PLAN);
}

static void
test_taken_back_though_nobody_aborted(void **state)
{
	struct setting *s = *state;

	begin(s);
	incident_step_begins(s->i, 5);
	assert_true(end(s->i, 0, STEP_WITHDRAWN));
	assert_int_equal(incident_todo(s->i, 5).outcome, INCIDENT_ABORTED);
	assert_string_equal(incident_reason(s->i), "taken back before it ran");
}

static void
test_nothing_changes_what_is_closed(void **state)
{
	struct setting *s = *state;
	const struct sample sample = { .outcome = SAMPLE_OK };

	begin(s);
	incident_drop(s->i, "not needed");
	incident_drop(s->i, "again");
	incident_confirm(s->i);
	incident_confirmed(s->i, true);
	incident_verifying(s->i, 5);
	incident_verified(s->i, true);
	incident_verify_sample(s->i, 0, &sample);
	incident_tick(s->i, 99);
	incident_abort(s->i, "too late");
	incident_await(s->i);
	assert_false(incident_is_awaiting(s->i));
	incident_turn_down(s->i, INCIDENT_EXPIRED, "too late");
	assert_false(end(s->i, 0, STEP_DONE));
	assert_false(incident_is_aborted(s->i));
	assert_int_equal(incident_todo(s->i, 5).outcome, INCIDENT_NOT_NEEDED);
	assert_string_equal(incident_reason(s->i), "not needed");
}

static void
test_verified_before_it_was_stored(void **state)
{
	struct setting *s = *state;

	begin(s);
	incident_step_begins(s->i, 5);
	assert_true(end(s->i, 0, STEP_DONE));
	assert_true(end(s->i, 1, STEP_DONE));
	assert_int_equal(kind(s), TODO_VERIFY);
	incident_step_begins(s->i, 5); /* nothing is asked for */
	incident_verified(s->i, true);
	assert_int_equal(incident_todo(s->i, 5).outcome, INCIDENT_RECOVERED);
}

static void
test_verifying_begins_anew_after_a_restart(void **state)
{
	struct setting *s = *state;
	struct sample sample = { .outcome = SAMPLE_OK };

	begin(s);
	assert_true(end(s->i, 0, STEP_DONE));
	assert_true(end(s->i, 1, STEP_DONE));
	incident_verifying(s->i, 100);
	incident_verifying(s->i, 500);
	sample.asked_ms = sample.answered_ms = 300;
	incident_verify_sample(s->i, 0, &sample);
	assert_int_equal(kind(s), TODO_WAIT);
	sample.asked_ms = sample.answered_ms = 600;
	incident_verify_sample(s->i, 0, &sample);
	assert_int_equal(incident_todo(s->i, 5).outcome, INCIDENT_RECOVERED);
}

static bool
undone(struct incident *i, unsigned step)
{
	const struct step_ended e = {
		.step = step, .attempt = 1, .outcome = STEP_DONE, .undo = 1
	};

	return incident_step_ended(i, &e, 5);
}

static void
test_several_are_counted(void **state)
{
	struct setting *s = *state;

	begin(s);
	assert_true(end(s->i, 0, STEP_DONE));
	assert_true(end(s->i, 1, STEP_FAILED));
	assert_int_equal(kind(s), TODO_UNDO);
	assert_true(undone(s->i, 1));
	assert_true(undone(s->i, 0));
	assert_int_equal(incident_todo(s->i, 5).outcome, INCIDENT_FAILED);
	assert_string_equal(
	    incident_reason(s->i), "step two: failed; 2 steps were undone");
}

static void
test_an_abort_is_heard_once(void **state)
{
	struct setting *s = *state;

	begin(s);
	incident_step_begins(s->i, 5);
	incident_abort(s->i, "the first");
	incident_abort(s->i, "the second");
	assert_true(end(s->i, 0, STEP_DONE));
	assert_int_equal(incident_todo(s->i, 5).outcome, INCIDENT_ABORTED);
	assert_string_equal(incident_reason(s->i), "aborted: the first");
}

/* The abort comes while the intent of the second step is being stored. */
static void
test_what_an_abort_leaves_to_be_done(void **state)
{
	struct setting *s = *state;
	struct todo step, undo;

	for (int on_abort = 0; on_abort < 2; on_abort++) {
		procedure.undo_on_abort = on_abort == 1;
		incident_free(s->i);
		s->i = incident_new(&verify);
		begin(s);
		incident_step_begins(s->i, 5);
		assert_true(end(s->i, 0, STEP_DONE));
		step = incident_todo(s->i, 5);
		assert_int_equal(step.kind, TODO_STEP);
		assert_true(incident_wants(s->i, &step));
		incident_abort(s->i, "by hand");
		assert_false(incident_wants(s->i, &step));
		/* Which therefore ends so, and is awaited no more. */
		assert_false(end(s->i, 1, STEP_WITHDRAWN));
		undo = incident_todo(s->i, 5);
		assert_int_equal(
		    undo.kind, on_abort == 1 ? TODO_UNDO : TODO_CLOSE);
		assert_int_equal(incident_wants(s->i, &undo), on_abort == 1);
	}
	procedure.undo_on_abort = false;
	undo.kind = TODO_UNDO; /* one that was under way */
	assert_false(incident_wants(s->i, &undo));
}

/* Awaiting comes to an end with the first step that is not prepared. */
static void
test_an_approval_is_for_the_first_run(void **state)
{
	struct setting *s = *state;

	incident_await(s->i);
	begin(s);
	assert_int_equal(kind(s), TODO_AWAIT);
	assert_int_equal(incident_todo(s->i, 99999).kind, TODO_AWAIT);
	incident_approve(s->i);
	assert_int_equal(kind(s), TODO_CONFIRM);
	incident_set_deadline(s->i, 99999);
	incident_confirmed(s->i, true);
	assert_int_equal(kind(s), TODO_STEP);
	incident_step_begins(s->i, 5);
	incident_turn_down(s->i, INCIDENT_REJECTED, "too late");
	assert_true(end(s->i, 0, STEP_DONE));
	assert_int_equal(kind(s), TODO_STEP);
}

static void
test_time_counts_from_the_first_step(void **state)
{
	struct setting *s = *state;

	begin(s);
	incident_step_begins(s->i, 900); /* planned until 1000 */
	assert_true(end(s->i, 0, STEP_DONE));
	assert_int_equal(incident_todo(s->i, 1900).kind, TODO_STEP);
	assert_int_equal(incident_todo(s->i, 1901).kind, TODO_UNDO);
}

int
main(void)
{
#define EDGE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_memory_there_is_none),
		EDGE(test_a_run_without_memory_has_failed),
		EDGE(test_before_anything),
		EDGE(test_what_was_planned_was_asked_for),
		EDGE(test_a_plan_after_an_abort),
		EDGE(test_an_end_that_is_not_awaited),
		EDGE(test_a_step_that_begins_out_of_turn),
		EDGE(test_taken_back_though_nobody_aborted),
		EDGE(test_nothing_changes_what_is_closed),
		EDGE(test_verified_before_it_was_stored),
		EDGE(test_verifying_begins_anew_after_a_restart),
		EDGE(test_several_are_counted),
		EDGE(test_an_abort_is_heard_once),
		EDGE(test_what_an_abort_leaves_to_be_done),
		EDGE(test_an_approval_is_for_the_first_run),
		EDGE(test_time_counts_from_the_first_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
