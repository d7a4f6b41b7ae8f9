#include <stddef.h>

#include "evaluator/error_rate.h"
#include "evaluator/measure_impl.h"

#define RATIO_MIN 1e-6

/* clang-format off */
#define ERROR_RATE(member) offsetof(struct error_rate_settings, member)
static const struct option options[] = {
	{ .key = "errors", .type = OPTION_TEXT, .offset = ERROR_RATE(errors),
	  .max = ERROR_RATE_METRIC_MAX,
	  .help = "Counter of requests that went wrong; leave it and total "
		  "out to judge the probe's own answers." },
	{ .key = "total", .type = OPTION_TEXT, .offset = ERROR_RATE(total),
	  .max = ERROR_RATE_METRIC_MAX,
	  .help = "Counter of all requests." },
	{ .key = "window", .type = OPTION_DURATION,
	  .offset = ERROR_RATE(window_ms), .fallback = "5m",
	  .min = WINDOW_MIN_MS, .max = WINDOW_MAX_MS,
	  .help = "Of the last so long." },
	{ .key = "above", .type = OPTION_RATIO, .offset = ERROR_RATE(above),
	  .required = true, .min = RATIO_MIN, .max = 1,
	  .help = "A larger share trips it." },
	{ .key = "clear_below", .type = OPTION_RATIO,
	  .offset = ERROR_RATE(clear_below), .min = RATIO_MIN, .max = 1,
	  .help = "Once tripped it is healthy again at that or less; by "
		  "default at the limit." },
	{ .key = "for", .type = OPTION_DURATION, .offset = ERROR_RATE(for_ms),
	  .min = 1, .max = MEASURE_FOR_MAX_MS,
	  .help = "Trips once it has been too much for so long; by default "
		  "at once." },
	{ .key = "clear_for", .type = OPTION_DURATION,
	  .offset = ERROR_RATE(clear_for_ms), .min = 1,
	  .max = MEASURE_FOR_MAX_MS,
	  .help = "Clears once it has been well for so long; by default at "
		  "once." },
	{ .key = "min_samples", .type = OPTION_COUNT,
	  .offset = ERROR_RATE(min_samples), .fallback = "5", .min = 1,
	  .max = ERROR_RATE_SAMPLES_MAX,
	  .help = "With fewer answers or scrapes in the window nothing is "
		  "known." },
	{ .key = "min_errors", .type = OPTION_COUNT,
	  .offset = ERROR_RATE(min_errors), .fallback = "5", .min = 1,
	  .max = ERROR_RATE_SAMPLES_MAX,
	  .help = "Fewer errors in the window never trip it." },
	{ .key = "min_total", .type = OPTION_COUNT,
	  .offset = ERROR_RATE(min_total), .fallback = "20", .min = 1,
	  .max = ERROR_RATE_TOTAL_MAX,
	  .help = "With fewer requests in the window nothing is known; of "
		  "metrics only." },
};
/* clang-format on */

const struct option_table error_rate_options = {
	.what = "error_rate evaluator",
	.options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct error_rate_settings),
	.source = -1,
	.presence = -1,
};
