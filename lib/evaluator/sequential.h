/*
 * sequential.h - is x above y?, asked again after every pair, for ever.
 *
 * A test that is made anew at each look is wrong more often the more often
 * one looks.  This one may be looked at after every pair: over all looks
 * together, however many, the chance that healthy data ever brings the
 * evidence to 1 / alpha is at most alpha.
 *
 * Method: test by betting (Shafer, J. R. Stat. Soc. A 184, 2021; Ramdas,
 * Gruenwald, Vovk and Shafer, Statistical Science 38, 2023).  Each pair is one
 * point of x and one of y of the same time, and what counts is their
 * difference.  Where x and y are of the same kind, whatever that is and
 * however it changes with time, the two could as well be exchanged: given its
 * size, and all that was before, the difference is above zero as likely as
 * below.  So a player who bets part of his money on "above", at even odds,
 * does not gain by it, and by Ville's inequality (1939) the chance that he
 * ever has 1 / alpha times what he began with is at most alpha.  His money is
 * the evidence.  Ties move nothing, so zeros on both sides are no evidence.
 *
 * Half of the players stake by the sign alone, as in the sign test; half by
 * the rank of the size of the difference among those before, as in Wilcoxon's
 * test of signed ranks.  Both times some stake little and some much, which
 * suits small and large effects.  Each begins with a part of his money afresh
 * at each pair, and after the t-th has kept back 1 / log2(t + 2) of it, so
 * that trouble that begins late is not up against all that was lost before.
 * An average of such players is one.
 *
 * If y is moved up, for a tolerance, x above y only becomes less likely: what
 * holds for healthy data still holds.
 *
 * What it takes for granted: a pair does not tell the sign of the next one.
 * Points that overlap (a rate over five minutes, asked every ten seconds)
 * do, and so does what changes slowly on one side alone: then only pairs that
 * are far enough apart may be added.  Takes no memory.
 */
#ifndef EVALUATOR_SEQUENTIAL_H
#define EVALUATOR_SEQUENTIAL_H

#include <stddef.h>
#include <stdint.h>

#define SEQUENTIAL_STAKES 4
#define SEQUENTIAL_PLAYERS (2 * SEQUENTIAL_STAKES)

/* Private, but to be embedded. */
struct sequential {
	double money[SEQUENTIAL_PLAYERS];
	uint64_t pairs; /* that differed */
	size_t next;    /* in the ring of sizes */
	size_t room;
	double *sizes;
};

/* sizes: room for so many differences to rank by, borrowed for good. */
void sequential_init(struct sequential *s, double *sizes, size_t room);

/* Forgets all. */
void sequential_reset(struct sequential *s);

/* One more pair: x less y, or where a decrease is looked for y less x. */
void sequential_add(struct sequential *s, double difference);

/* 1 at first; at 1 / alpha the difference is significant. */
double sequential_evidence(const struct sequential *s);

/*
 * So many pairs with x above y, each further than the one before, bring the
 * evidence there, after so many that differ this way and that.
 */
unsigned sequential_pairs_to(double evidence, unsigned before);

#endif
