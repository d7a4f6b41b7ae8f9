#include "probe/histogram.h"

#include <float.h>
#include <math.h>

/* They nearly always come in order. */
static void
sort(struct histogram_bucket *b, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct histogram_bucket moved = b[i];
		size_t at = i;

		for (; at > 0 && b[at - 1].le > moved.le; at--)
			b[at] = b[at - 1];
		b[at] = moved;
	}
}

static size_t
add_up_equals(struct histogram_bucket *b, size_t count)
{
	size_t kept = 1;

	for (size_t i = 1; i < count; i++) {
		if (b[i].le == b[kept - 1].le)
			b[kept - 1].count += b[i].count;
		else
			b[kept++] = b[i];
	}
	return kept;
}

/* Buckets that are read one after the other may differ by a moment. */
static void
make_monotonic(struct histogram_bucket *b, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (b[i].count < b[i - 1].count)
			b[i].count = b[i - 1].count;
}

static double
within(const struct histogram_bucket *b, size_t at, double rank)
{
	double from = at > 0 ? b[at - 1].le : 0.0;
	double below = at > 0 ? b[at - 1].count : 0.0;

	return from +
	    (b[at].le - from) * ((rank - below) / (b[at].count - below));
}

double
histogram_quantile(double q, struct histogram_bucket *b, size_t count)
{
	size_t at = 0;
	double rank;

	if (isnan(q) || count == 0)
		return (double)NAN;
	if (q < 0.0)
		return -HUGE_VAL;
	if (q > 1.0)
		return HUGE_VAL;
	sort(b, count);
	if (!(b[count - 1].le > DBL_MAX))
		return (double)NAN;
	count = add_up_equals(b, count);
	make_monotonic(b, count);
	if (count < 2 || !(b[count - 1].count > 0.0))
		return (double)NAN;
	rank = q * b[count - 1].count;
	while (at < count - 1 && b[at].count < rank)
		at++;
	if (at == count - 1)
		return b[count - 2].le;
	if (at == 0 && b[0].le <= 0.0)
		return b[0].le;
	return within(b, at, rank);
}
