/*
 * statistic.h - which one number is to stand for a window of samples:
 * "mean", "min", "max", or a quantile written as "p50", "p95", "p99.9".
 */
#ifndef EVALUATOR_STATISTIC_H
#define EVALUATOR_STATISTIC_H

#include <stdbool.h>

#include "sample/window.h"

enum statistic_kind {
	STATISTIC_MEAN,
	STATISTIC_MIN,
	STATISTIC_MAX,
	STATISTIC_QUANTILE,
};

struct statistic {
	enum statistic_kind kind;
	double quantile; /* of a quantile: between 0 and 1 */
};

#define STATISTIC_TEXT_MAX 8 /* bytes, as "p99.999" */

bool statistic_parse(const char *text, struct statistic *st);

/*
 * Asks the window for what the statistic needs, and no more; quantiles of that
 * range, of answers that come so far apart as a rule.
 */
void statistic_prepare(const struct statistic *st,
    struct window_settings *window, const struct sketch_range *range,
    int64_t apart_ms);

/* NAN where the window holds no value. */
double statistic_of(const struct statistic *st, const struct window *w);

/*
 * Is it beyond the limit when so many samples are bad, each measuring the
 * value, and so many are good, each measuring 0?  All bad ones are beyond the
 * limit themselves.
 */
bool statistic_is_beyond(const struct statistic *st, double limit, double value,
    uint64_t bad, uint64_t good);

#endif
