/*
 * backtest_query.h - what a probe measures, put as a query in PromQL.
 */
#ifndef DAEMON_CTL_BACKTEST_QUERY_H
#define DAEMON_CTL_BACKTEST_QUERY_H

#include <stdint.h>

#include "base/text.h"
#include "probe/metric_name.h"

/* rate() without a range goes over so many steps, and no less than that: a
   server scrapes less often than we might. */
#define QUERY_RANGE_STEPS 4
#define QUERY_RANGE_MIN_MS 60000

/*
 * Appends the query for a metric that a probe of type prometheus is asked
 * for, at steps of step_ms.  *is_counter: it is the plain selector, and the
 * counters are to be added up.  False: it is no metric.
 */
bool backtest_query(const struct metric_name *name, int64_t step_ms,
    struct text *query, bool *is_counter);

#endif
