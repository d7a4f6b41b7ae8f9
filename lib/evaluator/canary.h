/*
 * canary.h - trips when a canary does worse than the baseline beside it.
 *
 * Of each metric there are two series: the canary's and the baseline's, of the
 * same time.  A metric fails where two things agree: the sequential test of
 * all their pairs since the last reset (sequential.h), which may be asked
 * after every sample, and the comparison of the points in the window
 * (comparison.h), significance and effect size: of all of them, or of the last
 * min_samples, twice or four times as many and so on.  It passes again when
 * none of these fails, and then has to be shown to fail afresh.
 *
 * The score is the share of weight, 0 to 100, of the metrics that pass among
 * those that can be judged; a critical metric that fails makes it 0.  Below
 * marginal the canary has tripped; from pass on it is healthy, once every
 * critical metric can be judged.  In between nothing changes: what tripped
 * has not cleared, what was healthy has not tripped.
 *
 * The confidence is that of the whole evaluator: each of n metrics is asked
 * for n times as much evidence, and where either direction is bad twice that,
 * so that the chance that a canary that is like its baseline ever fails in any
 * metric is at most 1 - confidence, however long it is watched.
 */
#ifndef EVALUATOR_CANARY_H
#define EVALUATOR_CANARY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/option.h"
#include "evaluator/evaluator_settings.h"

/* Each has two inputs. */
#define CANARY_METRICS_MAX (EVALUATOR_INPUTS_MAX / 2)

#define CANARY_WINDOW_MAX 500

/* So many times the longest time between two answers is a silence. */
#define CANARY_GAPS 5

/* In the window p is exact up to so many points a side. */
#define CANARY_EXACT_MAX 16

enum canary_measure {
	CANARY_VALUE,    /* what the probe measured */
	CANARY_LATENCY,  /* ms, of good answers and of time-outs */
	CANARY_FAILURES, /* 1 for one that is not, else 0 */
};

struct canary_metric {
	const char *name;
	const char *probe;           /* NULL: the evaluator's */
	const char *baseline_probe;  /* NULL: the evaluator's */
	int measure;                 /* enum canary_measure */
	const char *metric;          /* NULL: the probe's own value */
	const char *baseline_metric; /* NULL: the same */
	int direction;               /* enum comparison_direction */
	int nan;                     /* enum comparison_nan */
	double tolerance;
	double cles, d, ratio; /* as in comparison.h */
	bool critical;
	double weight; /* above 0 */
};

struct canary_settings {
	const char *baseline_probe; /* NULL: the same as the canary's */
	struct option_list metrics; /* of struct canary_metric */
	unsigned window;            /* points a side */
	unsigned min_samples;       /* a side */
	int64_t spacing_ms;         /* pairs are at least so far apart */
	double confidence;
	double pass, marginal; /* scores */
};

extern const struct option_table canary_options;

struct evaluator;

/*
 * sources: two of each metric, the canary's and then the baseline's.  Copies
 * what it needs.  NULL when memory is short.
 */
struct evaluator *canary_new(const struct canary_settings *settings,
    const struct evaluator_source *sources);

/* How each metric stands: for people and tests. */
enum canary_standing {
	CANARY_NODATA,
	CANARY_PASSES,
	CANARY_FAILS,
};

enum canary_standing canary_standing(const struct evaluator *e, size_t metric);

#endif
