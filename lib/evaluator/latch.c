#include "evaluator/latch.h"

#include <math.h>

static bool
is_clear(const struct latch_settings *set, double value)
{
	return set->below ? value >= set->clear : value <= set->clear;
}

static void
extend(struct latch_run *run, int64_t counted_ms, int64_t at_ms)
{
	if (run->length == 0)
		*run = (struct latch_run){ .began_ms = at_ms };
	else
		run->held_ms += counted_ms;
	run->length++;
}

static void
end(struct latch_run *run)
{
	*run = (struct latch_run){ .length = 0 };
}

static bool
has_held(const struct latch_run *run, unsigned in_a_row, int64_t for_ms)
{
	return run->length > 0 && run->length >= in_a_row &&
	    run->held_ms >= for_ms;
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

static void
follow(struct latch *l, const struct latch_settings *set, double value,
    int64_t at_ms)
{
	bool bad = latch_is_beyond(set, value);
	bool good =
	    !bad && (l->verdict != VERDICT_TRIPPED || is_clear(set, value));
	int64_t counted_ms = l->is_broken ? 0 : at_ms - l->known_ms;

	if (latch_is_cold(l, set, at_ms)) {
		end(&l->bad);
		end(&l->good);
	}
	if (bad)
		extend(&l->bad, counted_ms, at_ms);
	else
		end(&l->bad);
	if (good)
		extend(&l->good, counted_ms, at_ms);
	else
		end(&l->good);
	l->known_ms = at_ms;
	l->has_known = true;
	l->is_broken = false;
}

static void
turn(struct latch *l, enum verdict verdict, const struct latch_run *run)
{
	if (l->verdict == verdict)
		return;
	l->verdict = verdict;
	l->began_ms = run->began_ms;
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
latch_is_beyond(const struct latch_settings *set, double value)
{
	return set->below ? value < set->limit : value > set->limit;
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
		return has_held(&l->bad, set->in_a_row, set->for_ms);
	return l->verdict == VERDICT_HEALTHY && l->good.length > 0;
}

enum verdict
latch_measure(struct latch *l, const struct latch_settings *set, double value,
    uint64_t samples, int64_t at_ms)
{
	if (isnan(value) || samples < set->min_samples) {
		do_not_know(l, set, at_ms);
		return l->verdict;
	}
	follow(l, set, value, at_ms);
	if (has_held(&l->bad, set->in_a_row, set->for_ms))
		turn(l, VERDICT_TRIPPED, &l->bad);
	else if (l->verdict != VERDICT_TRIPPED && l->good.length > 0)
		turn(l, VERDICT_HEALTHY, &l->good);
	else if (has_held(&l->good, set->in_a_row, set->clear_for_ms))
		turn(l, VERDICT_HEALTHY, &l->good);
	return l->verdict;
}

void
latch_lost(struct latch *l)
{
	l->is_broken = true;
}
