#include "evaluator/baseline_kind.h"

#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "evaluator/measure_impl.h"
#include "evaluator/statistic.h"

#define VALUE_LEAST 1e-6
#define VALUE_MOST 1e12
#define LATENCY_LEAST_MS 0.1

struct baseline_kind {
	struct measure base;
	struct statistic statistic;
	struct window *window;
	enum baseline_of of;
	int slot;
};

/* NAN: it measured nothing. */
static double
measured(const struct baseline_kind *k, const struct sample *s)
{
	if (k->of == BASELINE_OF_VALUE) {
		/* Whether the probe fails is for others to judge. */
		if (s->outcome != SAMPLE_OK || k->slot < 0 ||
		    (unsigned)k->slot >= s->value_count)
			return (double)NAN;
		return s->values[k->slot];
	}
	/* A bad answer that came quickly must not make it look fast. */
	if (s->outcome == SAMPLE_OK ||
	    (!k->base.bounds.below &&
		latch_is_beyond(&k->base.bounds, s->latency_ms)))
		return s->latency_ms;
	return (double)NAN;
}

static void
observe(struct evaluator *self, const struct sample *s)
{
	struct baseline_kind *k = (struct baseline_kind *)self;
	struct measurement x;
	bool speaks;
	double own;

	if (s->outcome == SAMPLE_LOST) {
		measure_lost(&k->base);
		return;
	}
	measure_begin(&k->base);
	own = measured(k, s);
	speaks = latch_is_beyond(&k->base.bounds, own);
	if (isfinite(own))
		window_add(k->window, s->answered_ms,
		    speaks ? WINDOW_FAILED : WINDOW_OK, own);
	else
		window_advance(k->window, s->answered_ms);
	x = measure_window(k->window, speaks);
	x.own = own;
	x.value = (double)NAN;
	if (isfinite(own))
		x.value = statistic_of(&k->statistic, k->window);
	measure_judge(&k->base, s, &x);
}

static void
reset(struct evaluator *self)
{
	struct baseline_kind *k = (struct baseline_kind *)self;

	measure_reset(&k->base);
	window_reset(k->window);
}

static void
missing(const struct evaluator *self, int64_t now_ms, struct text *out)
{
	const struct baseline_kind *k = (const struct baseline_kind *)self;
	const struct baseline *b = k->base.learned->baseline;

	(void)now_ms;
	if (baseline_may_judge(b) && isnan(k->base.bounds.limit) &&
	    baseline_value(b) == 0)
		text_add(out, "what is normal is 0: set baseline.at_least");
	else
		measure_missing(
		    &k->base, "values", "values beyond the limit", out);
}

static void
release(struct evaluator *self)
{
	struct baseline_kind *k = (struct baseline_kind *)self;

	window_free(k->window);
	measure_release(&k->base);
}

static const struct evaluator_ops kind_of_baseline = {
	.observe = observe,
	.reset = reset,
	.missing = missing,
	.baseline = measure_baseline,
	.release = release,
};

static size_t
inputs(const struct evaluator_settings *e, struct evaluator_input *in)
{
	const struct baseline_kind_settings *s = e->settings;

	in[0] = (struct evaluator_input){
		.probe = e->probe,
		.wants_value = s->of == BASELINE_OF_VALUE,
		.metric = { .text = s->metric },
	};
	return 1;
}

static struct latch_settings
bounds_of(
    const struct baseline_kind_settings *s, const struct probe_settings *probe)
{
	return (struct latch_settings){
		.limit = (double)NAN,
		.clear = (double)NAN,
		.below = s->below > 0,
		.for_ms = latch_ms(s->for_ms),
		.clear_for_ms = latch_ms(s->clear_for_ms),
		.min_samples = s->min_samples,
		.gap_ms = latch_ms(measure_look_back_ms(s->window_ms, probe)),
	};
}

static struct sketch_range
range_of(
    const struct baseline_kind_settings *s, const struct probe_settings *probe)
{
	struct sketch_range range = {
		.least = VALUE_LEAST,
		.most = VALUE_MOST,
		.error = BASELINE_KIND_ERROR,
		.has_sign = true,
	};

	if (s->of == BASELINE_OF_LATENCY) {
		range.least = LATENCY_LEAST_MS;
		range.most = (double)probe->timeout_ms;
		range.has_sign = false;
	}
	return range;
}

/*
 * Traffic that is three times as much by day is many spreads away from
 * nothing at all: a default for what is too little would never trip.
 */
static double
deviations_of(const struct baseline_kind_settings *s)
{
	if (!isnan(s->deviations))
		return s->deviations;
	return s->below > 0 ? 0 : BASELINE_DEVIATIONS;
}

static struct evaluator *
create(const void *settings, const struct evaluator_source *sources,
    size_t source_count)
{
	const struct baseline_kind_settings *s = settings;
	struct latch_settings bounds = bounds_of(s, sources->probe);
	struct window_settings window = { .length_ms = s->window_ms };
	struct sketch_range range = range_of(s, sources->probe);
	struct baseline_kind *k = calloc(1, sizeof(*k));

	(void)source_count;
	if (k == NULL)
		return NULL;
	k->of = (enum baseline_of)s->of;
	k->slot = sources->slot;
	(void)statistic_parse(s->statistic, &k->statistic);
	statistic_prepare(
	    &k->statistic, &window, &range, sources->probe->interval_ms);
	k->window = window_new(&window);
	measure_init(&k->base, &kind_of_baseline, &bounds);
	if (k->window != NULL &&
	    measure_set_learned(&k->base, s->below > 0 ? s->below : s->above,
		s->clear, &s->baseline)) {
		k->base.learned->deviations = deviations_of(s);
		return &k->base.base;
	}
	evaluator_free(&k->base.base);
	return NULL;
}

/*
 * Once it is old enough to judge.  At best the values are so far away that as
 * few as may trip it do, and come at once.
 */
static int64_t
fastest_trip_ms(const void *settings, const struct evaluator_source *sources,
    size_t source_count)
{
	const struct baseline_kind_settings *s = settings;
	const struct probe_settings *probe = sources->probe;

	(void)source_count;
	return (MEASURE_SPEAKERS_MIN - 1) * probe->interval_ms +
	    measure_hold_ms(s->for_ms, probe->interval_ms);
}

/*
 * Once it is old enough to judge.  At worst nothing trips before the last
 * healthy value has left the window, or so many bad ones as it takes have
 * come, and every answer takes the whole time-out.
 */
static int64_t
slowest_trip_ms(const void *settings, const struct evaluator_source *sources,
    size_t source_count)
{
	const struct baseline_kind_settings *s = settings;
	const struct probe_settings *probe = sources->probe;
	int64_t pace_ms = probe_pace_ms(probe);
	int64_t full_ms = s->min_samples * pace_ms;

	(void)source_count;
	if (s->window_ms > full_ms)
		full_ms = (s->window_ms + pace_ms - 1) / pace_ms * pace_ms;
	return probe->interval_ms + full_ms + probe->timeout_ms +
	    measure_hold_ms(s->for_ms, pace_ms);
}

static const struct evaluator_kind_ops kind_ops = {
	.inputs = inputs,
	.create = create,
	.fastest_trip_ms = fastest_trip_ms,
	.slowest_trip_ms = slowest_trip_ms,
	.check = baseline_kind_check,
};

const struct option_kind evaluator_baseline_kind = {
	.name = "baseline",
	.table = &baseline_kind_options,
	.ops = &kind_ops,
};
