#include "evaluator/effect.h"

#include <assert.h>
#include <math.h>

/* The second pass takes off what rounding left. */
static double
mean(struct series s)
{
	double n = (double)s.count, sum = 0, rest = 0, first;

	for (size_t i = 0; i < s.count; i++)
		sum += s.values[i];
	first = sum / n;
	for (size_t i = 0; i < s.count; i++)
		rest += s.values[i] - first;
	return first + rest / n;
}

static double
squares(struct series s, double middle)
{
	double sum = 0;

	for (size_t i = 0; i < s.count; i++) {
		double off = s.values[i] - middle;

		sum += off * off;
	}
	return sum;
}

/* Sums of equal values are rounded, and should still make no spread. */
static double
spread(struct series s, double *middle)
{
	*middle = mean(s);
	if (s.values[0] == s.values[s.count - 1]) {
		*middle = s.values[0];
		return 0;
	}
	return squares(s, *middle);
}

static double
over(double difference, double unit)
{
	if (difference == 0)
		return 0;
	return difference / unit;
}

struct effect
effect_of(struct series x, struct series y)
{
	double m = (double)x.count, n = (double)y.count;
	double spread_x, spread_y;
	struct effect e;

	assert(x.count > 0 && y.count > 0);
	spread_x = spread(x, &e.mean_x);
	spread_y = spread(y, &e.mean_y);
	e.deviation_x = m > 1 ? sqrt(spread_x / (m - 1)) : (double)NAN;
	e.deviation_y = n > 1 ? sqrt(spread_y / (n - 1)) : (double)NAN;
	e.cles = ranks_sum(x, y).u2 / 2 / (m * n);
	e.d = (double)NAN;
	if (m + n > 2)
		e.d = over(e.mean_x - e.mean_y,
		    sqrt((spread_x + spread_y) / (m + n - 2)));
	e.ratio = e.mean_x == e.mean_y ? 1 : e.mean_x / e.mean_y;
	return e;
}
