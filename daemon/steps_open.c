/* Setting up the monitor's side of the runner, and hearing of it. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "daemon/steps_attempt.h"
#include "daemon/steps_helpers.h"
#include "daemon/steps_trial.h"

#define NOTIFY_BYTES (64 * (sizeof(struct inotify_event) + NAME_MAX + 1))

static struct attempt *
find_id(struct steps *s, unsigned id)
{
	struct attempt *a;

	LIST_FOREACH (a, &s->attempts, link)
		if (a->id == id)
			return a;
	return NULL;
}

/* The oldest after an id: callbacks may remove and add any number. */
static struct attempt *
next_after(struct steps *s, unsigned id)
{
	struct attempt *a, *next = NULL;

	LIST_FOREACH (a, &s->attempts, link)
		if (a->id > id && (next == NULL || a->id < next->id))
			next = a;
	return next;
}

static void
on_result(void *arg, bool readable, bool writable)
{
	struct steps *s = arg;
	_Alignas(struct inotify_event) char bytes[NOTIFY_BYTES];
	ssize_t n = read(s->notify, bytes, sizeof(bytes));

	(void)readable;
	(void)writable;
	for (ssize_t at = 0; at < n;) {
		const struct inotify_event *e =
		    (const struct inotify_event *)(const void *)(bytes + at);
		struct attempt *a =
		    e->len > 0 ? attempt_find(s, e->name) : NULL;

		at += (ssize_t)(sizeof(*e) + e->len);
		if (a != NULL)
			(void)attempt_look(a);
		/* What was too much for the queue, the next tick finds. */
	}
}

static bool
watch_results(struct steps *s, struct error *err)
{
	char path[64];

	(void)snprintf(
	    path, sizeof(path), "/proc/self/fd/%d", s->files.results);
	if (inotify_add_watch(s->notify, path, IN_MOVED_TO | IN_CREATE) < 0)
		return error_set(
		    err, "cannot watch the results: %s", strerror(errno));
	s->sees_results = true;
	return true;
}

static bool
open_watch(struct steps *s, struct error *err)
{
	s->notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (s->notify < 0)
		return error_set(
		    err, "cannot watch the results: %s", strerror(errno));
	s->watch =
	    loop_watch_new(s->loop, s->notify, on_result, s, true, false);
	return s->watch != NULL || error_set(err, "out of memory");
}

/* The runner's folders may come later than we do. */
void
steps_see_results(struct steps *s)
{
	struct error later;

	if (!s->sees_results && steps_files_look(&s->files, &later))
		(void)watch_results(s, &later);
}

static void
look_at_all(struct steps *s)
{
	unsigned last_id = s->last_id;
	struct attempt *a = next_after(s, 0);

	steps_see_results(s);
	while (a != NULL && a->id <= last_id) {
		unsigned id = a->id;

		(void)attempt_look(a);
		a = next_after(s, id);
	}
}

static void
on_tick(void *arg)
{
	struct steps *s = arg;

	look_at_all(s);
	if (s->active > 0 && !loop_timer_runs(s->tick))
		loop_timer_start(s->tick, STEPS_TICK_MS);
}

static void
on_link(void *arg, const struct link_news *news)
{
	struct steps *s = arg;
	struct attempt *a;

	if (news->event == LINK_LOST || news->kind == LINK_HELPER)
		helpers_news(s->helpers, news);
	if (news->event == LINK_LOST || news->kind == LINK_TEST ||
	    news->kind == LINK_KEEP)
		trial_news(s->trial, news);
	if (news->event == LINK_LOST || news->event == LINK_STARTED ||
	    (news->kind != LINK_RUNNER && news->kind != LINK_REAPER))
		return;
	a = find_id(s, news->id);
	if (a == NULL ||
	    (news->kind == LINK_REAPER) != (a->state == ATTEMPT_REAPING))
		return;
	a->runner_ended = true;
	a->runner_status = news->event == LINK_ENDED ? news->number : -1;
	if (news->event == LINK_FAILED)
		(void)error_set(&a->trouble, "%s", news->detail);
	a->is_dead = a->state == ATTEMPT_RUNNING && news->event == LINK_ENDED;
	(void)attempt_look(a);
}

static bool
copy_settings(struct steps *s, const struct steps_settings *settings)
{
	s->program = strdup(settings->program);
	s->config_folder = strdup(settings->config_folder);
	s->state_folder = strdup(settings->state_folder);
	s->kill_grace_ms = settings->kill_grace_ms;
	s->mode = settings->mode;
	if (s->mode == STEPS_UNITS) {
		s->runner_folder = strdup(settings->runner_folder);
		if (s->runner_folder == NULL)
			return false;
	}
	return s->program != NULL && s->config_folder != NULL &&
	    s->state_folder != NULL;
}

static struct link *
make_link(struct steps *s, const struct steps_settings *settings)
{
	const struct link_units_settings units = {
		.bus_address = settings->bus_address,
		.helper_folder = settings->helper_folder,
		.helper_user = settings->helper_user,
	};

	if (s->mode == STEPS_UNITS)
		return link_new_units(s->loop, &units, on_link, s);
	return link_new_direct(s->loop, s->program, on_link, s);
}

/* A folder of the runner that is not there yet is no reason to give up. */
static bool
open_files(struct steps *s, struct error *err)
{
	if (!steps_files_open(
		&s->files, s->state_folder, s->runner_folder, err) ||
	    !open_watch(s, err))
		return false;
	if (s->mode == STEPS_DIRECT)
		return watch_results(s, err);
	steps_see_results(s);
	return true;
}

static bool
set_up(
    struct steps *s, const struct steps_settings *settings, struct error *err)
{
	if (!copy_settings(s, settings))
		return error_set(err, "out of memory");
	if (!open_files(s, err))
		return false;
	s->tick = loop_timer_new(s->loop, on_tick, s);
	if (s->tick != NULL)
		s->link = make_link(s, settings);
	if (s->link != NULL)
		s->helpers = helpers_new(s->loop, s->link);
	if (s->helpers != NULL)
		s->trial = trial_new(s);
	return s->trial != NULL || error_set(err, "out of memory");
}

struct steps *
steps_new(struct loop *loop, struct store *store,
    const struct steps_settings *settings, struct error *err)
{
	struct steps *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		(void)error_set(err, "out of memory");
		return NULL;
	}
	s->loop = loop;
	s->store = store;
	s->files = (struct steps_files){ -1, -1, -1, -1, -1, "", NULL };
	s->notify = -1;
	LIST_INIT(&s->attempts);
	if (set_up(s, settings, err))
		return s;
	steps_free(s);
	return NULL;
}

void
steps_free(struct steps *s)
{
	struct attempt *a;

	if (s == NULL)
		return;
	while ((a = LIST_FIRST(&s->attempts)) != NULL)
		attempt_free(a);
	trial_free(s->trial);
	helpers_free(s->helpers);
	link_free(s->link);
	loop_timer_free(s->tick);
	loop_watch_free(s->watch);
	if (s->notify >= 0)
		(void)close(s->notify);
	steps_files_close(&s->files);
	free(s->program);
	free(s->config_folder);
	free(s->state_folder);
	free(s->runner_folder);
	free(s);
}
