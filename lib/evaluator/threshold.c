#include "evaluator/threshold.h"

#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "evaluator/threshold_impl.h"

struct threshold {
	struct measure base;
	struct statistic statistic;
	struct window *window; /* NULL: the last value */
	int slot;
};

static double
value_of(const struct threshold *t, const struct sample *s)
{
	/* What came with a failed answer was measured, too. */
	if (s->outcome == SAMPLE_LOST || t->slot < 0 ||
	    (unsigned)t->slot >= s->value_count ||
	    !isfinite(s->values[t->slot]))
		return (double)NAN;
	return s->values[t->slot];
}

static struct measurement
of_window(struct threshold *t, double value, int64_t at_ms)
{
	bool speaks = latch_is_beyond(&t->base.bounds, value);
	struct measurement x;

	if (isnan(value))
		window_advance(t->window, at_ms);
	else
		window_add(t->window, at_ms, speaks ? WINDOW_FAILED : WINDOW_OK,
		    value);
	x = measure_window(t->window, speaks);
	x.value = isnan(value) ? value : statistic_of(&t->statistic, t->window);
	return x;
}

/* Those in a row speak for it, and the first of them began it. */
static struct measurement
of_last(const struct threshold *t, double value, int64_t at_ms)
{
	const struct latch *l = &t->base.latch;
	struct latch_run bad = latch_run_of(l, LATCH_BAD);
	bool goes_on =
	    bad.length > 0 && !latch_is_cold(l, &t->base.bounds, at_ms);
	struct measurement x = { .value = value,
		.samples = 1,
		.speaks = latch_is_beyond(&t->base.bounds, value),
		.first_ms = INT64_MAX };

	if (goes_on && (x.speaks || isnan(value)))
		x.first_ms = bad.began_ms;
	else if (x.speaks)
		x.first_ms = at_ms;
	return x;
}

static void
observe(struct evaluator *self, const struct sample *s)
{
	struct threshold *t = (struct threshold *)self;
	struct measurement x;
	double value;

	if (s->outcome == SAMPLE_LOST) {
		measure_lost(&t->base);
		return;
	}
	measure_begin(&t->base);
	value = value_of(t, s);
	if (t->window != NULL)
		x = of_window(t, value, s->answered_ms);
	else
		x = of_last(t, value, s->answered_ms);
	x.own = value;
	measure_judge(&t->base, s, &x);
}

static void
reset(struct evaluator *self)
{
	struct threshold *t = (struct threshold *)self;

	measure_reset(&t->base);
	if (t->window != NULL)
		window_reset(t->window);
}

static void
missing(const struct evaluator *self, int64_t now_ms, struct text *out)
{
	const struct threshold *t = (const struct threshold *)self;

	(void)now_ms;
	measure_missing(&t->base, "values", "values beyond the limit", out);
}

static void
release(struct evaluator *self)
{
	struct threshold *t = (struct threshold *)self;

	window_free(t->window);
	measure_release(&t->base);
}

static const struct evaluator_ops threshold_ops = {
	.observe = observe,
	.reset = reset,
	.missing = missing,
	.baseline = measure_baseline,
	.release = release,
};

static size_t
inputs(const struct evaluator_settings *e, struct evaluator_input *in)
{
	const struct threshold_settings *s = e->settings;

	in[0] = (struct evaluator_input){ .probe = e->probe,
		.wants_value = true,
		.metric = { .text = s->metric } };
	return 1;
}

static struct latch_settings
bounds_of(
    const struct threshold_settings *s, const struct probe_settings *probe)
{
	bool below = threshold_is_below(s);
	double limit = below ? s->below : s->above;
	double clear = below ? s->clear_above : s->clear_below;
	struct latch_settings bounds = { .limit = limit,
		.clear = isnan(clear) ? limit : clear,
		.below = below,
		.for_ms = latch_ms(s->for_ms),
		.clear_for_ms = latch_ms(s->clear_for_ms),
		.gap_ms = latch_ms(measure_look_back_ms(s->window_ms, probe)) };

	if (s->window_ms > 0)
		bounds.min_samples = s->min_samples;
	else
		bounds.in_a_row = s->min_samples;
	return bounds;
}

static bool
take_window(struct threshold *t, const struct threshold_settings *s,
    const struct probe_settings *probe)
{
	struct window_settings window = { .length_ms = s->window_ms };
	struct sketch_range range = { .least = THRESHOLD_LEAST,
		.most = THRESHOLD_MOST,
		.error = THRESHOLD_ERROR,
		.has_sign = true };

	if (s->window_ms == 0)
		return true;
	(void)threshold_statistic(s, &t->statistic);
	statistic_prepare(&t->statistic, &window, &range, probe->interval_ms);
	t->window = window_new(&window);
	return t->window != NULL;
}

static bool
take_baseline(struct threshold *t, const struct threshold_settings *s)
{
	if (s->above_baseline > 0)
		return measure_set_learned(&t->base, s->above_baseline,
		    s->clear_below_baseline, &s->baseline);
	if (s->below_baseline > 0)
		return measure_set_learned(&t->base, s->below_baseline,
		    s->clear_above_baseline, &s->baseline);
	return true;
}

static struct evaluator *
create(const void *settings, const struct evaluator_source *sources,
    size_t source_count)
{
	const struct threshold_settings *s = settings;
	struct latch_settings bounds = bounds_of(s, sources->probe);
	struct threshold *t = calloc(1, sizeof(*t));

	(void)source_count;
	if (t == NULL)
		return NULL;
	measure_init(&t->base, &threshold_ops, &bounds);
	t->slot = sources->slot;
	if (s->window_ms == 0)
		t->base.speakers_min = 0; /* it counts them in a row */
	if (take_window(t, s, sources->probe) && take_baseline(t, s))
		return &t->base.base;
	evaluator_free(&t->base.base);
	return NULL;
}

static const struct evaluator_kind_ops kind_ops = {
	.unit = "",
	.inputs = inputs,
	.create = create,
	.fastest_trip_ms = threshold_fastest_trip_ms,
	.slowest_trip_ms = threshold_slowest_trip_ms,
	.check = threshold_check,
};

const struct option_kind evaluator_threshold = {
	.name = "threshold",
	.table = &threshold_options,
	.ops = &kind_ops,
};
