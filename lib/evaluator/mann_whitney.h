/*
 * mann_whitney.h - does x tend to be larger, or smaller, than y?
 *
 * U counts the pairs in which x is above y, ties by half (Mann and Whitney,
 * Ann. Math. Stat. 18, 1947).  Small samples get the exact distribution of U
 * given the values that were seen: without ties the coefficients of the
 * Gaussian binomial, which is what R's wilcox.test(exact = TRUE) has; with
 * ties the permutation distribution of the sum of midranks, counted over all
 * choices by the shift algorithm (Streitberg and Roehmel, EDV in Medizin und
 * Biologie 17, 1986), of which R's wilcox.test knows nothing but its package
 * exactRankTests.  Larger ones get the normal approximation with the variance
 * corrected for ties and U for continuity (Lehmann, Nonparametrics, 1975,
 * section 1.4), as wilcox.test(exact = FALSE, correct = TRUE).
 *
 * The two-sided p is twice the smaller of the one-sided ones, at most 1.
 * Where all values are equal all three are 1.
 */
#ifndef EVALUATOR_MANN_WHITNEY_H
#define EVALUATOR_MANN_WHITNEY_H

#include <stdbool.h>
#include <stddef.h>

#include "evaluator/ranks.h"

/* The largest size of either sample for which p is ever exact. */
#define MANN_WHITNEY_EXACT_MAX 49

struct mann_whitney {
	double u;         /* of x */
	double less;      /* p: x tends to be smaller than y */
	double greater;   /* p: x tends to be larger than y */
	double two_sided; /* p: either */
	bool is_exact;
	bool has_ties;
};

/*
 * The doubles of room that an exact test takes of samples of up to exact_max
 * values each: 1 to MANN_WHITNEY_EXACT_MAX.
 */
#define MANN_WHITNEY_ROOM(exact_max) \
	(((size_t)(exact_max) + 1) * \
	    (2 * (size_t)(exact_max) * (size_t)(exact_max) + 1))

/* Where an exact test may do its work. */
struct mann_whitney_room {
	size_t exact_max; /* beyond it, approximate; 0: always */
	double *doubles;  /* MANN_WHITNEY_ROOM(exact_max) of them */
};

/* Neither sample is empty. */
struct mann_whitney mann_whitney_test(
    struct series x, struct series y, const struct mann_whitney_room *room);

/*
 * P(U <= u) for every u from 0 to m n where there are no ties; below takes
 * m n + 1 doubles.  Both at most MANN_WHITNEY_EXACT_MAX.
 */
void mann_whitney_distribution(size_t m, size_t n, double *below);

/* The standard deviation of U, given the sum of t^3 - t of its ties. */
double mann_whitney_sigma(size_t m, size_t n, double ties);

#endif
