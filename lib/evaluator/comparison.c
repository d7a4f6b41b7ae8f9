#include "evaluator/comparison.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const struct option_word comparison_directions[] = {
	{ "increase", COMPARISON_INCREASE },
	{ "decrease", COMPARISON_DECREASE },
	{ "either", COMPARISON_EITHER },
	{ NULL, 0 },
};

const struct option_word comparison_nans[] = {
	{ "remove", COMPARISON_NAN_REMOVE },
	{ "zero", COMPARISON_NAN_ZERO },
	{ NULL, 0 },
};

static double
within_numbers(double value)
{
	return fmin(fmax(value, -DBL_MAX), DBL_MAX);
}

static struct series
clean(const double *values, size_t count, int nan, double *room, size_t *nans)
{
	struct series s = { .values = room };

	for (size_t i = 0; i < count; i++) {
		double value = values[i];

		if (isnan(value)) {
			(*nans)++;
			if (nan == COMPARISON_NAN_REMOVE)
				continue;
			value = 0;
		}
		room[s.count++] = within_numbers(value);
	}
	ranks_sort(room, s.count);
	return s;
}

double
comparison_moved(double y, double tolerance, bool up)
{
	double by = tolerance * fabs(y);

	return within_numbers(up ? y + by : y - by);
}

/* One-sided p of the canary against the baseline moved by the tolerance. */
static double
beyond(const struct comparison *c, double tolerance, bool up,
    const struct comparison_room *room)
{
	struct series moved = { room->moved, c->baseline.count };
	struct mann_whitney test;

	if (tolerance == 0)
		return up ? c->test.greater : c->test.less;
	for (size_t i = 0; i < moved.count; i++)
		room->moved[i] =
		    comparison_moved(c->baseline.values[i], tolerance, up);
	/* What is negative may have changed its order. */
	ranks_sort(room->moved, moved.count);
	test = mann_whitney_test(c->canary, moved, &room->exact);
	return up ? test.greater : test.less;
}

/* Of means with a sign a ratio says nothing. */
static bool
ratio_agrees(const struct effect *e, double ratio, bool up)
{
	if (ratio == 0 || e->mean_x < 0 || e->mean_y < 0)
		return true;
	if (up)
		return e->mean_x >= ratio * e->mean_y;
	return e->mean_y >= ratio * e->mean_x;
}

static bool
effect_agrees(
    const struct effect *e, const struct comparison_settings *s, bool up)
{
	double cles = up ? e->cles : 1 - e->cles;
	double d = up ? e->d : -e->d;

	return cles >= s->cles && (s->d == 0 || d >= s->d) &&
	    ratio_agrees(e, s->ratio, up);
}

static double
p_of(const struct comparison_settings *s, double higher, double lower)
{
	if (s->direction == COMPARISON_INCREASE)
		return higher;
	if (s->direction == COMPARISON_DECREASE)
		return lower;
	return fmin(2 * fmin(higher, lower), 1);
}

/* Not significant beyond the tolerance, in a direction that matters. */
static enum comparison_reason
why_not(const struct comparison *c, const struct comparison_settings *s)
{
	double harmless = s->direction == COMPARISON_INCREASE ? c->test.less :
								c->test.greater;

	if (p_of(s, c->test.greater, c->test.less) <= c->alpha)
		return COMPARISON_WITHIN_TOLERANCE;
	if (s->direction != COMPARISON_EITHER && harmless <= c->alpha)
		return COMPARISON_BETTER;
	return COMPARISON_NOT_SIGNIFICANT;
}

static enum comparison_reason
reason_of(const struct comparison *c, const struct comparison_settings *s)
{
	size_t enough = s->min_samples > COMPARISON_SAMPLES_MIN ?
	    s->min_samples :
	    COMPARISON_SAMPLES_MIN;
	bool up = s->direction == COMPARISON_INCREASE ||
	    (s->direction == COMPARISON_EITHER && c->higher <= c->lower);

	if (c->canary.count < enough || c->baseline.count < enough)
		return COMPARISON_TOO_FEW;
	if (c->canary.values[0] == c->canary.values[c->canary.count - 1] &&
	    c->baseline.values[0] ==
		c->baseline.values[c->baseline.count - 1] &&
	    c->canary.values[0] == c->baseline.values[0])
		return COMPARISON_ALL_EQUAL;
	if (!(c->p <= c->alpha))
		return why_not(c, s);
	if (!effect_agrees(&c->effect, s, up))
		return COMPARISON_EFFECT_TOO_SMALL;
	return up ? COMPARISON_HIGHER : COMPARISON_LOWER;
}

static enum comparison_verdict
verdict_of(enum comparison_reason reason)
{
	switch (reason) {
	case COMPARISON_TOO_FEW:
		return COMPARISON_NODATA;
	case COMPARISON_HIGHER:
	case COMPARISON_LOWER:
		return COMPARISON_FAIL;
	case COMPARISON_ALL_EQUAL:
	case COMPARISON_NOT_SIGNIFICANT:
	case COMPARISON_WITHIN_TOLERANCE:
	case COMPARISON_EFFECT_TOO_SMALL:
	case COMPARISON_BETTER:
		break;
	}
	return COMPARISON_PASS;
}

const char *
comparison_verdict_word(enum comparison_verdict verdict)
{
	static const char *const words[] = {
		[COMPARISON_NODATA] = "nodata",
		[COMPARISON_PASS] = "pass",
		[COMPARISON_FAIL] = "fail",
	};

	return words[verdict];
}

const char *
comparison_reason_word(enum comparison_reason reason)
{
	static const char *const words[] = {
		[COMPARISON_TOO_FEW] = "too_few",
		[COMPARISON_ALL_EQUAL] = "all_equal",
		[COMPARISON_NOT_SIGNIFICANT] = "not_significant",
		[COMPARISON_WITHIN_TOLERANCE] = "within_tolerance",
		[COMPARISON_EFFECT_TOO_SMALL] = "effect_too_small",
		[COMPARISON_BETTER] = "better",
		[COMPARISON_HIGHER] = "higher",
		[COMPARISON_LOWER] = "lower",
	};

	return words[reason];
}

static void
explain_effect(const struct comparison *c, const struct comparison_settings *s,
    char text[COMPARISON_TEXT_MAX])
{
	(void)snprintf(text, COMPARISON_TEXT_MAX,
	    "significant (p %.3g), but the effect is too small: cles %.3g, d "
	    "%.3g, ratio of means %.3g; asked for: %.3g, %.3g, %.3g",
	    c->p, c->effect.cles, c->effect.d, c->effect.ratio, s->cles, s->d,
	    s->ratio);
}

void
comparison_explain(const struct comparison *c,
    const struct comparison_settings *s, char text[COMPARISON_TEXT_MAX])
{
	size_t max = COMPARISON_TEXT_MAX;

	switch (c->reason) {
	case COMPARISON_TOO_FEW:
		(void)snprintf(text, max,
		    "too few points: %zu of the canary and %zu of the "
		    "baseline; at least %u a side are needed",
		    c->canary.count, c->baseline.count,
		    s->min_samples > COMPARISON_SAMPLES_MIN ?
			s->min_samples :
			COMPARISON_SAMPLES_MIN);
		break;
	case COMPARISON_ALL_EQUAL:
		(void)snprintf(text, max, "all values are equal");
		break;
	case COMPARISON_NOT_SIGNIFICANT:
		(void)snprintf(text, max,
		    "not significant: p %.3g is above %.3g", c->p, c->alpha);
		break;
	case COMPARISON_WITHIN_TOLERANCE:
		(void)snprintf(text, max,
		    "different, but not by more than the tolerance of %.4g "
		    "%%: p %.3g is above %.3g",
		    s->tolerance * 100, c->p, c->alpha);
		break;
	case COMPARISON_EFFECT_TOO_SMALL:
		explain_effect(c, s, text);
		break;
	case COMPARISON_BETTER:
		(void)snprintf(text, max, "%s, which is not bad here",
		    s->direction == COMPARISON_INCREASE ? "lower" : "higher");
		break;
	case COMPARISON_HIGHER:
	case COMPARISON_LOWER:
		(void)snprintf(text, max,
		    "%s: p %.3g is at most %.3g, and cles is %.3g",
		    comparison_reason_word(c->reason), c->p, c->alpha,
		    c->effect.cles);
		break;
	}
}

struct comparison_room
comparison_room_over(double *doubles, size_t points, size_t exact_max)
{
	struct comparison_room room = {
		.canary = doubles,
		.baseline = doubles + points,
		.moved = doubles + 2 * points,
		.exact = { exact_max, doubles + 3 * points },
	};

	return room;
}

struct comparison
comparison_make(const struct comparison_settings *settings,
    const double *canary, size_t canary_count, const double *baseline,
    size_t baseline_count, const struct comparison_room *room)
{
	const struct comparison_settings *s = settings;
	struct comparison c = {
		.alpha = 1 - s->confidence, .higher = 1, .lower = 1, .p = 1
	};

	assert(s->confidence > 0 && s->confidence < 1 && s->tolerance >= 0);
	c.canary =
	    clean(canary, canary_count, s->nan, room->canary, &c.canary_nans);
	c.baseline = clean(
	    baseline, baseline_count, s->nan, room->baseline, &c.baseline_nans);
	if (c.canary.count > 0 && c.baseline.count > 0) {
		c.test = mann_whitney_test(c.canary, c.baseline, &room->exact);
		c.effect = effect_of(c.canary, c.baseline);
		c.higher = beyond(&c, s->tolerance, true, room);
		c.lower = beyond(&c, s->tolerance, false, room);
		c.p = p_of(s, c.higher, c.lower);
	}
	c.reason = reason_of(&c, s);
	c.verdict = verdict_of(c.reason);
	return c;
}
