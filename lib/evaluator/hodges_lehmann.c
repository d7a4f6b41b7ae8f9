#include "evaluator/hodges_lehmann.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "evaluator/normal.h"

/* R takes a probability this much smaller for the same: rounding. */
#define FUZZ (10 * DBL_EPSILON)

/* Doubles in their order, as whole numbers in the same order. */
static uint64_t
place_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits >> 63 != 0 ? ~bits : bits | UINT64_C(1) << 63;
}

static double
value_at(uint64_t place)
{
	uint64_t bits =
	    place >> 63 != 0 ? place & ~(UINT64_C(1) << 63) : ~place;
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* Rounding keeps the order of the differences of one x. */
static uint64_t
count_up_to(struct series x, struct series y, double limit)
{
	uint64_t count = 0;
	size_t j = 0;

	for (size_t i = 0; i < x.count; i++) {
		/* y[j] and all above it are close enough to x[i]. */
		while (j < y.count && x.values[i] - y.values[j] > limit)
			j++;
		count += y.count - j;
	}
	return count;
}

double
difference_ranked(struct series x, struct series y, uint64_t k)
{
	uint64_t low = place_of(x.values[0] - y.values[y.count - 1]);
	uint64_t high = place_of(x.values[x.count - 1] - y.values[0]);

	assert(k >= 1 && k <= (uint64_t)x.count * y.count);
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (count_up_to(x, y, value_at(middle)) >= k)
			high = middle;
		else
			low = middle + 1;
	}
	return value_at(low) + 0.0; /* never -0 */
}

/* As many differences are left out at either end, less one. */
static uint64_t
rank_exact(size_t m, size_t n, double tail, double *below)
{
	uint64_t q = 0;

	mann_whitney_distribution(m, n, below);
	while (q < m * n && below[q] < tail - FUZZ)
		q++;
	return q;
}

/* The ties within each sample alone: a shift parts those across. */
static double
sigma_apart(struct series x, struct series y)
{
	struct series none = { NULL, 0 };
	double ties = ranks_sum(x, none).ties + ranks_sum(y, none).ties;

	return mann_whitney_sigma(x.count, y.count, ties);
}

/*
 * The first difference from which on z, corrected towards zero, is below
 * the z of the tail.
 */
static uint64_t
rank_approximate(struct series x, struct series y, double tail)
{
	double sigma = sigma_apart(x, y), z = normal_upper(tail);
	double half = (double)x.count * (double)y.count / 2;
	double rank = half - 0.5 - z * sigma;

	if (!(rank >= 0))
		return 1;
	return (uint64_t)floor(rank) + 1;
}

struct hodges_lehmann
hodges_lehmann(struct series x, struct series y, double confidence,
    const struct mann_whitney_room *room)
{
	uint64_t all = (uint64_t)x.count * y.count, rank;
	double tail = (1 - confidence) / 2;
	struct hodges_lehmann h = { .is_exact = x.count <= room->exact_max &&
		    y.count <= room->exact_max && !ranks_sum(x, y).has_ties };

	assert(all > 0 && confidence > 0 && confidence < 1);
	h.estimate = ranks_halfway(difference_ranked(x, y, (all + 1) / 2),
	    difference_ranked(x, y, all / 2 + 1));
	rank = h.is_exact ? rank_exact(x.count, y.count, tail, room->doubles) :
			    rank_approximate(x, y, tail);
	if (rank == 0)
		rank = 1;
	if (rank > all / 2 + 1)
		rank = all / 2 + 1;
	h.low = difference_ranked(x, y, rank);
	h.high = difference_ranked(x, y, all + 1 - rank);
	return h;
}
