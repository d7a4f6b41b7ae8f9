#include "evaluator/mann_whitney.h"

#include <assert.h>
#include <math.h>

#include "evaluator/normal.h"

static double
smaller(double a, double b)
{
	return a < b ? a : b;
}

/*
 * Coefficients of the product over i of (1 - q^(n+i)) / (1 - q^i), in place:
 * after each i they are those of a smaller Gaussian binomial, so none of them
 * is ever negative, and those of the tails stay whole numbers.
 */
static void
count_orders(size_t m, size_t n, double *counts)
{
	size_t top = m * n;

	counts[0] = 1;
	for (size_t u = 1; u <= top; u++)
		counts[u] = 0;
	for (size_t i = 1; i <= m; i++) {
		for (size_t u = top + 1; u-- > n + i;)
			counts[u] -= counts[u - n - i];
		for (size_t u = i; u <= top; u++)
			counts[u] += counts[u - i];
	}
}

/* The upper half from the lower one, which is the more precise. */
static double
mirror(double *counts, size_t top)
{
	double sum = 0;

	for (size_t u = 0; 2 * u < top; u++)
		counts[top - u] = counts[u];
	for (size_t u = 0; u <= top; u++)
		sum += counts[u];
	return sum;
}

void
mann_whitney_distribution(size_t m, size_t n, double *below)
{
	double all, sum = 0;

	count_orders(m, n, below);
	all = mirror(below, m * n);
	for (size_t u = 0; u <= m * n; u++) {
		sum += below[u] / all;
		below[u] = sum;
	}
}

/* The distribution is symmetric: the upper tail is read from the lower. */
static void
test_untied(struct mann_whitney *t, size_t m, size_t n, double *below)
{
	size_t u = (size_t)t->u;

	mann_whitney_distribution(m, n, below);
	t->less = smaller(below[u], 1);
	t->greater = smaller(below[m * n - u], 1);
}

/*
 * How many choices of k out of the values seen so far have a certain sum of
 * doubled midranks.  A row for each k; what is smallest possible, k (k + 1),
 * is taken off, so that row k ends at 2 k (all - k).
 */
struct choices {
	double *counts;
	size_t width; /* of a row */
	size_t pick;  /* how many are chosen in the end */
};

static void
clear(struct choices *c)
{
	for (size_t i = 0; i < (c->pick + 1) * c->width; i++)
		c->counts[i] = 0;
	c->counts[0] = 1;
}

/*
 * One more value, which is chosen or not.  Of those seen before k - 1 were
 * chosen: their sums end at 2 (k - 1) (known - k + 1), where known counts
 * the whole group of the value, as their ranks do.
 */
static void
add_value(struct choices *c, size_t seen, size_t known, size_t doubled_rank)
{
	size_t most = seen + 1 < c->pick ? seen + 1 : c->pick;

	for (size_t k = most; k >= 1; k--) {
		const double *from = c->counts + (k - 1) * c->width;
		double *to = c->counts + k * c->width;
		size_t end = 2 * (k - 1) * (known - (k - 1));
		/* Row k has 2 k more taken off than row k - 1. */
		size_t start = doubled_rank < 2 * k ? 2 * k - doubled_rank : 0;

		if (end + doubled_rank > c->width - 1 + 2 * k)
			end = c->width - 1 + 2 * k - doubled_rank;
		for (size_t s = start; s <= end; s++)
			to[s + doubled_rank - 2 * k] += from[s];
	}
}

static void
count_choices(struct choices *c, struct series x, struct series y)
{
	struct rank_walk walk = { .x = x, .y = y };
	struct rank_group g;
	size_t below = 0;

	clear(c);
	while (rank_walk_next(&walk, &g)) {
		size_t tied = g.x + g.y;

		for (size_t i = 0; i < tied; i++)
			add_value(
			    c, below + i, below + tied, 2 * below + tied + 1);
		below += tied;
	}
}

/* The sums of the smaller sample are counted: fewer rows. */
static void
test_tied(
    struct mann_whitney *t, struct series x, struct series y, double *room)
{
	bool x_is_picked = x.count <= y.count;
	size_t pick = x_is_picked ? x.count : y.count;
	size_t top = 2 * x.count * y.count;
	struct choices c = { room, top + 1, pick };
	double u2 = x_is_picked ? 2 * t->u : (double)top - 2 * t->u;
	double all = 0, below = 0, above = 0;
	const double *last = room + pick * (top + 1);

	count_choices(&c, x, y);
	for (size_t s = 0; s <= top; s++) {
		all += last[s];
		if ((double)s <= u2)
			below += last[s];
		if ((double)s >= u2)
			above += last[s];
	}
	t->less = (x_is_picked ? below : above) / all;
	t->greater = (x_is_picked ? above : below) / all;
}

double
mann_whitney_sigma(size_t m, size_t n, double ties)
{
	double pairs = (double)m * (double)n, all = (double)(m + n);

	return sqrt(pairs / 12 * (all + 1 - ties / (all * (all - 1))));
}

static void
test_approximately(struct mann_whitney *t, size_t m, size_t n, double ties)
{
	double sigma = mann_whitney_sigma(m, n, ties);
	double off = t->u - (double)m * (double)n / 2;

	if (!(sigma > 0)) {
		t->less = t->greater = t->two_sided = 1;
		return;
	}
	t->less = normal_below((off + 0.5) / sigma);
	t->greater = normal_above((off - 0.5) / sigma);
	t->two_sided = smaller(2 * normal_above((fabs(off) - 0.5) / sigma), 1);
}

struct mann_whitney
mann_whitney_test(
    struct series x, struct series y, const struct mann_whitney_room *room)
{
	struct rank_sums sums = ranks_sum(x, y);
	struct mann_whitney t = { .u = sums.u2 / 2, .has_ties = sums.has_ties };

	assert(x.count > 0 && y.count > 0);
	t.is_exact = x.count <= room->exact_max && y.count <= room->exact_max;
	if (!t.is_exact) {
		test_approximately(&t, x.count, y.count, sums.ties);
		return t;
	}
	if (t.has_ties)
		test_tied(&t, x, y, room->doubles);
	else
		test_untied(&t, x.count, y.count, room->doubles);
	t.two_sided = smaller(2 * smaller(t.less, t.greater), 1);
	return t;
}
