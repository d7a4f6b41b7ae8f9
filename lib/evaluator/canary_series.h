/*
 * canary_series.h - one metric of a canary and of its baseline: the points of
 * both, their pairs, and how it stands.
 *
 * A pair is made as soon as there is a new point on either side since the
 * last one, and that is long enough ago, of the newest of each.
 */
#ifndef EVALUATOR_CANARY_SERIES_H
#define EVALUATOR_CANARY_SERIES_H

#include <stdint.h>

#include "evaluator/canary.h"
#include "evaluator/comparison.h"
#include "evaluator/sequential.h"

/* The last points of one side, each held twice: the last n are one array. */
struct canary_points {
	double *values;
	uint64_t count; /* also those no longer there */
	bool is_new;    /* since the last pair */
	double newest;
	int64_t newest_ms;
};

struct canary_series {
	struct comparison_settings settings;
	double evidence; /* from here on a direction is significant */
	size_t window;
	int64_t spacing_ms;
	struct canary_points canary, baseline;
	struct sequential above, below;
	enum canary_standing standing;
	bool is_suspect;    /* more speaks against it than for it */
	int64_t suspect_ms; /* since when */
	double suspicion;   /* how much, of what it takes to fail */
	bool is_paired;     /* since the last reset */
	int64_t paired_ms;  /* the last pair */
};

/* Doubles that each series borrows for good. */
#define CANARY_SERIES_ROOM(window) (6 * (size_t)(window))

/* shares: among so many metrics the confidence is shared out. */
void canary_series_init(struct canary_series *s,
    const struct canary_settings *settings, const struct canary_metric *metric,
    size_t shares, double *room);

void canary_series_reset(struct canary_series *s);

/* NAN: the point is there, but not its value. */
void canary_series_add(
    struct canary_series *s, bool is_canary, double value, int64_t at_ms);

/* After all points of a sample were added. */
void canary_series_judge(
    struct canary_series *s, int64_t at_ms, const struct comparison_room *room);

/* No pair for longer than that: what passed is no longer known to. */
void canary_series_expire(
    struct canary_series *s, int64_t at_ms, int64_t gap_ms);

/* Points that are still missing on a side; 0: none. */
uint64_t canary_points_missing(
    const struct canary_series *s, const struct canary_points *p);

#endif
