#include <stdlib.h>

#include "daemon/loop_impl.h"

/* So many in one turn; then what descriptors have is read again. */
#define AT_ONCE 256
/* Durations that are worked out are made longer by an eighth at most. */
#define STEPS 8
#define ROOM_MIN 16

/* The timer may come early: it is not moved when its cause is stopped. */
struct loop_queue {
	struct loop *loop;
	int64_t delay_ms;
	struct loop_queue_node ring; /* of all that run: next is the first */
	struct loop_queue_node mark; /* in it, while it is gone through */
	struct loop_timer *timer;
};

static void
append(struct loop_queue *q, struct loop_queue_node *n)
{
	n->next = &q->ring;
	n->before = q->ring.before;
	n->before->next = n;
	q->ring.before = n;
}

static void
sleep_until_first(struct loop_queue *q)
{
	int64_t left_us = q->ring.next->due_us - loop_clock_us();

	loop_timer_start_us(q->timer, left_us);
}

/* What is started meanwhile stands behind the mark: its turn is the next. */
static void
on_due(void *arg)
{
	struct loop_queue *q = arg;
	int64_t now_us = loop_clock_us();

	append(q, &q->mark);
	for (unsigned i = 0; i < AT_ONCE && !loop_stops(q->loop); i++) {
		struct loop_queue_node *n = q->ring.next;

		if (n == &q->mark || n->due_us > now_us)
			break;
		loop_queue_stop(n);
		n->callback(n->arg); /* n may be gone now */
	}
	loop_queue_stop(&q->mark);
	if (q->ring.next != &q->ring)
		sleep_until_first(q);
}

static void
queue_free(struct loop_queue *q)
{
	if (q == NULL)
		return;
	loop_timer_free(q->timer);
	free(q);
}

static struct loop_queue *
queue_new(struct loop *l, int64_t delay_ms)
{
	struct loop_queue *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return NULL;
	q->loop = l;
	q->delay_ms = delay_ms;
	q->ring.next = q->ring.before = &q->ring;
	q->timer = loop_timer_new(l, on_due, q);
	if (q->timer == NULL) {
		queue_free(q);
		return NULL;
	}
	return q;
}

static bool
make_room(struct loop_queues *all)
{
	size_t room = all->room == 0 ? ROOM_MIN : all->room * 2;
	struct loop_queue **more;

	if (all->count < all->room)
		return true;
	more = realloc(all->queues, room * sizeof(struct loop_queue *));
	if (more == NULL)
		return false;
	all->queues = more;
	all->room = room;
	return true;
}

/* Where it is, or has to be. */
static size_t
place_of(const struct loop_queues *all, int64_t delay_ms)
{
	size_t from = 0, to = all->count;

	while (from < to) {
		size_t middle = (from + to) / 2;

		if (all->queues[middle]->delay_ms < delay_ms)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

struct loop_queue *
loop_queue_of(struct loop *l, int64_t delay_ms)
{
	struct loop_queues *all = loop_queues(l);
	size_t place;
	struct loop_queue *q;

	if (delay_ms < 0)
		delay_ms = 0;
	place = place_of(all, delay_ms);
	if (place < all->count && all->queues[place]->delay_ms == delay_ms)
		return all->queues[place];
	q = make_room(all) ? queue_new(l, delay_ms) : NULL;
	if (q == NULL)
		return NULL;
	for (size_t i = all->count; i > place; i--)
		all->queues[i] = all->queues[i - 1];
	all->queues[place] = q;
	all->count++;
	return q;
}

struct loop_queue *
loop_queue_about(struct loop *l, int64_t delay_ms)
{
	int64_t step_ms = 1;

	while (step_ms * 2 * STEPS <= delay_ms)
		step_ms *= 2;
	return loop_queue_of(l, (delay_ms + step_ms - 1) / step_ms * step_ms);
}

void
loop_queue_start(struct loop_queue *q, struct loop_queue_node *n,
    loop_callback *callback, void *arg)
{
	bool was_empty;

	loop_queue_stop(n);
	was_empty = q->ring.next == &q->ring;
	n->callback = callback;
	n->arg = arg;
	n->due_us = loop_clock_us() + q->delay_ms * 1000;
	append(q, n);
	if (was_empty && !loop_timer_runs(q->timer))
		loop_timer_start_us(q->timer, q->delay_ms * 1000);
}

void
loop_queue_stop(struct loop_queue_node *n)
{
	if (n->next == NULL)
		return;
	n->next->before = n->before;
	n->before->next = n->next;
	n->next = n->before = NULL;
}

bool
loop_queue_runs(const struct loop_queue_node *n)
{
	return n->next != NULL;
}

struct soon {
	struct loop_queue_node node;
	loop_callback *callback;
	void *arg;
};

static void
on_soon(void *arg)
{
	struct soon soon = *(struct soon *)arg;

	free(arg);
	soon.callback(soon.arg);
}

void
loop_soon(struct loop *l, loop_callback *callback, void *arg)
{
	struct loop_queues *all = loop_queues(l);
	struct soon *soon = calloc(1, sizeof(*soon));

	if (all->soon == NULL)
		all->soon = queue_new(l, 0);
	/* Nobody could be told: start again, from the store. */
	if (soon == NULL || all->soon == NULL)
		abort();
	soon->callback = callback;
	soon->arg = arg;
	loop_queue_start(all->soon, &soon->node, on_soon, soon);
}

void
loop_queues_free(struct loop_queues *all)
{
	while (all->soon != NULL && all->soon->ring.next != &all->soon->ring) {
		void *soon = all->soon->ring.next->arg;

		loop_queue_stop(all->soon->ring.next);
		free(soon);
	}
	queue_free(all->soon);
	for (size_t i = 0; i < all->count; i++)
		queue_free(all->queues[i]);
	free(all->queues);
	*all = (struct loop_queues){ .count = 0 };
}
