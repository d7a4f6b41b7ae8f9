/*
 * hodges_lehmann.h - how far x lies above y: the estimate of the shift and
 * its confidence interval.
 *
 * The estimate is the median of all differences x[i] - y[j] (Hodges and
 * Lehmann, Ann. Math. Stat. 34, 1963), the interval two of these differences,
 * counted from either end (Hollander and Wolfe, Nonparametric Statistical
 * Methods, section 4.3): how many, says the exact distribution of U where
 * p is exact and there are no ties, as in R's wilcox.test(conf.int = TRUE),
 * otherwise the normal approximation corrected for ties and continuity.  R
 * finds the approximate ends, and the estimate with them, by a search for the
 * shift at which its z changes sign, to a tolerance; here they are the
 * differences themselves at which that happens.
 *
 * The differences, m n of them, are never written down: their order
 * statistics are found by halving the range of doubles, in (m + n) steps
 * each time.
 */
#ifndef EVALUATOR_HODGES_LEHMANN_H
#define EVALUATOR_HODGES_LEHMANN_H

#include <stdint.h>

#include "evaluator/mann_whitney.h"

struct hodges_lehmann {
	double estimate;
	double low, high; /* the two-sided interval */
	bool is_exact;    /* the interval */
};

/* Neither sample is empty; confidence: above 0 and below 1. */
struct hodges_lehmann hodges_lehmann(struct series x, struct series y,
    double confidence, const struct mann_whitney_room *room);

/* The k-th smallest of all x[i] - y[j]; k from 1 to m n. */
double difference_ranked(struct series x, struct series y, uint64_t k);

#endif
