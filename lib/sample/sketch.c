#include "sample/sketch.h"

#include <assert.h>
#include <math.h>

/* Rounding must not make 7 % of 100 values the eighth. */
#define RANK_SLACK 1e-6

/* Of the buckets of one sign: the one with the smallest bound at or above. */
static unsigned
place_on_side(const struct sketch_scale *s, double size)
{
	double steps;

	if (size <= s->range.least)
		return 0;
	if (size >= s->range.most)
		return s->side - 1;
	steps = ceil((log(size) - s->log_least) / s->log_growth);
	if (steps < 0)
		return 0;
	return steps < s->side ? (unsigned)steps : s->side - 1;
}

/* The value with the same relative distance to both ends of the bucket. */
static double
size_on_side(const struct sketch_scale *s, unsigned bucket)
{
	double bound = exp(s->log_least + bucket * s->log_growth);

	if (bucket == 0)
		return s->range.least;
	return bound * (1 - s->range.error);
}

static uint64_t
count_at(const struct sketch *k, unsigned bucket)
{
	size_t apart = sketch_bucket_count(k->scale);
	uint64_t count = 0;

	for (size_t i = 0; i < k->arrays; i++)
		count += k->buckets[i * apart + bucket];
	return count;
}

/* From below for low ranks, from above for high ones: both are seldom far. */
static unsigned
bucket_of_rank(const struct sketch *k, uint64_t rank, uint64_t count)
{
	unsigned first = k->span.first, last = k->span.last;
	uint64_t seen = 0;

	if (rank <= count / 2) {
		while (first < last && (seen += count_at(k, first)) < rank)
			first++;
		return first;
	}
	while (last > first && (seen += count_at(k, last)) <= count - rank)
		last--;
	return last;
}

uint64_t
sketch_rank(double q, uint64_t count)
{
	double rank = ceil(q * (double)count - RANK_SLACK);

	if (!(rank > 1))
		return 1;
	return rank < (double)count ? (uint64_t)rank : count;
}

struct sketch_scale
sketch_scale(const struct sketch_range *range)
{
	struct sketch_scale s = { .range = *range };

	assert(range->least > 0 && range->most > range->least);
	assert(range->error >= SKETCH_ERROR_MIN);
	assert(range->error <= SKETCH_ERROR_MAX);

	s.log_growth = log1p(range->error) - log1p(-range->error);
	s.log_least = log(range->least);
	s.side =
	    1 + (unsigned)ceil((log(range->most) - s.log_least) / s.log_growth);
	return s;
}

unsigned
sketch_bucket_count(const struct sketch_scale *s)
{
	return s->range.has_sign ? 2 * s->side + 1 : s->side;
}

struct sketch_span
sketch_all(const struct sketch_scale *s)
{
	return (struct sketch_span){ 0, sketch_bucket_count(s) - 1 };
}

unsigned
sketch_bucket(const struct sketch_scale *s, double value)
{
	double size = fabs(value);

	if (!s->range.has_sign)
		return value > 0 ? place_on_side(s, value) : 0;
	if (size < s->range.least)
		return s->side;
	if (value < 0)
		return s->side - 1 - place_on_side(s, size);
	return s->side + 1 + place_on_side(s, size);
}

unsigned
sketch_add(const struct sketch_scale *s, uint16_t *buckets, double value)
{
	unsigned bucket = sketch_bucket(s, value);

	if (buckets[bucket] == UINT16_MAX)
		return SKETCH_FULL;
	buckets[bucket]++;
	return bucket;
}

uint64_t
sketch_count(
    const struct sketch_scale *s, const uint16_t *buckets, size_t arrays)
{
	size_t all = arrays * sketch_bucket_count(s);
	uint64_t count = 0;

	for (size_t i = 0; i < all; i++)
		count += buckets[i];
	return count;
}

struct sketch_span
sketch_narrowed(const struct sketch *k)
{
	struct sketch_span span = k->span;

	if (k->count == 0)
		return (struct sketch_span){ .first = UINT_MAX };
	while (span.first < span.last && count_at(k, span.first) == 0)
		span.first++;
	while (span.last > span.first && count_at(k, span.last) == 0)
		span.last--;
	return span;
}

double
sketch_value(const struct sketch_scale *s, unsigned bucket)
{
	if (!s->range.has_sign)
		return size_on_side(s, bucket);
	if (bucket == s->side)
		return 0;
	if (bucket < s->side)
		return -size_on_side(s, s->side - 1 - bucket);
	return size_on_side(s, bucket - s->side - 1);
}

double
sketch_quantile(const struct sketch *k, double q)
{
	if (k->count == 0)
		return (double)NAN;
	return sketch_value(
	    k->scale, bucket_of_rank(k, sketch_rank(q, k->count), k->count));
}
