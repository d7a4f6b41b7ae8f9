/*
 * loop_impl.h - what the files of the loop share.
 *
 *   loop.c        the turns, signals
 *   loop_clock.c  the clocks
 *   loop_watch.c  descriptors; with loop.c all that knows libevent
 *   loop_heap.c   timers, the one that is due next first
 *   loop_queue.c  timers of one duration each, over loop.h alone
 */
#ifndef DAEMON_LOOP_IMPL_H
#define DAEMON_LOOP_IMPL_H

#include <stddef.h>

#include "daemon/loop.h"

struct loop_timer {
	struct loop_heap *heap;
	loop_callback *callback;
	void *arg;
	int64_t due_us; /* of loop_clock_us() */
	uint64_t order; /* of those due at once the first set comes first */
	size_t place;   /* in the heap, from 1; 0: stands still */
};

/* There is room for all timers that there are: starting one cannot fail. */
struct loop_heap {
	struct loop_timer **timers; /* from 1 */
	size_t count, made, room;
	uint64_t order;
};

/* False when memory is short. */
bool loop_heap_make_room(struct loop_heap *h);

void loop_heap_put(struct loop_heap *h, struct loop_timer *t);
void loop_heap_take(struct loop_heap *h, struct loop_timer *t);

/* NULL where nothing runs. */
struct loop_timer *loop_heap_first(const struct loop_heap *h);

struct loop_queues {
	struct loop_queue **queues; /* the shortest duration first */
	size_t count, room;
	struct loop_queue *soon; /* what loop_soon() was told */
};

struct event_base;
struct event_base *loop_base(struct loop *l);

/* Before anything that the wait brought is told; once a turn has an effect. */
void loop_begin_turn(struct loop *l);

bool loop_stops(const struct loop *l);
struct loop_queues *loop_queues(struct loop *l);
void loop_queues_free(struct loop_queues *all);

#endif
