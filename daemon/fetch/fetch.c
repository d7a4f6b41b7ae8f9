#include "daemon/fetch/fetch.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "daemon/fetch/fetch_impl.h"

#define IN_FLIGHT_MIN 16
#define IN_FLIGHT_MAX 16384
/* As many dials as a fourth of that: each may try two addresses at once. */
#define DIALS_SHARE 4
#define OTHERS_SHARE 16
#define OTHERS_MIN 64

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

/*
 * All but those that new connections, libcurl and the rest of the daemon need
 * to go on.
 */
static size_t
affordable_kept(void)
{
	struct rlimit limit;
	size_t others;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return IN_FLIGHT_MIN;
	others = limit.rlim_cur / OTHERS_SHARE + OTHERS_MIN;
	return limit.rlim_cur > others ? limit.rlim_cur - others : 1;
}

static void
really_free(struct fetch *f)
{
	shard_free_empty(f);
	question_free_spare(f);
	resolver_free(f->resolver);
	queue_close(f);
	free(f->sockets);
	free(f->lean_bytes);
	free(f);
}

/* Public functions */

int64_t
fetch_clock_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_BOOTTIME, &now); /* cannot fail */
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
fetch_clock_ms(void)
{
	return fetch_clock_us() / 1000;
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

struct fetch *
fetch_new_with(
    struct loop *loop, const struct fetch_settings *settings, struct error *err)
{
	struct resolver_settings names = { .servers = settings->dns_servers,
		.resolv_conf = settings->resolv_conf };
	struct fetch *f = calloc(1, sizeof(*f));

	if (f == NULL) {
		(void)error_set(err, "out of memory");
		free(f);
		return NULL;
	}
	f->loop = loop;
	f->in_flight_max = settings->in_flight_max > 0 ?
	    settings->in_flight_max :
	    affordable_in_flight();
	f->connection_life_s = settings->connection_life_s > 0 ?
	    settings->connection_life_s :
	    CONNECTION_LIFE_S;
	f->kept_max =
	    settings->kept_max > 0 ? settings->kept_max : affordable_kept();
	f->at_once = loop_queue_of(loop, 0);
	if (f->at_once == NULL || !queue_init(f)) {
		(void)error_set(err, "out of memory");
		goto failed;
	}
	f->resolver = resolver_new(loop, &names, err);
	if (f->resolver != NULL)
		return f;
failed:
	really_free(f);
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

struct resolver *
fetch_resolver(struct fetch *f)
{
	return f->resolver;
}

bool
fetch_take_dial(struct fetch *f)
{
	if (f->dials >= f->in_flight_max / DIALS_SHARE)
		return false;
	f->dials++;
	return true;
}

void
fetch_give_dial(struct fetch *f)
{
	f->dials--;
}

const struct fetch_counts *
fetch_counts(const struct fetch *f)
{
	return &f->counts;
}

bool
fetch_is_busy(const struct fetch_target *t)
{
	return t->q != NULL;
}

bool
fetch_ask(struct fetch_target *t, int64_t timeout_ms, bool fresh,
    fetch_done *done, void *arg)
{
	if (t->q != NULL || !question_new(t))
		return false;
	t->fetch->counts.asked++;
	t->q->timeout_ms = timeout_ms;
	t->q->fresh = fresh;
	t->q->done = done;
	t->q->arg = arg;
	queue_ask(t);
	return true;
}
