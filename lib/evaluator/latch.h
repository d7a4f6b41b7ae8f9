/*
 * latch.h - from one measured number after the other to a verdict.
 *
 * Done here once for all kinds that compare a measurement with a limit: it
 * must be beyond the limit for so long before it trips, and on the good side
 * of another limit for so long before it clears.
 *
 * What is not known neither adds nor clears.  Beyond the limit "for 2m" means
 * two minutes of knowing it: the time between two measurements counts when
 * nothing unknown lay between them.  After a gap that is longer than gap_ms
 * the time starts anew.
 *
 * A plain value, to be embedded; all zero is its beginning.
 */
#ifndef EVALUATOR_LATCH_H
#define EVALUATOR_LATCH_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "evaluator/evaluator.h"

struct latch_settings {
	double limit;          /* trips above it; exactly at it is still good */
	double clear;          /* clears at it or on its good side */
	uint32_t for_ms;       /* 0: at once */
	uint32_t clear_for_ms; /* 0: at once */
	uint32_t gap_ms;       /* longer without knowing; 0: any length */
	unsigned min_samples;  /* fewer: the measurement is unknown */
	unsigned in_a_row;     /* measurements on one side; 0 is 1 */
	bool below; /* trips below the limit, clears at clear or above */
};

/* A duration of settings, which is no longer than 49 days. */
static inline uint32_t
latch_ms(int64_t ms)
{
	assert(ms >= 0 && ms <= UINT32_MAX);
	return (uint32_t)ms;
}

enum latch_side {
	LATCH_NEITHER, /* tripped, and not beyond the limit nor clear */
	LATCH_BAD,
	LATCH_GOOD, /* while tripped: towards clearing */
};

/* Measurements on one side, without one on the other in between. */
struct latch_run {
	int64_t began_ms; /* the first of them */
	uint32_t length;  /* so many at least, as in held_ms, at the end of */
	uint32_t held_ms; /* their type; time in which it was known */
};

struct latch {
	int64_t began_ms; /* the first measurement of the run to the verdict */
	int64_t known_ms; /* the newest measurement */
	struct latch_run run;
	uint8_t side;    /* enum latch_side, of the run */
	uint8_t verdict; /* enum verdict */
	bool has_known;
	bool is_broken; /* something unknown came after it */
};

/* The run on that side; its length is 0 where it is not the one that is. */
struct latch_run latch_run_of(const struct latch *l, enum latch_side side);

/*
 * What was measured at that moment, from so many samples; NAN: unknown.  The
 * settings may differ from call to call (a learned limit moves).  Returns the
 * verdict, which the latch keeps.
 *
 * While it is not tripped, one good measurement makes it healthy.  Long
 * unknown (not merely lost, see below) for longer than gap_ms, healthy turns
 * into unknown; tripped stays, as not to know is no recovery.
 */
enum verdict latch_measure(struct latch *l, const struct latch_settings *set,
    double value, uint64_t samples, int64_t at_ms);

/*
 * The short way for the usual case: healthy, without a gap, and one more good
 * measurement of enough samples.  False: it is another case, and nothing was
 * done.
 */
static inline bool
latch_goes_on(struct latch *l, const struct latch_settings *set, double value,
    int64_t at_ms)
{
	int64_t passed_ms = at_ms - l->known_ms;

	if (l->verdict != VERDICT_HEALTHY || l->side != LATCH_GOOD ||
	    l->is_broken || l->run.length == 0 ||
	    !(set->below ? value >= set->limit : value <= set->limit) ||
	    (set->gap_ms > 0 && passed_ms > set->gap_ms) ||
	    l->run.length == UINT32_MAX || passed_ms < 0 ||
	    passed_ms > UINT32_MAX - (int64_t)l->run.held_ms)
		return false;
	l->run.length++;
	l->run.held_ms += (uint32_t)passed_ms;
	l->known_ms = at_ms;
	return true;
}

/* A sample was lost: changes no verdict, but breaks the time that counts. */
void latch_lost(struct latch *l);

/*
 * What was measured since the last gap bears the verdict alone; false where
 * it is merely kept.
 */
bool latch_bears_out(const struct latch *l, const struct latch_settings *set);

/* Would a measurement now begin all anew, after a gap that is too long? */
bool latch_is_cold(
    const struct latch *l, const struct latch_settings *set, int64_t at_ms);

/* Is the value beyond the limit?  Never of NAN. */
static inline bool
latch_is_beyond(const struct latch_settings *set, double value)
{
	return set->below ? value < set->limit : value > set->limit;
}

/* Is the clear limit on the wrong side of the limit? */
bool latch_contradicts(const struct latch_settings *set);

#endif
