/*
 * ranks.h - two samples side by side, as rank statistics look at them.
 *
 * Nothing here takes memory: series are sorted in place, and all that follows
 * walks over the sorted values once.  Values are numbers: no NaN.
 */
#ifndef EVALUATOR_RANKS_H
#define EVALUATOR_RANKS_H

#include <stdbool.h>
#include <stddef.h>

/* Sorted, smallest first; borrowed. */
struct series {
	const double *values;
	size_t count;
};

/* Smallest first; no memory taken, n log n whatever the order was. */
void ranks_sort(double *values, size_t count);

/* Equal values of both series: how many there are in each. */
struct rank_group {
	size_t x, y;
};

struct rank_walk {
	struct series x, y;
	size_t i, j; /* taken so far; start with zero */
};

/* The next group, the smallest value first; false at the end. */
bool rank_walk_next(struct rank_walk *walk, struct rank_group *group);

/*
 * What ranks say of both together.  u2 is twice Mann and Whitney's U of x:
 * each pair with x above y counts 2, each tied pair 1.  ties is the sum of
 * t^3 - t over the groups of t equal values.
 */
struct rank_sums {
	double u2;
	double ties;
	bool has_ties;
};

struct rank_sums ranks_sum(struct series x, struct series y);

/* The mean of both, wherever they lie. */
double ranks_halfway(double a, double b);

/* The mean of the two in the middle where count is even; NAN: empty. */
double series_median(struct series s);

#endif
