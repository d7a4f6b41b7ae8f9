#include "daemon/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/schedule_impl.h"

#define US_PER_MS 1000
#define ROOM_MIN 16

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

static void
arm(struct schedule_ring *r)
{
	int64_t now_us = loop_boot_us();

	if (r->count == r->gone)
		loop_timer_stop(r->timer);
	else if (r->sorted < r->count)
		loop_timer_start(r->timer, 0);
	else
		loop_timer_start_us(
		    r->timer, ring_start_ms(r) * US_PER_MS - now_us);
}

/* Rounds that nobody had a turn in. */
static void
leave_out(struct schedule_ring *r, int64_t now_ms)
{
	int64_t rounds = (now_ms - ring_due_ms(r)) / r->interval_ms;

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
	const struct ring_item *item;
	int64_t late_us;

	if (r->count == r->gone || r->sorted == 0)
		return false;
	late_us = now_us - ring_start_ms(r) * US_PER_MS;
	if (late_us < 0)
		return false;
	leave_out(r, now_us / US_PER_MS);
	if (r->next >= r->sorted)
		ring_next_round(r);
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

	ring_settle(r);
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
		struct ring_item *more =
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
	    (r->sorted == r->count && ring_due_ms(r) > now_ms))
		ring_go_to(r, now_ms);
	if (r->count == r->room)
		ring_drop_gone(r);
	r->items[r->count++] =
	    (struct ring_item){ .offset_ms = offset_ms, .entry = entry };
	/* Sorted in from there; in a moment, together with others. */
	loop_timer_start(r->timer, 0);
}

void
schedule_remove(struct schedule_ring *r, uint32_t offset_ms, void *entry)
{
	struct ring_item item = { .offset_ms = offset_ms, .entry = entry };
	struct ring_item *found = ring_find_entry(r, &item);

	if (found == NULL)
		return;
	found->is_gone = true;
	r->gone++;
}

void
schedule_skip(struct schedule_ring *r)
{
	int64_t now_ms = loop_boot_us() / US_PER_MS;

	if (r->sorted == 0 || ring_due_ms(r) > now_ms)
		return;
	ring_go_to(r, now_ms);
	loop_timer_start(r->timer, 0);
}

int64_t
schedule_due_ms(
    const struct schedule_ring *r, uint32_t offset_ms, const void *entry)
{
	const struct ring_item item = { .offset_ms = offset_ms,
		.entry = (void *)(uintptr_t)entry };

	return r->round_ms + offset_ms +
	    (ring_compare(&item, &r->last) <= 0 ? r->interval_ms : 0);
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
