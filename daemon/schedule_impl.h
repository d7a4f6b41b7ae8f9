/*
 * schedule_impl.h - what the two files of the schedule share.
 *
 *   schedule.c       rings: when each is due, and who is called
 *   schedule_ring.c  the order of one ring
 */
#ifndef DAEMON_SCHEDULE_IMPL_H
#define DAEMON_SCHEDULE_IMPL_H

#include <stddef.h>

#include "daemon/schedule.h"

struct ring_item {
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
	int64_t round_ms;      /* a multiple of the interval */
	struct ring_item last; /* of this round */
	struct ring_item *items;
	size_t next; /* of the sorted ones; sorted: the first of a new round */
	size_t sorted, count, gone, joined, room;
	bool is_calling;
};

int ring_compare(const void *one, const void *two);

/* Sorts in what was added, and drops what has gone where that is much. */
void ring_settle(struct schedule_ring *r);
void ring_drop_gone(struct schedule_ring *r);

/* All up to now have had their turn. */
void ring_go_to(struct schedule_ring *r, int64_t now_ms);
void ring_next_round(struct schedule_ring *r);

/* Of the next; there are sorted ones. */
int64_t ring_due_ms(const struct schedule_ring *r);

/* When it is to be called: with others, at the begin of their span. */
int64_t ring_start_ms(const struct schedule_ring *r);

/* One that has not gone; NULL: it is not in it. */
struct ring_item *ring_find_entry(
    struct schedule_ring *r, const struct ring_item *item);

#endif
