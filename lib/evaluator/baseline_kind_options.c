#include <stddef.h>
#include <stdio.h>

#include "base/units.h"
#include "evaluator/baseline_kind.h"
#include "evaluator/measure_impl.h"
#include "evaluator/statistic.h"

#define OBJECTION_TEXT_MAX 256
#define ABOVE_MAX 1000.0
#define BELOW_MIN 0.001
#define DEVIATIONS_MAX 1000.0

static void
check_limits(
    const struct baseline_kind_settings *s, evaluator_object *object, void *arg)
{
	char text[OBJECTION_TEXT_MAX];

	if ((s->above > 0) == (s->below > 0))
		object(OBJECTION_WRONG,
		    "it takes one limit: above = 5.0 or below = 0.2, in times "
		    "what is normal; write two evaluators for both",
		    arg);
	if (s->above > 0 && s->clear > s->above) {
		(void)snprintf(text, sizeof(text),
		    "clear %g is beyond above %g, so that it would clear "
		    "while it trips",
		    s->clear, s->above);
		object(OBJECTION_WRONG, text, arg);
	}
	if (s->below > 0 && s->clear > 0 && s->clear < s->below) {
		(void)snprintf(text, sizeof(text),
		    "clear %g is beyond below %g, so that it would clear "
		    "while it trips",
		    s->clear, s->below);
		object(OBJECTION_WRONG, text, arg);
	}
	if (s->below > 0 && s->baseline.at_least > 0)
		object(OBJECTION_DOUBT,
		    "baseline.at_least says nothing of a limit below; leave "
		    "it out",
		    arg);
}

static void
check_input(
    const struct baseline_kind_settings *s, evaluator_object *object, void *arg)
{
	struct statistic st;

	if (s->metric != NULL && s->of == BASELINE_OF_LATENCY)
		object(OBJECTION_WRONG,
		    "of = \"latency\" and metric contradict each other; leave "
		    "one of them out",
		    arg);
	if (!statistic_parse(s->statistic, &st))
		object(OBJECTION_WRONG,
		    "there is no such statistic; write \"mean\", \"min\", "
		    "\"max\" or a quantile such as \"p95\"",
		    arg);
}

void
baseline_kind_check(const void *settings,
    const struct evaluator_source *sources, size_t source_count,
    evaluator_object *object, void *arg)
{
	const struct baseline_kind_settings *s = settings;
	struct statistic st = { .kind = STATISTIC_MEAN };
	struct measure_doubts doubts = {
		.probe = sources->probe,
		.what = "values",
		.window_ms = s->window_ms,
		.slices = WINDOW_SLICES,
		.min_samples = s->min_samples,
	};

	(void)source_count;
	(void)statistic_parse(s->statistic, &st);
	if (st.kind == STATISTIC_QUANTILE)
		doubts.slices = WINDOW_SKETCH_SLICES;
	check_input(s, object, arg);
	check_limits(s, object, arg);
	baseline_check(&s->baseline, object, arg);
	measure_check(&doubts, object, arg);
}

static const struct option_word inputs[] = {
	{ "value", BASELINE_OF_VALUE },
	{ "latency", BASELINE_OF_LATENCY },
	{ NULL, 0 },
};

/* clang-format off */
#define KIND(member) offsetof(struct baseline_kind_settings, member)
static const struct option options[] = {
	{ .key = "metric", .type = OPTION_TEXT, .offset = KIND(metric),
	  .max = BASELINE_KIND_METRIC_MAX,
	  .help = "What the probe is to measure; left out where it has one "
		  "value." },
	{ .key = "of", .type = OPTION_WORD, .offset = KIND(of),
	  .fallback = "value", .detail = inputs,
	  .help = "\"value\", or \"latency\": how long answers take." },
	{ .key = "statistic", .type = OPTION_TEXT, .offset = KIND(statistic),
	  .fallback = "p50", .max = STATISTIC_TEXT_MAX,
	  .help = "\"mean\", \"min\", \"max\", or a quantile such as \"p95\"." },
	{ .key = "window", .type = OPTION_DURATION, .offset = KIND(window_ms),
	  .fallback = "5m", .min = WINDOW_MIN_MS, .max = WINDOW_MAX_MS,
	  .help = "Of the values of the last so long." },
	{ .key = "above", .type = OPTION_NUMBER, .offset = KIND(above),
	  .min = 1, .max = ABOVE_MAX,
	  .help = "More than so many times what is normal trips it." },
	{ .key = "below", .type = OPTION_NUMBER, .offset = KIND(below),
	  .min = BELOW_MIN, .max = 1,
	  .help = "Less than so many times what is normal trips it: 0.2 is a "
		  "fifth." },
	{ .key = "clear", .type = OPTION_NUMBER, .offset = KIND(clear),
	  .min = BELOW_MIN, .max = ABOVE_MAX,
	  .help = "Once tripped it is healthy again at so many times what is "
		  "normal; by default at the limit." },
	{ .key = "deviations", .type = OPTION_NUMBER,
	  .offset = KIND(deviations), .fallback = "nan", .min = 0,
	  .max = DEVIATIONS_MAX,
	  .help = "And only so many spreads away from it; by default 3 above "
		  "it, and 0, however near, below." },
	{ .key = "baseline", .type = OPTION_GROUP, .offset = KIND(baseline),
	  .detail = &baseline_options,
	  .help = "How it learns what is normal." },
	{ .key = "for", .type = OPTION_DURATION, .offset = KIND(for_ms),
	  .min = 1, .max = MEASURE_FOR_MAX_MS,
	  .help = "Trips once it has been so for so long; by default at "
		  "once." },
	{ .key = "clear_for", .type = OPTION_DURATION,
	  .offset = KIND(clear_for_ms), .min = 1, .max = MEASURE_FOR_MAX_MS,
	  .help = "Clears once it has been well for so long; by default at "
		  "once." },
	{ .key = "min_samples", .type = OPTION_COUNT,
	  .offset = KIND(min_samples), .fallback = "5", .min = 1,
	  .max = BASELINE_KIND_SAMPLES_MAX,
	  .help = "With fewer values in the window nothing is known." },
};
/* clang-format on */

const struct option_table baseline_kind_options = {
	.what = "baseline evaluator",
	.options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct baseline_kind_settings),
	.source = -1,
	.presence = -1,
};
