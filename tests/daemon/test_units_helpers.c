/*
 * Commands of probes and notifiers as units of PID 1, and the trial of whether
 * anything could be started.
 */
#include "tests/daemon/units_fixture.h"

static unsigned
count_entries(const char *path)
{
	DIR *d = opendir(path);
	unsigned n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	(void)closedir(d);
	return n;
}

struct ran {
	struct fixture *f;
	unsigned ok;
	unsigned failed;
	char reason[256];
	char output[HELPER_OUTPUT_MAX + 1];
};

static void
on_ran(void *arg, const struct helper_result *r)
{
	struct ran *ran = arg;

	*(r->ok ? &ran->ok : &ran->failed) += 1;
	(void)snprintf(ran->reason, sizeof(ran->reason), "%s", r->reason);
	(void)snprintf(ran->output, sizeof(ran->output), "%.*s",
	    (int)r->output_length, r->output);
	loop_stop(ran->f->loop);
}

static void
run_helper(struct ran *ran, const char *id, const char *script)
{
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };

	assert_true(
	    steps_run(ran->f->steps, id, argv, 10000, 300, on_ran, ran));
}

static void
a_helper_is_a_unit_and_tells_all_of_its_result(void **state)
{
	struct ran ran = { .f = *state };

	run_helper(&ran, "probe-1", "echo said");
	wait_loop(ran.f);
	assert_int_equal(ran.ok, 1);
	assert_string_equal(ran.output, "said\n");
	assert_int_equal(starts_of("rollbackd-helper@probe-1.service"), 1);
	run_helper(&ran, "probe-2", "echo bad >&2; exit 3");
	wait_loop(ran.f);
	assert_int_equal(ran.failed, 1);
	assert_string_equal(ran.reason, "exit status 3: bad");
}

static void
on_told(void *arg, bool ok, const char *reason)
{
	struct ran *ran = arg;

	*(ok ? &ran->ok : &ran->failed) += 1;
	(void)snprintf(ran->reason, sizeof(ran->reason), "%s", reason);
	loop_stop(ran->f->loop);
}

static void
a_notifier_reads_the_event_from_its_standard_input(void **state)
{
	struct ran ran = { .f = *state };
	const char *const argv[] = { "/bin/grep", "-q", "the event", NULL };

	assert_true(steps_helper(ran.f->steps, "note", argv, 10000,
	    "this is the event\n", on_told, &ran));
	wait_loop(ran.f);
	assert_int_equal(ran.ok, 1);
}

#define MANY 128

static void
many_helpers_run_at_once_and_leave_nothing(void **state)
{
	struct ran ran = { .f = *state };
	char id[16], path[64];
	unsigned before;

	(void)snprintf(path, sizeof(path), "/proc/self/fd");
	run_helper(&ran, "first", "true");
	wait_loop(ran.f);
	before = count_entries(path);
	for (unsigned i = 0; i < MANY; i++) {
		(void)snprintf(id, sizeof(id), "many-%u", i);
		run_helper(&ran, id, "sleep 0.1");
	}
	while (ran.ok + ran.failed < MANY + 1)
		wait_loop(ran.f);
	assert_int_equal(ran.failed, 0);
	assert_int_equal(count_entries(path), before);
}

/* Of what PID 1 says, or what it does not say any more. */
static bool
is_forgotten(struct fixture *f)
{
	char path[300];

	(void)f;
	(void)snprintf(path, sizeof(path), "%s/reset", world.faults);
	return access(path, F_OK) == 0;
}

static void
a_unit_that_failed_is_forgotten(void **state)
{
	struct ran ran = { .f = *state };

	run_helper(&ran, "bad-end", "kill -9 $PPID; sleep 5");
	wait_loop(ran.f);
	assert_int_equal(ran.failed, 1);
	wait_until(ran.f, is_forgotten);
}

static void
a_helper_that_polkit_denies_fails(void **state)
{
	struct ran ran = { .f = *state };

	set_fault("deny", true);
	run_helper(&ran, "denied", "true");
	wait_loop(ran.f);
	assert_int_equal(ran.failed, 1);
	assert_non_null(strstr(ran.reason, "Access denied"));
}

static void
a_helper_that_dies_fails(void **state)
{
	struct ran ran = { .f = *state };

	/* Its parent is the runner. */
	run_helper(&ran, "dead", "kill -9 $PPID; sleep 5");
	wait_loop(ran.f);
	assert_int_equal(ran.failed, 1);
}

static void
a_helper_goes_on_while_the_bus_is_away(void **state)
{
	struct fixture *f = *state;
	struct ran ran = { .f = f };
	char script[300];

	(void)snprintf(script, sizeof(script),
	    "echo x >>%s/effects; sleep 0.5; echo end", f->folder);
	run_helper(&ran, "long", script);
	wait_until(f, is_at_work);
	end_process(&world.bus);
	wait_until(f, cannot_start);
	if (ran.ok == 0)
		wait_loop(f);
	assert_int_equal(ran.ok, 1);
	assert_string_equal(ran.output, "end\n");
	start_bus(f);
}

/* Connects to the monitor's socket and says that it is this helper. */
static int
pretend(const char *id)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path),
	    "%.90s/socket", world.helpers);
	assert_int_equal(
	    connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(send(fd, id, strlen(id), 0), strlen(id));
	return fd;
}

static int pretender = -1;

static bool
is_sent_away(struct fixture *f)
{
	char byte;

	(void)f;
	return recv(pretender, &byte, 1, MSG_DONTWAIT) == 0;
}

/* Of the right user, but not in the unit. */
static void
nobody_else_is_given_a_helpers_record(void **state)
{
	struct fixture *f = *state;
	struct ran ran = { .f = f };
	char script[300];

	(void)snprintf(script, sizeof(script),
	    "echo x >>%s/effects; while test -e %s/wait; do sleep 0.05; done",
	    f->folder, world.faults);
	set_fault("wait", true);
	run_helper(&ran, "slow", script);
	/* One of the many that may come first, and one that comes late. */
	pretender = pretend("slow");
	wait_until(f, is_sent_away);
	(void)close(pretender);
	wait_until(f, is_at_work);
	pretender = pretend("slow");
	wait_until(f, is_sent_away);
	(void)close(pretender);
	pretender = pretend("../../etc/passwd");
	wait_until(f, is_sent_away);
	(void)close(pretender);
	set_fault("wait", false);
	wait_loop(f);
	assert_int_equal(ran.ok, 1);
}

struct trial {
	struct fixture *f;
	unsigned count;
	char no_steps[256];
	char no_helpers[256];
};

static void
on_tried(void *arg, const struct steps_trial_result *r)
{
	struct trial *t = arg;

	t->count++;
	(void)snprintf(t->no_steps, sizeof(t->no_steps), "%s",
	    r->no_steps == NULL ? "" : r->no_steps);
	(void)snprintf(t->no_helpers, sizeof(t->no_helpers), "%s",
	    r->no_helpers == NULL ? "" : r->no_helpers);
	loop_stop(t->f->loop);
}

static struct trial
try_it(struct fixture *f)
{
	struct trial t = { .f = f };

	steps_try(f->steps, f->digest, on_tried, &t);
	assert_int_equal(t.count, 0);
	wait_loop(f);
	assert_int_equal(t.count, 1);
	return t;
}

static void
a_trial_starts_all_that_a_rollback_would(void **state)
{
	struct fixture *f = *state;
	struct trial t;

	configure_effect(f, "10s", "");
	t = try_it(f);
	assert_string_equal(t.no_steps, "");
	assert_string_equal(t.no_helpers, "");
	assert_int_equal(starts_of("rollbackd-step@keep-"), 1);
	assert_int_equal(starts_of("rollbackd-step@test.service"), 1);
	assert_int_equal(starts_of("rollbackd-helper@"), 1);
	assert_int_equal(effects(f), 0);
}

static void
a_trial_that_is_begun_anew_tells_once(void **state)
{
	struct fixture *f = *state;
	struct trial first = { .f = f };
	struct trial t;

	configure_effect(f, "10s", "");
	steps_try(f->steps, f->digest, on_tried, &first);
	t = try_it(f);
	assert_string_equal(t.no_steps, "");
	assert_int_equal(first.count, 0);
}

static void
a_trial_says_what_polkit_denies(void **state)
{
	struct fixture *f = *state;
	struct trial t;

	configure_effect(f, "10s", "");
	set_fault("deny", true);
	t = try_it(f);
	assert_string_equal(
	    t.no_steps, "the runner cannot be started: Access denied");
	set_fault("deny", false);
	set_fault("masked", true);
	t = try_it(f);
	assert_non_null(strstr(t.no_steps, "is masked"));
}

static void
a_trial_says_when_the_bus_is_away(void **state)
{
	struct fixture *f = *state;
	struct trial t;

	configure_effect(f, "10s", "");
	end_process(&world.bus);
	wait_until(f, cannot_start);
	t = try_it(f);
	assert_non_null(strstr(t.no_steps, "no connection to the bus"));
	start_bus(f);
}

/* Before a copy was made it matters, and not after. */
static void
a_trial_minds_an_edit_that_was_not_loaded_only_without_a_copy(void **state)
{
	struct fixture *f = *state;
	struct trial t;

	configure_effect(f, "10s", "");
	set_fault("other-config", true);
	t = try_it(f);
	assert_string_equal(t.no_steps,
	    "the configuration was changed since it was loaded: reload");
	set_fault("other-config", false);
	t = try_it(f);
	assert_string_equal(t.no_steps, "");
	set_fault("other-config", true);
	t = try_it(f);
	assert_string_equal(t.no_steps, "");
}

static void
a_trial_says_when_the_runner_cannot_use_its_folders(void **state)
{
	struct fixture *f = *state;
	char path[300];
	struct trial t;

	configure_effect(f, "10s", "");
	(void)snprintf(path, sizeof(path), "%s/step/claims", f->state);
	assert_int_equal(chmod(path, 0777), 0);
	t = try_it(f);
	assert_non_null(strstr(t.no_steps, "cannot use its folders"));
}

/* The units and the daemon must mean the same folders. */
static void
a_trial_says_when_the_runner_is_elsewhere(void **state)
{
	struct fixture *f = *state;
	char other[100];
	struct trial t;

	configure_effect(f, "10s", "");
	(void)snprintf(other, sizeof(other), "%s/other", f->folder);
	assert_int_equal(mkdir(other, 0700), 0);
	end_process(&world.manager);
	/* One that is back before it was missed was never away. */
	wait_until(f, cannot_start);
	(void)snprintf(f->state, sizeof(f->state), "%s", other);
	start_manager(f);
	wait_until(f, can_start);
	t = try_it(f);
	assert_non_null(strstr(t.no_steps, "looks for requests elsewhere"));
}

static void
a_trial_says_when_its_results_would_not_be_seen(void **state)
{
	struct fixture *f = *state;
	char path[300];
	struct trial t;

	configure_effect(f, "10s", "");
	(void)snprintf(path, sizeof(path), "%s/other", f->folder);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/other/claims", f->folder);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/other/results", f->folder);
	assert_int_equal(mkdir(path, 0700), 0);
	steps_free(f->steps);
	(void)snprintf(world.runner_folder, sizeof(world.runner_folder),
	    "%s/other", f->folder);
	open_steps(f);
	wait_until(f, can_start);
	t = try_it(f);
	assert_non_null(strstr(t.no_steps, "would not be noticed"));
}

int
main(void)
{
#define STORY(name) \
	cmocka_unit_test_setup_teardown(name, set_up_units, tear_down_units)
	const struct CMUnitTest tests[] = {
		STORY(a_helper_is_a_unit_and_tells_all_of_its_result),
		STORY(a_notifier_reads_the_event_from_its_standard_input),
		STORY(many_helpers_run_at_once_and_leave_nothing),
		STORY(a_unit_that_failed_is_forgotten),
		STORY(a_helper_that_polkit_denies_fails),
		STORY(a_helper_that_dies_fails),
		STORY(a_helper_goes_on_while_the_bus_is_away),
		STORY(nobody_else_is_given_a_helpers_record),
		STORY(a_trial_starts_all_that_a_rollback_would),
		STORY(a_trial_that_is_begun_anew_tells_once),
		STORY(a_trial_says_what_polkit_denies),
		STORY(a_trial_says_when_the_runner_is_elsewhere),
		STORY(a_trial_says_when_its_results_would_not_be_seen),
		STORY(a_trial_says_when_the_bus_is_away),
		STORY(
		    a_trial_minds_an_edit_that_was_not_loaded_only_without_a_copy),
		STORY(a_trial_says_when_the_runner_cannot_use_its_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
