/*
 * sketch.h - quantiles of many values in fixed memory.
 *
 * DDSketch with its buckets taken beforehand (C. Masson, J. E. Rim, H. K. Lee:
 * DDSketch, a fast and fully-mergeable quantile sketch with relative-error
 * guarantees, VLDB 2019).  Buckets grow by a constant factor, so each stands
 * for its values within the same relative error, and the quantile q is said
 * within that error of the exact one: of n values in order, the one with the
 * rank ceil(q * n), at least 1.  No value between two others is made up.
 *
 * The memory is the caller's: an array of sketch_bucket_count() counters that
 * start at zero.  Arrays of one scale are merged by reading them together,
 * and emptied by setting them to zero.
 */
#ifndef SAMPLE_SKETCH_H
#define SAMPLE_SKETCH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What is told apart.  Values nearer to zero than least count as least (where
 * the range has no sign: all values below it, negative ones too; where it has
 * one: as zero), values farther than most as most.
 */
struct sketch_range {
	double least;  /* > 0 */
	double most;   /* > least */
	double error;  /* relative, 0.001 to 0.5 */
	bool has_sign; /* negative values are told apart as well */
};

/* Which of so many values in order, from 1, is the quantile q. */
uint64_t sketch_rank(double q, uint64_t count);

#define SKETCH_ERROR_MIN 0.001
#define SKETCH_ERROR_MAX 0.5

/* A range made ready to count by; a plain value. */
struct sketch_scale {
	struct sketch_range range;
	double log_growth; /* of the bounds from bucket to bucket */
	double log_least;
	unsigned side; /* buckets for one sign */
};

struct sketch_scale sketch_scale(const struct sketch_range *range);

/* Counters that an array needs. */
unsigned sketch_bucket_count(const struct sketch_scale *s);

/* Buckets from the first to the last; first > last: none. */
struct sketch_span {
	unsigned first;
	unsigned last;
};

struct sketch_span sketch_all(const struct sketch_scale *s);

/* The bucket of a value, not NaN. */
unsigned sketch_bucket(const struct sketch_scale *s, double value);

/*
 * One more value, not NaN; returns its bucket.  A counter is full at 65535
 * values so near to each other: SKETCH_FULL, and the value is not counted.
 */
#define SKETCH_FULL UINT_MAX
unsigned sketch_add(
    const struct sketch_scale *s, uint16_t *buckets, double value);

/*
 * Some arrays that stand one behind the other, read together; all that they
 * counted is in the span, which saves looking elsewhere.
 */
struct sketch {
	const struct sketch_scale *scale;
	const uint16_t *buckets;
	size_t arrays;
	struct sketch_span span;
	uint64_t count; /* of what they counted, as sketch_count() */
};

/* By looking at all of them: who adds knows it already. */
uint64_t sketch_count(
    const struct sketch_scale *s, const uint16_t *buckets, size_t arrays);

/* Its span without the empty buckets at both ends. */
struct sketch_span sketch_narrowed(const struct sketch *k);

/* The value that stands for those in a bucket. */
double sketch_value(const struct sketch_scale *s, unsigned bucket);

/*
 * The quantile q, from 0 (the least value) to 1 (the greatest), of all that
 * the arrays counted.  NAN when they are empty.
 */
double sketch_quantile(const struct sketch *k, double q);

#endif
