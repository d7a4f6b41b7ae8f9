#include "evaluator/canary_series.h"

#include <math.h>

void
canary_series_init(struct canary_series *s,
    const struct canary_settings *settings, const struct canary_metric *metric,
    size_t shares, double *room)
{
	double alpha = (1 - settings->confidence) / (double)shares;
	size_t window = settings->window;

	if (metric->direction == COMPARISON_EITHER)
		alpha /= 2;
	*s = (struct canary_series){
		.settings = { .direction = metric->direction,
		    .nan = metric->nan,
		    .confidence = settings->confidence,
		    .tolerance = metric->tolerance,
		    .cles = metric->cles,
		    .d = metric->d,
		    .ratio = metric->ratio,
		    .min_samples = settings->min_samples },
		.evidence = 1 / alpha,
		.window = window,
		.spacing_ms = settings->spacing_ms,
		.canary = { .values = room },
		.baseline = { .values = room + 2 * window },
	};
	sequential_init(&s->above, room + 4 * window, window);
	sequential_init(&s->below, room + 5 * window, window);
}

static void
forget_pairs(struct canary_series *s)
{
	sequential_reset(&s->above);
	sequential_reset(&s->below);
	s->canary.is_new = s->baseline.is_new = false;
	s->is_suspect = false;
}

void
canary_series_reset(struct canary_series *s)
{
	forget_pairs(s);
	s->canary.count = s->baseline.count = 0;
	s->is_paired = false;
	s->standing = CANARY_NODATA;
}

void
canary_series_add(
    struct canary_series *s, bool is_canary, double value, int64_t at_ms)
{
	struct canary_points *p = is_canary ? &s->canary : &s->baseline;

	if (isnan(value)) {
		if (s->settings.nan == COMPARISON_NAN_REMOVE)
			return;
		value = 0;
	}
	/* Of what is infinite there is no difference. */
	p->newest = comparison_moved(value, 0, true);
	p->values[p->count % s->window] = p->newest;
	p->values[p->count % s->window + s->window] = p->newest;
	p->newest_ms = at_ms;
	p->count++;
	p->is_new = true;
}

static double
evidence(const struct canary_series *s)
{
	return fmax(
	    sequential_evidence(&s->above), sequential_evidence(&s->below));
}

static void
make_pair(struct canary_series *s, int64_t at_ms)
{
	double x = s->canary.newest, y = s->baseline.newest;
	double tolerance = s->settings.tolerance;
	bool was_suspect = s->is_suspect;

	if (!s->canary.is_new || !s->baseline.is_new)
		return;
	if (s->is_paired && at_ms - s->paired_ms < s->spacing_ms)
		return;
	s->canary.is_new = s->baseline.is_new = false;
	s->is_paired = true;
	s->paired_ms = at_ms;
	if (s->settings.direction != COMPARISON_DECREASE)
		sequential_add(
		    &s->above, x - comparison_moved(y, tolerance, true));
	if (s->settings.direction != COMPARISON_INCREASE)
		sequential_add(
		    &s->below, comparison_moved(y, tolerance, false) - x);
	s->is_suspect = evidence(s) > 1;
	s->suspicion = evidence(s) / s->evidence;
	if (s->is_suspect && !was_suspect)
		s->suspect_ms = s->canary.newest_ms;
}

static const double *
last(const struct canary_series *s, const struct canary_points *p, size_t count)
{
	if (p->count <= s->window)
		return p->values + p->count - count;
	return p->values + p->count % s->window + s->window - count;
}

static size_t
fewer(uint64_t a, size_t b)
{
	return a < b ? (size_t)a : b;
}

static enum comparison_reason
compare_last(const struct canary_series *s, size_t points,
    const struct comparison_room *room)
{
	size_t m = fewer(s->canary.count, points);
	size_t n = fewer(s->baseline.count, points);

	return comparison_make(&s->settings, last(s, &s->canary, m), m,
	    last(s, &s->baseline, n), n, room)
	    .reason;
}

static bool
is_bad(enum comparison_reason reason)
{
	return reason == COMPARISON_HIGHER || reason == COMPARISON_LOWER;
}

/*
 * What the last points say: what began late is soon seen in the last few of
 * them, but what is small in many alone.
 */
static enum comparison_reason
compare(const struct canary_series *s, const struct comparison_room *room)
{
	size_t points = s->settings.min_samples;
	enum comparison_reason reason = compare_last(s, s->window, room);

	for (; points < s->window && !is_bad(reason); points *= 2)
		reason = compare_last(s, points, room);
	return reason;
}

/* The window must say the same as the pairs, and of the same direction. */
static bool
is_shown_to_fail(
    const struct canary_series *s, const struct comparison_room *room)
{
	enum comparison_reason reason;

	if (evidence(s) < s->evidence)
		return false;
	reason = compare(s, room);
	if (reason == COMPARISON_HIGHER)
		return sequential_evidence(&s->above) >= s->evidence;
	if (reason == COMPARISON_LOWER)
		return sequential_evidence(&s->below) >= s->evidence;
	return false;
}

uint64_t
canary_points_missing(
    const struct canary_series *s, const struct canary_points *p)
{
	unsigned enough = s->settings.min_samples;

	return p->count < enough ? enough - p->count : 0;
}

void
canary_series_expire(struct canary_series *s, int64_t at_ms, int64_t gap_ms)
{
	if (s->standing == CANARY_PASSES && at_ms - s->paired_ms > gap_ms)
		s->standing = CANARY_NODATA;
}

void
canary_series_judge(
    struct canary_series *s, int64_t at_ms, const struct comparison_room *room)
{
	make_pair(s, at_ms);
	if (canary_points_missing(s, &s->canary) > 0 ||
	    canary_points_missing(s, &s->baseline) > 0)
		return;
	if (s->standing == CANARY_FAILS) {
		if (is_bad(compare(s, room)))
			return;
		s->standing = CANARY_PASSES;
		forget_pairs(s);
		return;
	}
	s->standing = is_shown_to_fail(s, room) ? CANARY_FAILS : CANARY_PASSES;
}
