/*
 * metric_range.h - what the totals of counters were, a while ago.
 *
 * Keeps up to METRIC_SLICES moments of a range, whatever its length: pages
 * that follow each other more closely than a slice are passed over, so what is
 * found is up to one slice (range / METRIC_SLICES) older or newer than it
 * should be.
 */
#ifndef PROBE_METRIC_RANGE_H
#define PROBE_METRIC_RANGE_H

#include <stddef.h>
#include <stdint.h>

#define METRIC_SLICES 128

struct metric_moment {
	int64_t at_ms;
	const double *totals;
};

struct metric_range;

/* range_ms 0: the last moment alone, however old.  NULL: no memory. */
struct metric_range *metric_range_new(int64_t range_ms, unsigned group_max);

/*
 * The first moment within the range that ends now; NULL: there is none.
 * Valid until the next call.
 */
const struct metric_moment *metric_range_first(
    struct metric_range *r, int64_t now_ms);

/* Copies the totals. */
void metric_range_add(
    struct metric_range *r, int64_t now_ms, const double *totals);

void metric_range_reset(struct metric_range *r);

/* NULL is allowed. */
void metric_range_free(struct metric_range *r);

#endif
