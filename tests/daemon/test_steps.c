/*
 * The monitor's side against the real runner: a step's effect is a line that
 * it appends to a file, and the lines are counted.
 */
#include "tests/daemon/steps_fixture.h"

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

static void
a_step_runs_and_its_result_comes(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES];

	configure_effect(f, "10s", "echo said");
	start(f, key);
	assert_int_equal(steps_active(f->steps), 1);
	assert_int_equal(f->ended, 0);
	wait_loop(f);
	assert_string_equal(f->outcome, "done");
	assert_string_equal(f->tail, "said\n");
	assert_int_equal(effects(f), 1);
	assert_int_equal(steps_active(f->steps), 0);
	assert_false(is_there(f, "requests", key));
}

static void
a_key_is_under_way_once(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES];
	struct request r;

	configure_effect(f, "10s", "");
	start(f, key);
	r = request_for(f, key, 1);
	assert_false(steps_start(f->steps, &r, on_ended, f));
	wait_loop(f);
	assert_int_equal(effects(f), 1);
	r.key = "../../etc/passwd";
	assert_false(steps_start(f->steps, &r, on_ended, f));
}

static void
a_result_is_adopted_and_nothing_runs_again(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES];

	configure_effect(f, "10s", "exit 7");
	start(f, key);
	wait_loop(f);
	assert_string_equal(f->reason, "exit status 7");
	restart_monitor(f);
	adopt(f, key);
	assert_int_equal(f->ended, 1);
	wait_loop(f);
	assert_int_equal(f->ended, 2);
	assert_string_equal(f->outcome, "failed");
	assert_int_equal(effects(f), 1);
}

static void
a_step_outlives_the_monitor_and_is_waited_for(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES];

	configure_effect(f, "10s", "sleep 0.5; echo end");
	start(f, key);
	wait_until(f, is_at_work);
	restart_monitor(f);
	assert_int_equal(f->ended, 0);
	adopt(f, key);
	wait_loop(f);
	assert_string_equal(f->outcome, "done");
	assert_string_equal(f->tail, "end\n");
	assert_int_equal(effects(f), 1);
}

static void
one_that_was_never_started_is_started_when_adopted(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES];

	configure_effect(f, "10s", "");
	adopt(f, key);
	wait_loop(f);
	assert_string_equal(f->outcome, "done");
	assert_int_equal(effects(f), 1);
}

static void
a_runner_that_dies_leaves_an_interrupted_step(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES], mark[KEY_BYTES + 32];

	configure_effect(f, "60s", "setsid sleep 50 & trap '' TERM; sleep 51");
	start(f, key);
	wait_until(f, is_at_work);
	(void)snprintf(mark, sizeof(mark), "ROLLBACKD_KEY=%s", key);
	assert_true(processes_with(mark) >= 1);
	assert_int_equal(kill(runner_of(f, key), SIGKILL), 0);
	wait_loop(f);
	assert_string_equal(f->outcome, "interrupted");
	assert_int_equal(processes_with(mark), 0);
	assert_int_equal(effects(f), 1);
	assert_int_equal(f->ended, 1);
}

static void
it_is_interrupted_also_when_nobody_watched(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES], mark[KEY_BYTES + 32];

	configure_effect(f, "60s", "sleep 50");
	start(f, key);
	wait_until(f, is_at_work);
	steps_free(f->steps);
	assert_int_equal(kill(runner_of(f, key), SIGKILL), 0);
	open_steps(f);
	adopt(f, key);
	wait_loop(f);
	(void)snprintf(mark, sizeof(mark), "ROLLBACKD_KEY=%s", key);
	assert_string_equal(f->outcome, "interrupted");
	assert_int_equal(processes_with(mark), 0);
	assert_int_equal(effects(f), 1);
}

static void
make_claim(const struct fixture *f, const char *key, const char *content)
{
	char path[512];
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s/step/claims/%s", f->state, key);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_true(fputs(content, out) >= 0);
	assert_int_equal(fclose(out), 0);
}

static void
an_empty_claim_counts_as_claimed(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES];

	configure_effect(f, "10s", "");
	(void)request_for(f, key, 1);
	make_claim(f, key, "");
	adopt(f, key);
	wait_loop(f);
	assert_string_equal(f->outcome, "interrupted");
	assert_int_equal(effects(f), 0);
}

/* The pid is alive, but it is this test's, of another start. */
static void
a_pid_that_was_given_to_another_is_not_the_runner(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES], boot_id[BOOT_ID_BYTES];
	struct text file = text_new(CLAIM_MAX_BYTES);
	struct claim claim = { .key = key,
		.boot_id = boot_id,
		.pid = getpid(),
		.start_time = 1,
		.claimed_ms = 1,
		.wall_ms = 1,
		.service = "shop",
		.procedure = "back",
		.cause = "operator",
		.incident = "01J00000000000000000000000",
		.request = "",
		.request_length = 0 };

	configure_effect(f, "10s", "");
	(void)request_for(f, key, 1);
	assert_true(host_boot_id(boot_id));
	claim_write(&file, &claim);
	make_claim(f, key, text_str(&file));
	text_free(&file);
	adopt(f, key);
	wait_loop(f);
	assert_string_equal(f->outcome, "interrupted");
	assert_int_equal(effects(f), 0);
}

static void
what_is_taken_back_before_its_claim_never_runs(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES];

	configure_effect(f, "10s", "");
	start(f, key);
	steps_withdraw(f->steps, key);
	assert_int_equal(f->ended, 0);
	wait_loop(f);
	assert_string_equal(f->outcome, "withdrawn");
	assert_int_equal(effects(f), 0);
	assert_false(is_there(f, "requests", key));
	assert_int_equal(f->ended, 1);
}

static void
what_is_taken_back_while_it_runs_goes_on(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES];

	configure_effect(f, "10s", "sleep 0.2");
	start(f, key);
	wait_until(f, is_at_work);
	steps_withdraw(f->steps, key);
	wait_loop(f);
	assert_string_equal(f->outcome, "done");
	assert_int_equal(f->ended, 1);
}

/* It was aborted before the monitor ended, and nothing had claimed it. */
static void
what_is_not_wanted_any_more_is_not_started_when_adopted(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES];
	struct request r;

	configure_effect(f, "10s", "");
	r = request_for(f, key, 1);
	assert_true(steps_adopt(f->steps, &r, false, on_ended, f));
	wait_loop(f);
	assert_string_equal(f->outcome, "withdrawn");
	assert_int_equal(effects(f), 0);
	assert_false(is_there(f, "requests", key));
	assert_false(is_there(f, "step/claims", key));
}

static void
a_request_that_cannot_be_stored_runs_nothing(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES], path[256];

	configure_effect(f, "10s", "");
	(void)snprintf(path, sizeof(path), "%s/requests", f->state);
	assert_int_equal(rmdir(path), 0);
	start(f, key);
	wait_loop(f);
	assert_string_equal(f->outcome, "refused");
	assert_non_null(strstr(f->reason, "the request cannot be stored"));
	assert_int_equal(effects(f), 0);
}

static void
a_runner_that_does_not_start_is_called_refused(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES], path[256];

	configure_effect(f, "10s", "");
	/* It refuses folders in which others may write. */
	(void)snprintf(path, sizeof(path), "%s/step/claims", f->state);
	assert_int_equal(chmod(path, 0777), 0);
	start(f, key);
	wait_loop(f);
	assert_string_equal(f->outcome, "refused");
	assert_string_equal(
	    f->reason, "runner did not start: it cannot store its claim");
	assert_int_equal(effects(f), 0);
	assert_false(is_there(f, "requests", key));
}

static void
without_a_program_nothing_can_be_done(void **state)
{
	struct fixture *f = *state;
	struct error err = { "" };
	char path[300];

	assert_true(steps_can_act(f->steps, &err));
	(void)snprintf(path, sizeof(path), "%s/none", f->folder);
	(void)snprintf(f->program, sizeof(f->program), "%s", path);
	restart_monitor(f);
	assert_false(steps_can_act(f->steps, &err));
	assert_non_null(strstr(err.text, "No such file"));
}

/* Our only child. */
static pid_t
spawner_pid(void)
{
	char path[64];
	int pid = 0;
	FILE *in;

	(void)snprintf(
	    path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	in = fopen(path, "r");
	assert_non_null(in);
	if (fscanf(in, "%d", &pid) != 1)
		pid = 0;
	(void)fclose(in);
	return pid;
}

static bool
can_act(struct fixture *f)
{
	struct error err;

	return steps_can_act(f->steps, &err);
}

static bool
has_ended(struct fixture *f)
{
	return f->ended > 0;
}

static bool
cannot_act(struct fixture *f)
{
	return !can_act(f);
}

static void
a_spawner_that_dies_is_started_again(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES];

	configure_effect(f, "10s", "sleep 0.3");
	start(f, key);
	wait_until(f, is_at_work);
	assert_int_equal(kill(spawner_pid(), SIGKILL), 0);
	wait_until(f, cannot_act);
	wait_until(f, has_ended);
	assert_string_equal(f->outcome, "done");
	wait_until(f, can_act);
	new_run(f);
	start(f, key);
	wait_loop(f);
	assert_string_equal(f->outcome, "done");
	assert_int_equal(effects(f), 2);
}

/* As old as the files of a run that ended a hundred days ago. */
static void
make_old(struct fixture *f, const char *folder, const char *name)
{
	const struct timespec old[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
	char path[600];

	(void)snprintf(
	    path, sizeof(path), "%s/step/%s/%s", f->state, folder, name);
	assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
}

/* Claimed in another boot: in this one it would stay. */
static void
write_old_claim(struct fixture *f, const char *key)
{
	struct text file = text_new(CLAIM_MAX_BYTES);
	struct claim claim = {
		.key = key,
		.boot_id = "00000000-0000-0000-0000-000000000000",
		.pid = 1,
		.refusal = "x",
	};
	char path[600];
	FILE *out;

	claim_write(&file, &claim);
	(void)snprintf(path, sizeof(path), "%s/step/claims/%s", f->state, key);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_int_equal(fwrite(file.data, file.length, 1, out), 1);
	assert_int_equal(fclose(out), 0);
	text_free(&file);
}

static void
what_ended_long_ago_is_forgotten(void **state)
{
	struct fixture *f = *state;
	char old[KEY_BYTES], young[KEY_BYTES], run[ULID_BYTES], lock[80];

	configure_effect(f, "10s", "");
	start(f, old);
	(void)snprintf(run, sizeof(run), "%s", f->run);
	wait_loop(f);
	configure_effect(f, "10s", "");
	start(f, young);
	wait_loop(f);
	assert_true(is_there(f, "step/claims", old));
	assert_true(is_there(f, "step/pins", run));
	write_old_claim(f, old);
	(void)snprintf(lock, sizeof(lock), ".%s.lock", old);
	make_old(f, "claims", old);
	make_old(f, "results", old);
	make_old(f, "output", old);
	make_old(f, "output", lock);
	make_old(f, "pins", run);
	/* By the wall clock as old, but it was claimed in this boot. */
	make_old(f, "claims", young);
	make_old(f, "results", young);
	steps_prune(f->steps);
	store_close(f->store);
	f->store = NULL;
	assert_false(is_there(f, "step/claims", old));
	assert_false(is_there(f, "step/results", old));
	assert_false(is_there(f, "step/output", old));
	assert_false(is_there(f, "step/output", lock));
	assert_false(is_there(f, "step/pins", run));
	assert_true(is_there(f, "step/claims", young));
	assert_true(is_there(f, "step/results", young));
}

int
main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		STORY(a_step_runs_and_its_result_comes),
		STORY(a_key_is_under_way_once),
		STORY(a_result_is_adopted_and_nothing_runs_again),
		STORY(a_step_outlives_the_monitor_and_is_waited_for),
		STORY(one_that_was_never_started_is_started_when_adopted),
		STORY(a_runner_that_dies_leaves_an_interrupted_step),
		STORY(it_is_interrupted_also_when_nobody_watched),
		STORY(an_empty_claim_counts_as_claimed),
		STORY(a_pid_that_was_given_to_another_is_not_the_runner),
		STORY(what_is_taken_back_before_its_claim_never_runs),
		STORY(what_is_taken_back_while_it_runs_goes_on),
		STORY(what_is_not_wanted_any_more_is_not_started_when_adopted),
		STORY(a_request_that_cannot_be_stored_runs_nothing),
		STORY(a_runner_that_does_not_start_is_called_refused),
		STORY(without_a_program_nothing_can_be_done),
		STORY(a_spawner_that_dies_is_started_again),
		STORY(what_ended_long_ago_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
