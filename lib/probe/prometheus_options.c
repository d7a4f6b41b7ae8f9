#include "probe/http_rows.h"
#include "probe/metric_counters.h"
#include "probe/probe_settings.h"
#include "probe/prometheus_settings.h"
#include "probe/selector.h"

#define SIZE_MIN 1024
#define SIZE_MAX_BYTES (1024 * 1024 * 1024)
#define AGE_MIN_MS 1000
#define AGE_MAX_MS 86400000

/* clang-format off */
static const struct option_word absences[] = {
	{ "lost", PROMETHEUS_ABSENT_LOST },
	{ "failed", PROMETHEUS_ABSENT_FAILED },
	{ NULL, 0 },
};

#define FRESHNESS(member) offsetof(struct prometheus_freshness, member)
static const struct option freshness[] = {
	{ .key = "metric", .type = OPTION_TEXT, .offset = FRESHNESS(metric),
	  .required = true, .max = SELECTOR_TEXT_MAX,
	  .help = "what changes from page to page, such as a time" },
	{ .key = "max_age", .type = OPTION_DURATION,
	  .offset = FRESHNESS(max_age_ms), .fallback = "2m",
	  .min = AGE_MIN_MS, .max = AGE_MAX_MS,
	  .help = "when it did not change for so long, pages are LOST" },
};

static const struct option_table freshness_options = {
	.what = "freshness", .options = freshness,
	.count = OPTION_COUNT_OF(freshness),
	.size = sizeof(struct prometheus_freshness),
	.source = -1, .presence = FRESHNESS(given),
};

#define PROMETHEUS(member) offsetof(struct prometheus_settings, member)
#define HTTP(member) PROMETHEUS(http.member)
static const struct option options[] = {
	{ .key = "url", .type = OPTION_TEXT, .offset = HTTP(url),
	  .required = true, .max = HTTP_URL_MAX_BYTES,
	  .help = "the page of metrics; http or https" },
	HTTP_ROWS(HTTP),
	{ .key = "max_size", .type = OPTION_SIZE,
	  .offset = PROMETHEUS(max_bytes), .fallback = "64MiB",
	  .min = SIZE_MIN, .max = SIZE_MAX_BYTES,
	  .help = "a longer page is LOST" },
	{ .key = "max_series", .type = OPTION_COUNT,
	  .offset = PROMETHEUS(max_series), .fallback = "1000",
	  .min = 1, .max = METRIC_SERIES_MAX,
	  .help = "a page with more series of one metric is LOST" },
	{ .key = "on_absent", .type = OPTION_WORD,
	  .offset = PROMETHEUS(on_absent), .detail = absences,
	  .fallback = "lost",
	  .help = "what it means when a metric is not on the page" },
	{ .key = "max_age", .type = OPTION_DURATION,
	  .offset = PROMETHEUS(max_age_ms), .fallback = "5m",
	  .min = AGE_MIN_MS, .max = AGE_MAX_MS,
	  .help = "a sample whose timestamp is older is not there" },
	{ .key = "freshness", .type = OPTION_GROUP,
	  .offset = PROMETHEUS(freshness), .detail = &freshness_options,
	  .help = "how to tell that an exporter is frozen" },
};

static const struct option_table prometheus_options = {
	.what = "probe", .options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct prometheus_settings), .source = -1,
	.presence = -1,
};
/* clang-format on */

static const struct probe_traits traits = { .has_metrics = true };

const struct option_kind probe_prometheus = {
	.name = "prometheus",
	.table = &prometheus_options,
	.ops = &traits,
};
