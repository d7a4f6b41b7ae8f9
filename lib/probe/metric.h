/*
 * metric.h - one value of a page of metrics, and what it takes from the pages
 * before.
 *
 *   metric_begin(m);
 *   for each sample that the selector asks for: metric_add(m, sample)
 *   value = metric_end(m, now_ms);
 *
 * A page that is not ended leaves nothing behind, so that the next is compared
 * with the last one that was good, however long ago.
 *
 * Unknown (NAN) is: a metric of which no series is on the page; one with a
 * value that is no number or infinite, or, of a counter, negative; what needs
 * a page before and has none, or none in its range; the quantile of no
 * observations, and of a histogram that has no bucket of le="+Inf".
 */
#ifndef PROBE_METRIC_H
#define PROBE_METRIC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "probe/metric_name.h"
#include "probe/promtext.h"

/* Different limits of buckets of one histogram, of all that were ever seen. */
#define METRIC_BUCKETS_MAX 256U

struct metric;

/*
 * Takes all the memory it will need.  NULL with the reason: "at character 7:
 * ...".  The name is only read here.
 */
struct metric *metric_new(
    struct metric_name name, unsigned series_max, struct error *err);

/* Which series it asks for; lives as long as the metric. */
struct selector *metric_selector(const struct metric *m);

void metric_begin(struct metric *m);

/* False, and the page is not to be ended: it has too many series. */
bool metric_add(struct metric *m, const struct promtext_sample *s);

/* The page was good: its value. */
double metric_end(struct metric *m, int64_t now_ms);

/*
 * What counts is what comes: rates, increases and quantiles begin with the
 * next page.  Counters go on.
 */
void metric_forget(struct metric *m);

/* Was any of its series on the page? */
bool metric_is_there(const struct metric *m);

/* NULL is allowed. */
void metric_free(struct metric *m);

#endif
