/*
 * Connections, and those that are kept for the next question.
 *
 * They are watched for as long as they live: a peer that hangs up while one
 * is idle is an event, and the connection is gone before it could be used.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "daemon/fetch/lean_impl.h"

/* The shortest life, of the longest. */
#define LIFE_LEAST 0.75

static void
leave_idle(struct lean_conn *c)
{
	struct fetch *f = c->target->fetch;

	if (c->older == NULL)
		f->lean_oldest = c->newer;
	else
		c->older->newer = c->newer;
	if (c->newer == NULL)
		f->lean_newest = c->older;
	else
		c->newer->older = c->older;
	c->is_idle = false;
	c->target->kept = NULL;
	f->lean_kept--;
}

/* Its peer has closed it. */
static void
bury(struct lean_conn *c)
{
	struct fetch *f = c->target->fetch;
	int fd = c->fd;

	if (!lean_set_aside(f, fd)) {
		lean_conn_close(c);
		return;
	}
	leave_idle(c);
	loop_watch_free(loop_watch_of(c));
}

static void
on_ready(void *arg, bool readable, bool writable)
{
	struct lean_conn *c = arg;
	struct fetch *f = c->target->fetch;

	fetch_enter(f);
	if (c->is_idle) {
		/* It was closed, or says what nobody asked for. */
		f->counts.closed_by_peer++;
		bury(c);
	} else if (c->is_connecting)
		lean_connect_ready(c);
	else
		lean_exchange_ready(c, readable, writable);
	fetch_leave(f);
}

/* Connections that began together are not to end together. */
static int64_t
life_ms(const struct fetch_target *t)
{
	double longest_ms = (double)t->fetch->connection_life_s * 1000.0;
	double spread = digest_fraction(t->form->settings->url);

	return (
	    int64_t)(longest_ms * (LIFE_LEAST + (1.0 - LIFE_LEAST) * spread));
}

static void
become_idle(struct lean_conn *c)
{
	struct fetch *f = c->target->fetch;

	c->newer = NULL;
	c->older = f->lean_newest;
	if (c->older == NULL)
		f->lean_oldest = c;
	else
		c->older->newer = c;
	f->lean_newest = c;
	c->is_idle = true;
	c->idle_ms = loop_now_ms(f->loop);
	if (!c->was_idle)
		c->end_ms += life_ms(c->target);
	c->was_idle = true;
	c->target->kept = c;
	f->lean_kept++;
}

/*
 * Where there are more targets than connections can be kept, each in its turn
 * would throw out the one that is needed next: so only those give way that
 * were not needed for long.
 */
static bool
make_room(struct fetch *f)
{
	int64_t long_ms = (int64_t)f->connection_life_s * 1000 / 2;

	if (fetch_may_keep(f))
		return true;
	if (f->lean_oldest == NULL ||
	    loop_now_ms(f->loop) - f->lean_oldest->idle_ms < long_ms)
		return false;
	return lean_give_up(f);
}

/* Public functions */

struct lean_conn *
lean_conn_new(struct fetch_target *t, int fd, bool is_connecting)
{
	struct loop *loop = t->fetch->loop;
	struct lean_conn *c = loop_watch_new_with(
	    loop, fd, on_ready, sizeof(*c), !is_connecting, is_connecting);

	if (c == NULL)
		return NULL;
	c->target = t;
	c->fd = fd;
	c->is_connecting = is_connecting;
	c->end_ms = loop_now_ms(loop);
	t->fetch->lean_open++;
	return c;
}

void
lean_conn_watch(struct lean_conn *c, bool readable, bool writable)
{
	loop_watch_change(loop_watch_of(c), readable, writable);
}

void
lean_conn_close(struct lean_conn *c)
{
	int fd;

	if (c == NULL)
		return;
	if (c->is_idle)
		leave_idle(c);
	fd = c->fd;
	c->target->fetch->lean_open--;
	loop_watch_free(loop_watch_of(c));
	(void)close(fd); /* whatever was in it is of no more use */
}

void
lean_pool_keep(struct lean_conn *c)
{
	/* Two questions, one of them fresh, cannot both leave one. */
	if (c->target->kept != NULL || !make_room(c->target->fetch))
		lean_conn_close(c);
	else
		become_idle(c);
}

bool
lean_pool_has(const struct fetch_target *t)
{
	return t->kept != NULL && loop_now_ms(t->fetch->loop) < t->kept->end_ms;
}

struct lean_conn *
lean_pool_take(struct fetch_target *t)
{
	struct lean_conn *c = t->kept;

	if (c == NULL)
		return NULL;
	if (!lean_pool_has(t)) {
		lean_conn_close(c);
		return NULL;
	}
	leave_idle(c);
	return c;
}

bool
lean_give_up(struct fetch *f)
{
	if (f->lean_oldest == NULL)
		return false;
	f->counts.given_up++;
	lean_conn_close(f->lean_oldest);
	return true;
}
