/*
 * Steps and helpers as units of PID 1.  A unit is asked for by name and
 * followed until PID 1 says that it is over; what cannot be known, because an
 * answer or a signal was lost, is asked for again by name.  Nothing is ever
 * started twice for that reason.
 */
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/steps_unit.h"

#define STEP_UNIT "rollbackd-step@%s%s.service"
/* A bus that is restarted is there again well within this. */
#define DOWN_WAIT_MS 30000
/* PID 1 may be busy; what it refuses, it refuses at once. */
#define CLAIM_WAIT_MS 20000
#define USER_BUFFER_BYTES 4096

static void
on_up(void *arg)
{
	task_look_at_all(arg, true);
}

/* What was asked is answered as lost: it is looked for when it is up. */
static void
on_down(void *arg)
{
	(void)arg;
}

static void
on_look(void *arg)
{
	struct units *l = arg;

	loop_timer_start(l->look, UNIT_LOOK_MS);
	task_look_at_all(l, false);
}

static void
on_helper_came(void *arg, struct helper_peer *p, const char *name)
{
	struct units *l = arg;
	char unit[UNIT_NAME_BYTES], grace[24];
	struct task *t;

	(void)snprintf(unit, sizeof(unit), HELPER_UNIT, name);
	t = task_by_unit(l, unit);
	if (t == NULL || t->record < 0) {
		helper_peer_close(p);
		return;
	}
	(void)snprintf(
	    grace, sizeof(grace), "%lld", (long long)t->kill_grace_ms);
	if (!helper_peer_give(p, grace, t->record))
		return;
	/* Given once: who comes again is another. */
	(void)close(t->record);
	t->record = -1;
	t->peer = p;
}

static struct task *
find_peer(struct units *l, const struct helper_peer *p)
{
	struct task *t;

	LIST_FOREACH (t, &l->tasks, link)
		if (t->peer == p)
			return t;
	return NULL;
}

static void
on_helper_left(void *arg, struct helper_peer *p)
{
	struct units *l = arg;
	struct task *t = find_peer(l, p);
	struct link_news news = { .event = LINK_ENDED };

	if (t == NULL)
		return;
	news.kind = t->kind;
	news.id = t->id;
	/* The unit is over in a moment, well or not. */
	t->peer = NULL;
	task_leave(t);
	l->base.callback(l->base.arg, &news);
}

static bool
find_user(const char *name, uid_t *uid, struct error *err)
{
	char buffer[USER_BUFFER_BYTES];
	struct passwd user, *found = NULL;

	*uid = geteuid();
	if (name == NULL)
		return true;
	if (getpwnam_r(name, &user, buffer, sizeof(buffer), &found) != 0 ||
	    found == NULL)
		return error_set(err, "there is no user %s for helpers", name);
	*uid = user.pw_uid;
	return true;
}

static void
open_socket(struct units *l)
{
	static const struct helper_socket_callbacks callbacks = {
		.came = on_helper_came, .left = on_helper_left
	};
	uid_t uid;

	if (find_user(l->helper_user, &uid, &l->trouble))
		l->socket = helper_socket_new(l->base.loop, l->manager,
		    l->helper_folder, uid, &callbacks, l, &l->trouble);
}

static void
units_free(struct link *base)
{
	struct units *l = (struct units *)base;

	while (!LIST_EMPTY(&l->tasks))
		task_free(LIST_FIRST(&l->tasks));
	helper_socket_free(l->socket);
	manager_free(l->manager);
	loop_timer_free(l->look);
	free(l->helper_folder);
	free(l->helper_user);
	free(l);
}

static bool
units_is_up(const struct link *base, struct error *err)
{
	const struct units *l = (const struct units *)base;

	return manager_is_up(l->manager, err);
}

static bool
name_unit(struct task *t, const struct link_order *o)
{
	const char *prefix = "";
	const char *name = o->name;
	int n;

	switch (o->kind) {
	case LINK_RUNNER:
		break;
	case LINK_REAPER:
		prefix = "reap-";
		break;
	case LINK_KEEP:
		prefix = "keep-";
		break;
	case LINK_TEST:
		name = "test";
		break;
	case LINK_HELPER:
		n = snprintf(t->unit, sizeof(t->unit), HELPER_UNIT, name);
		return n > 0 && (size_t)n < sizeof(t->unit);
	}
	n = snprintf(t->unit, sizeof(t->unit), STEP_UNIT, prefix, name);
	return n > 0 && (size_t)n < sizeof(t->unit);
}

/* In place of another of the same name. */
static struct task *
add_task(struct units *l, const struct link_order *o)
{
	struct task *t = calloc(1, sizeof(*t)), *old;

	if (t == NULL)
		return NULL;
	t->units = l;
	t->kind = o->kind;
	t->id = o->id;
	t->record = -1;
	t->kill_grace_ms = o->kill_grace_ms;
	t->looked_ms = loop_now_ms(l->base.loop);
	if (!name_unit(t, o)) {
		free(t);
		return NULL;
	}
	old = task_by_unit(l, t->unit);
	if (old != NULL)
		task_free(old);
	LIST_INSERT_HEAD(&l->tasks, t, link);
	return t;
}

static bool
add_record(struct task *t, const struct link_order *o)
{
	struct units *l = t->units;

	if (o->kind != LINK_HELPER)
		return true;
	if (l->socket == NULL)
		open_socket(l);
	if (l->socket != NULL)
		t->record = fcntl(o->record, F_DUPFD_CLOEXEC, 3);
	return t->record >= 0;
}

static bool
units_send(struct link *base, const struct link_order *order)
{
	struct units *l = (struct units *)base;
	struct error ignored;
	struct task *t;

	if (!manager_is_up(l->manager, &ignored))
		return false;
	t = add_task(l, order);
	if (t == NULL)
		return false;
	if (add_record(t, order))
		t->call = manager_start(l->manager, t->unit, task_started, t);
	if (t->call != NULL)
		return true;
	task_free(t);
	return false;
}

static bool
units_follow(struct link *base, unsigned id, const char *key)
{
	struct units *l = (struct units *)base;
	const struct link_order order = {
		.kind = LINK_RUNNER, .id = id, .name = key
	};
	struct task *t = task_by_id(l, LINK_RUNNER, id);
	struct error ignored;

	if (t != NULL)
		return true;
	if (!manager_is_up(l->manager, &ignored))
		return false;
	t = add_task(l, &order);
	if (t != NULL)
		task_look(t);
	return t != NULL;
}

static void
units_drop(struct link *base, enum link_kind kind, unsigned id)
{
	struct units *l = (struct units *)base;
	struct task *t = task_by_id(l, kind, id);

	if (t == NULL)
		return;
	if (kind == LINK_HELPER)
		manager_stop(l->manager, t->unit);
	task_leave(t);
}

static const struct link_ops ops = {
	.down_wait_ms = DOWN_WAIT_MS,
	.claim_wait_ms = CLAIM_WAIT_MS,
	.free = units_free,
	.is_up = units_is_up,
	.send = units_send,
	.follow = units_follow,
	.drop = units_drop,
};

static const struct manager_callbacks manager_callbacks = {
	.up = on_up,
	.down = on_down,
	.job_removed = task_job_removed,
	.unit_removed = task_unit_removed,
};

struct link *
link_new_units(struct loop *loop, const struct link_units_settings *settings,
    link_callback *callback, void *arg)
{
	struct units *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->base = (struct link){ &ops, loop, callback, arg };
	LIST_INIT(&l->tasks);
	l->helper_folder = strdup(settings->helper_folder);
	if (settings->helper_user != NULL)
		l->helper_user = strdup(settings->helper_user);
	l->look = loop_timer_new(loop, on_look, l);
	l->manager =
	    manager_new(loop, settings->bus_address, &manager_callbacks, l);
	if (l->helper_folder == NULL || l->look == NULL || l->manager == NULL ||
	    (settings->helper_user != NULL && l->helper_user == NULL)) {
		units_free(&l->base);
		return NULL;
	}
	open_socket(l);
	loop_timer_start(l->look, UNIT_LOOK_MS);
	return &l->base;
}
