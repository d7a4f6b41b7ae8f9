/*
 * window.h - the last T of samples: how many, how much, in fixed memory.
 *
 * The time is cut into so many slices whatever T is, and a slice leaves as a
 * whole.  So nothing that is as old as T counts, and everything counts that
 * is younger than T by one slice or more; what lies between may be gone
 * already.  Slices begin with the first sample, not with the clock: the same
 * story later in time gives the same answers.
 *
 * Samples count by the time of the answer, which must not go back: what comes
 * with an older time counts as of the newest time seen.
 *
 * What a window needs as a rule is taken when it is made: some 360 bytes at 24
 * slices, more only for what is asked for (test_window.c has the figures).  For
 * failures in several slices, for more than 255 samples in one, and for more
 * quantile values than expected it takes some more, and gives it back; without
 * memory it goes on, see excess.h and recent.h.
 */
#ifndef SAMPLE_WINDOW_H
#define SAMPLE_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sample/sketch.h"

#define WINDOW_SLICES 24        /* the edge is precise to 4.2 % of T */
#define WINDOW_SKETCH_SLICES 10 /* each has buckets of its own: 10 % */
#define WINDOW_SLICES_MAX 1000
#define WINDOW_LENGTH_MAX_MS INT64_C(4294967295)

/* What windows in a configuration may be, for all evaluators alike. */
#define WINDOW_MIN_MS 1000
#define WINDOW_MAX_MS ((int64_t)12 * 3600 * 1000)

struct window_settings {
	int64_t length_ms; /* T, 1 to WINDOW_LENGTH_MAX_MS */
	unsigned slices;   /* 0: WINDOW_SLICES, or WINDOW_SKETCH_SLICES */
	bool no_sum;       /* nor a mean; without the others: no values */
	bool extremes;     /* keep what window_least() and _most() need */
	const struct sketch_range *quantiles; /* NULL: none; copied */
	unsigned expected; /* values in it, for quantiles; 0: unknown */
};

struct window;

/* NULL when memory is short. */
struct window *window_new(const struct window_settings *settings);

/*
 * The same in memory of the caller's: window_bytes(), all zero, aligned for a
 * double.  To be released, and not freed.
 */
struct window *window_init(
    void *memory, const struct window_settings *settings);

/* Forget all samples. */
void window_reset(struct window *w);

enum window_side {
	WINDOW_OK,
	WINDOW_FAILED, /* what speaks for tripping, whatever that means */
};

/*
 * One sample.  A value that is not finite is no value: the sample counts, but
 * neither for the sum and the mean nor for the quantiles; so with a value that
 * the sketch has no room for, the 65536th so near to each other in a slice.
 */
void window_add(
    struct window *w, int64_t at_ms, enum window_side side, double value);

/* Time has passed: drop what is too old. */
void window_advance(struct window *w, int64_t now_ms);

/* Of what is in the window now, as of the last call that gave a time. */
struct window_totals {
	uint64_t ok;
	uint64_t failed;
	uint64_t values; /* samples that had one */
	double sum;
	int64_t first_failed_ms; /* INT64_MAX: none */
};

struct window_totals window_totals(const struct window *w);

/*
 * Of these some alone; ok and failed together.  The counts are the first that
 * stands in a window: every sample asks for them.
 */
struct window_counts {
	uint64_t samples;
	uint64_t failed;
};

static inline uint64_t
window_samples(const struct window *w)
{
	return ((const struct window_counts *)w)->samples;
}

static inline uint64_t
window_failed(const struct window *w)
{
	return ((const struct window_counts *)w)->failed;
}

double window_sum(const struct window *w);
int64_t window_first_failed_ms(const struct window *w);

/* NAN where there is no value, or where it was not asked for. */
double window_mean(const struct window *w);
double window_least(const struct window *w);
double window_most(const struct window *w);
double window_quantile(const struct window *w, double q);

/* Memory that it takes as a rule. */
size_t window_bytes(const struct window_settings *settings);

/* NULL is allowed to both. */
void window_release(struct window *w);
void window_free(struct window *w);

#endif
