/*
 * steps_fixture.h - a configuration, a state folder, a store and the real
 * runner, for tests of the monitor's side.
 */
#ifndef TESTS_DAEMON_STEPS_FIXTURE_H
#define TESTS_DAEMON_STEPS_FIXTURE_H

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/digest.h"
#include "config/pin.h"
#include "daemon/host/files.h"
#include "daemon/host/host.h"
#include "daemon/steps.h"
#include "executor/key.h"
#include "tests/unit/test.h"

#define PATIENCE_MS 20000

struct fixture {
	char folder[64];
	char program[512];
	char conf[128];
	char state[128];
	char digest[DIGEST_TEXT_BYTES];
	char run[ULID_BYTES];
	struct steps_settings settings; /* what differs from direct mode */
	struct loop *loop;
	struct store *store;
	struct steps *steps;
	struct loop_timer *patience;
	/* of the last callback */
	unsigned ended;
	char outcome[32];
	char reason[512];
	char tail[4096];
	int64_t started_ms;
	int64_t ended_ms;
};

static const char configuration[] =
    "services = ( {\n"
    "  name = \"shop\"; environment = \"test\"; cooldown = \"10m\";\n"
    "  probes = ( { name = \"p\"; type = \"http\";\n"
    "    url = \"http://127.0.0.1:1/\"; interval = \"1s\"; } );\n"
    "  verify = { probes = [\"p\"]; successes = 1; within = \"9s\"; };\n"
    "  procedures = [ \"back\" ];\n"
    "} );\n"
    "procedures = ( { name = \"back\"; steps = ( {\n"
    "  name = \"one\"; timeout = \"%s\"; attempts = 3; delay = \"0s\";\n"
    "  retry_on = [ \"1-127\" ];\n"
    "  command = [ \"/bin/sh\", \"-c\", \"%s\" ]; } );\n"
    "} );\n";

static inline void
new_run(struct fixture *f)
{
	uint8_t bytes[10];

	assert_int_equal(getrandom(bytes, sizeof(bytes), 0), sizeof(bytes));
	ulid_make((uint64_t)host_wall_ms(), bytes, f->run);
}

/* One service with one procedure of one step: this shell script. */
static inline void
configure(struct fixture *f, const char *timeout, const char *script)
{
	char path[256];
	const char *file = "rollbackd.conf";
	struct strings files = { &file, 1 };
	struct text canonical = text_new(PIN_MAX_BYTES);
	struct error err = { "" };
	struct pin *pin;
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s/rollbackd.conf", f->conf);
	out = fopen(path, "w");
	assert_non_null(out);
	/* The format is one of the test's own literals. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	assert_true(fprintf(out, configuration, timeout, script) > 0);
#pragma GCC diagnostic pop
	assert_int_equal(fclose(out), 0);
	pin = pin_from_files(
	    f->conf, &files, "shop", "back", geteuid(), &canonical, &err);
	assert_string_equal(err.text, "");
	assert_non_null(pin);
	digest_text(text_str(&canonical), canonical.length, f->digest);
	pin_free(pin);
	text_free(&canonical);
	new_run(f);
}

static inline void
on_impatience(void *arg)
{
	(void)arg;
	fail_msg("nothing happened");
}

static inline void
open_steps(struct fixture *f)
{
	struct steps_settings settings = f->settings;
	struct error err = { "" };

	settings.program = f->program;
	settings.config_folder = f->conf;
	settings.state_folder = f->state;
	settings.kill_grace_ms = 300;
	f->steps = steps_new(f->loop, f->store, &settings, &err);
	assert_string_equal(err.text, "");
	assert_non_null(f->steps);
}

static inline int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *build = getenv("BUILD");
	struct error err = { "" };

	assert_non_null(f);
	(void)snprintf(f->folder, sizeof(f->folder), "/tmp/steps-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	(void)snprintf(f->conf, sizeof(f->conf), "%s/conf", f->folder);
	(void)snprintf(f->state, sizeof(f->state), "%s/state", f->folder);
	assert_int_equal(mkdir(f->conf, 0700), 0);
	assert_int_equal(mkdir(f->state, 0700), 0);
	if (build != NULL && build[0] == '/')
		(void)snprintf(
		    f->program, sizeof(f->program), "%s/rollbackd-step", build);
	else {
		char *path = realpath("build/rollbackd-step", NULL);

		assert_non_null(path);
		(void)snprintf(f->program, sizeof(f->program), "%s", path);
		free(path);
	}
	f->loop = loop_new();
	assert_non_null(f->loop);
	f->store = store_open(f->loop, f->state, &err);
	assert_string_equal(err.text, "");
	f->patience = loop_timer_new(f->loop, on_impatience, f);
	open_steps(f);
	*state = f;
	return 0;
}

static inline int
tear_down(void **state)
{
	struct fixture *f = *state;
	pid_t pid;

	steps_free(f->steps);
	if (f->store != NULL)
		store_close(f->store);
	loop_timer_free(f->patience);
	loop_free(f->loop);
	pid = fork();
	if (pid == 0) {
		(void)execl("/bin/rm", "rm", "-rf", f->folder, (char *)NULL);
		_exit(1);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	free(f);
	return 0;
}

static inline void
on_ended(void *arg, const struct result *r)
{
	struct fixture *f = arg;

	f->ended++;
	(void)snprintf(f->outcome, sizeof(f->outcome), "%s", r->outcome);
	(void)snprintf(f->reason, sizeof(f->reason), "%s", r->reason);
	(void)snprintf(f->tail, sizeof(f->tail), "%s", r->tail);
	f->started_ms = r->started_ms;
	f->ended_ms = r->ended_ms;
	loop_stop(f->loop);
}

static inline void
wait_loop(struct fixture *f)
{
	loop_timer_start(f->patience, PATIENCE_MS);
	assert_true(loop_run(f->loop));
	loop_timer_stop(f->patience);
}

static inline struct request
request_for(struct fixture *f, char key[KEY_BYTES], unsigned attempt)
{
	struct key k = { .step = 0, .attempt = attempt };

	memcpy(k.run, f->run, sizeof(k.run));
	key_text(&k, key);
	return (struct request){ .key = key,
		.service = "shop",
		.procedure = "back",
		.digest = f->digest,
		.files = { "rollbackd.conf" },
		.file_count = 1,
		.cause = "operator",
		.target_version = "1.2",
		.incident = "01J00000000000000000000000",
		.reason = "it is bad" };
}

/* How many lines the step has written: its effects. */
static inline unsigned
effects(const struct fixture *f)
{
	char path[256];
	unsigned lines = 0;
	FILE *in;
	int c;

	(void)snprintf(path, sizeof(path), "%s/effects", f->folder);
	in = fopen(path, "r");
	if (in == NULL)
		return 0;
	while ((c = getc(in)) != EOF)
		lines += c == '\n';
	(void)fclose(in);
	return lines;
}

static inline bool
is_there(const struct fixture *f, const char *folder, const char *name)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s/%s", f->state, folder, name);
	return access(path, F_OK) == 0;
}

/* The script's effect goes to this fixture's folder. */
static inline void
configure_effect(struct fixture *f, const char *timeout, const char *more)
{
	char script[512];

	(void)snprintf(
	    script, sizeof(script), "echo x >>%s/effects; %s", f->folder, more);
	configure(f, timeout, script);
}

struct wait_for {
	struct fixture *f;
	bool (*holds)(struct fixture *f);
	struct loop_timer *timer;
};

static inline void
on_poll(void *arg)
{
	struct wait_for *w = arg;

	if (w->holds(w->f))
		loop_stop(w->f->loop);
	else
		loop_timer_start(w->timer, 5);
}

/* Turns the loop until it holds. */
static inline void
wait_until(struct fixture *f, bool (*holds)(struct fixture *f))
{
	struct wait_for w = { .f = f, .holds = holds };

	w.timer = loop_timer_new(f->loop, on_poll, &w);
	loop_timer_start(w.timer, 0);
	wait_loop(f);
	loop_timer_free(w.timer);
}

static inline bool
is_at_work(struct fixture *f)
{
	return effects(f) > 0;
}

/* The pid in a claim. */
static inline pid_t
runner_of(const struct fixture *f, const char *key)
{
	char path[512], bytes[CLAIM_MAX_BYTES + 1];
	struct claim claim;
	struct error err = { "" };
	FILE *in;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s/step/claims/%s", f->state, key);
	in = fopen(path, "r");
	assert_non_null(in);
	n = fread(bytes, 1, CLAIM_MAX_BYTES, in);
	(void)fclose(in);
	assert_true(claim_parse(&claim, bytes, n, &err));
	return (pid_t)claim.pid;
}

static inline bool
has_in_environment(const char *pid, const char *words)
{
	char path[300], bytes[4096];
	FILE *in;
	size_t n;

	(void)snprintf(path, sizeof(path), "/proc/%s/environ", pid);
	in = fopen(path, "r");
	if (in == NULL)
		return false;
	n = fread(bytes, 1, sizeof(bytes), in);
	(void)fclose(in);
	return memmem(bytes, n, words, strlen(words)) != NULL;
}

typedef bool process_counts(pid_t pid);

/* Processes whose environment holds the words; counts may be NULL. */
static inline unsigned
processes_that(const char *words, process_counts *counts)
{
	DIR *proc = opendir("/proc");
	const struct dirent *e;
	unsigned found = 0;

	assert_non_null(proc);
	while ((e = readdir(proc)) != NULL)
		found += e->d_name[0] >= '1' && e->d_name[0] <= '9' &&
		    has_in_environment(e->d_name, words) &&
		    (counts == NULL ||
			counts((pid_t)strtol(e->d_name, NULL, 10)));
	(void)closedir(proc);
	return found;
}

/* Anybody's: the words must be the test's own. */
static inline unsigned
processes_with(const char *words)
{
	return processes_that(words, NULL);
}

#endif
