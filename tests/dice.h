/*
 * dice.h - random numbers for tests that are the same on every run: xorshift
 * (Marsaglia 2003) and what is made of it.
 */
#ifndef TESTS_DICE_H
#define TESTS_DICE_H

#include <math.h>
#include <stdint.h>

/* Start with any number but 0. */
struct dice {
	uint64_t state;
};

static inline uint64_t
dice_bits(struct dice *d)
{
	d->state ^= d->state << 13;
	d->state ^= d->state >> 7;
	d->state ^= d->state << 17;
	return d->state * UINT64_C(2685821657736338717);
}

/* Above 0 and below 1. */
static inline double
dice_share(struct dice *d)
{
	return ((double)(dice_bits(d) >> 12) + 0.5) / 4503599627370496.0;
}

static inline double
dice_normal(struct dice *d)
{
	double radius = sqrt(-2 * log(dice_share(d)));

	return radius * cos(6.283185307179586 * dice_share(d));
}

#endif
