/*
 * recent.h - quantiles of the newest values of a stream, which leave slice by
 * slice: the inside of a window.
 *
 * Few values are kept in a log, each as the number of its bucket (see
 * sketch.h), beside one array of counters that they are all counted in.  Where
 * so many come that an array of counters for each slice takes less memory than
 * the log, those take its place.  Both say the same quantiles.
 *
 * As many values as are expected find room in the memory that is given, as
 * long as they are near to each other; for more it takes some, and gives it
 * back.  When it gets none it goes on: the log itself is looked at, and when
 * that is full the oldest leave early.  What is newest is never lost.
 */
#ifndef SAMPLE_RECENT_H
#define SAMPLE_RECENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sample/sketch.h"

struct recent_settings {
	const struct sketch_range *range; /* copied */
	unsigned slices;                  /* at least 1 */
	unsigned expected;                /* values at once; 0: unknown */
};

struct recent;

/* Memory that it needs, to be all zero and aligned for a double. */
size_t recent_bytes(const struct recent_settings *settings);

struct recent *recent_init(void *memory, const struct recent_settings *s);

/*
 * One more value, not NaN, in the newest slice; slices follow each other in a
 * circle.  False: the counter of its bucket is full, and it is not counted.
 */
bool recent_add(struct recent *r, unsigned slice, double value);

/* All values of that slice, the oldest that has any, leave. */
void recent_drop(struct recent *r, unsigned slice);

/* All values leave. */
void recent_clear(struct recent *r);

/* Of the values that are there; NAN: none. */
double recent_quantile(struct recent *r, double q);

/* Gives back what it took, but not the memory it was given.  NULL is allowed.
 */
void recent_release(struct recent *r);

#endif
