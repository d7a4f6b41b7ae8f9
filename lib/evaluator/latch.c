#include "evaluator/latch.h"

#include <math.h>

static bool
is_clear(const struct latch_settings *set, double value)
{
	return set->below ? value >= set->clear : value <= set->clear;
}

/* Never below nothing: of several probes one may be told of out of order. */
static uint32_t
add(uint32_t to, int64_t more)
{
	if (more <= -(int64_t)to)
		return 0;
	return more < UINT32_MAX - (int64_t)to ? (uint32_t)(to + more) :
						 UINT32_MAX;
}

static void
extend(struct latch *l, int64_t counted_ms, int64_t at_ms)
{
	if (l->run.length == 0)
		l->run = (struct latch_run){ .began_ms = at_ms };
	else
		l->run.held_ms = add(l->run.held_ms, counted_ms);
	l->run.length = add(l->run.length, 1);
}

static bool
is_on(const struct latch *l, enum latch_side side)
{
	return l->side == side && l->run.length > 0;
}

static bool
has_held(const struct latch *l, enum latch_side side, unsigned in_a_row,
    uint32_t for_ms)
{
	return is_on(l, side) && l->run.length >= in_a_row &&
	    l->run.held_ms >= for_ms;
}

/* What it still said of an old release would be a guess. */
static void
do_not_know(struct latch *l, const struct latch_settings *set, int64_t at_ms)
{
	l->is_broken = true;
	if (l->verdict == VERDICT_HEALTHY && latch_is_cold(l, set, at_ms)) {
		l->verdict = VERDICT_UNKNOWN;
		l->began_ms = at_ms;
	}
}

static enum latch_side
side_of(const struct latch *l, const struct latch_settings *set, double value)
{
	if (latch_is_beyond(set, value))
		return LATCH_BAD;
	if (l->verdict != VERDICT_TRIPPED || is_clear(set, value))
		return LATCH_GOOD;
	return LATCH_NEITHER;
}

static void
follow(struct latch *l, const struct latch_settings *set, double value,
    int64_t at_ms)
{
	enum latch_side side = side_of(l, set, value);

	if (side != l->side || latch_is_cold(l, set, at_ms))
		l->run.length = 0;
	l->side = (uint8_t)side;
	if (side != LATCH_NEITHER)
		extend(l, l->is_broken ? 0 : at_ms - l->known_ms, at_ms);
	l->known_ms = at_ms;
	l->has_known = true;
	l->is_broken = false;
}

static void
turn(struct latch *l, enum verdict verdict)
{
	if (l->verdict == verdict)
		return;
	l->verdict = (uint8_t)verdict;
	l->began_ms = l->run.began_ms;
}

struct latch_run
latch_run_of(const struct latch *l, enum latch_side side)
{
	if (!is_on(l, side))
		return (struct latch_run){ .length = 0 };
	return l->run;
}

bool
latch_is_cold(
    const struct latch *l, const struct latch_settings *set, int64_t at_ms)
{
	if (!l->has_known || set->gap_ms == 0)
		return false;
	return at_ms - l->known_ms > set->gap_ms;
}

bool
latch_contradicts(const struct latch_settings *set)
{
	return set->below ? set->clear < set->limit : set->clear > set->limit;
}

bool
latch_bears_out(const struct latch *l, const struct latch_settings *set)
{
	if (l->verdict == VERDICT_TRIPPED)
		return has_held(l, LATCH_BAD, set->in_a_row, set->for_ms);
	return l->verdict == VERDICT_HEALTHY && is_on(l, LATCH_GOOD);
}

enum verdict
latch_measure(struct latch *l, const struct latch_settings *set, double value,
    uint64_t samples, int64_t at_ms)
{
	if (isnan(value) || samples < set->min_samples) {
		do_not_know(l, set, at_ms);
		return (enum verdict)l->verdict;
	}
	follow(l, set, value, at_ms);
	if (has_held(l, LATCH_BAD, set->in_a_row, set->for_ms))
		turn(l, VERDICT_TRIPPED);
	else if (l->verdict != VERDICT_TRIPPED && is_on(l, LATCH_GOOD))
		turn(l, VERDICT_HEALTHY);
	else if (has_held(l, LATCH_GOOD, set->in_a_row, set->clear_for_ms))
		turn(l, VERDICT_HEALTHY);
	return (enum verdict)l->verdict;
}

void
latch_lost(struct latch *l)
{
	l->is_broken = true;
}
