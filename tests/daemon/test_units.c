/*
 * Steps as units of PID 1: whatever is lost on the way between it and the
 * monitor, a step has one effect, and its result comes.
 */
#include "tests/daemon/units_fixture.h"

static void
start(struct fixture *f, char key[KEY_BYTES])
{
	struct request r = request_for(f, key, 1);

	assert_true(steps_start(f->steps, &r, on_ended, f));
}

static void
adopt(struct fixture *f, char key[KEY_BYTES])
{
	struct request r = request_for(f, key, 1);

	assert_true(steps_adopt(f->steps, &r, true, on_ended, f));
}

static void
restart_monitor(struct fixture *f)
{
	steps_free(f->steps);
	open_steps(f);
}

static bool
has_ended(struct fixture *f)
{
	return f->ended > 0;
}

static void
is_done_once(struct fixture *f)
{
	assert_string_equal(f->outcome, "done");
	assert_int_equal(effects(f), 1);
	assert_int_equal(f->ended, 1);
	assert_int_equal(steps_active(f->steps), 0);
}

static void
a_step_runs_as_a_unit_and_its_result_comes(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES], unit[128];

	configure_effect(f, "10s", "echo said");
	start(f, key);
	wait_loop(f);
	is_done_once(f);
	assert_string_equal(f->tail, "said\n");
	assert_false(is_there(f, "requests", key));
	(void)snprintf(unit, sizeof(unit), "rollbackd-step@%s.service", key);
	assert_int_equal(starts_of(unit), 1);
}

static void
a_step_that_fails_is_not_started_again(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES];

	configure_effect(f, "10s", "exit 7");
	start(f, key);
	wait_loop(f);
	assert_string_equal(f->outcome, "failed");
	assert_string_equal(f->reason, "exit status 7");
	assert_int_equal(starts_of("rollbackd-step@"), 1);
}

/* What goes wrong between PID 1 and us, while one step is carried out. */
static void
with_fault(void **state, const char *fault)
{
	struct fixture *f = *state;
	char key[KEY_BYTES];

	set_fault(fault, true);
	configure_effect(f, "10s", "sleep 0.1");
	start(f, key);
	wait_until(f, has_ended);
	is_done_once(f);
}

static void
an_answer_that_is_lost_has_no_second_effect(void **state)
{
	with_fault(state, "lose-reply");
	assert_int_equal(starts_of("rollbackd-step@"), 1);
}

static void
a_job_may_end_before_the_answer(void **state)
{
	with_fault(state, "early");
	assert_int_equal(starts_of("rollbackd-step@"), 1);
}

static void
a_signal_may_come_twice(void **state)
{
	with_fault(state, "twice");
	assert_int_equal(starts_of("rollbackd-step@"), 1);
}

static void
signals_may_stay_away(void **state)
{
	with_fault(state, "silent");
	assert_int_equal(starts_of("rollbackd-step@"), 1);
}

static void
refused_with(void **state, const char *fault, const char *reason)
{
	struct fixture *f = *state;
	char key[KEY_BYTES];

	set_fault(fault, true);
	configure_effect(f, "10s", "");
	start(f, key);
	wait_until(f, has_ended);
	assert_string_equal(f->outcome, "refused");
	assert_non_null(strstr(f->reason, reason));
	assert_int_equal(effects(f), 0);
	assert_false(is_there(f, "requests", key));
}

static void
what_polkit_denies_is_called_refused(void **state)
{
	refused_with(state, "deny", "Access denied");
}

static void
what_is_masked_is_called_refused(void **state)
{
	refused_with(state, "masked", "is masked");
}

static void
the_bus_may_go_while_a_step_runs(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES];

	configure_effect(f, "30s", "sleep 0.5; echo end");
	start(f, key);
	wait_until(f, is_at_work);
	end_process(&world.bus);
	wait_until(f, cannot_start);
	start_bus(f);
	wait_until(f, can_start);
	wait_until(f, has_ended);
	is_done_once(f);
	assert_string_equal(f->tail, "end\n");
}

static void
a_step_waits_for_a_bus_that_is_away(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES];

	configure_effect(f, "10s", "");
	end_process(&world.bus);
	wait_until(f, cannot_start);
	start(f, key);
	start_bus(f);
	wait_until(f, has_ended);
	is_done_once(f);
}

static void
pid_1_may_execute_itself_again_meanwhile(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES];

	configure_effect(f, "30s", "sleep 0.5; echo end");
	start(f, key);
	wait_until(f, is_at_work);
	assert_int_equal(kill(world.manager, SIGHUP), 0);
	wait_until(f, has_ended);
	is_done_once(f);
	wait_until(f, can_start);
	new_run(f);
	start(f, key);
	wait_loop(f);
	assert_string_equal(f->outcome, "done");
	assert_int_equal(effects(f), 2);
}

static void
a_step_outlives_the_monitor(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES];

	configure_effect(f, "10s", "sleep 0.5; echo end");
	start(f, key);
	wait_until(f, is_at_work);
	restart_monitor(f);
	adopt(f, key);
	wait_loop(f);
	is_done_once(f);
	assert_int_equal(starts_of("rollbackd-step@"), 1);
}

static void
is_interrupted(struct fixture *f)
{
	wait_until(f, has_ended);
	assert_string_equal(f->outcome, "interrupted");
	assert_int_equal(effects(f), 1);
	assert_int_equal(f->ended, 1);
	assert_int_equal(starts_of("rollbackd-step@reap-"), 1);
}

static void
a_runner_that_dies_leaves_an_interrupted_step(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES];

	configure_effect(f, "60s", "sleep 50");
	start(f, key);
	wait_until(f, is_at_work);
	assert_int_equal(kill(runner_of(f, key), SIGKILL), 0);
	is_interrupted(f);
}

static void
so_it_does_when_no_signal_says_so(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES];

	configure_effect(f, "60s", "sleep 50");
	set_fault("silent", true);
	start(f, key);
	wait_until(f, is_at_work);
	assert_int_equal(kill(runner_of(f, key), SIGKILL), 0);
	is_interrupted(f);
}

static void
so_it_does_when_nobody_watched(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES];

	configure_effect(f, "60s", "sleep 50");
	start(f, key);
	wait_until(f, is_at_work);
	steps_free(f->steps);
	assert_int_equal(kill(runner_of(f, key), SIGKILL), 0);
	open_steps(f);
	adopt(f, key);
	is_interrupted(f);
}

/*
 * Said to be over while it runs: the reaper finds that it lives, and it is
 * waited for.
 */
static void
a_runner_that_lives_is_not_reaped(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES];

	configure_effect(f, "60s", "sleep 2; echo end");
	start(f, key);
	wait_until(f, is_at_work);
	steps_free(f->steps);
	set_fault("forget", true);
	open_steps(f);
	adopt(f, key);
	wait_until(f, has_ended);
	is_done_once(f);
	assert_string_equal(f->tail, "end\n");
	assert_int_equal(starts_of("rollbackd-step@reap-"), 1);
}

static void
what_is_taken_back_while_it_is_asked_for_never_runs(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES];

	set_fault("hang", true);
	configure_effect(f, "10s", "");
	start(f, key);
	steps_withdraw(f->steps, key);
	wait_until(f, has_ended);
	assert_string_equal(f->outcome, "withdrawn");
	assert_int_equal(effects(f), 0);
}

int
main(void)
{
#define STORY(name) \
	cmocka_unit_test_setup_teardown(name, set_up_units, tear_down_units)
	const struct CMUnitTest tests[] = {
		STORY(a_step_runs_as_a_unit_and_its_result_comes),
		STORY(a_step_that_fails_is_not_started_again),
		STORY(an_answer_that_is_lost_has_no_second_effect),
		STORY(a_job_may_end_before_the_answer),
		STORY(a_signal_may_come_twice),
		STORY(signals_may_stay_away),
		STORY(what_polkit_denies_is_called_refused),
		STORY(what_is_masked_is_called_refused),
		STORY(the_bus_may_go_while_a_step_runs),
		STORY(a_step_waits_for_a_bus_that_is_away),
		STORY(pid_1_may_execute_itself_again_meanwhile),
		STORY(a_step_outlives_the_monitor),
		STORY(a_runner_that_dies_leaves_an_interrupted_step),
		STORY(so_it_does_when_no_signal_says_so),
		STORY(so_it_does_when_nobody_watched),
		STORY(a_runner_that_lives_is_not_reaped),
		STORY(what_is_taken_back_while_it_is_asked_for_never_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
