#include "daemon/store/store_impl.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "daemon/store/folder.h"

static void
take_answers(struct store *s, enum store_state *state, char *trouble)
{
	pthread_mutex_lock(&s->mutex);
	while (s->answered.first != NULL)
		request_list_add(&s->telling, request_list_take(&s->answered));
	*state = s->new_state;
	memcpy(trouble, s->new_trouble, ERROR_TEXT_MAX);
	pthread_mutex_unlock(&s->mutex);
}

static void
tell_state(struct store *s, enum store_state state, const char *trouble)
{
	if (state == s->state && strcmp(trouble, s->trouble) == 0)
		return;
	s->state = state;
	(void)snprintf(s->trouble, sizeof(s->trouble), "%s", trouble);
	if (s->changed != NULL)
		s->changed(s->changed_arg, state);
}

static void
on_answers(void *arg, bool readable, bool writable)
{
	struct store *s = arg;
	char trouble[ERROR_TEXT_MAX];
	enum store_state state;
	struct request *r;
	bool gone = false;
	uint64_t count;

	(void)readable;
	(void)writable;
	(void)!read(s->event_fd, &count, sizeof(count)); /* only resets it */
	take_answers(s, &state, trouble);
	s->gone = &gone;
	tell_state(s, state, trouble);
	while (!gone && (r = request_list_take(&s->telling)) != NULL) {
		request_tell(r);
		request_free(r);
	}
	if (!gone)
		s->gone = NULL;
}

/* Nobody could be told of this one: start again, from what is stored. */
static struct request *
request_or_die(enum request_kind kind, void *arg)
{
	struct request *r = request_new(kind, arg);

	if (r == NULL)
		abort();
	return r;
}

static void
ask(struct store *s, struct request *r)
{
	pthread_mutex_lock(&s->mutex);
	if (s->waiting.count >= STORE_WAITING_MAX ||
	    s->waiting.bytes + r->bytes > STORE_WAITING_MAX_BYTES)
		request_refuse(r);
	request_list_add(&s->waiting, r);
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->mutex);
}

void
store_append(struct store *s, const struct store_event *events,
    size_t event_count, const struct store_delivery *deliveries,
    size_t delivery_count, store_done *done, void *arg)
{
	struct request *r = request_or_die(REQUEST_APPEND, arg);

	r->done = done;
	if (!request_copy_append(
		r, events, event_count, deliveries, delivery_count))
		request_refuse(r);
	ask(s, r);
}

/* What needs no more than the number of a delivery. */
static void
ask_about(struct store *s, enum request_kind kind, int64_t id)
{
	struct request *r = request_or_die(kind, NULL);

	r->id = id;
	ask(s, r);
}

void
store_delivered(struct store *s, int64_t id)
{
	ask_about(s, REQUEST_DELIVERED, id);
}

void
store_postpone(struct store *s, int64_t id, int64_t next_wall_ms)
{
	struct request *r = request_or_die(REQUEST_POSTPONE, NULL);

	r->id = id;
	r->wall_ms = next_wall_ms;
	ask(s, r);
}

void
store_bury(struct store *s, int64_t id, const char *reason)
{
	struct request *r = request_or_die(REQUEST_BURY, NULL);

	r->id = id;
	if (!request_copy_reason(r, reason))
		request_refuse(r);
	ask(s, r);
}

void
store_revive(struct store *s, int64_t id)
{
	ask_about(s, REQUEST_REVIVE, id);
}

void
store_drop(struct store *s, int64_t id)
{
	ask_about(s, REQUEST_DROP, id);
}

void
store_run(struct store *s, store_work *work, store_done *done, void *arg)
{
	struct request *r = request_or_die(REQUEST_RUN, arg);

	r->work = work;
	r->done = done;
	ask(s, r);
}

void
store_read(
    struct store *s, const struct store_query *q, store_rows *rows, void *arg)
{
	struct request *r = request_or_die(REQUEST_READ, arg);

	r->rows_done = rows;
	if (!request_copy_query(r, q))
		request_refuse(r);
	ask(s, r);
}

void
store_read_outbox(struct store *s, store_outbox *rows, void *arg)
{
	struct request *r = request_or_die(REQUEST_READ_OUTBOX, arg);

	r->outbox_done = rows;
	ask(s, r);
}

void
store_read_dead(struct store *s, store_outbox *rows, void *arg)
{
	struct request *r = request_or_die(REQUEST_READ_DEAD, arg);

	r->outbox_done = rows;
	ask(s, r);
}

void
store_read_due(
    struct store *s, int64_t now_wall_ms, store_outbox *rows, void *arg)
{
	struct request *r = request_or_die(REQUEST_READ_DUE, arg);

	r->wall_ms = now_wall_ms;
	r->outbox_done = rows;
	ask(s, r);
}

void
store_acknowledge(struct store *s, store_done *done, void *arg)
{
	struct request *r = request_or_die(REQUEST_ACKNOWLEDGE, arg);

	r->done = done;
	ask(s, r);
}

static void
on_beat(void *arg, bool ok)
{
	struct store *s = arg;

	(void)ok; /* the thread goes on: that is all that is asked */
	s->heartbeats++;
	s->beating = false;
}

void
store_beat(struct store *s)
{
	struct request *r;

	if (s->beating)
		return;
	s->beating = true;
	r = request_or_die(REQUEST_BEAT, s);
	r->done = on_beat;
	ask(s, r);
}

void
store_prune(struct store *s, int64_t before_wall_ms)
{
	struct request *r = request_or_die(REQUEST_PRUNE, NULL);

	r->wall_ms = before_wall_ms;
	ask(s, r);
}

uint64_t
store_heartbeats(const struct store *s)
{
	return s->heartbeats;
}

enum store_state
store_state(const struct store *s)
{
	return s->state;
}

const char *
store_trouble(const struct store *s)
{
	return s->state == STORE_OK ? NULL : s->trouble;
}

void
store_on_change(struct store *s, store_changed *changed, void *arg)
{
	s->changed = changed;
	s->changed_arg = arg;
}

/* Signals belong to the loop's thread. */
static bool
start_thread(struct store *s)
{
	sigset_t all, before;
	int result;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	result = pthread_create(&s->thread, NULL, store_thread, s);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return result == 0;
}

static struct database *
open_database(const char *directory, struct error *err)
{
	int folder = folder_open(directory, err);
	char *path = folder < 0 ? NULL : realpath(directory, NULL);
	struct database *d = NULL;

	if (path != NULL)
		d = database_new(folder, path);
	if (folder >= 0 && d == NULL) {
		error_set(err, "cannot use %s: %s", directory, strerror(errno));
		(void)close(folder); /* only looked at */
	}
	free(path);
	if (d != NULL && database_open(d) == DATABASE_REFUSED) {
		error_set(err, "%s: %.300s", directory, database_trouble(d));
		database_free(d);
		d = NULL;
	}
	return d;
}

static void
free_all(struct store *s)
{
	struct request *r;

	while ((r = request_list_take(&s->telling)) != NULL ||
	    (r = request_list_take(&s->answered)) != NULL ||
	    (r = request_list_take(&s->waiting)) != NULL)
		request_free(r);
	loop_watch_free(s->watch);
	if (s->event_fd >= 0)
		(void)close(s->event_fd); /* holds nothing */
	database_free(s->db);
	pthread_cond_destroy(&s->wake);
	pthread_mutex_destroy(&s->mutex);
	free(s);
}

static void
init_sync(struct store *s)
{
	pthread_condattr_t attr;

	/* None of these fails on Linux. */
	(void)pthread_mutex_init(&s->mutex, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&s->wake, &attr);
	(void)pthread_condattr_destroy(&attr);
}

struct store *
store_open(struct loop *loop, const char *directory, struct error *err)
{
	struct store *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		error_set(err, "no memory for the store");
		return NULL;
	}
	init_sync(s);
	request_list_init(&s->telling);
	request_list_init(&s->waiting);
	request_list_init(&s->answered);
	s->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	s->db = open_database(directory, err);
	if (s->db == NULL) {
		free_all(s);
		return NULL;
	}
	store_schedule_retry(s);
	store_note_state(s);
	s->state = s->new_state;
	memcpy(s->trouble, s->new_trouble, sizeof(s->trouble));
	if (s->event_fd >= 0)
		s->watch = loop_watch_new(
		    loop, s->event_fd, on_answers, s, true, false);
	if (s->watch == NULL || !start_thread(s)) {
		error_set(err, "cannot start the store's thread");
		free_all(s);
		return NULL;
	}
	return s;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	if (s->gone != NULL)
		*s->gone = true;
	pthread_mutex_lock(&s->mutex);
	s->stopping = true;
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->mutex);
	(void)pthread_join(s->thread, NULL); /* it exists: it was started */
	free_all(s);
}
