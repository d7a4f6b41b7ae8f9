#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "evaluator/canary.h"
#include "evaluator/comparison.h"
#include "evaluator/evaluator_impl.h"
#include "evaluator/sequential.h"

#define OBJECTION_TEXT_MAX 256
#define CONFIDENCE_MIN 0.5
#define CONFIDENCE_MAX 0.999999
#define TOLERANCE_MAX 10.0
#define METRIC_TEXT_MAX 4096
#define WEIGHT_MIN 0.001
#define WEIGHT_MAX 1000.0
#define EFFECT_MAX 1e6
#define EFFECT_MIN 0.001
#define SPACING_MIN_MS 1000.0
#define SPACING_MAX_MS (24.0 * 3600 * 1000)

static const struct canary_metric *
metric_at(const struct canary_settings *s, size_t i)
{
	return (const struct canary_metric *)s->metrics.items + i;
}

static struct evaluator_input
input(const struct canary_metric *m, const char *probe, const char *metric)
{
	return (struct evaluator_input){
		.probe = probe,
		.wants_value = m->measure == CANARY_VALUE,
		.metric = { .text =
				m->measure == CANARY_VALUE ? metric : NULL },
	};
}

static const char *
first_of(const char *a, const char *b, const char *c)
{
	if (a != NULL)
		return a;
	return b != NULL ? b : c;
}

static size_t
inputs(const struct evaluator_settings *e, struct evaluator_input *in)
{
	const struct canary_settings *s = e->settings;
	size_t count = 0;

	for (size_t i = 0; i < s->metrics.count; i++) {
		const struct canary_metric *m = metric_at(s, i);
		const char *probe = first_of(m->probe, e->probe, NULL);

		in[count++] = input(m, probe, m->metric);
		in[count++] = input(m,
		    first_of(m->baseline_probe, s->baseline_probe, probe),
		    first_of(m->baseline_metric, m->metric, NULL));
	}
	return count;
}

static struct evaluator *
create(
    const void *settings, const struct evaluator_source *sources, size_t count)
{
	(void)count;
	return canary_new(settings, sources);
}

/* A pair takes a point of either side. */
static const struct probe_settings *
slower(const struct evaluator_source *two)
{
	if (two[0].probe->interval_ms > two[1].probe->interval_ms)
		return two[0].probe;
	return two[1].probe;
}

/* The first answer at which the spacing is over. */
static int64_t
apart_ms(const struct canary_settings *s, int64_t every_ms)
{
	if (s->spacing_ms <= every_ms)
		return every_ms;
	return (s->spacing_ms + every_ms - 1) / every_ms * every_ms;
}

static double
evidence_of(const struct canary_settings *s, const struct canary_metric *m)
{
	double alpha = (1 - s->confidence) / (double)s->metrics.count;

	return m->direction == COMPARISON_EITHER ? 2 / alpha : 1 / alpha;
}

static unsigned
pairs_of(const struct canary_settings *s, size_t i, unsigned before)
{
	unsigned pairs =
	    sequential_pairs_to(evidence_of(s, metric_at(s, i)), before);

	return pairs > s->min_samples ? pairs : s->min_samples;
}

static int64_t
fastest_trip_ms(
    const void *settings, const struct evaluator_source *sources, size_t count)
{
	const struct canary_settings *s = settings;
	int64_t fastest_ms = INT64_MAX;

	for (size_t i = 0; 2 * i < count; i++) {
		int64_t ms = (int64_t)(pairs_of(s, i, 0) - 1) *
		    apart_ms(s, slower(&sources[2 * i])->interval_ms);

		if (ms < fastest_ms)
			fastest_ms = ms;
	}
	return fastest_ms;
}

/* Where every pair says so, after a window full of healthy ones. */
static int64_t
slowest_trip_ms(
    const void *settings, const struct evaluator_source *sources, size_t count)
{
	const struct canary_settings *s = settings;
	int64_t slowest_ms = 0;

	for (size_t i = 0; 2 * i < count; i++) {
		const struct probe_settings *p = slower(&sources[2 * i]);
		int64_t ms = p->interval_ms +
		    (int64_t)(pairs_of(s, i, s->window) - 1) *
			apart_ms(s, probe_pace_ms(p)) +
		    p->timeout_ms;

		if (ms > slowest_ms)
			slowest_ms = ms;
	}
	return slowest_ms;
}

struct complaint {
	evaluator_object *object;
	void *arg;
};

static void
complain(const struct complaint *c, enum objection how, const char *fmt,
    const char *name)
{
	char text[OBJECTION_TEXT_MAX];

	(void)snprintf(text, sizeof(text), "metric \"%s\" %s", name, fmt);
	c->object(how, text, c->arg);
}

/* The whole of the expression is taken for one range. */
static int64_t
range_ms(const char *metric)
{
	const char *open = metric == NULL ? NULL : strrchr(metric, '[');
	size_t length = open == NULL ? 0 : strcspn(open + 1, "]");
	char text[DURATION_TEXT_MAX];
	int64_t ms;

	if (length == 0 || length >= sizeof(text))
		return 0;
	memcpy(text, open + 1, length);
	text[length] = '\0';
	return duration_parse(text, &ms) ? ms : 0;
}

static bool
is_same_source(
    const struct evaluator_source *a, const struct evaluator_source *b)
{
	return a->probe_index == b->probe_index && a->slot == b->slot;
}

static void
check_metric(const struct canary_settings *s, const struct canary_metric *m,
    const struct evaluator_source *two, const struct complaint *c)
{
	if (is_same_source(&two[0], &two[1]))
		complain(c, OBJECTION_WRONG,
		    "is compared with itself; set baseline_probe or "
		    "baseline_metric",
		    m->name);
	if (m->direction == COMPARISON_DECREASE && m->tolerance >= 1)
		complain(c, OBJECTION_WRONG,
		    "cannot fail: nothing decreases by more than 100%; set a "
		    "smaller tolerance",
		    m->name);
	if (range_ms(m->metric) > apart_ms(s, two[0].probe->interval_ms))
		complain(c, OBJECTION_DOUBT,
		    "looks back further than to the point before, so that "
		    "one mishap counts in many points; leave its range out, "
		    "or set spacing to as much",
		    m->name);
}

static void
check_names(const struct canary_settings *s, const struct complaint *c)
{
	for (size_t i = 0; i < s->metrics.count; i++) {
		for (size_t k = 0; k < i; k++) {
			if (strcmp(metric_at(s, i)->name,
				metric_at(s, k)->name) == 0)
				complain(c, OBJECTION_WRONG, "is there twice",
				    metric_at(s, i)->name);
		}
	}
}

static void
check(const void *settings, const struct evaluator_source *sources,
    size_t count, evaluator_object *object, void *arg)
{
	const struct canary_settings *s = settings;
	const struct complaint c = { object, arg };

	if (s->window < s->min_samples)
		object(OBJECTION_WRONG,
		    "window is smaller than min_samples: it can never judge",
		    arg);
	if (s->marginal > s->pass)
		object(OBJECTION_WRONG,
		    "marginal is above pass: no score would ever clear it",
		    arg);
	check_names(s, &c);
	for (size_t i = 0; 2 * i < count; i++)
		check_metric(s, metric_at(s, i), &sources[2 * i], &c);
}

static const struct evaluator_kind_ops kind_ops = {
	.unit = "points",
	.inputs = inputs,
	.create = create,
	.fastest_trip_ms = fastest_trip_ms,
	.slowest_trip_ms = slowest_trip_ms,
	.check = check,
};

static const struct option_word measures[] = {
	{ "value", CANARY_VALUE },
	{ "latency", CANARY_LATENCY },
	{ "failures", CANARY_FAILURES },
	{ NULL, 0 },
};

/* clang-format off */
#define METRIC(member) offsetof(struct canary_metric, member)
static const struct option metric_table[] = {
	{ .key = "name", .type = OPTION_NAME, .offset = METRIC(name),
	  .required = true,
	  .help = "what people call it" },
	{ .key = "probe", .type = OPTION_NAME, .offset = METRIC(probe),
	  .help = "the probe of the canary, where it is not the evaluator's" },
	{ .key = "baseline_probe", .type = OPTION_NAME,
	  .offset = METRIC(baseline_probe),
	  .help = "the probe of the baseline, where it is not the "
		  "evaluator's" },
	{ .key = "measure", .type = OPTION_WORD, .offset = METRIC(measure),
	  .fallback = "value", .detail = measures,
	  .help = "what of the probe: its value, the latency in ms of good "
		  "answers and time-outs, or failures (1 for a failed "
		  "answer, else 0)" },
	{ .key = "metric", .type = OPTION_TEXT, .offset = METRIC(metric),
	  .max = METRIC_TEXT_MAX,
	  .help = "the metric, where the probe has several" },
	{ .key = "baseline_metric", .type = OPTION_TEXT,
	  .offset = METRIC(baseline_metric), .max = METRIC_TEXT_MAX,
	  .help = "the metric of the baseline, where it is another" },
	{ .key = "direction", .type = OPTION_WORD, .offset = METRIC(direction),
	  .fallback = "increase", .detail = comparison_directions,
	  .help = "what is bad" },
	{ .key = "nan", .type = OPTION_WORD, .offset = METRIC(nan),
	  .fallback = "remove", .detail = comparison_nans,
	  .help = "what a point without a number is: none, or 0" },
	{ .key = "tolerance", .type = OPTION_RATIO,
	  .offset = METRIC(tolerance), .fallback = "10%",
	  .max = TOLERANCE_MAX,
	  .help = "so much worse than the baseline is still as good" },
	{ .key = "cles", .type = OPTION_NUMBER, .offset = METRIC(cles),
	  .fallback = "0.56", .min = 0.5, .max = 1,
	  .help = "so large a share of all pairs of points in the window must "
		  "be worse for it to fail" },
	{ .key = "d", .type = OPTION_NUMBER, .offset = METRIC(d),
	  .min = EFFECT_MIN, .max = EFFECT_MAX,
	  .help = "so many standard deviations must the means be apart, too" },
	{ .key = "ratio", .type = OPTION_NUMBER, .offset = METRIC(ratio),
	  .min = 1, .max = EFFECT_MAX,
	  .help = "so many times the other must the worse mean be, too" },
	{ .key = "critical", .type = OPTION_BOOL, .offset = METRIC(critical),
	  .fallback = "false",
	  .help = "failing it makes the score 0" },
	{ .key = "weight", .type = OPTION_NUMBER, .offset = METRIC(weight),
	  .fallback = "1", .min = WEIGHT_MIN, .max = WEIGHT_MAX,
	  .help = "its share in the score" },
};

static const struct option_table metric_options = {
	.what = "metric", .options = metric_table,
	.count = OPTION_COUNT_OF(metric_table),
	.size = sizeof(struct canary_metric),
	.source = -1, .presence = -1,
};

#define CANARY(member) offsetof(struct canary_settings, member)
static const struct option options[] = {
	{ .key = "baseline_probe", .type = OPTION_NAME,
	  .offset = CANARY(baseline_probe),
	  .help = "the probe of the baseline, where it is another one" },
	{ .key = "metrics", .type = OPTION_LIST, .offset = CANARY(metrics),
	  .required = true, .min = 1, .max = CANARY_METRICS_MAX,
	  .detail = &metric_options,
	  .help = "what is compared" },
	{ .key = "window", .type = OPTION_COUNT, .offset = CANARY(window),
	  .fallback = "100", .min = COMPARISON_SAMPLES_MIN,
	  .max = CANARY_WINDOW_MAX,
	  .help = "so many points of either side are compared" },
	{ .key = "min_samples", .type = OPTION_COUNT,
	  .offset = CANARY(min_samples), .fallback = "10",
	  .min = COMPARISON_SAMPLES_MIN, .max = CANARY_WINDOW_MAX,
	  .help = "with fewer points on either side a metric is not judged" },
	{ .key = "spacing", .type = OPTION_DURATION,
	  .offset = CANARY(spacing_ms), .min = SPACING_MIN_MS,
	  .max = SPACING_MAX_MS,
	  .help = "pairs of points are at least so far apart" },
	{ .key = "confidence", .type = OPTION_RATIO,
	  .offset = CANARY(confidence), .fallback = "98%",
	  .min = CONFIDENCE_MIN, .max = CONFIDENCE_MAX,
	  .help = "so sure must it be of all it says, however long it "
		  "watches" },
	{ .key = "pass", .type = OPTION_NUMBER, .offset = CANARY(pass),
	  .fallback = "95", .min = 1, .max = 100,
	  .help = "healthy from this score on" },
	{ .key = "marginal", .type = OPTION_NUMBER,
	  .offset = CANARY(marginal), .fallback = "75", .min = 1, .max = 100,
	  .help = "tripped below this score" },
};
/* clang-format on */

const struct option_table canary_options = {
	.what = "canary evaluator",
	.options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct canary_settings),
	.source = -1,
	.presence = -1,
};

const struct option_kind evaluator_canary = {
	.name = "canary",
	.table = &canary_options,
	.ops = &kind_ops,
};
