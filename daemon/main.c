#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/version.h"
#include "daemon/able.h"
#include "daemon/acts.h"
#include "daemon/ask/commands.h"
#include "daemon/ask/tls_context.h"
#include "daemon/baselines.h"
#include "daemon/config_test.h"
#include "daemon/connections.h"
#include "daemon/drill.h"
#include "daemon/events.h"
#include "daemon/host/host.h"
#include "daemon/life.h"
#include "daemon/load.h"
#include "daemon/log.h"
#include "daemon/mode.h"
#include "daemon/monitor.h"
#include "daemon/notify/notify.h"
#include "daemon/options.h"
#include "daemon/metrics.h"
#include "daemon/poller.h"
#include "daemon/recorder.h"
#include "daemon/recover.h"
#include "daemon/reload.h"
#include "daemon/rollback.h"
#include "daemon/store_watch.h"
#include "daemon/survey.h"
#include "daemon/together.h"
#include "daemon/watched.h"
#include "daemon/witness.h"

/* What is longer goes back to the system when it is freed: answers about all
   services are, and come seldom. */
#define LONG_BYTES (128 * 1024)
#define EXIT_TROUBLE 2
#define EXIT_UNREADABLE 3
#define EXIT_WRONG 4
#define EXIT_ANOTHER_RUNS 75
#define PATH_BYTES 4096

static void
harden(void)
{
	struct rlimit files;

	(void)umask(077);
	/* Best effort: an old kernel without it still watches. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)signal(SIGPIPE, SIG_IGN);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
}

static void
tell_complaints(struct complaints *complaints)
{
	const char *line;

	for (size_t i = 0; (line = complaints_line(complaints, i)) != NULL; i++)
		log_warning("%s", line);
}

static void
tell_connections(const struct config *c)
{
	struct descriptors d = descriptors_here(true);
	char words[CONNECTIONS_TEXT_MAX];
	struct text text = text_over(words, sizeof(words));

	connections_tell(c, &d, &text);
	if (text.length > 0)
		log_warning("%s", words);
}

/* What it was told to run, or what it ran last, or NULL with the exit code. */
static struct loaded *
load(struct monitor *m, const struct options *o, int *status)
{
	struct loaded *l = load_read_apart(o->config);
	char last_good[PATH_BYTES];

	if (l == NULL)
		return NULL;
	tell_complaints(l->complaints);
	if (l->config != NULL) {
		load_keep(l);
		if (!l->is_kept)
			log_error("no copy of the configuration is kept: %s",
			    l->trouble.text);
		return l;
	}
	*status = complaints_count(l->complaints, COMPLAINT_UNREADABLE) > 0 ?
	    EXIT_UNREADABLE :
	    EXIT_WRONG;
	load_free(l);
	if (!load_last_good(o->state, last_good, sizeof(last_good)))
		return NULL;
	l = load_read(last_good);
	if (l == NULL || l->config == NULL) {
		load_free(l);
		return NULL;
	}
	m->shadow = true;
	(void)snprintf(m->trouble, sizeof(m->trouble),
	    "%.120s is wrong: watches with the last good configuration, and "
	    "only says what it would do",
	    o->config);
	log_service(
	    LOG_LEVEL_CRITICAL, LOG_ID_LAST_KNOWN_GOOD, NULL, "%s", m->trouble);
	return l;
}

static void
read_names(struct monitor *m)
{
	if (!host_boot_id(m->boot_id))
		(void)snprintf(m->boot_id, sizeof(m->boot_id), "unknown");
	if (gethostname(m->host, sizeof(m->host) - 1) != 0)
		(void)snprintf(m->host, sizeof(m->host), "unknown");
}

static bool
open_parts(struct monitor *m, const struct config *c, struct error *err)
{
	char folder[PATH_BYTES];
	struct steps_settings steps = {
		.program = c->runner.program,
		.config_folder = folder,
		.state_folder = c->state_directory,
		.kill_grace_ms = c->runner.kill_grace_ms,
		.mode = mode_of(&c->runner),
		.runner_folder = c->runner.folder,
		.helper_folder = c->runner.helpers,
		.helper_user = c->runner.helper_user,
		.bus_address = mode_bus_address(),
	};

	(void)snprintf(folder, sizeof(folder), "%s/config", c->state_directory);
	m->steps = steps_new(m->loop, m->store, &steps, err);
	if (m->steps == NULL)
		return false;
	m->fetch = fetch_new(m->loop, err);
	if (m->fetch == NULL)
		return false;
	m->ask_tools = (struct ask_tools){ .loop = m->loop,
		.fetch = m->fetch,
		.steps = m->steps,
		.commands = commands_new(m->loop, m->steps) };
	m->ask_tools.tls = tls_contexts_new();
	m->ask_tools.schedule = schedule_new(m->loop, poller_due);
	if (m->ask_tools.commands == NULL || m->ask_tools.tls == NULL ||
	    m->ask_tools.schedule == NULL)
		return error_set(err, "no memory for probes");
	m->notify = notify_new();
	m->outbox = outbox_new(m->loop, m->store, notify_send, notify_lost, m);
	if (m->outbox == NULL || m->notify == NULL)
		return error_set(err, "no memory for the outbox");
	m->recorder = recorder_new(m, err);
	if (m->recorder == NULL)
		return false;
	m->together = together_new(m);
	if (m->together == NULL)
		return error_set(err, "no memory for the groups");
	m->drills = drills_new(m);
	if (m->drills == NULL)
		return error_set(err, "no memory for drills");
	m->baselines = baselines_new(m, c->state_directory);
	if (m->baselines == NULL)
		return error_set(err, "no memory for the baselines");
	m->surveys = surveys_new(m);
	if (m->surveys == NULL)
		return error_set(err, "no memory to tell of services");
	m->able = able_new(m);
	if (m->able == NULL)
		return error_set(err, "no memory to see whether we can act");
	m->life = life_new(m);
	return m->life != NULL || error_set(err, "no memory for the pulse");
}

static void
page_shadow(struct monitor *m)
{
	struct notice alarm = { .event = "alarm", .summary = m->trouble };
	char key[ULID_BYTES];

	events_new_id(m, key);
	events_append(m, NULL, 0, &alarm, key, NULL, NULL);
}

struct start {
	struct monitor *m;
	struct control_place place;
	struct control_roles_gids roles;
	bool failed;
};

/* READY only now: remembered, able to answer, watching. */
static void
on_recovered(void *arg)
{
	struct start *s = arg;
	struct monitor *m = s->m;
	struct error err = { "" };

	store_watch_recovered(m->store_watch);
	m->control = control_open(m->loop, &s->place, acts_handle, m, &err);
	if (m->control == NULL || !control_set_roles(m->control, &s->roles)) {
		log_service(LOG_LEVEL_CRITICAL, LOG_ID_ALARM, NULL,
		    "no control socket: %s", err.text);
		s->failed = true;
		loop_stop(m->loop);
		return;
	}
	if (err.text[0] != '\0')
		log_warning("%s", err.text);
	control_on_refused(m->control, refusals_note, m);
	m->is_ready = true;
	m->metrics_file = metrics_file_new(m);
	if (m->metrics_file == NULL)
		log_warning("no memory to write metrics_file");
	recorder_ready(m->recorder);
	drills_ready(m);
	if (m->shadow)
		page_shadow(m);
	log_service(LOG_LEVEL_NOTICE, LOG_ID_STARTED, NULL,
	    "rollbackd %s watches %zu services", ROLLBACKD_VERSION,
	    m->watched_count);
	life_ready(m->life);
	if (m->reload_again) {
		m->reload_again = false;
		acts_reload(m, NULL);
	}
}

static void
close_parts(struct monitor *m)
{
	reload_abandon(m);
	/* First: that it ends is nothing to be recorded. */
	recorder_free(m->recorder);
	m->recorder = NULL;
	control_close(m->control);
	surveys_free(m->surveys);
	m->surveys = NULL;
	baselines_close(m->baselines);
	store_close(m->store);
	metrics_file_free(m->metrics_file);
	while (m->rollbacks != NULL)
		rollback_free(m->rollbacks);
	drills_free(m->drills);
	m->drills = NULL;
	for (size_t i = 0; i < m->watched_count; i++)
		watched_free(m->watched[i]);
	free(m->watched);
	for (size_t i = 0; i < m->retired_count; i++)
		watched_free(m->retired[i]);
	free(m->retired);
	witnesses_free(m->witnesses);
	life_free(m->life);
	able_free(m->able);
	store_watch_free(m->store_watch);
	steps_free(m->steps);
	commands_free(m->ask_tools.commands);
	tls_contexts_free(m->ask_tools.tls);
	schedule_free(m->ask_tools.schedule);
	notify_free(m->notify);
	outbox_free(m->outbox);
	fetch_free(m->fetch);
	baselines_free(m->baselines);
	together_free(m->together);
	holds_free(&m->holds);
	reports_free(&m->reports);
	generation_leave(m->generation);
	loop_free(m->loop);
}

static int
run(struct monitor *m, struct loaded *l)
{
	const struct config *c = l->config;
	struct start start = {
		.m = m,
		.place = {
			.socket = c->control.socket,
			.group = l->socket_group,
		},
		.roles = l->roles,
	};
	struct error err = { "no memory" };
	bool ok;

	m->store = store_open(m->loop, c->state_directory, &err);
	if (m->store == NULL) {
		log_error("%s", err.text);
		return EXIT_ANOTHER_RUNS;
	}
	if (!open_parts(m, c, &err) || !reload_now(m, l, &err)) {
		log_error("%s", err.text);
		return EXIT_TROUBLE;
	}
	m->store_watch = store_watch_new(m);
	if (m->store_watch == NULL) {
		log_error("no memory to watch the store");
		return EXIT_TROUBLE;
	}
	baselines_load(m->baselines);
	recover_start(m, on_recovered, &start);
	ok = loop_run(m->loop);
	return ok && !start.failed ? 0 : EXIT_TROUBLE;
}

int
main(int argc, char *argv[])
{
	struct options o = options_parse(argc, argv);
	struct monitor m = { .config_path = o.config };
	int status = EXIT_TROUBLE;
	struct loaded *l;

	if (o.test)
		return config_test(o.config, o.strict);
	harden();
	(void)mallopt(M_MMAP_THRESHOLD, LONG_BYTES); /* a valid value */
	log_open(STDERR_FILENO, LOG_STYLE_AUTO, LOG_LEVEL_INFO);
	if (fetch_library_trouble() != NULL)
		log_warning("%s", fetch_library_trouble());
	l = load(&m, &o, &status);
	if (l == NULL)
		return status;
	tell_connections(l->config);
	/* Reading took ten times of what is left of it. */
	(void)malloc_trim(0);
	read_names(&m);
	m.loop = loop_new();
	if (m.loop == NULL) {
		log_error("no event loop");
		load_free(l);
		return EXIT_TROUBLE;
	}
	m.started_ms = loop_now_ms(m.loop);
	status = run(&m, l);
	close_parts(&m);
	load_free(l);
	log_close();
	return status;
}
