#include <stdlib.h>

#include "daemon/loop_impl.h"

#define ROOM_MIN 64

static bool
is_before(const struct loop_timer *a, const struct loop_timer *b)
{
	return a->due_us < b->due_us ||
	    (a->due_us == b->due_us && a->order < b->order);
}

static void
put(struct loop_heap *h, size_t place, struct loop_timer *t)
{
	h->timers[place] = t;
	t->place = place;
}

static void
rise(struct loop_heap *h, size_t place, struct loop_timer *t)
{
	for (; place > 1 && is_before(t, h->timers[place / 2]); place /= 2)
		put(h, place, h->timers[place / 2]);
	put(h, place, t);
}

static void
sink(struct loop_heap *h, size_t place, struct loop_timer *t)
{
	size_t below;

	for (; (below = place * 2) <= h->count; place = below) {
		if (below < h->count &&
		    is_before(h->timers[below + 1], h->timers[below]))
			below++;
		if (!is_before(h->timers[below], t))
			break;
		put(h, place, h->timers[below]);
	}
	put(h, place, t);
}

bool
loop_heap_make_room(struct loop_heap *h)
{
	size_t room = h->room == 0 ? ROOM_MIN : h->room * 2;
	struct loop_timer **more;

	if (h->made < h->room)
		return true;
	more = realloc(h->timers, (room + 1) * sizeof(struct loop_timer *));
	if (more == NULL)
		return false;
	h->timers = more;
	h->room = room;
	return true;
}

void
loop_heap_put(struct loop_heap *h, struct loop_timer *t)
{
	t->order = h->order++;
	h->count++;
	rise(h, h->count, t);
}

void
loop_heap_take(struct loop_heap *h, struct loop_timer *t)
{
	struct loop_timer *last;
	size_t place = t->place;

	if (place == 0)
		return;
	t->place = 0;
	last = h->timers[h->count--];
	if (last == t)
		return;
	sink(h, place, last);
	rise(h, last->place, last);
}

struct loop_timer *
loop_heap_first(const struct loop_heap *h)
{
	return h->count == 0 ? NULL : h->timers[1];
}
