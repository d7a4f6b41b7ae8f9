/*
 * baseline_kind.h - trips when a measured number is far from what is normal
 * for it, as it was learned.
 *
 * Any number: a metric, the value of a probe, or the time its answers take.
 * Looks to one side: what may be too much and too little takes two.
 */
#ifndef EVALUATOR_BASELINE_KIND_H
#define EVALUATOR_BASELINE_KIND_H

#include <stdint.h>

#include "base/option.h"
#include "evaluator/baseline.h"

#define BASELINE_KIND_METRIC_MAX 1024
#define BASELINE_KIND_SAMPLES_MAX 10000

/* Quantiles are said within this of the exact ones. */
#define BASELINE_KIND_ERROR 0.05

enum baseline_of {
	BASELINE_OF_VALUE, /* of the metric, or the probe's own */
	BASELINE_OF_LATENCY,
};

struct baseline_kind_settings {
	const char *metric; /* NULL: not of one that has a name */
	int of;             /* enum baseline_of */
	const char *statistic;
	int64_t window_ms;
	double above; /* times what is normal; one of these two is set */
	double below;
	double clear;      /* the same, once tripped; 0: the limit */
	double deviations; /* NAN: BASELINE_DEVIATIONS above, none below */
	int64_t for_ms;
	int64_t clear_for_ms;
	unsigned min_samples;
	struct baseline_settings baseline;
};

extern const struct option_table baseline_kind_options;

/* What contradicts itself in the settings. */
void baseline_kind_check(const void *settings,
    const struct evaluator_source *sources, size_t count,
    evaluator_object *object, void *arg);

#endif
