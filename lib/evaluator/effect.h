/*
 * effect.h - how much larger x is than y, whatever p says.
 *
 * cles: the common language effect size, P(x > y) + P(x = y) / 2 = U / (m n)
 * (McGraw and Wong, Psychological Bulletin 111, 1992; with ties Vargha and
 * Delaney, J. Educ. Behav. Stat. 25, 2000, who call 0.56 small, 0.64 medium
 * and 0.71 large).
 *
 * d: Cohen's, the difference of the means in units of the pooled standard
 * deviation (Cohen, Statistical Power Analysis, 1988, section 2.2).  Where
 * nothing varies it is infinite, or 0 if the means are equal.
 *
 * ratio: of the means, x over y; 1 if both are 0.
 */
#ifndef EVALUATOR_EFFECT_H
#define EVALUATOR_EFFECT_H

#include "evaluator/ranks.h"

struct effect {
	double mean_x, mean_y;
	double deviation_x, deviation_y; /* with n - 1; NAN for one value */
	double cles;
	double d; /* NAN where neither sample has two values */
	double ratio;
};

/* Neither sample is empty. */
struct effect effect_of(struct series x, struct series y);

#endif
