#include "daemon/loop.h"

#include <event2/event.h>
#include <stdlib.h>
#include <time.h>

#define SIGNALS_MAX 8

struct loop_signal_watch {
	struct event *event;
	loop_signal *callback;
	void *arg;
};

struct loop {
	struct event_base *base;
	int64_t now_ms; /* 0: not read in this turn */
	bool stopping;
	struct loop_signal_watch signals[SIGNALS_MAX];
	int signal_count;
};

struct loop_timer {
	struct event *event;
	loop_callback *callback;
	void *arg;
};

struct loop_watch {
	struct event *event;
	struct loop *loop;
	loop_ready *callback;
	void *arg;
};

static int64_t
clock_ms(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t); /* cannot fail for these clocks */
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
loop_wall_ms(void)
{
	return clock_ms(CLOCK_REALTIME);
}

int64_t
loop_now_ms(struct loop *l)
{
	if (l->now_ms == 0)
		l->now_ms = clock_ms(CLOCK_BOOTTIME);
	return l->now_ms;
}

struct loop *
loop_new(void)
{
	struct loop *l = calloc(1, sizeof(*l));
	struct event_config *config = event_config_new();

	if (l == NULL || config == NULL)
		goto out;
	/* Milliseconds decide here; the coarse clock may be off by four. */
	(void)event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
	l->base = event_base_new_with_config(config);
out:
	if (config != NULL)
		event_config_free(config);
	if (l != NULL && l->base == NULL) {
		free(l);
		l = NULL;
	}
	return l;
}

void
loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	for (int i = 0; i < l->signal_count; i++)
		event_free(l->signals[i].event);
	event_base_free(l->base);
	free(l);
}

bool
loop_run(struct loop *l)
{
	l->stopping = false;
	while (!l->stopping) {
		int status;

		/* Read again by whoever asks first after the wait. */
		l->now_ms = 0;
		status = event_base_loop(
		    l->base, EVLOOP_ONCE | EVLOOP_NO_EXIT_ON_EMPTY);
		if (status < 0)
			return false;
	}
	return true;
}

void
loop_stop(struct loop *l)
{
	l->stopping = true;
	(void)event_base_loopbreak(l->base); /* fails for NULL alone */
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct loop_timer *t = arg;

	(void)fd;
	(void)what;
	t->callback(t->arg);
}

struct loop_timer *
loop_timer_new(struct loop *l, loop_callback *callback, void *arg)
{
	struct loop_timer *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->callback = callback;
	t->arg = arg;
	t->event = evtimer_new(l->base, on_timer, t);
	if (t->event == NULL) {
		free(t);
		return NULL;
	}
	return t;
}

void
loop_timer_start(struct loop_timer *t, int64_t delay_ms)
{
	struct timeval delay;

	if (delay_ms < 0)
		delay_ms = 0;
	delay.tv_sec = (time_t)(delay_ms / 1000);
	delay.tv_usec = (suseconds_t)(delay_ms % 1000 * 1000);
	/* Nobody could be told: start again, from the store. */
	if (evtimer_add(t->event, &delay) != 0)
		abort();
}

void
loop_timer_stop(struct loop_timer *t)
{
	(void)evtimer_del(t->event);
}

bool
loop_timer_runs(const struct loop_timer *t)
{
	return evtimer_pending(t->event, NULL) != 0;
}

void
loop_timer_free(struct loop_timer *t)
{
	if (t == NULL)
		return;
	event_free(t->event);
	free(t);
}

static void
on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct loop_watch *w = arg;

	(void)fd;
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

struct loop_watch *
loop_watch_new(struct loop *l, int fd, loop_ready *callback, void *arg,
    bool readable, bool writable)
{
	struct loop_watch *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->loop = l;
	w->callback = callback;
	w->arg = arg;
	w->event = event_new(
	    l->base, fd, event_flags(readable, writable), on_ready, w);
	if (w->event == NULL || event_add(w->event, NULL) != 0) {
		loop_watch_free(w);
		return NULL;
	}
	return w;
}

void
loop_watch_change(struct loop_watch *w, bool readable, bool writable)
{
	short flags = event_flags(readable, writable);
	int fd = event_get_fd(w->event);

	if (event_get_events(w->event) == flags &&
	    event_pending(w->event, EV_READ | EV_WRITE, NULL) != 0)
		return;
	(void)event_del(w->event);
	if (!readable && !writable)
		return;
	(void)event_assign(w->event, w->loop->base, fd, flags, on_ready, w);
	(void)event_add(w->event, NULL);
}

void
loop_watch_free(struct loop_watch *w)
{
	if (w == NULL)
		return;
	if (w->event != NULL)
		event_free(w->event);
	free(w);
}

static void
on_signal(evutil_socket_t signal, short what, void *arg)
{
	struct loop_signal_watch *w = arg;

	(void)what;
	w->callback(w->arg, (int)signal);
}

bool
loop_on_signal(struct loop *l, int signal, loop_signal *callback, void *arg)
{
	struct loop_signal_watch *w = &l->signals[l->signal_count];

	if (l->signal_count == SIGNALS_MAX)
		return false;
	w->callback = callback;
	w->arg = arg;
	w->event = evsignal_new(l->base, signal, on_signal, w);
	if (w->event == NULL)
		return false;
	l->signal_count++;
	return evsignal_add(w->event, NULL) == 0;
}

struct soon {
	loop_callback *callback;
	void *arg;
};

static void
on_soon(evutil_socket_t fd, short what, void *arg)
{
	struct soon soon = *(struct soon *)arg;

	(void)fd;
	(void)what;
	free(arg);
	soon.callback(soon.arg);
}

void
loop_soon(struct loop *l, loop_callback *callback, void *arg)
{
	struct timeval now = { 0, 0 };
	struct soon *soon = malloc(sizeof(*soon));

	if (soon == NULL)
		abort(); /* nobody could be told: start again, from the store */
	*soon = (struct soon){ callback, arg };
	if (event_base_once(l->base, -1, EV_TIMEOUT, on_soon, soon, &now) != 0)
		abort();
}
