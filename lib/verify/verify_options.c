#include "verify/verify_settings.h"

#define PROBES_MAX 64
#define SUCCESSES_MAX 1000
#define WITHIN_MIN_MS 1000
#define WITHIN_MAX_MS 86400000
#define INTERVAL_MIN_MS 100
#define INTERVAL_MAX_MS 3600000

/* clang-format off */
#define VERIFY(member) offsetof(struct verify_settings, member)
static const struct option options[] = {
	{ .key = "probes", .type = OPTION_NAMES, .offset = VERIFY(probes),
	  .required = true, .min = 1, .max = PROBES_MAX,
	  .help = "probes of this service to ask afresh" },
	{ .key = "successes", .type = OPTION_COUNT,
	  .offset = VERIFY(successes), .fallback = "3",
	  .min = 1, .max = SUCCESSES_MAX,
	  .help = "good answers in a row that each probe must give" },
	{ .key = "within", .type = OPTION_DURATION,
	  .offset = VERIFY(within_ms), .fallback = "2m",
	  .min = WITHIN_MIN_MS, .max = WITHIN_MAX_MS,
	  .help = "all of it must have happened in this time" },
	{ .key = "interval", .type = OPTION_DURATION,
	  .offset = VERIFY(interval_ms), .fallback = "1s",
	  .min = INTERVAL_MIN_MS, .max = INTERVAL_MAX_MS,
	  .help = "between two questions to one probe" },
};

const struct option_table verify_options = {
	.what = "verify", .options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct verify_settings),
	.source = VERIFY(source), .presence = -1,
};
/* clang-format on */
