/*
 * latency.h - trips when answers have become slow.
 *
 * Takes the mean or a quantile of the time that answers took over the last
 * so and so long.  Good answers count, and so does a bad one that took longer
 * than the limit, a time-out among them: whatever it would have become, it
 * took at least so long.  A bad answer that came quickly counts for nothing:
 * a refused connection must not make a service look fast.
 */
#ifndef EVALUATOR_LATENCY_H
#define EVALUATOR_LATENCY_H

#include <stdint.h>

#include "base/option.h"
#include "evaluator/baseline.h"

/* Quantiles are said within this of the exact ones. */
#define LATENCY_ERROR 0.02
#define LATENCY_LEAST_MS 0.1 /* quicker ones are not told apart */

#define LATENCY_SAMPLES_MAX 10000

struct latency_settings {
	const char *statistic; /* "mean", "p95" */
	int64_t window_ms;
	int64_t above_ms;            /* trips above it; 0: not set */
	int64_t clear_below_ms;      /* clears at it or below; 0: the limit */
	double above_baseline;       /* times what is normal; 0: not set */
	double clear_below_baseline; /* 0: the limit */
	struct baseline_settings baseline;
	int64_t for_ms;
	int64_t clear_for_ms;
	unsigned min_samples;
	unsigned min_slow; /* fewer beyond the limit never trip it */
};

extern const struct option_table latency_options;

#endif
