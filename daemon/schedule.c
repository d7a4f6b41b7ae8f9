#include "daemon/schedule.h"

#include <stdlib.h>
#include <string.h>

#define US_PER_MS 1000
#define ROOM_MIN 16
/* More than these are sorted in together. */
#define ONE_BY_ONE 32

struct item {
	uint32_t offset_ms;
	bool is_gone;
	void *entry;
};

/*
 * All up to and with (round_ms + last) have had their turn.  What is added
 * waits behind the sorted ones until the timer comes.
 */
struct schedule_ring {
	struct schedule *schedule;
	struct loop_timer *timer;
	int64_t interval_ms;
	int64_t round_ms; /* a multiple of the interval */
	struct item last; /* of this round */
	struct item *items;
	size_t next; /* of the sorted ones; sorted: the first of a new round */
	size_t sorted, count, gone, joined, room;
	bool is_calling;
};

struct schedule {
	struct loop *loop;
	schedule_due *due;
	struct schedule_ring **rings; /* the shortest interval first */
	size_t count, room;
	struct lateness lateness;
	uint64_t missed;
	uint32_t savings; /* extra starts, in shares */
	uint64_t refused;
};

static int
compare(const void *one, const void *two)
{
	const struct item *a = one, *b = two;

	if (a->offset_ms != b->offset_ms)
		return a->offset_ms < b->offset_ms ? -1 : 1;
	if (a->entry != b->entry)
		return (uintptr_t)a->entry < (uintptr_t)b->entry ? -1 : 1;
	return 0;
}

/* The first that is not before the item; after it, where is_after. */
static size_t
find(const struct schedule_ring *r, const struct item *item, bool is_after)
{
	size_t from = 0, to = r->sorted;

	while (from < to) {
		size_t middle = (from + to) / 2;
		int order = compare(&r->items[middle], item);

		if (order < 0 || (is_after && order == 0))
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static void
drop_gone(struct schedule_ring *r)
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
	struct item item = r->items[r->sorted];
	size_t place = find(r, &item, true);

	memmove(&r->items[place + 1], &r->items[place],
	    (r->sorted - place) * sizeof(struct item));
	r->items[place] = item;
	r->sorted++;
}

static void
settle(struct schedule_ring *r)
{
	if (r->gone > r->count / 4)
		drop_gone(r);
	if (r->sorted == r->count)
		return;
	if (r->count - r->sorted > ONE_BY_ONE) {
		qsort(r->items, r->count, sizeof(struct item), compare);
		r->sorted = r->count;
	}
	while (r->sorted < r->count)
		insert_first_unsorted(r);
	r->next = find(r, &r->last, true);
}

/* All up to now have had their turn. */
static void
go_to(struct schedule_ring *r, int64_t now_ms)
{
	r->round_ms = now_ms - now_ms % r->interval_ms;
	r->last = (struct item){ .offset_ms = (uint32_t)(now_ms - r->round_ms),
		.entry = (void *)UINTPTR_MAX };
	r->next = find(r, &r->last, true);
}

static void
next_round(struct schedule_ring *r)
{
	r->round_ms += r->interval_ms;
	r->next = 0;
	r->last = (struct item){ .offset_ms = 0 };
}

/* Of the next; there are sorted ones. */
static int64_t
due_ms(const struct schedule_ring *r)
{
	size_t i = r->next < r->sorted ? r->next : 0;
	int64_t round_ms =
	    r->next < r->sorted ? r->round_ms : r->round_ms + r->interval_ms;

	return round_ms + r->items[i].offset_ms;
}

static void
arm(struct schedule_ring *r)
{
	int64_t now_us = loop_boot_us();

	if (r->count == r->gone)
		loop_timer_stop(r->timer);
	else if (r->sorted < r->count)
		loop_timer_start(r->timer, 0);
	else
		loop_timer_start_us(r->timer, due_ms(r) * US_PER_MS - now_us);
}

/* Rounds that nobody had a turn in. */
static void
leave_out(struct schedule_ring *r, int64_t now_ms)
{
	int64_t rounds = (now_ms - due_ms(r)) / r->interval_ms;

	if (rounds <= 0)
		return;
	r->round_ms += rounds * r->interval_ms;
	r->schedule->missed += (uint64_t)rounds * (r->count - r->gone);
}

/* False when nobody's moment has come. */
static bool
call_next(struct schedule_ring *r)
{
	struct schedule *s = r->schedule;
	int64_t now_us = loop_boot_us();
	const struct item *item;
	int64_t late_us;

	if (r->count == r->gone || r->sorted == 0)
		return false;
	late_us = now_us - due_ms(r) * US_PER_MS;
	if (late_us < 0)
		return false;
	leave_out(r, now_us / US_PER_MS);
	if (r->next >= r->sorted)
		next_round(r);
	item = &r->items[r->next++];
	r->last = *item;
	if (item->is_gone)
		return true;
	lateness_note(&s->lateness, late_us);
	if (s->savings < SCHEDULE_EXTRA_SHARE * SCHEDULE_EXTRA_MAX)
		s->savings++;
	s->due(r->last.entry); /* items may have moved */
	return true;
}

static void
ring_free(struct schedule_ring *r)
{
	if (r == NULL)
		return;
	loop_timer_free(r->timer);
	free(r->items);
	free(r);
}

static void
on_due(void *arg)
{
	struct schedule_ring *r = arg;
	unsigned called = 0;

	settle(r);
	r->is_calling = true;
	while (called < SCHEDULE_AT_ONCE && call_next(r))
		called++;
	r->is_calling = false;
	if (r->joined > 0)
		arm(r);
	else
		ring_free(r);
}

/* Rings */

static size_t
place_of(const struct schedule *s, int64_t interval_ms)
{
	size_t from = 0, to = s->count;

	while (from < to) {
		size_t middle = (from + to) / 2;

		if (s->rings[middle]->interval_ms < interval_ms)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static void *
with_more_room(void *old, size_t *room, size_t bytes)
{
	size_t more = *room == 0 ? ROOM_MIN : *room * 2;
	void *new = realloc(old, more * bytes);

	if (new != NULL)
		*room = more;
	return new;
}

static struct schedule_ring *
ring_new(struct schedule *s, int64_t interval_ms)
{
	struct schedule_ring *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->schedule = s;
	r->interval_ms = interval_ms;
	r->timer = loop_timer_new(s->loop, on_due, r);
	if (r->timer == NULL) {
		ring_free(r);
		return NULL;
	}
	return r;
}

static struct schedule_ring *
ring_insert(struct schedule *s, size_t place, int64_t interval_ms)
{
	struct schedule_ring *r;

	if (s->count == s->room) {
		struct schedule_ring **more =
		    with_more_room(s->rings, &s->room, sizeof(*more));

		if (more == NULL)
			return NULL;
		s->rings = more;
	}
	r = ring_new(s, interval_ms);
	if (r == NULL)
		return NULL;
	memmove(&s->rings[place + 1], &s->rings[place],
	    (s->count - place) * sizeof(*s->rings));
	s->rings[place] = r;
	s->count++;
	return r;
}

static void
ring_remove(struct schedule_ring *r)
{
	struct schedule *s = r->schedule;
	size_t place = place_of(s, r->interval_ms);

	s->count--;
	memmove(&s->rings[place], &s->rings[place + 1],
	    (s->count - place) * sizeof(*s->rings));
	if (!r->is_calling) /* else when it has been called */
		ring_free(r);
}

static struct item *
find_entry(struct schedule_ring *r, const struct item *item)
{
	size_t i;

	for (i = find(r, item, false);
	     i < r->sorted && compare(&r->items[i], item) == 0; i++)
		if (!r->items[i].is_gone)
			return &r->items[i];
	for (i = r->sorted; i < r->count; i++)
		if (r->items[i].entry == item->entry && !r->items[i].is_gone)
			return &r->items[i];
	return NULL;
}

/* Public functions */

struct schedule *
schedule_new(struct loop *l, schedule_due *due)
{
	struct schedule *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->loop = l;
	s->due = due;
	s->savings = SCHEDULE_EXTRA_SHARE * SCHEDULE_EXTRA_MAX;
	return s;
}

void
schedule_free(struct schedule *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->count; i++)
		ring_free(s->rings[i]);
	free(s->rings);
	free(s);
}

struct schedule_ring *
schedule_join(struct schedule *s, int64_t interval_ms)
{
	size_t place = place_of(s, interval_ms);
	struct schedule_ring *r;

	if (place < s->count && s->rings[place]->interval_ms == interval_ms)
		r = s->rings[place];
	else
		r = ring_insert(s, place, interval_ms);
	if (r != NULL && r->joined == r->room) {
		struct item *more =
		    with_more_room(r->items, &r->room, sizeof(*more));

		if (more == NULL) {
			if (r->joined == 0)
				ring_remove(r);
			return NULL;
		}
		r->items = more;
	}
	if (r != NULL)
		r->joined++;
	return r;
}

void
schedule_leave(struct schedule_ring *r)
{
	if (--r->joined == 0)
		ring_remove(r);
}

uint32_t
schedule_offset_ms(int64_t interval_ms, double phase)
{
	uint32_t exact_ms = (uint32_t)(phase * (double)interval_ms);

	return exact_ms - exact_ms % SCHEDULE_GRID_MS;
}

void
schedule_add(struct schedule_ring *r, uint32_t offset_ms, void *entry)
{
	int64_t now_ms = loop_boot_us() / US_PER_MS;

	/* Others that wait as well: they all were added just now. */
	if (r->count == r->gone ||
	    (r->sorted == r->count && due_ms(r) > now_ms))
		go_to(r, now_ms);
	if (r->count == r->room)
		drop_gone(r);
	r->items[r->count++] =
	    (struct item){ .offset_ms = offset_ms, .entry = entry };
	/* Sorted in from there; in a moment, together with others. */
	loop_timer_start(r->timer, 0);
}

void
schedule_remove(struct schedule_ring *r, uint32_t offset_ms, void *entry)
{
	struct item item = { .offset_ms = offset_ms, .entry = entry };
	struct item *found = find_entry(r, &item);

	if (found == NULL)
		return;
	found->is_gone = true;
	r->gone++;
}

void
schedule_skip(struct schedule_ring *r)
{
	int64_t now_ms = loop_boot_us() / US_PER_MS;

	if (r->sorted == 0 || due_ms(r) > now_ms)
		return;
	go_to(r, now_ms);
	loop_timer_start(r->timer, 0);
}

int64_t
schedule_due_ms(
    const struct schedule_ring *r, uint32_t offset_ms, const void *entry)
{
	const struct item item = { .offset_ms = offset_ms,
		.entry = (void *)(uintptr_t)entry };

	return r->round_ms + offset_ms +
	    (compare(&item, &r->last) <= 0 ? r->interval_ms : 0);
}

const struct lateness *
schedule_lateness(const struct schedule *s)
{
	return &s->lateness;
}

bool
schedule_take_extra(struct schedule *s)
{
	if (s->savings < SCHEDULE_EXTRA_SHARE) {
		s->refused++;
		return false;
	}
	s->savings -= SCHEDULE_EXTRA_SHARE;
	return true;
}

uint64_t
schedule_refused(const struct schedule *s)
{
	return s->refused;
}

uint64_t
schedule_missed(const struct schedule *s)
{
	return s->missed;
}
