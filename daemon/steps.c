#include "daemon/steps.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/failpoint.h"
#include "daemon/steps_attempt.h"
#include "daemon/steps_helpers.h"
#include "procedure/run.h"

#define TICK_MS 1000
#define NOTIFY_BYTES (64 * (sizeof(struct inotify_event) + NAME_MAX + 1))

static struct attempt *
find_key(struct steps *s, const char *key)
{
	struct attempt *a;

	LIST_FOREACH (a, &s->attempts, link)
		if (strcmp(a->key, key) == 0)
			return a;
	return NULL;
}

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
look_at_all(struct steps *s)
{
	unsigned last_id = s->last_id;
	struct attempt *a = next_after(s, 0);

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
		loop_timer_start(s->tick, TICK_MS);
}

static void
on_link(void *arg, const struct link_news *news)
{
	struct steps *s = arg;
	struct attempt *a;

	if (news->event == LINK_LOST || news->kind == HELPER_KIND)
		helpers_news(s->helpers, news);
	if (news->event == LINK_LOST || news->event == LINK_STARTED ||
	    news->kind == HELPER_KIND)
		return;
	a = find_id(s, news->id);
	if (a == NULL ||
	    (news->kind == REAPER_KIND) != (a->state == ATTEMPT_REAPING))
		return;
	a->runner_ended = true;
	a->runner_status = news->event == LINK_ENDED ? news->number : -1;
	(void)attempt_look(a);
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
		struct attempt *a = e->len > 0 ? find_key(s, e->name) : NULL;

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
	s->notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (s->notify < 0 ||
	    inotify_add_watch(s->notify, path, IN_MOVED_TO | IN_CREATE) < 0)
		return error_set(
		    err, "cannot watch the results: %s", strerror(errno));
	s->watch =
	    loop_watch_new(s->loop, s->notify, on_result, s, true, false);
	if (s->watch == NULL)
		return error_set(err, "out of memory");
	return true;
}

static bool
copy_settings(struct steps *s, const struct steps_settings *settings)
{
	s->program = strdup(settings->program);
	s->config_folder = strdup(settings->config_folder);
	s->state_folder = strdup(settings->state_folder);
	s->kill_grace_ms = settings->kill_grace_ms;
	return s->program != NULL && s->config_folder != NULL &&
	    s->state_folder != NULL;
}

static bool
set_up(
    struct steps *s, const struct steps_settings *settings, struct error *err)
{
	if (!copy_settings(s, settings))
		return error_set(err, "out of memory");
	if (!steps_files_open(&s->files, s->state_folder, err) ||
	    !watch_results(s, err))
		return false;
	s->helpers = helpers_new(s->loop);
	s->tick = loop_timer_new(s->loop, on_tick, s);
	if (s->helpers != NULL && s->tick != NULL)
		s->link = link_new(s->loop, s->program, on_link, s);
	return s->link != NULL || error_set(err, "out of memory");
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
	s->files = (struct steps_files){ -1, -1, -1, -1, -1, "" };
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
	link_free(s->link);
	helpers_free(s->helpers);
	loop_timer_free(s->tick);
	loop_watch_free(s->watch);
	if (s->notify >= 0)
		(void)close(s->notify);
	steps_files_close(&s->files);
	free(s->program);
	free(s->config_folder);
	free(s->state_folder);
	free(s);
}

bool
steps_configure(
    struct steps *s, const char *config_folder, int64_t kill_grace_ms)
{
	char *copy = strdup(config_folder);

	if (copy == NULL)
		return false;
	free(s->config_folder);
	s->config_folder = copy;
	s->kill_grace_ms = kill_grace_ms;
	return true;
}

static void
on_written(void *arg, bool ok, const struct error *err)
{
	struct attempt *a = arg;

	a->writing = NULL;
	FAILPOINT("monitor.after-request");
	if (ok && !a->withdrawn) {
		attempt_start_runner(a);
		return;
	}
	/* Not durable, or not wanted: no runner was ever told of it. */
	steps_files_unask(&a->steps->files, a->key);
	if (ok)
		attempt_over(a, step_outcome_word(STEP_WITHDRAWN),
		    "taken back before it was started", NULL);
	else
		attempt_over(a, step_outcome_word(STEP_REFUSED),
		    "the request cannot be stored", err);
}

static struct attempt *
add_attempt(struct steps *s, const char *key, steps_ended *ended, void *arg)
{
	struct key parsed;
	struct attempt *a;

	if (s->active == STEPS_ACTIVE_MAX || !key_parse(key, &parsed) ||
	    find_key(s, key) != NULL)
		return NULL;
	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return NULL;
	a->steps = s;
	a->id = ++s->last_id;
	a->ended = ended;
	a->arg = arg;
	key_text(&parsed, a->key);
	LIST_INSERT_HEAD(&s->attempts, a, link);
	s->active++;
	if (!loop_timer_runs(s->tick))
		loop_timer_start(s->tick, TICK_MS);
	return a;
}

static bool
write_request(struct attempt *a, const struct request *r)
{
	struct steps *s = a->steps;
	struct request request = *r;
	struct text file = text_new(REQUEST_MAX_BYTES);

	request.boot_id = s->files.boot_id;
	if (request.not_after_ms == 0)
		request.not_after_ms =
		    loop_now_ms(s->loop) + STEPS_NOT_AFTER_MS;
	step_request_write(&file, &request);
	FAILPOINT("monitor.before-request");
	a->state = ATTEMPT_WRITING;
	if (text_ok(&file))
		a->writing = request_writing_start(
		    &s->files, s->store, a->key, &file, on_written, a);
	text_free(&file);
	return a->writing != NULL;
}

bool
steps_start(
    struct steps *s, const struct request *r, steps_ended *ended, void *arg)
{
	struct attempt *a = add_attempt(s, r->key, ended, arg);

	if (a == NULL)
		return false;
	if (write_request(a, r))
		return true;
	attempt_free(a);
	return false;
}

bool
steps_adopt(struct steps *s, const struct request *r, bool is_wanted,
    steps_ended *ended, void *arg)
{
	struct found_result *found = malloc(sizeof(*found));
	struct attempt *a = NULL;
	bool begun;

	if (found != NULL)
		a = add_attempt(s, r->key, ended, arg);
	if (a == NULL) {
		free(found);
		return false;
	}
	begun = steps_files_claim(&s->files, a->key) != CLAIM_NONE ||
	    steps_files_result(&s->files, a->key, found);
	free(found);
	if (begun || !is_wanted) {
		a->state = begun ? ATTEMPT_RUNNING : ATTEMPT_STARTING;
		a->since_ms = loop_now_ms(s->loop);
		loop_timer_start(s->tick, 0);
		/* A runner of before the restart may be about to claim it. */
		if (!is_wanted)
			attempt_withdraw(a);
		return true;
	}
	if (write_request(a, r))
		return true;
	attempt_free(a);
	return false;
}

void
steps_withdraw(struct steps *s, const char *key)
{
	struct attempt *a = find_key(s, key);

	if (a != NULL)
		attempt_withdraw(a);
}

bool
steps_helper(struct steps *s, const char *id, const char *const *argv,
    int64_t timeout_ms, const char *body, steps_helper_done *done, void *arg)
{
	const struct helper_order order = { .id = id,
		.argv = argv,
		.timeout_ms = timeout_ms,
		.kill_grace_ms = s->kill_grace_ms,
		.body = body,
		.done = done,
		.arg = arg };

	return helpers_start(s->helpers, s->link, &order);
}

bool
steps_run(struct steps *s, const char *id, const char *const *argv,
    int64_t timeout_ms, int64_t kill_grace_ms, steps_ran *ran, void *arg)
{
	const struct helper_order order = { .id = id,
		.argv = argv,
		.timeout_ms = timeout_ms,
		.kill_grace_ms = kill_grace_ms,
		.body = "",
		.ran = ran,
		.arg = arg };

	return helpers_start(s->helpers, s->link, &order);
}

bool
steps_can_act(struct steps *s, struct error *err)
{
	if (access(s->program, X_OK) != 0)
		return error_set(err, "%s: %s", s->program, strerror(errno));
	return steps_files_writable(&s->files, err) && link_is_up(s->link, err);
}

unsigned
steps_active(const struct steps *s)
{
	return s->active;
}

void
steps_prune(struct steps *s, const char *run)
{
	steps_files_prune(&s->files, s->store, run);
}
