/*
 * excess.h - what few slices of a window have and most have not: failures, and
 * more samples than a byte counts.  The inside of a window.
 *
 * A list in the order of time.  It takes memory as it grows and gives it back
 * when nothing is left.  Without memory what the slice before has is as new as
 * the current one: a failure that counts for longer does less harm than one
 * that does not.
 */
#ifndef SAMPLE_EXCESS_H
#define SAMPLE_EXCESS_H

#include <stdint.h>

struct excess {
	int64_t first_failed_ms; /* of failed > 0 */
	uint32_t failed;
	uint32_t samples; /* times that the byte was full */
	uint32_t values;  /* likewise */
	uint32_t slice;
};

/* A plain value, to be embedded; it stays where it is. */
struct excess_list {
	struct excess *all; /* the oldest first */
	uint16_t count;
	uint16_t room;
	struct excess own; /* the first, and the only one without memory */
};

/* Of a list that is all zero as well. */
void excess_clear(struct excess_list *list);

/* Of the current slice, of so many. */
struct excess *excess_of(
    struct excess_list *list, unsigned slice, unsigned slices);

/* That slice leaves: what it had, all zero if nothing. */
struct excess excess_drop(struct excess_list *list, unsigned slice);

/* INT64_MAX: none. */
int64_t excess_first_failed_ms(const struct excess_list *list);

#endif
