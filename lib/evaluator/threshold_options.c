#include <stddef.h>

#include "evaluator/threshold_impl.h"

#define TIMES_MIN 0.001
#define TIMES_MAX 1000.0
#define VALUE_MAX 1e300

/* clang-format off */
#define THRESHOLD(member) offsetof(struct threshold_settings, member)
#define LIMIT(name, words)                                                     \
	{ .key = #name, .type = OPTION_NUMBER, .offset = THRESHOLD(name),      \
	  .fallback = "nan", .min = -VALUE_MAX, .max = VALUE_MAX,              \
	  .help = words }
#define TIMES(name, words)                                                     \
	{ .key = #name, .type = OPTION_NUMBER, .offset = THRESHOLD(name),      \
	  .min = TIMES_MIN, .max = TIMES_MAX, .help = words }
static const struct option options[] = {
	{ .key = "metric", .type = OPTION_TEXT, .offset = THRESHOLD(metric),
	  .max = THRESHOLD_METRIC_MAX,
	  .help = "Of a prometheus probe; other kinds have one value of "
		  "their own." },
	{ .key = "statistic", .type = OPTION_TEXT,
	  .offset = THRESHOLD(statistic), .max = STATISTIC_TEXT_MAX,
	  .help = "Over the window: \"mean\", which is the default, \"min\", "
		  "\"max\" or a quantile such as \"p95\"." },
	{ .key = "window", .type = OPTION_DURATION,
	  .offset = THRESHOLD(window_ms), .min = WINDOW_MIN_MS,
	  .max = WINDOW_MAX_MS,
	  .help = "Of the values of the last so long; by default the last "
		  "value." },
	LIMIT(above, "A larger value trips it."),
	LIMIT(below, "A smaller value trips it."),
	TIMES(above_baseline, "More than so many times what is normal."),
	TIMES(below_baseline, "Less than so many times what is normal."),
	LIMIT(clear_below, "Healthy again at that or less; with above."),
	LIMIT(clear_above, "Healthy again at that or more; with below."),
	TIMES(clear_below_baseline, "The same, of what is normal."),
	TIMES(clear_above_baseline, "The same, of what is normal."),
	{ .key = "baseline", .type = OPTION_GROUP,
	  .offset = THRESHOLD(baseline), .detail = &baseline_options,
	  .help = "How it learns what is normal." },
	{ .key = "for", .type = OPTION_DURATION, .offset = THRESHOLD(for_ms),
	  .min = 1, .max = MEASURE_FOR_MAX_MS,
	  .help = "Trips once it has been beyond the limit for so long; by "
		  "default at once." },
	{ .key = "clear_for", .type = OPTION_DURATION,
	  .offset = THRESHOLD(clear_for_ms), .min = 1,
	  .max = MEASURE_FOR_MAX_MS,
	  .help = "Clears once it has been well for so long; by default at "
		  "once." },
	{ .key = "min_samples", .type = OPTION_COUNT,
	  .offset = THRESHOLD(min_samples), .fallback = "3", .min = 1,
	  .max = THRESHOLD_SAMPLES_MAX,
	  .help = "So many values in a row, or in the window, before "
		  "anything changes." },
};
/* clang-format on */

const struct option_table threshold_options = {
	.what = "threshold evaluator",
	.options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct threshold_settings),
	.source = -1,
	.presence = -1,
};
