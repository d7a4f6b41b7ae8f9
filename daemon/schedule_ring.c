#include <stdlib.h>
#include <string.h>

#include "daemon/schedule_impl.h"

/* More than these are sorted in together. */
#define ONE_BY_ONE 32

int
ring_compare(const void *one, const void *two)
{
	const struct ring_item *a = one, *b = two;

	if (a->offset_ms != b->offset_ms)
		return a->offset_ms < b->offset_ms ? -1 : 1;
	if (a->entry != b->entry)
		return (uintptr_t)a->entry < (uintptr_t)b->entry ? -1 : 1;
	return 0;
}

/* The first that is not before the item; after it, where is_after. */
static size_t
find(const struct schedule_ring *r, const struct ring_item *item, bool is_after)
{
	size_t from = 0, to = r->sorted;

	while (from < to) {
		size_t middle = (from + to) / 2;
		int order = ring_compare(&r->items[middle], item);

		if (order < 0 || (is_after && order == 0))
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

void
ring_drop_gone(struct schedule_ring *r)
{
	size_t kept = 0, sorted = 0;

	for (size_t i = 0; i < r->count; i++) {
		if (r->items[i].is_gone)
			continue;
		sorted += i < r->sorted;
		r->items[kept++] = r->items[i];
	}
	r->count = kept;
	r->sorted = sorted;
	r->gone = 0;
	r->next = find(r, &r->last, true);
}

static void
insert_first_unsorted(struct schedule_ring *r)
{
	struct ring_item item = r->items[r->sorted];
	size_t place = find(r, &item, true);

	memmove(&r->items[place + 1], &r->items[place],
	    (r->sorted - place) * sizeof(struct ring_item));
	r->items[place] = item;
	r->sorted++;
}

void
ring_settle(struct schedule_ring *r)
{
	if (r->gone > r->count / 4)
		ring_drop_gone(r);
	if (r->sorted == r->count)
		return;
	if (r->count - r->sorted > ONE_BY_ONE) {
		qsort(
		    r->items, r->count, sizeof(struct ring_item), ring_compare);
		r->sorted = r->count;
	}
	while (r->sorted < r->count)
		insert_first_unsorted(r);
	r->next = find(r, &r->last, true);
}

void
ring_go_to(struct schedule_ring *r, int64_t now_ms)
{
	r->round_ms = now_ms - now_ms % r->interval_ms;
	r->last =
	    (struct ring_item){ .offset_ms = (uint32_t)(now_ms - r->round_ms),
		    .entry = (void *)UINTPTR_MAX };
	r->next = find(r, &r->last, true);
}

void
ring_next_round(struct schedule_ring *r)
{
	r->round_ms += r->interval_ms;
	r->next = 0;
	r->last = (struct ring_item){ .offset_ms = 0 };
}

int64_t
ring_due_ms(const struct schedule_ring *r)
{
	size_t i = r->next < r->sorted ? r->next : 0;
	int64_t round_ms =
	    r->next < r->sorted ? r->round_ms : r->round_ms + r->interval_ms;

	return round_ms + r->items[i].offset_ms;
}

static int64_t
span_ms(const struct schedule_ring *r)
{
	int64_t span_ms = SCHEDULE_SPAN_MAX_MS;

	while (span_ms > SCHEDULE_GRID_MS &&
	    (span_ms * SCHEDULE_SPANS_MIN > r->interval_ms ||
		span_ms * (int64_t)r->count > SCHEDULE_BATCH * r->interval_ms))
		span_ms /= 2;
	return span_ms;
}

int64_t
ring_start_ms(const struct schedule_ring *r)
{
	int64_t due_ms = ring_due_ms(r);

	return due_ms - due_ms % span_ms(r);
}

struct ring_item *
ring_find_entry(struct schedule_ring *r, const struct ring_item *item)
{
	size_t i;

	for (i = find(r, item, false);
	     i < r->sorted && ring_compare(&r->items[i], item) == 0; i++)
		if (!r->items[i].is_gone)
			return &r->items[i];
	for (i = r->sorted; i < r->count; i++)
		if (r->items[i].entry == item->entry && !r->items[i].is_gone)
			return &r->items[i];
	return NULL;
}
