#include "daemon/steps_unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct task *
task_by_unit(struct units *l, const char *unit)
{
	struct task *t;

	LIST_FOREACH (t, &l->tasks, link)
		if (strcmp(t->unit, unit) == 0)
			return t;
	return NULL;
}

struct task *
task_by_id(struct units *l, enum link_kind kind, unsigned id)
{
	struct task *t;

	LIST_FOREACH (t, &l->tasks, link)
		if (!t->is_left && t->kind == kind && t->id == id)
			return t;
	return NULL;
}

/* What it held is let go of at once. */
static void
let_go(struct task *t)
{
	if (t->peer != NULL)
		helper_peer_close(t->peer);
	if (t->record >= 0)
		(void)close(t->record);
	t->peer = NULL;
	t->record = -1;
}

void
task_free(struct task *t)
{
	LIST_REMOVE(t, link);
	manager_call_drop(t->call);
	let_go(t);
	free(t);
}

void
task_leave(struct task *t)
{
	let_go(t);
	t->is_left = true;
}

void
task_tell(
    struct task *t, enum link_event event, long number, const char *detail)
{
	struct units *l = t->units;
	const struct link_news news = { .event = event,
		.kind = t->kind,
		.id = t->id,
		.number = number,
		.detail = detail };
	bool is_left = t->is_left;

	task_free(t);
	if (!is_left)
		l->base.callback(l->base.arg, &news);
}

static void
on_status(void *arg, const struct answer *a)
{
	struct task *t = arg;
	int status = a->kind == ANSWER_GIVEN ? a->number : -1;

	t->call = NULL;
	manager_reset_failed(t->units->manager, t->unit);
	task_tell(t, LINK_ENDED, status, NULL);
}

/* Over, and not well: with which status? */
static void
read_status(struct task *t)
{
	struct manager *m = t->units->manager;

	manager_call_drop(t->call);
	t->state = TASK_READ;
	t->call = manager_status(m, t->unit, on_status, t);
	if (t->call == NULL)
		task_tell(t, LINK_ENDED, -1, NULL);
}

/* One that has its record tells its result by it, and ends after that. */
static bool
is_awaited(const struct task *t)
{
	return t->kind == LINK_HELPER && t->peer != NULL;
}

static void
over(struct task *t, const char *result)
{
	char why[ERROR_TEXT_MAX];

	if (is_awaited(t))
		return;
	if (strcmp(result, "done") == 0) {
		task_tell(t, LINK_ENDED, 0, NULL);
		return;
	}
	if (strcmp(result, "failed") == 0 || strcmp(result, "timeout") == 0) {
		read_status(t);
		return;
	}
	(void)snprintf(why, sizeof(why),
	    "systemd did not start %s: its job ended as \"%s\"", t->unit,
	    result);
	task_tell(t, LINK_FAILED, 0, why);
}

static bool
is_alive(const struct unit_state *s)
{
	if (s->has_job)
		return true;
	if (strcmp(s->active, "active") == 0)
		return strcmp(s->sub, "exited") != 0;
	return strcmp(s->active, "inactive") != 0 &&
	    strcmp(s->active, "failed") != 0;
}

static void
on_looked(void *arg, const struct answer *a)
{
	struct task *t = arg;
	struct manager *m = t->units->manager;

	t->call = NULL;
	t->looked_ms = loop_now_ms(t->units->base.loop);
	if (a->kind != ANSWER_GIVEN) {
		t->state = TASK_LOST;
		return;
	}
	if (is_alive(a->state)) {
		t->state = TASK_RUNS;
		return;
	}
	if (is_awaited(t))
		return;
	if (strcmp(a->state->active, "active") == 0)
		manager_stop(m, t->unit); /* a unit that remains after exit */
	if (strcmp(a->state->active, "failed") == 0)
		read_status(t);
	else
		task_tell(t, LINK_ENDED, -1, NULL);
}

void
task_look(struct task *t)
{
	struct manager *m = t->units->manager;

	if (t->call != NULL)
		return;
	t->looked_ms = loop_now_ms(t->units->base.loop);
	t->call = manager_look(m, t->unit, on_looked, t);
	t->state = t->call != NULL ? TASK_LOOKED : TASK_LOST;
}

void
task_started(void *arg, const struct answer *a)
{
	struct task *t = arg;
	struct units *l = t->units;
	const struct link_news news = {
		.event = LINK_STARTED, .kind = t->kind, .id = t->id
	};

	t->call = NULL;
	switch (a->kind) {
	case ANSWER_REFUSED:
		task_tell(t, LINK_FAILED, 0, a->detail);
		return;
	case ANSWER_LOST:
		t->state = TASK_LOST;
		task_look(t);
		return;
	case ANSWER_GIVEN:
		break;
	}
	t->state = TASK_RUNS;
	(void)snprintf(t->job, sizeof(t->job), "%s", a->job);
	if (t->over_job[0] != '\0' && strcmp(t->over_job, t->job) == 0)
		over(t, t->over_result);
	else if (!t->is_left)
		l->base.callback(l->base.arg, &news);
}

void
task_job_removed(
    void *arg, const char *unit, const char *job, const char *result)
{
	struct task *t = task_by_unit(arg, unit);

	if (t == NULL || t->state == TASK_READ)
		return;
	if (t->state == TASK_ASKED) {
		(void)snprintf(t->over_job, sizeof(t->over_job), "%s", job);
		(void)snprintf(
		    t->over_result, sizeof(t->over_result), "%s", result);
		return;
	}
	/* Of a job that was before this one: said once more, or late. */
	if (t->job[0] != '\0' && strcmp(t->job, job) != 0)
		return;
	manager_call_drop(t->call);
	t->call = NULL;
	t->state = TASK_RUNS;
	over(t, result);
}

void
task_unit_removed(void *arg, const char *unit)
{
	struct task *t = task_by_unit(arg, unit);

	if (t != NULL && (t->state == TASK_RUNS || t->state == TASK_LOST))
		task_look(t);
}

void
task_look_at_all(struct units *l, bool at_once)
{
	int64_t now_ms = loop_now_ms(l->base.loop);
	struct task *t;

	LIST_FOREACH (t, &l->tasks, link)
		if ((t->state == TASK_RUNS || t->state == TASK_LOST) &&
		    (at_once || now_ms - t->looked_ms >= UNIT_LOOK_MS))
			task_look(t);
}
