/*
 * baseline_impl.h - what is inside of a baseline: for its own files alone.
 *
 * Values are gathered in the open slice, of which a fair choice is kept.
 * When its time is over it is closed: the median of its values stands for
 * them.  Closed slices are held back for the quarantine, then they count.
 * The centre is the median of the medians that count.
 */
#ifndef EVALUATOR_BASELINE_IMPL_H
#define EVALUATOR_BASELINE_IMPL_H

#include "evaluator/baseline.h"

#define SLICES_MAX 96
#define SLICES_A_HALF_LIFE 32 /* the oldest weigh an eighth */
#define DRAWN_MAX 64

struct baseline_slice {
	float middle; /* median of its values */
	float stray;  /* median of their distances from it */
	uint32_t samples;
	uint32_t learned_ms;
	int64_t ended_ms; /* meaningful while it is held back */
};

struct baseline_open {
	int64_t began_ms;
	int64_t last_ms;  /* the newest value */
	uint32_t samples; /* 0: none is open */
	uint32_t learned_ms;
	float drawn[DRAWN_MAX]; /* each sample is in with equal chance */
};

struct baseline {
	struct baseline_settings settings;
	int64_t slice_ms;
	struct baseline_slice slices[SLICES_MAX]; /* a ring */
	unsigned first;                           /* the oldest */
	unsigned count;
	unsigned held; /* so many of the newest do not count yet */
	struct baseline_open open;
	uint32_t random;
	int64_t seen_ms; /* the newest time heard of */
	bool has_seen;
	int64_t apart_ms; /* from the value before to the newest */
	bool goes_on;     /* the last value was learned, too */
	double centre;    /* of what counts */
	double spread;
	int64_t age_ms;
	uint64_t samples;
	bool is_mature;
	bool is_pinned;
	double pinned;
	enum learning learning;
	uint64_t changes;
};

/* The i-th of the slices, the oldest first. */
struct baseline_slice *baseline_slice(struct baseline *b, unsigned i);

/* Whatever follows from the slices that count. */
void baseline_reckon(struct baseline *b);

/* The same settings with nothing learned. */
void baseline_clear(struct baseline *b);

#endif
