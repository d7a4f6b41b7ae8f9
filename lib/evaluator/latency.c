#include "evaluator/latency.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "base/units.h"
#include "evaluator/measure_impl.h"
#include "evaluator/statistic.h"

#define OBJECTION_TEXT_MAX 256
#define TIMES_MIN 1.0
#define TIMES_MAX 1000.0
#define LIMIT_MAX_MS (10.0 * 60 * 1000)

/* Behind it, in the same memory, is its window. */
struct latency {
	struct measure base;
	struct statistic statistic;
};

static struct window *
window_of(const struct latency *l)
{
	return (struct window *)(uintptr_t)(l + 1);
}

/* What took longer than the limit speaks for tripping, good or bad. */
static bool
counts(const struct latency *l, const struct sample *s)
{
	if (!isfinite(s->latency_ms) || s->latency_ms < 0)
		return false;
	return s->outcome == SAMPLE_OK ||
	    latch_is_beyond(&l->base.bounds, s->latency_ms);
}

static void
observe(struct evaluator *self, const struct sample *s)
{
	struct latency *l = (struct latency *)self;
	struct window *w = window_of(l);
	struct measurement x;
	bool counted, speaks;

	if (s->outcome == SAMPLE_LOST) {
		measure_lost(&l->base);
		return;
	}
	measure_begin(&l->base);
	counted = counts(l, s);
	speaks = counted && latch_is_beyond(&l->base.bounds, s->latency_ms);
	if (counted)
		window_add(w, s->answered_ms,
		    speaks ? WINDOW_FAILED : WINDOW_OK, s->latency_ms);
	else
		window_advance(w, s->answered_ms);
	x = measure_window(w, speaks);
	x.own = s->latency_ms;
	/* How fast it is is not known while it only refuses. */
	x.value = counted ? statistic_of(&l->statistic, w) : (double)NAN;
	measure_judge(&l->base, s, &x);
}

static void
reset(struct evaluator *self)
{
	struct latency *l = (struct latency *)self;

	measure_reset(&l->base);
	window_reset(window_of(l));
}

static void
missing(const struct evaluator *self, int64_t now_ms, struct text *out)
{
	const struct latency *l = (const struct latency *)self;

	(void)now_ms;
	measure_missing(&l->base, "answers", "slow answers", out);
}

static void
release(struct evaluator *self)
{
	struct latency *l = (struct latency *)self;

	window_release(window_of(l));
	measure_release(&l->base);
}

static const struct evaluator_ops latency_ops = {
	.observe = observe,
	.reset = reset,
	.missing = missing,
	.baseline = measure_baseline,
	.release = release,
};

static struct latch_settings
bounds_of(const struct latency_settings *s, const struct probe_settings *probe)
{
	int64_t clear_ms = s->clear_below_ms;

	return (struct latch_settings){ .limit = (double)s->above_ms,
		.clear = (double)(clear_ms > 0 ? clear_ms : s->above_ms),
		.for_ms = latch_ms(s->for_ms),
		.clear_for_ms = latch_ms(s->clear_for_ms),
		.min_samples = s->min_samples,
		.gap_ms = latch_ms(measure_look_back_ms(s->window_ms, probe)) };
}

/* That a few are slow says little of a quantile of few. */
static uint64_t
speakers_min(const struct latency_settings *s)
{
	if (s->min_slow < MEASURE_SPEAKERS_MIN)
		return MEASURE_SPEAKERS_MIN;
	return s->min_slow;
}

static struct evaluator *
create(const void *settings, const struct evaluator_source *sources,
    size_t source_count)
{
	const struct latency_settings *s = settings;
	const struct probe_settings *probe = sources->probe;
	struct latch_settings bounds = bounds_of(s, probe);
	struct window_settings window = { .length_ms = s->window_ms };
	struct sketch_range range = { .least = LATENCY_LEAST_MS,
		.most = (double)probe->timeout_ms,
		.error = LATENCY_ERROR };
	struct statistic st = { .kind = STATISTIC_MEAN };
	struct latency *l;

	(void)source_count;
	(void)statistic_parse(s->statistic, &st);
	statistic_prepare(&st, &window, &range, probe->interval_ms);
	l = calloc(1, sizeof(*l) + window_bytes(&window));
	if (l == NULL)
		return NULL;
	(void)window_init(window_of(l), &window);
	l->statistic = st;
	measure_init(&l->base, &latency_ops, &bounds);
	l->base.speakers_min = (uint32_t)speakers_min(s);
	if (s->above_baseline == 0 ||
	    measure_set_learned(&l->base, s->above_baseline,
		s->clear_below_baseline, &s->baseline))
		return &l->base.base;
	evaluator_free(&l->base.base);
	return NULL;
}

/*
 * At best so many good answers, as quick as can be, stand in the window that
 * it may be judged at once, and bad ones are slow enough to outweigh them.
 * How long they must take depends on how many there are.
 */
static int64_t
time_of_slow_ms(const struct latency_settings *s, const struct statistic *st,
    const struct probe_settings *probe, uint64_t bad)
{
	uint64_t all = bad > s->min_samples ? bad : s->min_samples;
	int64_t took_ms = s->above_ms;
	int64_t pace_ms;

	if (st->kind == STATISTIC_MEAN)
		took_ms = took_ms * (int64_t)all / (int64_t)bad;
	else if (!statistic_is_beyond(st, 0, 1, bad, all - bad))
		return INT64_MAX;
	if (took_ms > probe->timeout_ms && bad < all)
		return INT64_MAX;
	pace_ms = (took_ms / probe->interval_ms + 1) * probe->interval_ms;
	return (int64_t)(bad - 1) * pace_ms + took_ms;
}

static int64_t
fastest_trip_ms(const void *settings, const struct evaluator_source *sources,
    size_t source_count)
{
	const struct latency_settings *s = settings;
	const struct probe_settings *probe = sources->probe;
	struct statistic st = { .kind = STATISTIC_MEAN };
	int64_t best_ms = INT64_MAX;
	uint64_t least = speakers_min(s), most = least;

	(void)source_count;
	(void)statistic_parse(s->statistic, &st);
	if (s->min_samples > most)
		most = s->min_samples;
	for (uint64_t bad = least; bad <= most; bad++) {
		int64_t ms = time_of_slow_ms(s, &st, probe, bad);

		if (ms < best_ms)
			best_ms = ms;
	}
	return best_ms + measure_hold_ms(s->for_ms, probe->interval_ms);
}

static bool
hang_trips(const struct latency_settings *s, const struct statistic *st,
    const struct measure_hang *h)
{
	/* Of a learned limit it is only known when all are beyond it. */
	return s->above_ms > 0 && h->bad >= speakers_min(s) &&
	    h->bad + h->good >= s->min_samples &&
	    statistic_is_beyond(st, (double)s->above_ms,
		(double)h->probe->timeout_ms, h->bad, h->good);
}

static int64_t
slowest_trip_ms(const void *settings, const struct evaluator_source *sources,
    size_t source_count)
{
	const struct latency_settings *s = settings;
	const struct probe_settings *probe = sources->probe;
	struct statistic st = { .kind = STATISTIC_MEAN };
	struct measure_hang h = { .probe = probe, .window_ms = s->window_ms };

	(void)source_count;
	(void)statistic_parse(s->statistic, &st);
	do
		measure_hang_step(&h);
	while (!h.is_over && !hang_trips(s, &st, &h));
	return h.at_ms + measure_hold_ms(s->for_ms, probe_pace_ms(probe));
}

static void
check_statistic(const struct latency_settings *s,
    const struct probe_settings *probe, evaluator_object *object, void *arg)
{
	uint64_t room = measure_room(s->window_ms, probe->interval_ms);
	char text[OBJECTION_TEXT_MAX], window[DURATION_TEXT_MAX];
	struct statistic st = { .kind = STATISTIC_MIN };

	if (!statistic_parse(s->statistic, &st) || st.kind == STATISTIC_MIN ||
	    st.kind == STATISTIC_MAX) {
		(void)snprintf(text, sizeof(text),
		    "statistic \"%s\" is none; write \"mean\" or a quantile "
		    "such as \"p95\"",
		    s->statistic);
		object(OBJECTION_WRONG, text, arg);
		return;
	}
	if (st.kind != STATISTIC_QUANTILE ||
	    sketch_rank(st.quantile, room) < room || room < 2)
		return;
	(void)snprintf(text, sizeof(text),
	    "%s of at most %" PRIu64 " answers in %s is the slowest of them: "
	    "%d slow ones trip it; make the window longer or the quantile "
	    "lower",
	    s->statistic, room, duration_text(s->window_ms, window),
	    (int)speakers_min(s));
	object(OBJECTION_DOUBT, text, arg);
}

static void
check_limits(const struct latency_settings *s,
    const struct probe_settings *probe, evaluator_object *object, void *arg)
{
	char text[OBJECTION_TEXT_MAX];
	char above[DURATION_TEXT_MAX], other[DURATION_TEXT_MAX];

	if ((s->above_ms > 0) == (s->above_baseline > 0)) {
		object(OBJECTION_WRONG,
		    "it needs one limit; write either above = \"500ms\" or "
		    "above_baseline = 5.0",
		    arg);
		return;
	}
	if (s->above_baseline > 0)
		return;
	(void)duration_text(s->above_ms, above);
	if (s->above_ms >= probe->timeout_ms) {
		(void)snprintf(text, sizeof(text),
		    "above %s can never be: probe \"%s\" gives up after %s",
		    above, probe->name,
		    duration_text(probe->timeout_ms, other));
		object(OBJECTION_WRONG, text, arg);
	}
	if (s->clear_below_ms > s->above_ms) {
		(void)snprintf(text, sizeof(text),
		    "clear_below %s is above the limit of %s, so that it "
		    "would clear while it trips",
		    duration_text(s->clear_below_ms, other), above);
		object(OBJECTION_WRONG, text, arg);
	}
}

static void
check(const void *settings, const struct evaluator_source *sources,
    size_t source_count, evaluator_object *object, void *arg)
{
	const struct latency_settings *s = settings;
	struct statistic st = { .kind = STATISTIC_MEAN };
	struct measure_doubts doubts = { .probe = sources->probe,
		.what = "answers",
		.window_ms = s->window_ms,
		.slices = WINDOW_SLICES,
		.min_samples = s->min_samples,
		.min_errors = s->min_slow,
		.errors_key = "min_slow" };

	struct measure_learned_doubts learned = { .times = s->above_baseline,
		.clear_times = s->clear_below_baseline,
		.has_fixed_clear = s->clear_below_ms > 0,
		.fixed_clear = "clear_below",
		.limit = "above_baseline",
		.clear = "clear_below_baseline",
		.settings = &s->baseline };

	(void)source_count;
	(void)statistic_parse(s->statistic, &st);
	if (st.kind == STATISTIC_QUANTILE)
		doubts.slices = WINDOW_SKETCH_SLICES;
	check_statistic(s, sources->probe, object, arg);
	check_limits(s, sources->probe, object, arg);
	measure_check_learned(&learned, object, arg);
	measure_check(&doubts, object, arg);
}

static const struct evaluator_kind_ops kind_ops = {
	.unit = "ms",
	.create = create,
	.fastest_trip_ms = fastest_trip_ms,
	.slowest_trip_ms = slowest_trip_ms,
	.check = check,
};

/* clang-format off */
#define LATENCY(member) offsetof(struct latency_settings, member)
static const struct option options[] = {
	{ .key = "statistic", .type = OPTION_TEXT,
	  .offset = LATENCY(statistic), .fallback = "mean",
	  .max = STATISTIC_TEXT_MAX,
	  .help = "\"mean\", or a quantile such as \"p95\"." },
	{ .key = "window", .type = OPTION_DURATION,
	  .offset = LATENCY(window_ms), .fallback = "5m",
	  .min = WINDOW_MIN_MS, .max = WINDOW_MAX_MS,
	  .help = "Of the answers of the last so long." },
	{ .key = "above", .type = OPTION_DURATION,
	  .offset = LATENCY(above_ms), .min = 1, .max = LIMIT_MAX_MS,
	  .help = "Longer than that trips it." },
	{ .key = "clear_below", .type = OPTION_DURATION,
	  .offset = LATENCY(clear_below_ms), .min = 1, .max = LIMIT_MAX_MS,
	  .help = "Once tripped it is healthy again at that or less; by "
		  "default at the limit." },
	{ .key = "above_baseline", .type = OPTION_NUMBER,
	  .offset = LATENCY(above_baseline), .min = TIMES_MIN,
	  .max = TIMES_MAX,
	  .help = "So many times what is normal trips it, as it was "
		  "learned." },
	{ .key = "clear_below_baseline", .type = OPTION_NUMBER,
	  .offset = LATENCY(clear_below_baseline), .min = TIMES_MIN,
	  .max = TIMES_MAX,
	  .help = "Once tripped it is healthy again at so many times what is "
		  "normal." },
	{ .key = "baseline", .type = OPTION_GROUP,
	  .offset = LATENCY(baseline), .detail = &baseline_options,
	  .help = "How it learns what is normal." },
	{ .key = "for", .type = OPTION_DURATION, .offset = LATENCY(for_ms),
	  .min = 1, .max = MEASURE_FOR_MAX_MS,
	  .help = "Trips once it has been too slow for so long; by default "
		  "at once." },
	{ .key = "clear_for", .type = OPTION_DURATION,
	  .offset = LATENCY(clear_for_ms), .min = 1,
	  .max = MEASURE_FOR_MAX_MS,
	  .help = "Clears once it has been well for so long; by default at "
		  "once." },
	{ .key = "min_samples", .type = OPTION_COUNT,
	  .offset = LATENCY(min_samples), .fallback = "5", .min = 1,
	  .max = LATENCY_SAMPLES_MAX,
	  .help = "With fewer answers in the window nothing is known." },
	{ .key = "min_slow", .type = OPTION_COUNT,
	  .offset = LATENCY(min_slow), .fallback = "5", .min = 1,
	  .max = LATENCY_SAMPLES_MAX,
	  .help = "Fewer answers beyond the limit never trip it." },
};
/* clang-format on */

const struct option_table latency_options = {
	.what = "latency evaluator",
	.options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct latency_settings),
	.source = -1,
	.presence = -1,
};

const struct option_kind evaluator_latency = {
	.name = "latency",
	.table = &latency_options,
	.ops = &kind_ops,
};
