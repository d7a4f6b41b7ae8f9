#include "evaluator/normal.h"

#include <math.h>

/* P(Z > 40) is below the smallest double. */
#define Z_MAX 40.0
#define HALVINGS 80

double
normal_below(double z)
{
	return 0.5 * erfc(-z * M_SQRT1_2);
}

double
normal_above(double z)
{
	return 0.5 * erfc(z * M_SQRT1_2);
}

/* By bisection: slower than a table of coefficients, and plainly right. */
double
normal_upper(double p)
{
	double low = 0, high = Z_MAX;

	if (p > 0.5)
		return -normal_upper(1 - p);
	for (int i = 0; i < HALVINGS; i++) {
		double middle = (low + high) / 2;

		if (normal_above(middle) > p)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}
