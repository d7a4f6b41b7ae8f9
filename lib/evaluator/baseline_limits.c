#include "evaluator/baseline_impl.h"

#include <inttypes.h>
#include <math.h>

#include "base/units.h"

#define SPREAD_LEAST 0.01 /* of the value */

enum learning
baseline_learning(enum learning service, enum verdict own, bool is_beyond)
{
	if (service == LEARNING_INCIDENT || service == LEARNING_TRIPPED)
		return service;
	if (own == VERDICT_TRIPPED)
		return LEARNING_TRIPPED;
	if (service == LEARNING_ON && is_beyond)
		return LEARNING_BEYOND;
	return service;
}

bool
baseline_may_judge(const struct baseline *b)
{
	return b->is_pinned || b->is_mature;
}

double
baseline_value(const struct baseline *b)
{
	return b->is_pinned ? b->pinned : b->centre;
}

double
baseline_spread(const struct baseline *b)
{
	double least = fabs(baseline_value(b)) * SPREAD_LEAST;

	/* Pinned, it may have a value and nothing learned. */
	return b->spread < least || !(b->spread >= 0) ? least : b->spread;
}

/* How far from what is normal the limit lies, on either side. */
static double
reach(const struct baseline *b, double times_away, double deviations)
{
	double by_times = times_away * fabs(baseline_value(b));
	double by_spread = deviations * baseline_spread(b);

	return by_times > by_spread ? by_times : by_spread;
}

double
baseline_above(const struct baseline *b, double times, double deviations)
{
	double away, limit;

	if (!baseline_may_judge(b))
		return (double)NAN;
	away = reach(b, times > 0 ? times - 1 : 0, deviations);
	limit = baseline_value(b) + away;
	if (b->settings.at_least > limit)
		return b->settings.at_least;
	if (away > 0 || b->settings.at_least > 0)
		return limit;
	return (double)NAN;
}

double
baseline_below(const struct baseline *b, double times, double deviations)
{
	double away;

	if (!baseline_may_judge(b))
		return (double)NAN;
	away = reach(b, times > 0 ? 1 - times : 0, deviations);
	if (away > 0)
		return baseline_value(b) - away;
	return (double)NAN;
}

void
baseline_missing(const struct baseline *b, struct text *out)
{
	char age[DURATION_TEXT_MAX], least[DURATION_TEXT_MAX];

	if (baseline_may_judge(b))
		return;
	if (b->age_ms < b->settings.min_age_ms)
		text_addf(out, "the baseline is %s of %s old",
		    duration_text(b->age_ms, age),
		    duration_text(b->settings.min_age_ms, least));
	else
		text_addf(out, "the baseline knows %" PRIu64 " of %u values",
		    b->samples, b->settings.min_samples);
}

struct baseline_view
baseline_view(const struct baseline *b)
{
	struct baseline_view view = {
		.value = baseline_value(b),
		.spread = baseline_spread(b),
		.learned = b->centre,
		.may_judge = baseline_may_judge(b),
		.age_ms = b->age_ms,
		.samples = b->samples,
		.held_back_ms = b->open.learned_ms,
		.held_back = b->open.samples,
		.min_age_ms = b->settings.min_age_ms,
		.min_samples = b->settings.min_samples,
		.learning = b->learning,
		.is_pinned = b->is_pinned,
	};

	for (unsigned i = b->count - b->held; i < b->count; i++) {
		const struct baseline_slice *s =
		    &b->slices[(b->first + i) % SLICES_MAX];

		view.held_back_ms += s->learned_ms;
		view.held_back += s->samples;
	}
	return view;
}
