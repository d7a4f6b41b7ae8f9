#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>

#include "daemon/loop_impl.h"

struct loop_watch {
	struct event event;
	struct loop *loop;
	loop_ready *callback;
	void *arg;
};

static void
on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct loop_watch *w = arg;

	(void)fd;
	loop_begin_turn(w->loop);
	w->callback(w->arg, (what & EV_READ) != 0, (what & EV_WRITE) != 0);
}

static short
event_flags(bool readable, bool writable)
{
	int flags = EV_PERSIST;

	if (readable)
		flags |= EV_READ;
	if (writable)
		flags |= EV_WRITE;
	return (short)flags;
}

static struct loop_watch *
watch_new(struct loop *l, int fd, loop_ready *callback, size_t bytes,
    bool readable, bool writable)
{
	struct loop_watch *w = calloc(1, sizeof(*w) + bytes);

	if (w == NULL)
		return NULL;
	w->loop = l;
	w->callback = callback;
	if (event_assign(&w->event, loop_base(l), fd,
		event_flags(readable, writable), on_ready, w) != 0 ||
	    event_add(&w->event, NULL) != 0) {
		free(w);
		return NULL;
	}
	return w;
}

struct loop_watch *
loop_watch_new(struct loop *l, int fd, loop_ready *callback, void *arg,
    bool readable, bool writable)
{
	struct loop_watch *w =
	    watch_new(l, fd, callback, 0, readable, writable);

	if (w != NULL)
		w->arg = arg;
	return w;
}

void *
loop_watch_new_with(struct loop *l, int fd, loop_ready *callback, size_t bytes,
    bool readable, bool writable)
{
	struct loop_watch *w =
	    watch_new(l, fd, callback, bytes, readable, writable);

	if (w == NULL)
		return NULL;
	w->arg = w + 1;
	return w->arg;
}

struct loop_watch *
loop_watch_of(void *memory)
{
	return (struct loop_watch *)memory - 1;
}

void
loop_watch_change(struct loop_watch *w, bool readable, bool writable)
{
	short flags = event_flags(readable, writable);
	int fd = event_get_fd(&w->event);

	if (event_get_events(&w->event) == flags &&
	    event_pending(&w->event, EV_READ | EV_WRITE, NULL) != 0)
		return;
	(void)event_del(&w->event);
	if (!readable && !writable)
		return;
	(void)event_assign(
	    &w->event, loop_base(w->loop), fd, flags, on_ready, w);
	(void)event_add(&w->event, NULL);
}

void
loop_watch_free(struct loop_watch *w)
{
	if (w == NULL)
		return;
	(void)event_del(&w->event);
	free(w);
}
