#include "daemon/fetch/fetch.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "daemon/fetch/fetch_impl.h"

#define IN_FLIGHT_MIN 16
#define IN_FLIGHT_MAX 16384
/* Lateness below this is the grain of timers, not lag. */
#define LATE_MIN_MS 20

/* Lag: how late a timer fires that is always running */

static void
start_tick(struct fetch *f)
{
	if (loop_timer_runs(f->tick))
		return;
	f->tick_due_ms = fetch_clock_ms() + LAG_TICK_MS;
	loop_timer_start(f->tick, LAG_TICK_MS);
}

static int64_t
late_ms(const struct fetch *f)
{
	int64_t late = fetch_clock_ms() - f->tick_due_ms;

	return late < LATE_MIN_MS ? 0 : late;
}

static void
expire_queued(struct fetch *f)
{
	int64_t now_ms = fetch_clock_ms();
	struct fetch_target *t = f->queue_first;

	while (t != NULL) {
		if (now_ms - t->sent_ms < t->timeout_ms) {
			t = t->queue_next;
			continue;
		}
		question_out_of_time(t);
		t = f->queue_first; /* whatever the callback did */
	}
}

static void
on_tick(void *arg)
{
	struct fetch *f = arg;

	fetch_enter(f);
	f->lag_ms += late_ms(f);
	expire_queued(f);
	fetch_start_queued(f);
	if (f->in_flight > 0 || f->queue_first != NULL)
		start_tick(f);
	fetch_leave(f);
}

/* Queue */

static void
join_queue(struct fetch_target *t)
{
	struct fetch *f = t->fetch;

	t->state = FETCH_QUEUED;
	t->sent_ms = fetch_clock_ms();
	t->asked_ms = loop_now_ms(f->loop);
	t->queue_next = NULL;
	if (f->queue_last == NULL)
		f->queue_first = t;
	else
		f->queue_last->queue_next = t;
	f->queue_last = t;
}

/* Making and freeing */

/* A connection each, and as many again that are idle. */
static size_t
affordable_in_flight(void)
{
	struct rlimit limit;
	size_t half;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return IN_FLIGHT_MIN;
	half = limit.rlim_cur / 2;
	if (half > IN_FLIGHT_MAX)
		return IN_FLIGHT_MAX;
	return half < IN_FLIGHT_MIN ? IN_FLIGHT_MIN : half;
}

static void
really_free(struct fetch *f)
{
	shard_free_empty(f);
	resolver_free(f->resolver);
	loop_timer_free(f->tick);
	free(f->sockets);
	free(f);
}

/* Public functions */

int64_t
fetch_clock_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_BOOTTIME, &now); /* cannot fail */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
fetch_lag_ms(const struct fetch *f)
{
	return f->lag_ms + (loop_timer_runs(f->tick) ? late_ms(f) : 0);
}

void
fetch_enter(struct fetch *f)
{
	f->depth++;
}

/* What was freed in a callback goes when nobody stands on it any more. */
void
fetch_leave(struct fetch *f)
{
	if (--f->depth > 0)
		return;
	if (f->is_closing)
		really_free(f);
	else
		shard_free_empty(f);
}

void
fetch_leave_queue(struct fetch_target *t)
{
	struct fetch *f = t->fetch;
	struct fetch_target *before = NULL, *at = f->queue_first;

	while (at != t) {
		before = at;
		at = at->queue_next;
	}
	if (before == NULL)
		f->queue_first = t->queue_next;
	else
		before->queue_next = t->queue_next;
	if (f->queue_last == t)
		f->queue_last = before;
}

void
fetch_start_queued(struct fetch *f)
{
	while (f->queue_first != NULL && f->in_flight < f->in_flight_max) {
		struct fetch_target *t = f->queue_first;

		fetch_leave_queue(t);
		question_begin(t);
	}
}

struct fetch *
fetch_new_with(
    struct loop *loop, const struct fetch_settings *settings, struct error *err)
{
	struct resolver_settings names = { .servers = settings->dns_servers,
		.resolv_conf = settings->resolv_conf };
	struct fetch *f = calloc(1, sizeof(*f));

	if (f == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		goto no_memory;
	f->loop = loop;
	f->in_flight_max = settings->in_flight_max > 0 ?
	    settings->in_flight_max :
	    affordable_in_flight();
	f->connection_life_s = settings->connection_life_s > 0 ?
	    settings->connection_life_s :
	    CONNECTION_LIFE_S;
	f->tick = loop_timer_new(loop, on_tick, f);
	if (f->tick == NULL)
		goto no_memory;
	f->resolver = resolver_new(loop, &names, err);
	if (f->resolver != NULL)
		return f;
	really_free(f);
	return NULL;
no_memory:
	(void)error_set(err, "out of memory");
	free(f);
	return NULL;
}

struct fetch *
fetch_new(struct loop *loop, struct error *err)
{
	return fetch_new_with(
	    loop, &(struct fetch_settings){ .in_flight_max = 0 }, err);
}

void
fetch_free(struct fetch *f)
{
	if (f == NULL)
		return;
	if (f->depth > 0)
		f->is_closing = true;
	else
		really_free(f);
}

bool
fetch_is_busy(const struct fetch_target *t)
{
	return t->state != FETCH_IDLE;
}

bool
fetch_ask(struct fetch_target *t, int64_t timeout_ms, bool fresh,
    fetch_done *done, void *arg)
{
	struct fetch *f = t->fetch;

	if (t->state != FETCH_IDLE)
		return false;
	t->timeout_ms = timeout_ms;
	t->fresh = fresh;
	t->done = done;
	t->arg = arg;
	if (f->in_flight < f->in_flight_max)
		question_begin(t);
	else
		join_queue(t);
	start_tick(f);
	return true;
}
