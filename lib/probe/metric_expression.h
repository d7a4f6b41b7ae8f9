/*
 * metric_expression.h - which value of a page of metrics is meant.
 *
 *   http_requests_total{code=~"5.."}     the sum over the series
 *   sum(S) avg(S) min(S) max(S) count(S) over the series of this page
 *   counter(S)                           a counter without its resets
 *   rate(S) increase(S)                  since the page before
 *   rate(S[5m]) increase(S[5m])          over the last five minutes
 *   histogram_quantile(0.99, S[5m])      S selects buckets of histograms
 *
 * where S is a selector (selector.h).  Functions do not nest: rate(S) sums
 * over the series already, and histogram_quantile() takes rates by itself.
 */
#ifndef PROBE_METRIC_EXPRESSION_H
#define PROBE_METRIC_EXPRESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "probe/metric_name.h"
#include "probe/selector.h"

#define METRIC_RANGE_MIN_MS 1000
#define METRIC_RANGE_MAX_MS 86400000

enum metric_function {
	METRIC_SUM,
	METRIC_AVG,
	METRIC_MIN,
	METRIC_MAX,
	METRIC_COUNT,
	METRIC_COUNTER,
	METRIC_RATE,
	METRIC_INCREASE,
	METRIC_QUANTILE,
};

struct metric_expression {
	enum metric_function function;
	struct selector *selector;
	double quantile;
	int64_t range_ms; /* 0: since the page before */
};

/*
 * False with the reason: "at character 7: ..." and what is wrong there.  The
 * name has a text; where it is a counter's, that is a selector alone.
 */
bool metric_expression_parse(
    struct metric_expression *e, struct metric_name name, struct error *err);

/* Lets go of the selector. */
void metric_expression_clear(struct metric_expression *e);

/* Does it compare this page with others? */
bool metric_expression_counts(const struct metric_expression *e);

#endif
