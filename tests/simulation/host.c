/* The daemon: started, crashed and ended, as its main() does it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/able.h"
#include "daemon/acts.h"
#include "daemon/life.h"
#include "daemon/load.h"
#include "daemon/outbox.h"
#include "daemon/poller.h"
#include "daemon/recover.h"
#include "daemon/reload.h"
#include "daemon/rollback.h"
#include "daemon/notify/notify.h"
#include "daemon/store_watch.h"
#include "daemon/survey.h"
#include "daemon/together.h"
#include "daemon/watched.h"
#include "daemon/witness.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/sim.h"

struct sim sim;

const char *
sim_boot_id(void)
{
	static char id[64];

	(void)snprintf(
	    id, sizeof(id), "00000000-0000-0000-0000-%012u", sim.boot);
	return id;
}

static void
on_recovered(void *arg)
{
	struct monitor *m = arg;

	store_watch_recovered(m->store_watch);
	m->is_ready = true;
	oracle_ready();
	life_ready(m->life);
	if (m->reload_again) {
		m->reload_again = false;
		acts_reload(m, NULL);
	}
}

static void
open_parts(struct monitor *m)
{
	struct steps_settings steps = { .program = "/bin/true" };
	struct error err = { "" };

	m->store = store_open(m->loop, "", &err);
	m->steps = steps_new(m->loop, m->store, &steps, &err);
	m->ask_tools = (struct ask_tools){ .loop = m->loop,
		.steps = m->steps,
		.schedule = schedule_new(m->loop, poller_due) };
	m->notify = notify_new();
	m->outbox = outbox_new(m->loop, m->store, notify_send, notify_lost, m);
	m->together = together_new(m);
	m->surveys = surveys_new(m);
	m->able = able_new(m);
	m->life = life_new(m);
}

void
host_start(void)
{
	struct monitor *m = calloc(1, sizeof(*m));
	struct loaded *l;
	struct error err = { "" };

	if (m == NULL)
		abort();
	sim.life++;
	sim.is_up = true;
	sim.is_dying = false;
	sim.monitor = m;
	sim.variant_on_disk = sim.variant;
	m->loop = loop_new();
	m->config_path = "";
	(void)snprintf(m->boot_id, sizeof(m->boot_id), "%s", sim_boot_id());
	(void)snprintf(m->host, sizeof(m->host), "host");
	m->started_ms = sim.now_ms;
	say("the daemon starts");
	oracle_started();
	open_parts(m);
	l = load_read("");
	if (l->config == NULL || !reload_now(m, l, &err))
		breach("does not start: %s", err.text);
	if (sim.breach[0] != '\0')
		return;
	(void)generation_join(m->generation); /* as after a reload */
	load_free(l);
	m->store_watch = store_watch_new(m);
	recover_start(m, on_recovered, m);
}

/* As main() does at its end, but that nothing has an effect any more. */
void
host_crash(void)
{
	struct monitor *m = sim.monitor;

	if (!sim.is_up)
		return;
	say("the daemon dies");
	sim.crashes++;
	sim.is_dying = true;
	control_close(m->control);
	surveys_free(m->surveys);
	while (m->rollbacks != NULL)
		rollback_free(m->rollbacks);
	for (size_t i = 0; i < m->watched_count; i++)
		watched_free(m->watched[i]);
	free(m->watched);
	for (size_t i = 0; i < m->retired_count; i++)
		watched_free(m->retired[i]);
	free(m->retired);
	witnesses_free(m->witnesses);
	schedule_free(m->ask_tools.schedule);
	life_free(m->life);
	able_free(m->able);
	store_watch_free(m->store_watch);
	notify_free(m->notify);
	outbox_free(m->outbox);
	steps_free(m->steps);
	together_free(m->together);
	store_close(m->store);
	holds_free(&m->holds);
	generation_leave(m->generation);
	loop_free(m->loop);
	free(m);
	sim.monitor = NULL;
	sim.is_up = false;
	oracle_died();
}

void
host_reload(void)
{
	acts_reload(sim.monitor, NULL);
}
