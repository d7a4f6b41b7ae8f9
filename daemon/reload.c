#include "daemon/reload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "daemon/able.h"
#include "daemon/events.h"
#include "daemon/log.h"
#include "daemon/recorder.h"
#include "daemon/recover.h"
#include "daemon/retired.h"
#include "daemon/rollback.h"
#include "daemon/together.h"
#include "daemon/watched.h"
#include "daemon/witness.h"

#define PATH_BYTES 4096
/* Services: half a millisecond of the loop's time, or less. */
#define BUILT_A_TURN 32

/* What will be swapped in: built first, so that failing changes nothing. */
struct change {
	struct monitor *m;
	struct generation *g;
	struct watched **list; /* NULL where the old one is kept */
	struct witnesses *witnesses;
	struct groups *groups;
	const struct config_match *matches; /* of the services */
	struct json_object *added;
	struct json_object *changed;
	struct json_object *removed;
	size_t kept;
	size_t built; /* so far: of the services of the configuration */
};

/* One that goes on over more than one turn of the loop. */
struct reload {
	struct change change;
	struct loaded *loaded;
	struct loop_timer *timer;
	reload_done *done;
	void *arg;
};

static void
add_name(struct json_object *list, const char *name)
{
	(void)json_object_array_add(list, json_object_new_string(name));
}

/* What stands for a service now; NULL: nothing does. */
static struct watched *
before(const struct change *c, size_t i)
{
	size_t was = c->matches[i].was;

	return was == CONFIG_MATCH_NONE ? NULL : c->m->watched[was];
}

/* Mostly that was done where the files were read. */
static bool
compare(struct change *c, struct loaded *l, struct error *err)
{
	const struct generation *now = c->m->generation;

	if (l->matches == NULL)
		l->matches = config_match(
		    now == NULL ? NULL : now->config, c->g->config);
	c->matches = l->matches;
	return l->matches != NULL || error_set(err, "no memory to compare");
}

static bool
prepare(struct change *c, struct error *err)
{
	const struct config *config = c->g->config;

	c->list = calloc(config->service_count + 1, sizeof(*c->list));
	if (c->list == NULL)
		return error_set(err, "no memory for the services");
	c->groups = groups_new(config->services, config->service_count);
	if (c->groups == NULL)
		return error_set(err, "no memory for the groups");
	c->witnesses = witnesses_new(&c->m->ask_tools, config, err);
	return c->witnesses != NULL;
}

/* Up to so many that are not as they were; false with the reason. */
static bool
build_some(struct change *c, size_t most, struct error *err)
{
	const struct config *config = c->g->config;

	for (; c->built < config->service_count && most > 0; c->built++) {
		size_t i = c->built;
		const struct service_settings *s = &config->services[i];
		struct watched *old = before(c, i);

		if (c->matches[i].is_same && !BUG(FORGET_AT_RELOAD)) {
			c->kept++;
			continue;
		}
		c->list[i] = watched_new(c->m, c->g, s, err);
		if (c->list[i] == NULL)
			return false;
		add_name(old == NULL ? c->added : c->changed, s->name);
		most--;
	}
	return true;
}

static void
give_up(struct change *c)
{
	for (size_t i = 0; c->list != NULL && i < c->g->config->service_count;
	     i++)
		watched_free(c->list[i]);
	free(c->list);
	witnesses_free(c->witnesses);
	groups_free(c->groups);
	json_object_put(c->added);
	json_object_put(c->changed);
	json_object_put(c->removed);
	generation_leave(c->g);
}

/* Those that were removed, or that something new stands for. */
static void
drop_others(struct change *c)
{
	struct monitor *m = c->m;
	const struct config *config = c->g->config;
	size_t at = 0;

	/* Both lists are sorted by name. */
	for (size_t i = 0; i < m->watched_count; i++) {
		struct watched *old = m->watched[i];

		while (at < config->service_count &&
		    (c->matches[at].was == CONFIG_MATCH_NONE ||
			c->matches[at].was < i))
			at++;
		if (at == config->service_count || c->matches[at].was != i) {
			add_name(c->removed, watched_name(old));
			watched_retire(old);
			retired_keep(m, old);
		} else if (c->list[at] != old)
			retired_keep(m, old);
	}
}

static void
swap_services(struct change *c)
{
	struct monitor *m = c->m;
	const struct config *config = c->g->config;

	for (size_t i = 0; i < config->service_count; i++) {
		const struct service_settings *s = &config->services[i];
		struct watched *old = before(c, i);

		if (c->list[i] == NULL) {
			watched_resettle(
			    old, c->g, s, c->matches[i].needs_plans);
			c->list[i] = old;
			continue;
		}
		if (old == NULL)
			old = retired_find(m, s->name);
		if (old != NULL)
			watched_inherit(c->list[i], old);
		else if (m->is_ready)
			recover_service(m, s->name);
		watched_start(c->list[i]);
	}
	drop_others(c);
	free(m->watched);
	m->watched = c->list;
	m->watched_count = config->service_count;
	together_regroup(m->together, c->groups);
}

static void
swap_rest(struct change *c, struct loaded *l)
{
	struct monitor *m = c->m;
	struct generation *old = m->generation;
	char folder[PATH_BYTES];

	witnesses_free(m->witnesses);
	m->witnesses = c->witnesses;
	m->generation = c->g;
	if (m->outbox != NULL)
		outbox_changed(m->outbox);
	generation_leave(old);
	if (m->control != NULL && !control_set_roles(m->control, &l->roles))
		log_warning("no memory for the roles: the old "
			    "ones stay in force");
	(void)snprintf(
	    folder, sizeof(folder), "%s/config", c->g->config->state_directory);
	if (!steps_configure(
		m->steps, folder, c->g->config->runner.kill_grace_ms))
		log_warning("no memory for the runner's settings: the old "
			    "ones stay in force");
	recorder_configure(m->recorder, c->g->config);
	/* With another configuration it must be able to act anew. */
	if (m->able != NULL)
		able_try(m->able);
	m->reloaded_wall_ms = loop_wall_ms();
}

static struct json_object *
summarise(struct change *c, struct loaded *l)
{
	struct json_object *o = json_object_new_object();
	struct json_object *warnings = json_object_new_array();
	const char *line;

	for (size_t i = 0; (line = complaints_line(l->complaints, i)) != NULL;
	     i++)
		add_name(warnings, line);
	json_set(o, "added", c->added);
	json_set(o, "changed", c->changed);
	json_set(o, "removed", c->removed);
	json_set_int(o, "kept", (int64_t)c->kept);
	json_set(o, "warnings", warnings);
	json_set_text(o, "config_digest", c->m->generation->config->digest);
	return o;
}

/* What is open or bound cannot move under a running daemon. */
static bool
can_be_reloaded(
    const struct monitor *m, const struct config *next, struct error *err)
{
	const struct config *now;

	if (m->generation == NULL)
		return true;
	now = m->generation->config;
	if (strcmp(now->state_directory, next->state_directory) != 0)
		return error_set(err,
		    "state_directory cannot change by a reload: restart, or "
		    "set it back to \"%s\"",
		    now->state_directory);
	if (strcmp(now->control.socket, next->control.socket) != 0)
		return error_set(err,
		    "control.socket cannot change by a reload: restart, or "
		    "set it back to \"%s\"",
		    now->control.socket);
	if (now->runner.mode != next->runner.mode ||
	    strcmp(now->runner.folder, next->runner.folder) != 0 ||
	    strcmp(now->runner.helpers, next->runner.helpers) != 0 ||
	    strcmp(now->runner.helper_user, next->runner.helper_user) != 0)
		return error_set(err,
		    "runner.mode, folder, helpers and helper_user cannot "
		    "change by a reload: restart, or set them back");
	if (strcmp(now->runner.program, next->runner.program) != 0)
		return error_set(err,
		    "runner.program cannot change by a reload: restart, or "
		    "set it back to \"%s\"",
		    now->runner.program);
	return true;
}

/* False with the reason: nothing was begun. */
static bool
begin(struct change *c, struct monitor *m, struct loaded *l, struct error *err)
{
	*c = (struct change){ .m = m, .g = calloc(1, sizeof(*c->g)) };
	if (c->g == NULL)
		return error_set(err, "no memory");
	if (!can_be_reloaded(m, l->config, err)) {
		free(c->g);
		return false;
	}
	c->added = json_object_new_array();
	c->changed = json_object_new_array();
	c->removed = json_object_new_array();
	c->g->config = l->config;
	c->g->users = 1;
	l->config = NULL;
	if (compare(c, l, err) && prepare(c, err))
		return true;
	give_up(c);
	return false;
}

/* At once, between two samples. */
static struct json_object *
swap(struct change *c, struct loaded *l)
{
	swap_services(c);
	swap_rest(c, l);
	log_service(LOG_LEVEL_NOTICE, LOG_ID_RELOADED, NULL,
	    "configuration in use: %zu services, %zu kept as they were",
	    c->m->watched_count, c->kept);
	return summarise(c, l);
}

bool
reload_now(struct monitor *m, struct loaded *l, struct error *err)
{
	struct change c;

	if (!begin(&c, m, l, err))
		return false;
	if (!build_some(&c, SIZE_MAX, err)) {
		give_up(&c);
		return false;
	}
	json_object_put(swap(&c, l));
	return true;
}

static void
finish(struct reload *r, struct json_object *summary, const struct error *err)
{
	struct reload it = *r;

	it.change.m->reload = NULL;
	loop_timer_free(it.timer);
	free(r);
	it.done(it.arg, it.loaded, summary, err);
}

static void
go_on(void *arg)
{
	struct reload *r = arg;
	struct change *c = &r->change;
	struct error err = { "" };

	if (!build_some(c, BUILT_A_TURN, &err)) {
		give_up(c);
		finish(r, NULL, &err);
	} else if (c->built < c->g->config->service_count)
		loop_timer_start(r->timer, 0);
	else
		finish(r, swap(c, r->loaded), NULL);
}

bool
reload_start(struct monitor *m, struct loaded *l, reload_done *done, void *arg,
    struct error *err)
{
	struct reload *r = calloc(1, sizeof(*r));

	if (r != NULL)
		r->timer = loop_timer_new(m->loop, go_on, r);
	if (r == NULL || r->timer == NULL) {
		free(r);
		return error_set(err, "no memory");
	}
	if (!begin(&r->change, m, l, err)) {
		loop_timer_free(r->timer);
		free(r);
		return false;
	}
	r->loaded = l;
	r->done = done;
	r->arg = arg;
	m->reload = r;
	go_on(r);
	return true;
}

void
reload_abandon(struct monitor *m)
{
	struct error err = { "rollbackd stops" };

	if (m->reload == NULL)
		return;
	m->reload_again = false;
	give_up(&m->reload->change);
	finish(m->reload, NULL, &err);
}
