/* daemon/loop.h over a clock that only timers move: a heap of them. */
#include "tests/simulation/sim.h"

#include <stdlib.h>

#define TIMERS_MAX 4096

struct loop {
	bool is_stopped;
};

struct loop_timer {
	loop_callback *callback;
	void *arg;
	int64_t due_ms;
	uint64_t order; /* of those due at once the first set comes first */
	size_t place;   /* in the heap, from 1; 0: stands still */
	unsigned life;
	bool is_soon; /* frees itself */
};

static struct loop_timer *heap[TIMERS_MAX + 1];
static size_t heap_count;
static uint64_t order_count;

static bool
is_before(const struct loop_timer *a, const struct loop_timer *b)
{
	return a->due_ms < b->due_ms ||
	    (a->due_ms == b->due_ms && a->order < b->order);
}

static void
put(size_t place, struct loop_timer *t)
{
	heap[place] = t;
	t->place = place;
}

static void
rise(size_t place, struct loop_timer *t)
{
	for (; place > 1 && is_before(t, heap[place / 2]); place /= 2)
		put(place, heap[place / 2]);
	put(place, t);
}

static void
sink(size_t place, struct loop_timer *t)
{
	size_t below;

	for (; (below = place * 2) <= heap_count; place = below) {
		if (below < heap_count &&
		    is_before(heap[below + 1], heap[below]))
			below++;
		if (!is_before(heap[below], t))
			break;
		put(place, heap[below]);
	}
	put(place, t);
}

void
loop_timer_stop(struct loop_timer *t)
{
	struct loop_timer *last;
	size_t place = t->place;

	if (place == 0)
		return;
	t->place = 0;
	last = heap[heap_count--];
	if (last == t)
		return;
	sink(place, last);
	rise(last->place, last);
}

void
loop_timer_start(struct loop_timer *t, int64_t delay_ms)
{
	loop_timer_stop(t);
	if (heap_count == TIMERS_MAX)
		abort();
	t->due_ms = sim.now_ms + (delay_ms > 0 ? delay_ms : 0);
	t->order = order_count++;
	heap_count++;
	rise(heap_count, t);
}

static struct loop_timer *
make(loop_callback *callback, void *arg, unsigned life)
{
	struct loop_timer *t = calloc(1, sizeof(*t));

	if (t == NULL)
		abort();
	t->callback = callback;
	t->arg = arg;
	t->life = life;
	return t;
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
	free(t);
}

void
loop_soon(struct loop *l, loop_callback *callback, void *arg)
{
	struct loop_timer *t = loop_timer_new(l, callback, arg);

	t->is_soon = true;
	loop_timer_start(t, 0);
}

/* What a crash left behind comes no more. */
static void
fire(struct loop_timer *t)
{
	loop_callback *callback = t->callback;
	void *arg = t->arg;
	bool is_dead = t->life != 0 && (t->life != sim.life || !sim.is_up);

	loop_timer_stop(t);
	if (t->is_soon)
		free(t);
	if (!is_dead)
		callback(arg);
}

void
loop_until(int64_t until_ms)
{
	while (heap_count > 0 && heap[1]->due_ms <= until_ms &&
	    sim.breach[0] == '\0') {
		if (heap[1]->due_ms > sim.now_ms)
			sim.now_ms = heap[1]->due_ms;
		fire(heap[1]);
	}
	if (sim.breach[0] == '\0' && sim.now_ms < until_ms)
		sim.now_ms = until_ms;
}

void
loop_reset(void)
{
	while (heap_count > 0) {
		struct loop_timer *t = heap[heap_count--];

		t->place = 0;
		if (t->life == 0 || t->is_soon)
			free(t);
	}
	order_count = 0;
}

struct loop *
loop_new(void)
{
	return calloc(1, sizeof(struct loop));
}

void
loop_free(struct loop *l)
{
	free(l);
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
