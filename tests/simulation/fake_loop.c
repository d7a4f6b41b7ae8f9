/* daemon/loop.h over a clock that only timers move: a heap of them. */
#include "tests/simulation/sim.h"

#include <stdlib.h>

#include "daemon/loop_impl.h"

#define US_PER_MS 1000

struct loop {
	struct loop_queues queues;
	struct lateness lag;
	bool is_stopped;
};

struct fake_timer {
	struct loop_timer timer;
	unsigned life;
};

static struct loop_heap heap;

void
loop_timer_stop(struct loop_timer *t)
{
	loop_heap_take(&heap, t);
}

void
loop_timer_start(struct loop_timer *t, int64_t delay_ms)
{
	loop_timer_stop(t);
	t->due_us = US_PER_MS * (sim.now_ms + (delay_ms > 0 ? delay_ms : 0));
	loop_heap_put(&heap, t);
}

void
loop_timer_start_us(struct loop_timer *t, int64_t delay_us)
{
	loop_timer_start(t, (delay_us + US_PER_MS - 1) / US_PER_MS);
}

static struct loop_timer *
make(loop_callback *callback, void *arg, unsigned life)
{
	struct fake_timer *t = calloc(1, sizeof(*t));

	if (t == NULL || !loop_heap_make_room(&heap))
		abort();
	heap.made++;
	t->timer.callback = callback;
	t->timer.arg = arg;
	t->life = life;
	return &t->timer;
}

struct loop_timer *
loop_timer_new(struct loop *l, loop_callback *callback, void *arg)
{
	(void)l;
	return make(callback, arg, sim.life);
}

struct loop_timer *
world_timer(loop_callback *callback, void *arg)
{
	return make(callback, arg, 0);
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
	loop_timer_stop(t);
	heap.made--;
	free(t);
}

/* What a crash left behind comes no more. */
static void
fire(struct loop_timer *t)
{
	unsigned life = ((struct fake_timer *)t)->life;

	loop_timer_stop(t);
	if (life == 0 || (life == sim.life && sim.is_up))
		t->callback(t->arg);
}

void
loop_until(int64_t until_ms)
{
	struct loop_timer *t;

	while ((t = loop_heap_first(&heap)) != NULL &&
	    t->due_us <= until_ms * US_PER_MS && sim.breach[0] == '\0') {
		if (t->due_us > sim.now_ms * US_PER_MS)
			sim.now_ms = t->due_us / US_PER_MS;
		fire(t);
	}
	if (sim.breach[0] == '\0' && sim.now_ms < until_ms)
		sim.now_ms = until_ms;
}

void
loop_reset(void)
{
	struct loop_timer *t;

	while ((t = loop_heap_first(&heap)) != NULL) {
		loop_timer_stop(t);
		if (((struct fake_timer *)t)->life == 0)
			loop_timer_free(t);
	}
	heap.order = 0;
}

struct loop *
loop_new(void)
{
	return calloc(1, sizeof(struct loop));
}

void
loop_free(struct loop *l)
{
	loop_queues_free(&l->queues);
	free(l);
}

bool
loop_stops(const struct loop *l)
{
	return l->is_stopped;
}

struct loop_queues *
loop_queues(struct loop *l)
{
	return &l->queues;
}

/* Never late: only answers are. */
const struct lateness *
loop_lag(const struct loop *l)
{
	return &l->lag;
}

int64_t
loop_late_ms(const struct loop *l)
{
	(void)l;
	return 0;
}

bool
loop_run(struct loop *l)
{
	return l != NULL;
}

void
loop_stop(struct loop *l)
{
	l->is_stopped = true;
}

int64_t
loop_now_ms(struct loop *l)
{
	(void)l;
	return sim.now_ms;
}

int64_t
loop_clock_us(void)
{
	return sim.now_ms * US_PER_MS;
}

int64_t
loop_boot_us(void)
{
	return sim.now_ms * US_PER_MS;
}

int64_t
loop_wall_ms(void)
{
	return sim.now_ms + sim.wall_ahead_ms;
}

/* Nothing is ever ready: no test of descriptors. */
struct loop_watch *
loop_watch_new(struct loop *l, int fd, loop_ready *callback, void *arg,
    bool readable, bool writable)
{
	(void)l;
	(void)fd;
	(void)callback;
	(void)arg;
	(void)readable;
	(void)writable;
	return calloc(1, 1);
}

void *
loop_watch_new_with(struct loop *l, int fd, loop_ready *callback, size_t bytes,
    bool readable, bool writable)
{
	(void)l;
	(void)fd;
	(void)callback;
	(void)readable;
	(void)writable;
	return calloc(1, bytes);
}

struct loop_watch *
loop_watch_of(void *memory)
{
	return memory;
}

void
loop_watch_change(struct loop_watch *w, bool readable, bool writable)
{
	(void)w;
	(void)readable;
	(void)writable;
}

void
loop_watch_free(struct loop_watch *w)
{
	free(w);
}

bool
loop_on_signal(struct loop *l, int signal, loop_signal *callback, void *arg)
{
	(void)l;
	(void)signal;
	(void)callback;
	(void)arg;
	return true;
}
