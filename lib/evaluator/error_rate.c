#include "evaluator/error_rate.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "evaluator/measure_impl.h"

#define OBJECTION_TEXT_MAX 256

/* A counter as it was told last. */
struct counted {
	double value;
	bool is_there;
};

/* Behind it, in the same memory, is its window of answers, or requests. */
struct error_rate {
	struct measure base;
	struct window *wrong; /* errors a scrape; NULL: of answers */
	unsigned min_errors;
	unsigned min_total;
	int errors_slot, total_slot;
	struct counted errors, total;
	int64_t counted_ms;
	int64_t window_ms;
};

static struct window *
traffic_of(const struct error_rate *r)
{
	return (struct window *)(uintptr_t)(r + 1);
}

static double
value_at(const struct sample *s, int slot)
{
	if (s->outcome != SAMPLE_OK || slot < 0 ||
	    (unsigned)slot >= s->value_count || !isfinite(s->values[slot]))
		return (double)NAN;
	return s->values[slot];
}

/* A counter that dropped was reset, and counts from zero. */
static double
grown(const struct counted *c, double value)
{
	return value < c->value ? value : value - c->value;
}

/*
 * What errors stand at.  A series that was there and is gone has not grown,
 * unless all began anew.
 */
static double
errors_now(const struct error_rate *r, double errors, double total)
{
	if (!isnan(errors))
		return errors;
	if (!r->errors.is_there || total < r->total.value)
		return 0;
	return r->errors.value;
}

/* Where there is nothing to compare with, or it is too old. */
static bool
only_begins(const struct error_rate *r, int64_t at_ms)
{
	return !r->total.is_there || at_ms - r->counted_ms >= r->window_ms;
}

/* By how much the two grew, added to the windows; is that much too much? */
static bool
count(struct error_rate *r, double errors, double total, int64_t at_ms,
    double *own)
{
	double wrong = grown(&r->errors, errors);
	double all = fmax(grown(&r->total, total), wrong);
	bool speaks;

	*own = all > 0 ? wrong / all : 0;
	speaks = latch_is_beyond(&r->base.bounds, *own);
	window_add(
	    traffic_of(r), at_ms, speaks ? WINDOW_FAILED : WINDOW_OK, all);
	window_add(r->wrong, at_ms, WINDOW_OK, wrong);
	return speaks;
}

static void
observe_counters(struct error_rate *r, const struct sample *s)
{
	double errors = value_at(s, r->errors_slot);
	double total = value_at(s, r->total_slot);
	int64_t at_ms = s->answered_ms;
	bool is_known = !isnan(total), speaks = false;
	double own = 0, all, wrong;
	struct measurement x;

	window_advance(traffic_of(r), at_ms);
	window_advance(r->wrong, at_ms);
	if (is_known) {
		double now = errors_now(r, errors, total);

		if (!only_begins(r, at_ms))
			speaks = count(r, now, total, at_ms, &own);
		r->errors.is_there = r->errors.is_there || !isnan(errors);
		r->errors.value = now;
		r->total = (struct counted){ total, true };
		r->counted_ms = at_ms;
	}
	x = measure_window(traffic_of(r), speaks);
	all = window_sum(traffic_of(r));
	wrong = window_sum(r->wrong);
	x.own = own;
	x.is_thin = wrong < r->min_errors;
	x.value = (double)NAN;
	if (is_known && all >= r->min_total)
		x.value = wrong / all;
	measure_judge(&r->base, s, &x);
}

static void
observe_answers(struct error_rate *r, const struct sample *s)
{
	bool failed = s->outcome == SAMPLE_FAILED;
	struct measurement x;

	window_add(traffic_of(r), s->answered_ms,
	    failed ? WINDOW_FAILED : WINDOW_OK, (double)NAN);
	x = measure_window(traffic_of(r), failed);
	x.own = 1;
	x.value = 0;
	if (x.speakers > 0)
		x.value = (double)x.speakers / (double)x.samples;
	measure_judge(&r->base, s, &x);
}

static void
observe(struct evaluator *self, const struct sample *s)
{
	struct error_rate *r = (struct error_rate *)self;

	if (s->outcome == SAMPLE_LOST)
		measure_lost(&r->base);
	else if (r->wrong != NULL)
		observe_counters(r, s);
	else
		observe_answers(r, s);
}

static void
reset(struct evaluator *self)
{
	struct error_rate *r = (struct error_rate *)self;

	measure_reset(&r->base);
	window_reset(traffic_of(r));
	if (r->wrong != NULL)
		window_reset(r->wrong);
	r->errors = r->total = (struct counted){ .is_there = false };
}

static void
missing(const struct evaluator *self, int64_t now_ms, struct text *out)
{
	const struct error_rate *r = (const struct error_rate *)self;
	double all = window_sum(traffic_of(r));

	(void)now_ms;
	if (r->wrong == NULL)
		measure_missing(&r->base, "answers", "failed answers", out);
	else if (r->base.last_samples >= r->base.bounds.min_samples &&
	    all < r->min_total)
		text_addf(out, "requests: %.0f of %u in the window", all,
		    r->min_total);
	else
		measure_missing(&r->base, "scrapes", "errors", out);
}

static void
release(struct evaluator *self)
{
	struct error_rate *r = (struct error_rate *)self;

	window_release(traffic_of(r));
	window_free(r->wrong);
	measure_release(&r->base);
}

static const struct evaluator_ops error_rate_ops = {
	.observe = observe,
	.reset = reset,
	.missing = missing,
	.release = release,
};

static bool
has_metrics(const struct error_rate_settings *s)
{
	return s->errors != NULL && s->total != NULL;
}

static size_t
inputs(const struct evaluator_settings *e, struct evaluator_input *in)
{
	const struct error_rate_settings *s = e->settings;

	in[0] = (struct evaluator_input){ .probe = e->probe };
	if (!has_metrics(s))
		return 1;
	in[0].wants_value = true;
	in[1] = in[0];
	in[0].metric =
	    (struct metric_name){ .text = s->errors, .is_counter = true };
	in[1].metric =
	    (struct metric_name){ .text = s->total, .is_counter = true };
	return 2;
}

static struct latch_settings
bounds_of(
    const struct error_rate_settings *s, const struct probe_settings *probe)
{
	return (struct latch_settings){ .limit = s->above,
		.clear = s->clear_below > 0 ? s->clear_below : s->above,
		.for_ms = latch_ms(s->for_ms),
		.clear_for_ms = latch_ms(s->clear_for_ms),
		.min_samples = s->min_samples,
		.gap_ms = latch_ms(measure_look_back_ms(s->window_ms, probe)) };
}

static uint64_t
speakers_min(const struct error_rate_settings *s)
{
	if (has_metrics(s) || s->min_errors < MEASURE_SPEAKERS_MIN)
		return MEASURE_SPEAKERS_MIN;
	return s->min_errors;
}

static struct evaluator *
create(const void *settings, const struct evaluator_source *sources,
    size_t source_count)
{
	const struct error_rate_settings *s = settings;
	bool counts = source_count > 1;
	struct latch_settings bounds = bounds_of(s, sources[0].probe);
	struct window_settings window = { .length_ms = s->window_ms,
		.no_sum = !counts };
	struct error_rate *r = calloc(1, sizeof(*r) + window_bytes(&window));

	if (r == NULL)
		return NULL;
	assert(!counts || s->min_total >= 1);
	(void)window_init(traffic_of(r), &window);
	measure_init(&r->base, &error_rate_ops, &bounds);
	r->base.speakers_min = (uint32_t)speakers_min(s);
	r->min_errors = s->min_errors;
	r->min_total = s->min_total;
	r->window_ms = s->window_ms;
	if (!counts)
		return &r->base.base;
	r->errors_slot = sources[0].slot;
	r->total_slot = sources[1].slot;
	r->wrong = window_new(&window);
	if (r->wrong != NULL)
		return &r->base.base;
	evaluator_free(&r->base.base);
	return NULL;
}

static bool
would_trip(const struct error_rate_settings *s, uint64_t bad, uint64_t good)
{
	double all = (double)(bad + good);

	return bad >= speakers_min(s) && bad + good >= s->min_samples &&
	    (double)bad > s->above * all;
}

/* At best enough good answers are there already, and bad ones come quickly. */
static int64_t
fastest_trip_ms(const void *settings, const struct evaluator_source *sources,
    size_t source_count)
{
	const struct error_rate_settings *s = settings;
	int64_t interval_ms = sources[0].probe->interval_ms;
	uint64_t bad = speakers_min(s);

	/* Of requests one scrape may hold any number. */
	while (source_count == 1 && bad < s->min_samples &&
	    !would_trip(s, bad, s->min_samples - bad))
		bad++;
	return (int64_t)(bad - 1) * interval_ms +
	    measure_hold_ms(s->for_ms, interval_ms);
}

/* Requests are taken to come evenly, so that scrapes count like answers. */
static int64_t
slowest_trip_ms(const void *settings, const struct evaluator_source *sources,
    size_t source_count)
{
	const struct error_rate_settings *s = settings;
	const struct probe_settings *probe = sources[0].probe;
	struct measure_hang h = { .probe = probe, .window_ms = s->window_ms };

	do
		measure_hang_step(&h);
	while (!h.is_over && !would_trip(s, h.bad, h.good));
	/* What the first bad scrape counts may nearly all be from before. */
	if (source_count > 1)
		h.at_ms += probe_pace_ms(probe);
	return h.at_ms + measure_hold_ms(s->for_ms, probe_pace_ms(probe));
}

static void
check_limits(
    const struct error_rate_settings *s, evaluator_object *object, void *arg)
{
	char text[OBJECTION_TEXT_MAX];

	if ((s->errors == NULL) != (s->total == NULL))
		object(OBJECTION_WRONG,
		    "errors and total go together: write both, or neither to "
		    "judge the probe's own answers",
		    arg);
	if (s->above >= 1)
		object(OBJECTION_WRONG,
		    "above 100% can never be; write the largest share that "
		    "is still good",
		    arg);
	if (s->clear_below <= s->above)
		return;
	(void)snprintf(text, sizeof(text),
	    "clear_below %g%% is above the limit of %g%%, so that it would "
	    "clear while it trips",
	    s->clear_below * 100, s->above * 100);
	object(OBJECTION_WRONG, text, arg);
}

static void
check(const void *settings, const struct evaluator_source *sources,
    size_t source_count, evaluator_object *object, void *arg)
{
	const struct error_rate_settings *s = settings;
	struct measure_doubts doubts = { .probe = sources[0].probe,
		.what = source_count > 1 ? "scrapes" : "answers",
		.window_ms = s->window_ms,
		.slices = WINDOW_SLICES,
		.min_samples = s->min_samples,
		.min_errors = source_count > 1 ? 0 : s->min_errors,
		.errors_key = "min_errors" };

	check_limits(s, object, arg);
	measure_check(&doubts, object, arg);
}

static const struct evaluator_kind_ops kind_ops = {
	.unit = "ratio",
	.inputs = inputs,
	.create = create,
	.fastest_trip_ms = fastest_trip_ms,
	.slowest_trip_ms = slowest_trip_ms,
	.check = check,
};

const struct option_kind evaluator_error_rate = {
	.name = "error_rate",
	.table = &error_rate_options,
	.ops = &kind_ops,
};
