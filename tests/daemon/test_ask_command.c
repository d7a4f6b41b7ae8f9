/* Command probes, run by the real spawner and runner. */
#include <math.h>
#include <sys/prctl.h>

#include "tests/daemon/steps_fixture.h"

#include "daemon/ask/ask.h"
#include "daemon/ask/commands.h"
#include "executor/helper.h"
#include "probe/command_settings.h"

#define MANY 1000

struct story {
	struct fixture *f;
	struct ask_tools tools;
	struct sample last;
	double value;
	unsigned answers, wanted;
	unsigned outcomes[3];
	unsigned helped;
};

static bool
descends_from_us(pid_t pid)
{
	struct host_process p = { .pid = pid };

	while (p.pid > 1 && p.pid != getpid())
		if (!host_process(p.pid, &p))
			return false;
		else
			p.pid = p.parent;
	return p.pid == getpid();
}

/* Other tests have helpers of theirs at the same time. */
static unsigned
helpers_of_ours(void)
{
	return processes_that(HELPER_MARK "=", descends_from_us);
}

static struct story *
begin(void **state)
{
	struct story *s = calloc(1, sizeof(*s));

	s->f = *state;
	s->tools = (struct ask_tools){ .loop = s->f->loop,
		.steps = s->f->steps,
		.commands = commands_new(s->f->loop, s->f->steps) };
	assert_non_null(s->tools.commands);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
	return s;
}

/* As the daemon does: first those who ask, then the steps, then the rest. */
static void
end(struct story *s)
{
	steps_free(s->f->steps);
	s->f->steps = NULL;
	commands_free(s->tools.commands);
	free(s);
}

static void
on_answer(void *arg, const struct sample *sample)
{
	struct story *s = arg;

	s->last = *sample;
	s->value = sample->value_count > 0 ? sample->values[0] : (double)NAN;
	s->outcomes[sample->outcome]++;
	if (++s->answers == s->wanted)
		loop_stop(s->f->loop);
}

struct command {
	struct probe_settings probe;
	struct command_settings settings;
	const char *argv[3];
};

static const char *zero[] = { "0" };
static const char *three[] = { "3" };

static void
shell(struct command *c, const char *script)
{
	*c = (struct command){ .argv = { "/bin/sh", "-c", script } };
	c->settings = (struct command_settings){ .command = { c->argv, 3 },
		.ok = { zero, 1 },
		.lost = { three, 1 },
		.value = COMMAND_VALUE_STDOUT,
		.on_no_value = SAMPLE_OK };
	c->probe = (struct probe_settings){ .name = "rows",
		.interval_ms = 1000,
		.timeout_ms = 1000,
		.kind = &probe_command,
		.settings = &c->settings };
}

static struct asker *
asker_of(struct story *s, const struct command *c)
{
	struct error err = { "" };
	struct asker *a =
	    asker_new(&s->tools, "shop", &c->probe, NULL, 0, &err);

	assert_string_equal(err.text, "");
	assert_non_null(a);
	return a;
}

static void
ask(struct story *s, struct asker *a, int64_t timeout_ms)
{
	unsigned before = s->answers;

	s->wanted = before + 1;
	assert_true(asker_ask(a, timeout_ms, false, on_answer, s));
	assert_false(asker_ask(a, timeout_ms, false, on_answer, s));
	assert_int_equal(s->answers, before);
	wait_loop(s->f);
	assert_false(asker_is_busy(a));
}

struct row {
	const char *name;
	const char *script;
	int64_t timeout_ms;
	enum sample_outcome outcome;
	const char *failure;
	const char *detail; /* how it begins */
	double value;
};

#define NONE ((double)NAN)

/* clang-format off */
static const struct row rows[] = {
	{ "good", "echo fine", 5000, SAMPLE_OK, NULL, "fine", NONE },
	{ "bad", "echo broken; exit 2", 5000,
	  SAMPLE_FAILED, "command.status", "broken", NONE },
	{ "bad and silent", "echo why >&2; exit 2", 5000,
	  SAMPLE_FAILED, "command.status", "exit status 2: why", NONE },
	{ "unknown", "exit 3", 5000,
	  SAMPLE_LOST, "command.unknown", "exit status 3", NONE },
	{ "a value", "echo 12.5; echo rows", 5000,
	  SAMPLE_OK, NULL, "12.5", 12.5 },
	{ "P4 one that does not end, and will not", "trap '' TERM; "
	  "while :; do sleep 0.05; done", 200,
	  SAMPLE_FAILED, "timeout.command", "not done in time", NONE },
	{ "P3 nor do its children", "setsid sleep 60 & sleep 60", 200,
	  SAMPLE_FAILED, "timeout.command", "not done in time", NONE },
	{ "P3 what it leaves behind", "setsid sleep 60 & echo left", 5000,
	  SAMPLE_OK, NULL, "left", NONE },
	{ "P5 a flood", "head -c 3000000 /dev/zero | tr '\\0' x", 5000,
	  SAMPLE_OK, NULL, "xxxx", NONE },
	{ "P5 it reads, and there is nothing", "cat; echo read", 5000,
	  SAMPLE_OK, NULL, "read", NONE },
	{ "P6 a crash", "kill -SEGV $$", 5000,
	  SAMPLE_LOST, "command.killed", "killed by signal 11", NONE },
	{ "P7 it has but three descriptors", "ls /proc/self/fd | wc -l", 5000,
	  SAMPLE_OK, NULL, "4", 4 }, /* and the folder that ls looks at */
	{ "P8 and nothing in its environment",
	  "env | sort | sed 's/=.*//' | tr '\\n' ' '", 5000,
	  SAMPLE_OK, NULL, "LANG PATH PWD ROLLBACKD_HELPER", NONE },
};
/* clang-format on */

static void
ends_are_told_apart(void **state)
{
	struct story *s = begin(state);

	assert_int_equal(setenv("SECRET", "x", 1), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];
		struct command c;
		struct asker *a;

		shell(&c, row->script);
		a = asker_of(s, &c);
		ask(s, a, row->timeout_ms);
		asker_free(a);
		if (s->last.outcome != row->outcome ||
		    (row->failure == NULL) != (s->last.failure == NULL) ||
		    (row->failure != NULL &&
			strcmp(row->failure, s->last.failure) != 0) ||
		    strncmp(s->last.detail, row->detail, strlen(row->detail)) !=
			0)
			fail_msg("%s: %s, %s, %s", row->name,
			    sample_outcome_word(s->last.outcome),
			    s->last.failure, s->last.detail);
		assert_int_equal(isnan(s->value), isnan(row->value));
		if (!isnan(row->value))
			assert_true(s->value == row->value);
	}
	assert_int_equal(helpers_of_ours(), 0);
	end(s);
}

/* P6: our own configuration says nothing of the target. */
static void
a_program_that_is_missing_is_our_trouble(void **state)
{
	struct story *s = begin(state);
	struct command c;
	struct asker *a;

	shell(&c, "");
	c.argv[0] = "/nowhere/at-all";
	a = asker_of(s, &c);
	ask(s, a, 5000);
	assert_int_equal(s->last.outcome, SAMPLE_LOST);
	assert_string_equal(s->last.failure, "local.command");
	assert_non_null(strstr(s->last.detail, "No such file"));
	asker_free(a);
	end(s);
}

static bool
spawner_is_gone(struct fixture *f)
{
	struct error err;

	return !steps_can_act(f->steps, &err);
}

/* R3: so does a spawner that is not there. */
static void
no_spawner_is_our_trouble(void **state)
{
	struct story *s = begin(state);
	struct command c;
	struct asker *a;
	char moved[600];

	shell(&c, "echo fine");
	(void)snprintf(moved, sizeof(moved), "%s/gone", s->f->folder);
	steps_free(s->f->steps);
	assert_true(
	    snprintf(s->f->program, sizeof(s->f->program), "%s", moved) > 0);
	open_steps(s->f);
	commands_free(s->tools.commands);
	s->tools.commands = commands_new(s->f->loop, s->f->steps);
	wait_until(s->f, spawner_is_gone);
	a = asker_of(s, &c);
	ask(s, a, 300);
	assert_int_equal(s->last.outcome, SAMPLE_LOST);
	asker_free(a);
	end(s);
}

static void
on_helped(void *arg, bool ok, const char *reason)
{
	struct story *s = arg;

	(void)reason;
	assert_true(ok);
	s->helped = s->answers + 1;
}

/* Fewer of ours than there may be: counts those that run at once. */
static unsigned
most_at_once(const char *path)
{
	unsigned now = 0, most = 0;
	FILE *in = fopen(path, "r");
	int c;

	assert_non_null(in);
	while ((c = getc(in)) != EOF) {
		if (c == '+' && ++now > most)
			most = now;
		now -= c == '-';
	}
	(void)fclose(in);
	assert_int_equal(now, 0);
	return most;
}

/* A thousand at once: some run, the others wait, a notifier does not. */
static void
many_are_bounded_and_starve_nobody(void **state)
{
	static struct asker *askers[MANY];
	const char *const note[] = { "/bin/true", NULL };
	struct story *s = begin(state);
	char script[300], path[100];
	struct command c;

	(void)snprintf(path, sizeof(path), "%s/count", s->f->folder);
	(void)snprintf(script, sizeof(script),
	    "printf + >>%s; sleep 0.05; printf - >>%s", path, path);
	shell(&c, script);
	for (size_t i = 0; i < MANY; i++) {
		askers[i] = asker_of(s, &c);
		assert_true(asker_ask(askers[i], 60000, false, on_answer, s));
	}
	assert_true(
	    steps_helper(s->f->steps, "note", note, 5000, "{}", on_helped, s));
	s->wanted = MANY;
	loop_timer_start(s->f->patience, 60000);
	assert_true(loop_run(s->f->loop));
	loop_timer_stop(s->f->patience);
	assert_int_equal(s->answers, MANY);
	assert_int_equal(s->outcomes[SAMPLE_OK], MANY);
	assert_true(most_at_once(path) <= COMMANDS_AT_ONCE);
	/* It had its turn among the first. */
	assert_true(s->helped > 0 && s->helped < MANY / 2);
	for (size_t i = 0; i < MANY; i++)
		asker_free(askers[i]);
	end(s);
}

/* What waited for too long says nothing of the target. */
static void
waiting_too_long_is_our_trouble(void **state)
{
	static struct asker *askers[COMMANDS_AT_ONCE + 1];
	struct story *s = begin(state);
	struct command c;

	shell(&c, "sleep 1; exit 2");
	s->wanted = COMMANDS_AT_ONCE + 1;
	for (size_t i = 0; i <= COMMANDS_AT_ONCE; i++) {
		askers[i] = asker_of(s, &c);
		assert_true(asker_ask(askers[i],
		    i < COMMANDS_AT_ONCE ? 30000 : 300, false, on_answer, s));
	}
	loop_timer_start(s->f->patience, 60000);
	assert_true(loop_run(s->f->loop));
	loop_timer_stop(s->f->patience);
	assert_int_equal(s->outcomes[SAMPLE_FAILED], COMMANDS_AT_ONCE);
	assert_int_equal(s->outcomes[SAMPLE_LOST], 1);
	for (size_t i = 0; i <= COMMANDS_AT_ONCE; i++)
		asker_free(askers[i]);
	end(s);
}

static bool
none_runs(struct fixture *f)
{
	(void)f;
	return helpers_of_ours() == 0;
}

/* Freed while it waits, runs or is over: nothing comes, nothing is left. */
static void
freed_while_asking(void **state)
{
	struct story *s = begin(state);
	struct command c;

	shell(&c, "sleep 0.1");
	for (int i = 0; i < 10; i++) {
		struct asker *a = asker_of(s, &c);

		assert_true(asker_ask(a, 5000, i % 2 == 0, on_answer, s));
		if (i % 3 > 0) {
			struct loop_timer *t = loop_timer_new(
			    s->f->loop, (loop_callback *)loop_stop, s->f->loop);

			loop_timer_start(t, 12 * i);
			wait_loop(s->f);
			loop_timer_free(t);
		}
		asker_free(a);
	}
	wait_until(s->f, none_runs);
	assert_int_equal(s->answers, 0);
	end(s);
}

int
main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		STORY(ends_are_told_apart),
		STORY(a_program_that_is_missing_is_our_trouble),
		STORY(no_spawner_is_our_trouble),
		STORY(many_are_bounded_and_starve_nobody),
		STORY(waiting_too_long_is_our_trouble),
		STORY(freed_while_asking),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
