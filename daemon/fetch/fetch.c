#include "daemon/fetch/fetch.h"

#include <stdlib.h>
#include <time.h>

#include "daemon/fetch/descriptors.h"
#include "daemon/fetch/fetch_impl.h"

/* As many dials as a fourth of what may be under way. */
#define DIALS_SHARE 4
#define KEPT_SHARE 2       /* of the connections at once, at least */
#define DIAL_DESCRIPTORS 2 /* each may try two addresses at once */

static void
really_free(struct fetch *f)
{
	shard_free_empty(f);
	question_free_spare(f);
	resolver_free(f->resolver);
	queue_close(f);
	lean_free_dead(f);
	free(f->sockets);
	free(f->lean_bytes);
	free(f);
}

static size_t
or_else(size_t set, size_t fallback)
{
	return set > 0 ? set : fallback;
}

static void
share_descriptors(struct fetch *f, const struct fetch_settings *settings)
{
	struct descriptors d = descriptors_here(true);

	f->in_flight_max = or_else(settings->in_flight_max, d.in_flight_max);
	f->open_max = or_else(settings->open_max, d.open_max);
	f->kept_max = or_else(settings->kept_max, d.kept_max);
	f->kept_now = f->kept_max;
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
	share_descriptors(f, settings);
	f->connection_life_s = settings->connection_life_s > 0 ?
	    settings->connection_life_s :
	    CONNECTION_LIFE_S;
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
fetch_may_open(struct fetch *f)
{
	while (f->lean_open + f->curl_open + DIAL_DESCRIPTORS * f->dials >=
	    f->open_max) {
		if (lean_close_dead(f))
			continue;
		if (!lean_give_up(f))
			return false;
		/*
		 * Better one connection fewer that is kept than one that is
		 * made anew in place of another, again and again.
		 */
		if (f->kept_now > f->open_max / KEPT_SHARE)
			f->kept_now--;
	}
	return true;
}

bool
fetch_may_keep(const struct fetch *f)
{
	return f->lean_kept + f->curl_open < f->kept_now;
}

bool
fetch_take_dial(struct fetch *f)
{
	if (f->dials >= f->in_flight_max / DIALS_SHARE || !fetch_may_open(f))
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
