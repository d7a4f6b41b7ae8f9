/*
 * histogram.h - quantiles of classic histograms, as Prometheus computes them.
 */
#ifndef PROBE_HISTOGRAM_H
#define PROBE_HISTOGRAM_H

#include <stddef.h>

/* How many observations were at most le; the highest le is infinite. */
struct histogram_bucket {
	double le; /* not NaN */
	double count;
};

/*
 * What histogram_quantile() of Prometheus gives for the same buckets, in any
 * order, which is changed: linear between the limits of a bucket; 0 is the
 * lower limit of the lowest one, unless its le is negative or zero, which is
 * then the answer; what falls into the highest gives the limit below it.
 * Equal limits are added up, a count that falls is taken for the one before.
 *
 * -Inf where q < 0, +Inf where q > 1.  NaN: q is NaN, there is no observation,
 * no bucket of le="+Inf", or only that.
 */
double histogram_quantile(
    double q, struct histogram_bucket *buckets, size_t count);

#endif
