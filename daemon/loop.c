#include "daemon/loop.h"

#include <event2/event.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "daemon/loop_impl.h"

#define SIGNALS_MAX 8
#define US_PER_MS 1000
#define US_PER_S 1000000
#define NEVER_US INT64_MAX
/* So many are asked for at first, and at most, in libevent 2.1. */
#define BATCH_FIRST 32
#define BATCH_MAX 4096
#define READING_MAX_US 10000

struct loop_signal_watch {
	struct loop *loop;
	struct event *event;
	loop_signal *callback;
	void *arg;
};

/*
 * libevent waits and tells what is ready; timers are ours.  Its own would
 * set the timer's descriptor anew in each turn, and stand in a turn beside
 * what was read, in no order.
 */
struct loop {
	struct event_base *base;
	struct loop_heap heap;
	struct loop_queues queues;
	struct event *alarm; /* of the descriptor below */
	int alarm_fd;
	int64_t alarm_us; /* when it will wake us: never later than is due */
	struct loop_timer *pulse;
	int64_t now_ms;    /* 0: not read in this turn */
	int64_t wished_us; /* when this turn should have begun; 0: not yet */
	int64_t ended_us;  /* when the last one ended */
	struct lateness lag;
	int64_t late_us;
	int64_t asleep_us; /* before it began */
	unsigned told;     /* by one reading of descriptors; of at most: */
	unsigned batch;
	bool stopping;
	struct loop_signal_watch signals[SIGNALS_MAX];
	int signal_count;
};

int64_t
loop_now_ms(struct loop *l)
{
	if (l->now_ms == 0)
		l->now_ms = loop_boot_us() / US_PER_MS;
	return l->now_ms;
}

/* CLOCK_MONOTONIC stands still while the machine is suspended. */
static int64_t
asleep_us(void)
{
	int64_t awake_us = loop_clock_us();

	return loop_boot_us() - awake_us;
}

/* A turn begins: but when would it have, had the processor been ours? */
void
loop_begin_turn(struct loop *l)
{
	const struct loop_timer *first;

	l->told++;
	if (l->wished_us != 0)
		return;
	l->wished_us = loop_clock_us();
	first = loop_heap_first(&l->heap);
	if (first != NULL && first->due_us < l->wished_us)
		l->wished_us =
		    first->due_us > l->ended_us ? first->due_us : l->ended_us;
}

static void
on_alarm(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;

	(void)fd;
	(void)what;
	loop_begin_turn(l);
	l->alarm_us = NEVER_US;
}

/* A pause is seen by what was due in it: so something always is. */
static void
on_pulse(void *arg)
{
	struct loop *l = arg;

	loop_timer_start(l->pulse, LOOP_PULSE_MS);
}

/* An edge at a time: it need not be read. */
static bool
open_alarm(struct loop *l)
{
	l->alarm_us = NEVER_US;
	l->alarm_fd =
	    timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (l->alarm_fd < 0)
		return false;
	l->alarm = event_new(
	    l->base, l->alarm_fd, EV_READ | EV_PERSIST | EV_ET, on_alarm, l);
	return l->alarm != NULL && event_add(l->alarm, NULL) == 0;
}

void
loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	for (int i = 0; i < l->signal_count; i++)
		event_free(l->signals[i].event);
	loop_queues_free(&l->queues);
	loop_timer_free(l->pulse);
	if (l->alarm != NULL)
		event_free(l->alarm);
	if (l->alarm_fd >= 0)
		(void)close(l->alarm_fd); /* nothing was written to it */
	if (l->base != NULL)
		event_base_free(l->base);
	free(l->heap.timers);
	free(l);
}

struct loop *
loop_new(void)
{
	struct loop *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->alarm_fd = -1;
	l->batch = BATCH_FIRST;
	l->ended_us = loop_clock_us();
	l->asleep_us = asleep_us();
	l->base = event_base_new();
	l->pulse = loop_timer_new(l, on_pulse, l);
	if (l->base == NULL || l->pulse == NULL || !open_alarm(l)) {
		loop_free(l);
		return NULL;
	}
	return l;
}

/* False: something is due already. */
static bool
set_alarm(struct loop *l)
{
	const struct loop_timer *first = loop_heap_first(&l->heap);
	struct itimerspec at = { .it_value = { 0, 0 } };

	if (first == NULL || first->due_us >= l->alarm_us)
		return true;
	if (first->due_us <= l->ended_us)
		return false;
	at.it_value.tv_sec = (time_t)(first->due_us / US_PER_S);
	at.it_value.tv_nsec = (long)(first->due_us % US_PER_S * 1000);
	/* Fails for times that are none. */
	if (timerfd_settime(l->alarm_fd, TFD_TIMER_ABSTIME, &at, NULL) != 0)
		abort();
	l->alarm_us = first->due_us;
	return true;
}

/* Only what was due at the turn's beginning: then descriptors are read. */
static void
call_timers(struct loop *l)
{
	struct loop_timer *t = loop_heap_first(&l->heap);
	int64_t now_us = loop_clock_us();

	while (t != NULL && t->due_us <= now_us && !l->stopping) {
		loop_heap_take(&l->heap, t);
		t->callback(t->arg); /* t may be gone now */
		t = loop_heap_first(&l->heap);
	}
}

static void
end_turn(struct loop *l)
{
	int64_t lag_us;

	l->ended_us = loop_clock_us();
	lag_us = l->ended_us - l->wished_us;
	lateness_note(&l->lag, lag_us);
	if (lag_us > LOOP_LATE_MS * US_PER_MS)
		l->late_us += lag_us;
}

/* There may be more; the next time libevent asks for twice as many. */
static bool
was_full(struct loop *l)
{
	if (l->told < l->batch)
		return false;
	while (l->batch <= l->told && l->batch < BATCH_MAX)
		l->batch *= 2;
	return true;
}

/* What is still unread would be called late by its deadline. */
static bool
read_descriptors(struct loop *l, int flags)
{
	int64_t now_us, until_us = 0;

	for (;;) {
		l->told = 0;
		if (event_base_loop(l->base, flags) < 0)
			return false;
		if (!was_full(l) || l->stopping)
			return true;
		now_us = loop_clock_us();
		if (until_us == 0)
			until_us = now_us + READING_MAX_US;
		if (now_us >= until_us)
			return true;
		flags |= EVLOOP_NONBLOCK;
	}
}

static bool
turn(struct loop *l)
{
	int flags = EVLOOP_ONCE | EVLOOP_NO_EXIT_ON_EMPTY;

	l->now_ms = 0; /* read again by whoever asks first after the wait */
	l->wished_us = 0;
	if (!set_alarm(l))
		flags |= EVLOOP_NONBLOCK;
	if (!read_descriptors(l, flags))
		return false;
	loop_begin_turn(l);
	call_timers(l);
	end_turn(l);
	return true;
}

bool
loop_run(struct loop *l)
{
	l->stopping = false;
	if (!loop_timer_runs(l->pulse))
		on_pulse(l);
	while (!l->stopping)
		if (!turn(l))
			return false;
	return true;
}

void
loop_stop(struct loop *l)
{
	l->stopping = true;
	(void)event_base_loopbreak(l->base); /* fails for NULL alone */
}

struct event_base *
loop_base(struct loop *l)
{
	return l->base;
}

bool
loop_stops(const struct loop *l)
{
	return l->stopping;
}

const struct lateness *
loop_lag(const struct loop *l)
{
	return &l->lag;
}

int64_t
loop_late_ms(const struct loop *l)
{
	int64_t now_us = l->wished_us == 0 ? 0 : loop_clock_us() - l->wished_us;
	int64_t slept_us = asleep_us() - l->asleep_us;

	if (now_us <= LOOP_LATE_MS * US_PER_MS)
		now_us = 0;
	/* Two clocks are not read at once. */
	if (slept_us <= LOOP_LATE_MS * US_PER_MS)
		slept_us = 0;
	return (l->late_us + now_us + slept_us) / US_PER_MS;
}

/* Timers */

struct loop_queues *
loop_queues(struct loop *l)
{
	return &l->queues;
}

struct loop_timer *
loop_timer_new(struct loop *l, loop_callback *callback, void *arg)
{
	struct loop_timer *t;

	if (!loop_heap_make_room(&l->heap))
		return NULL;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	l->heap.made++;
	t->heap = &l->heap;
	t->callback = callback;
	t->arg = arg;
	return t;
}

void
loop_timer_start_us(struct loop_timer *t, int64_t delay_us)
{
	loop_heap_take(t->heap, t);
	t->due_us = loop_clock_us() + (delay_us > 0 ? delay_us : 0);
	loop_heap_put(t->heap, t);
}

void
loop_timer_start(struct loop_timer *t, int64_t delay_ms)
{
	loop_timer_start_us(t, delay_ms * US_PER_MS);
}

void
loop_timer_stop(struct loop_timer *t)
{
	loop_heap_take(t->heap, t);
}

bool
loop_timer_runs(const struct loop_timer *t)
{
	return t->place != 0;
}

void
loop_timer_free(struct loop_timer *t)
{
	if (t == NULL)
		return;
	loop_heap_take(t->heap, t);
	t->heap->made--;
	free(t);
}

/* Signals */

static void
on_signal(evutil_socket_t signal, short what, void *arg)
{
	struct loop_signal_watch *w = arg;

	(void)what;
	loop_begin_turn(w->loop);
	w->callback(w->arg, (int)signal);
}

bool
loop_on_signal(struct loop *l, int signal, loop_signal *callback, void *arg)
{
	struct loop_signal_watch *w = &l->signals[l->signal_count];

	if (l->signal_count == SIGNALS_MAX)
		return false;
	w->loop = l;
	w->callback = callback;
	w->arg = arg;
	w->event = evsignal_new(l->base, signal, on_signal, w);
	if (w->event == NULL)
		return false;
	l->signal_count++;
	return evsignal_add(w->event, NULL) == 0;
}
