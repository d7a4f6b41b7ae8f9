/* What can be told from its settings before it has seen a sample. */
#include <math.h>
#include <stdio.h>

#include "evaluator/threshold_impl.h"

#define OBJECTION_TEXT_MAX 256

bool
threshold_statistic(const struct threshold_settings *s, struct statistic *st)
{
	*st = (struct statistic){ .kind = STATISTIC_MEAN };
	return s->statistic == NULL || statistic_parse(s->statistic, st);
}

bool
threshold_is_below(const struct threshold_settings *s)
{
	return !isnan(s->below) || s->below_baseline > 0;
}

/* Do so many bad ones decide it among so many good ones?  Not of the mean. */
static bool
decide(const struct threshold_settings *s, const struct statistic *st,
    uint64_t bad, uint64_t good)
{
	bool below = threshold_is_below(s);

	switch (st->kind) {
	case STATISTIC_MIN:
		return below ? bad > 0 : good == 0;
	case STATISTIC_MAX:
		return below ? good == 0 : bad > 0;
	case STATISTIC_QUANTILE:
		if (below)
			return sketch_rank(st->quantile, bad + good) <= bad;
		return sketch_rank(st->quantile, bad + good) > good;
	case STATISTIC_MEAN:
		break;
	}
	return false;
}

/* Without a window the row and the time go on side by side. */
static int64_t
row_ms(const struct threshold_settings *s, int64_t apart_ms)
{
	int64_t row = ((int64_t)s->min_samples - 1) * apart_ms;
	int64_t hold = measure_hold_ms(s->for_ms, apart_ms);

	return row > hold ? row : hold;
}

/* How far beyond the limit is not known: as far as it takes. */
static uint64_t
fewest_bad(const struct threshold_settings *s)
{
	uint64_t bad = MEASURE_SPEAKERS_MIN;
	struct statistic st;

	(void)threshold_statistic(s, &st);
	while (bad < s->min_samples && st.kind != STATISTIC_MEAN &&
	    !decide(s, &st, bad, s->min_samples - bad))
		bad++;
	return bad;
}

int64_t
threshold_fastest_trip_ms(
    const void *settings, const struct evaluator_source *sources, size_t count)
{
	const struct threshold_settings *s = settings;
	int64_t interval_ms = sources->probe->interval_ms;

	(void)count;
	if (s->window_ms == 0)
		return row_ms(s, interval_ms);
	return (int64_t)(fewest_bad(s) - 1) * interval_ms +
	    measure_hold_ms(s->for_ms, interval_ms);
}

/* Nor is it known how little: the mean may take until none is good. */
static bool
would_trip(const struct threshold_settings *s, const struct measure_hang *h)
{
	struct statistic st;

	(void)threshold_statistic(s, &st);
	if (h->bad < MEASURE_SPEAKERS_MIN || h->bad + h->good < s->min_samples)
		return false;
	if (st.kind == STATISTIC_MEAN)
		return h->good == 0;
	return decide(s, &st, h->bad, h->good);
}

int64_t
threshold_slowest_trip_ms(
    const void *settings, const struct evaluator_source *sources, size_t count)
{
	const struct threshold_settings *s = settings;
	const struct probe_settings *probe = sources->probe;
	struct measure_hang h = { .probe = probe, .window_ms = s->window_ms };
	int64_t pace_ms = probe_pace_ms(probe);

	(void)count;
	if (s->window_ms == 0)
		return probe->interval_ms + probe->timeout_ms +
		    row_ms(s, pace_ms);
	do
		measure_hang_step(&h);
	while (!h.is_over && !would_trip(s, &h));
	return h.at_ms + measure_hold_ms(s->for_ms, pace_ms);
}

static bool
has_one_limit(const struct threshold_settings *s)
{
	return !isnan(s->above) + !isnan(s->below) + (s->above_baseline > 0) +
	    (s->below_baseline > 0) ==
	    1;
}

static void
object_to_key(
    const char *key, const char *limit, evaluator_object *object, void *arg)
{
	char text[OBJECTION_TEXT_MAX];

	(void)snprintf(
	    text, sizeof(text), "%s means nothing without %s", key, limit);
	object(OBJECTION_WRONG, text, arg);
}

static void
check_clear(
    const struct threshold_settings *s, evaluator_object *object, void *arg)
{
	char text[OBJECTION_TEXT_MAX];

	if (!isnan(s->clear_below) && isnan(s->above))
		object_to_key("clear_below", "above", object, arg);
	if (!isnan(s->clear_above) && isnan(s->below))
		object_to_key("clear_above", "below", object, arg);
	if (s->clear_below > s->above || s->clear_above < s->below) {
		(void)snprintf(text, sizeof(text),
		    "%s is beyond the limit, so that it would clear while it "
		    "trips",
		    s->clear_below > s->above ? "clear_below" : "clear_above");
		object(OBJECTION_WRONG, text, arg);
	}
}

static void
check_statistic(
    const struct threshold_settings *s, evaluator_object *object, void *arg)
{
	char text[OBJECTION_TEXT_MAX];
	struct statistic st;

	if (s->statistic != NULL && s->window_ms == 0)
		object_to_key("statistic", "a window", object, arg);
	if (threshold_statistic(s, &st))
		return;
	(void)snprintf(text, sizeof(text),
	    "statistic \"%s\" is none; write \"mean\", \"min\", \"max\" or a "
	    "quantile such as \"p95\"",
	    s->statistic);
	object(OBJECTION_WRONG, text, arg);
}

static void
check_learned(
    const struct threshold_settings *s, evaluator_object *object, void *arg)
{
	struct measure_learned_doubts above = { .settings = &s->baseline,
		.limit = "above_baseline",
		.clear = "clear_below_baseline",
		.times = s->above_baseline,
		.clear_times = s->clear_below_baseline };
	struct measure_learned_doubts below = { .settings = &s->baseline,
		.limit = "below_baseline",
		.clear = "clear_above_baseline",
		.times = s->below_baseline,
		.clear_times = s->clear_above_baseline,
		.below = true };

	if (s->below_baseline == 0)
		measure_check_learned(&above, object, arg);
	else if (s->clear_below_baseline > 0)
		object_to_key(above.clear, above.limit, object, arg);
	if (s->below_baseline > 0)
		measure_check_learned(&below, object, arg);
	else if (s->clear_above_baseline > 0)
		object_to_key(below.clear, below.limit, object, arg);
}

void
threshold_check(const void *settings, const struct evaluator_source *sources,
    size_t count, evaluator_object *object, void *arg)
{
	const struct threshold_settings *s = settings;
	struct statistic st;
	struct measure_doubts doubts = { .probe = sources->probe,
		.what = "values",
		.window_ms = s->window_ms,
		.slices = WINDOW_SLICES,
		.min_samples = s->window_ms > 0 ? s->min_samples : 0 };

	(void)count;
	(void)threshold_statistic(s, &st);
	if (st.kind == STATISTIC_QUANTILE)
		doubts.slices = WINDOW_SKETCH_SLICES;
	if (!has_one_limit(s))
		object(OBJECTION_WRONG,
		    "it needs one limit; write one of above, below, "
		    "above_baseline and below_baseline",
		    arg);
	if (s->window_ms == 0 && s->min_samples == 1)
		object(OBJECTION_DOUBT,
		    "min_samples = 1: one value is enough to trip it; set it "
		    "to at least 2",
		    arg);
	check_clear(s, object, arg);
	check_statistic(s, object, arg);
	check_learned(s, object, arg);
	measure_check(&doubts, object, arg);
}
