/* The time of a run that waits for a person in the middle of it. */
#include "tests/unit/test.h"

#include "service/incident.h"

#define BUDGET_MS 10000

static const char *program[] = { "/bin/true" };
static const char *probes[] = { "health" };
static const struct verify_settings verify = { .probes = { probes, 1 },
	.successes = 1,
	.within_ms = 1000,
	.interval_ms = 100 };
static struct step_settings steps[] = {
	{ .name = "one", .command = { program, 1 } },
	{ .name = "gate",
	    .executor = "approval",
	    .role = "lead",
	    .attempts = 2 },
	{ .name = "two", .command = { program, 1 } },
	{ .name = "look", .executor = "verify", .attempts = 1 },
	{ .name = "three", .command = { program, 1 } },
};
static struct procedure_settings procedure = { .name = "p",
	.budget_ms = BUDGET_MS,
	.steps = steps,
	.step_count = 5 };

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
	incident_begin(s.i, "p");
	assert_int_equal(incident_todo(s.i, 0).kind, TODO_PLAN);
	assert_true(incident_planned(s.i, s.plan, BUDGET_MS));
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

/* What is asked for begins and ends then. */
static void
pass(struct incident *i, int64_t from_ms, int64_t to_ms,
    enum step_outcome outcome)
{
	struct todo todo = incident_todo(i, from_ms);
	struct step_ended e = {
		.step = todo.step, .attempt = todo.attempt, .outcome = outcome
	};

	assert_int_equal(todo.kind, TODO_STEP);
	incident_step_begins(i, from_ms);
	assert_true(incident_step_ended(i, &e, to_ms));
}

static void
test_a_person_takes_no_time(void **state)
{
	struct setting *s = *state;

	pass(s->i, 1000, 2000, STEP_DONE);
	assert_int_equal(incident_deadline_ms(s->i), 1000 + BUDGET_MS);
	pass(s->i, 2000, 902000, STEP_DONE);
	assert_int_equal(incident_deadline_ms(s->i), 1000 + BUDGET_MS + 900000);
	/* The rest of it, to the last. */
	assert_int_equal(incident_todo(s->i, 911000).kind, TODO_STEP);
	assert_int_equal(incident_todo(s->i, 911001).kind, TODO_CLOSE);
}

static void
test_each_time_that_he_is_asked(void **state)
{
	struct setting *s = *state;

	pass(s->i, 1000, 2000, STEP_DONE);
	pass(s->i, 2000, 5000, STEP_TIMED_OUT);
	pass(s->i, 6000, 8000, STEP_DONE);
	assert_int_equal(incident_deadline_ms(s->i), 1000 + BUDGET_MS + 5000);
}

static void
test_a_verification_takes_time(void **state)
{
	struct setting *s = *state;

	pass(s->i, 1000, 2000, STEP_DONE);
	pass(s->i, 2000, 2000, STEP_DONE);
	pass(s->i, 2000, 3000, STEP_DONE);
	pass(s->i, 3000, 9000, STEP_DONE);
	assert_int_equal(incident_deadline_ms(s->i), 1000 + BUDGET_MS);
}

/* As after a crash: the log says when it was asked for, and that only. */
static void
test_asked_again(void **state)
{
	struct setting *s = *state;
	struct todo todo;
	struct step_ended e = { .step = 1, .attempt = 1, .outcome = STEP_DONE };

	pass(s->i, 1000, 2000, STEP_DONE);
	todo = incident_todo(s->i, 2000);
	assert_int_equal(todo.step, 1);
	incident_step_begins(s->i, 2000);
	assert_int_equal(incident_todo(s->i, 700000).kind, TODO_STEP);
	assert_true(incident_step_ended(s->i, &e, 700000));
	assert_int_equal(incident_deadline_ms(s->i), 1000 + BUDGET_MS + 698000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_a_person_takes_no_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_each_time_that_he_is_asked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_verification_takes_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_asked_again, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
