/*
 * metric_counters.h - what the counters of a selector have grown by, from one
 * page to the next, series by series.
 *
 *   metric_counters_begin(c);
 *   for each series of the page: metric_counters_add(c, id, group, value)
 *   metric_counters_end(c);      and only then does the page count
 *
 * A page that is not ended leaves nothing behind.  Growth adds up in the total
 * of a series' group, which begins at zero and never falls:
 *
 *   - a counter that fell was reset: it has grown by its new value;
 *   - a series that was not there on earlier pages has grown by its value:
 *     counters of errors are often born with the first error;
 *   - one that is gone leaves its contribution, and is remembered for when it
 *     comes back, as long as there is room;
 *   - the first page is where growth is counted from.
 *
 * Doubles hold whole numbers up to 2^53: a counter beyond that loses units,
 * the growth itself does not.
 */
#ifndef PROBE_METRIC_COUNTERS_H
#define PROBE_METRIC_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>

#include "probe/promtext.h"

/* Series of one page, and as many again that are remembered. */
#define METRIC_SERIES_MAX 100000U

struct metric_counters;

/*
 * Takes all the memory: about 100 bytes for each of series_max.  Nothing of it
 * is touched before it is needed.  NULL when memory is short.
 */
struct metric_counters *metric_counters_new(
    unsigned series_max, unsigned group_max);

void metric_counters_begin(struct metric_counters *c);

/* False, and the page cannot be ended: it has more than series_max. */
bool metric_counters_add(struct metric_counters *c, struct series_id id,
    unsigned group, double value);

void metric_counters_end(struct metric_counters *c);

/* Pages that were ended. */
unsigned long metric_counters_pages(const struct metric_counters *c);

/* One for each of group_max, as of the last page that was ended. */
const double *metric_counters_totals(const struct metric_counters *c);

/* Forgets all. */
void metric_counters_reset(struct metric_counters *c);

/* NULL is allowed. */
void metric_counters_free(struct metric_counters *c);

#endif
