#include "evaluator/ranks.h"

#include <math.h>

static void
swap(double *a, double *b)
{
	double held = *a;

	*a = *b;
	*b = held;
}

static void
sift_down(double *values, size_t root, size_t count)
{
	for (;;) {
		size_t child = 2 * root + 1;

		if (child >= count)
			return;
		if (child + 1 < count && values[child + 1] > values[child])
			child++;
		if (!(values[child] > values[root]))
			return;
		swap(&values[root], &values[child]);
		root = child;
	}
}

/* qsort() may take memory. */
void
ranks_sort(double *values, size_t count)
{
	for (size_t i = count / 2; i-- > 0;)
		sift_down(values, i, count);
	for (size_t end = count; end-- > 1;) {
		swap(&values[0], &values[end]);
		sift_down(values, 0, end);
	}
}

static size_t
take_equal(const struct series *s, size_t *at, double value)
{
	size_t start = *at;

	while (*at < s->count && !(s->values[*at] > value))
		(*at)++;
	return *at - start;
}

bool
rank_walk_next(struct rank_walk *walk, struct rank_group *group)
{
	bool more_x = walk->i < walk->x.count, more_y = walk->j < walk->y.count;
	double value;

	if (!more_x && !more_y)
		return false;
	value = more_x ? walk->x.values[walk->i] : (double)INFINITY;
	if (more_y && (!more_x || walk->y.values[walk->j] < value))
		value = walk->y.values[walk->j];
	group->x = take_equal(&walk->x, &walk->i, value);
	group->y = take_equal(&walk->y, &walk->j, value);
	return true;
}

struct rank_sums
ranks_sum(struct series x, struct series y)
{
	struct rank_walk walk = { .x = x, .y = y };
	struct rank_sums sums = { .u2 = 0 };
	struct rank_group g;
	double below = 0;

	while (rank_walk_next(&walk, &g)) {
		double t = (double)(g.x + g.y);

		sums.u2 += (double)g.x * (2 * below + (double)g.y);
		sums.ties += t * t * t - t;
		sums.has_ties |= t > 1;
		below += (double)g.y;
	}
	return sums;
}

double
ranks_halfway(double a, double b)
{
	double sum = a + b;

	return isfinite(sum) ? sum / 2 : a / 2 + b / 2;
}

double
series_median(struct series s)
{
	if (s.count == 0)
		return (double)NAN;
	if (s.count % 2 == 1)
		return s.values[s.count / 2];
	return ranks_halfway(s.values[s.count / 2 - 1], s.values[s.count / 2]);
}
