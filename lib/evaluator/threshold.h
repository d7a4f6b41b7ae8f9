/*
 * threshold.h - trips when a measured value is above or below a limit.
 *
 * Of a metric, or of the probe's own value: the last one, or a statistic over
 * a window.  Without a window so many values in a row must be beyond the
 * limit.  A value that is not there, not a number or infinite is unknown, and
 * so is that of a failed answer: whether the probe fails is for others to
 * judge.
 */
#ifndef EVALUATOR_THRESHOLD_H
#define EVALUATOR_THRESHOLD_H

#include <stdint.h>

#include "base/option.h"
#include "evaluator/baseline.h"

/*
 * Quantiles are said within this of the exact ones; values nearer to zero than
 * the least count as zero.
 */
#define THRESHOLD_ERROR 0.05
#define THRESHOLD_LEAST 1e-6
#define THRESHOLD_MOST 1e12

#define THRESHOLD_SAMPLES_MAX 10000
#define THRESHOLD_METRIC_MAX 1024

struct threshold_settings {
	const char *metric;    /* NULL: the probe's own value */
	const char *statistic; /* NULL: "mean" where there is a window */
	int64_t window_ms;     /* 0: the last value */
	double above;          /* NAN: not given; one of these four is */
	double below;
	double above_baseline; /* 0: not given */
	double below_baseline;
	double clear_below;          /* with above; NAN: the limit */
	double clear_above;          /* with below */
	double clear_below_baseline; /* 0: the limit */
	double clear_above_baseline;
	struct baseline_settings baseline;
	int64_t for_ms;
	int64_t clear_for_ms;
	unsigned min_samples; /* in a row, or in the window */
};

extern const struct option_table threshold_options;

#endif
