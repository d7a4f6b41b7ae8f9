/*
 * promql_range.h - how far back a query looks.
 *
 * Read from its text alone: the longest of the ranges in square brackets, as
 * of rate(x[5m]) or max_over_time(x[1h:1m]).  An offset is no range.
 */
#ifndef PROBE_PROMQL_RANGE_H
#define PROBE_PROMQL_RANGE_H

#include <stdint.h>

/* 0: not at all, as far as one can see. */
int64_t promql_range_ms(const char *query);

#endif
