/*
 * Many steps and helpers: how soon they start, and that nothing is left of
 * them.
 */
#include "tests/daemon/steps_fixture.h"

#define STARTS 100
/* What is plainly wrong, on a busy host too; the bench looks closer. */
#define START_MEDIAN_MAX_MS 100

static int
by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

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

/* Zombies whose parent is one of ours: this program or its children. */
static unsigned
zombies(void)
{
	DIR *proc = opendir("/proc");
	const struct dirent *e;
	unsigned found = 0;

	assert_non_null(proc);
	while ((e = readdir(proc)) != NULL) {
		struct host_process p, parent;

		if (host_process((pid_t)strtol(e->d_name, NULL, 10), &p) &&
		    p.state == 'Z' &&
		    (p.parent == getpid() ||
			(host_process(p.parent, &parent) &&
			    parent.parent == getpid())))
			found++;
	}
	(void)closedir(proc);
	return found;
}

static void
steps_start_soon_and_leave_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t took_ms[STARTS];
	unsigned descriptors = 0;

	configure_effect(f, "10s", "");
	for (unsigned i = 0; i < STARTS; i++) {
		char key[KEY_BYTES];
		struct request r;
		int64_t asked_ms;

		new_run(f);
		r = request_for(f, key, 1);
		asked_ms = host_boot_ms();
		assert_true(steps_start(f->steps, &r, on_ended, f));
		wait_loop(f);
		assert_string_equal(f->outcome, "done");
		took_ms[i] = f->started_ms - asked_ms;
		if (i == 0)
			descriptors = count_entries("/proc/self/fd");
	}
	assert_int_equal(effects(f), STARTS);
	assert_int_equal(count_entries("/proc/self/fd"), descriptors);
	qsort(took_ms, STARTS, sizeof(took_ms[0]), by_size);
	print_message("asked to running: median %lld ms, worst %lld ms\n",
	    (long long)took_ms[STARTS / 2], (long long)took_ms[STARTS - 1]);
	if (!TEST_IS_SANITIZED)
		assert_in_range(took_ms[STARTS / 2], 0, START_MEDIAN_MAX_MS);
}

static bool
no_zombies(struct fixture *f)
{
	(void)f;
	return zombies() == 0;
}

static void
background_processes_leave_no_zombies(void **state)
{
	struct fixture *f = *state;

	configure_effect(f, "10s", "setsid sleep 0.1 & sleep 0.05 & :");
	for (unsigned i = 0; i < 10; i++) {
		char key[KEY_BYTES];
		struct request r;

		new_run(f);
		r = request_for(f, key, 1);
		assert_true(steps_start(f->steps, &r, on_ended, f));
		wait_loop(f);
		assert_string_equal(f->outcome, "done");
	}
	wait_until(f, no_zombies);
}

static void
on_done(void *arg, bool ok, const char *reason)
{
	struct fixture *f = arg;

	f->ended++;
	(void)snprintf(
	    f->outcome, sizeof(f->outcome), "%s", ok ? "ok" : "failed");
	(void)snprintf(f->reason, sizeof(f->reason), "%s", reason);
	loop_stop(f->loop);
}

struct helper_row {
	const char *name;
	const char *script;
	int64_t timeout_ms;
	const char *outcome;
	const char *reason;
};

/* clang-format off */
static const struct helper_row helper_rows[] = {
	{ "it reads the event on its standard input",
	  "read -r l && [ \"$l\" = '{\"event\":1}' ]", 5000,
	  "ok", "exit status 0" },
	{ "what it said last is the reason",
	  "echo one; echo two >&2; exit 3", 5000,
	  "failed", "exit status 3: two" },
	{ "it is ended with all it started when it takes too long",
	  "setsid sleep 30 & sleep 30", 200,
	  "failed", "not done in time; it was ended" },
	{ "nothing of ours is in its environment or open",
	  "[ $(ls /proc/self/fd | wc -l) = 4 ] && "
	  "! env | grep -v '^PATH=\\|^LANG=\\|^ROLLBACKD_HELPER=\\|^_=\\|"
	  "^PWD=\\|^SHLVL=\\|^OLDPWD='", 5000,
	  "ok", "exit status 0" },
};
/* clang-format on */

static void
helpers_run_and_are_heard_of(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(setenv("SECRET", "x", 1), 0);
	for (size_t i = 0; i < ARRAY_LEN(helper_rows); i++) {
		const struct helper_row *row = &helper_rows[i];
		const char *const argv[] = { "/bin/sh", "-c", row->script,
			NULL };

		assert_true(steps_helper(f->steps, "notice-1", argv,
		    row->timeout_ms, "{\"event\":1}\n", on_done, f));
		wait_loop(f);
		if (strcmp(f->outcome, row->outcome) != 0 ||
		    strcmp(f->reason, row->reason) != 0)
			fail_msg(
			    "%s: %s, %s", row->name, f->outcome, f->reason);
	}
	assert_int_equal(f->ended, ARRAY_LEN(helper_rows));
	assert_int_equal(processes_with("ROLLBACKD_HELPER=notice-1"), 0);
}

static void
a_program_that_is_missing_is_said_to_be(void **state)
{
	struct fixture *f = *state;
	const char *const argv[] = { "/nowhere/at-all", NULL };

	assert_true(steps_helper(f->steps, "x", argv, 1000, "", on_done, f));
	wait_loop(f);
	assert_string_equal(f->outcome, "failed");
	assert_string_equal(f->reason,
	    "cannot execute /nowhere/at-all: No such file or directory");
	assert_false(
	    steps_helper(f->steps, "../x", argv, 1000, "", on_done, f));
}

int
main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		STORY(steps_start_soon_and_leave_nothing),
		STORY(background_processes_leave_no_zombies),
		STORY(helpers_run_and_are_heard_of),
		STORY(a_program_that_is_missing_is_said_to_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
