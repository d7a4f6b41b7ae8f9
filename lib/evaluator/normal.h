/*
 * normal.h - the standard normal distribution.
 */
#ifndef EVALUATOR_NORMAL_H
#define EVALUATOR_NORMAL_H

/* P(Z <= z) and P(Z > z), each with full relative precision in its tail. */
double normal_below(double z);
double normal_above(double z);

/* The z with P(Z > z) = p; p from 0 to 1, both excluded. */
double normal_upper(double p);

#endif
