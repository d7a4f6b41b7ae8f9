#include "probe/http_rows.h"
#include "probe/probe_settings.h"
#include "probe/promql_settings.h"

#define QUERY_BYTES_MAX (16 * 1024)
#define SIZE_MIN 1024
#define SIZE_MAX_BYTES (64 * 1024 * 1024)
#define AGE_MIN_MS 1000
#define AGE_MAX_MS 86400000

/* clang-format off */
static const struct option_word methods[] = {
	{ "GET", HTTP_GET },
	{ "POST", HTTP_POST },
	{ NULL, 0 },
};

static const struct option_word meanings[] = {
	{ "lost", PROMQL_LOST },
	{ "ok", PROMQL_OK },
	{ "failed", PROMQL_FAILED },
	{ NULL, 0 },
};

#define PROMQL(member) offsetof(struct promql_settings, member)
#define HTTP(member) PROMQL(http.member)
#define MEANING(name, words) \
	{ .key = #name, .type = OPTION_WORD, .offset = PROMQL(name), \
	  .detail = meanings, .fallback = "lost", .help = words }
static const struct option options[] = {
	{ .key = "server", .type = OPTION_TEXT, .offset = PROMQL(server),
	  .required = true, .max = HTTP_URL_MAX_BYTES,
	  .help = "the Prometheus server, without /api/v1/query" },
	{ .key = "query", .type = OPTION_TEXT, .offset = PROMQL(query),
	  .required = true, .max = QUERY_BYTES_MAX,
	  .help = "PromQL that gives one number" },
	{ .key = "method", .type = OPTION_WORD, .offset = HTTP(method),
	  .detail = methods, .fallback = "GET",
	  .help = "how to ask; POST for long queries" },
	HTTP_ROWS(HTTP),
	{ .key = "max_size", .type = OPTION_SIZE,
	  .offset = PROMQL(max_bytes), .fallback = "1MiB",
	  .min = SIZE_MIN, .max = SIZE_MAX_BYTES,
	  .help = "a longer answer has too many series" },
	{ .key = "max_age", .type = OPTION_DURATION,
	  .offset = PROMQL(max_age_ms), .fallback = "5m",
	  .min = AGE_MIN_MS, .max = AGE_MAX_MS,
	  .help = "an older value is LOST" },
	MEANING(on_empty, "what no series at all means"),
	MEANING(on_nan, "what a value that is no number means"),
	MEANING(on_many, "what more than one series means"),
	MEANING(on_warning, "what a warning means; ok: the value counts"),
	MEANING(on_error, "what an error of the server or query means"),
	MEANING(on_unreachable, "what it means that the server is not heard"),
};

static const struct option_table promql_options = {
	.what = "probe", .options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct promql_settings), .source = -1,
	.presence = -1,
};
/* clang-format on */

static const struct probe_traits traits = { .has_value = true };

const struct option_kind probe_promql = {
	.name = "promql",
	.table = &promql_options,
	.ops = &traits,
};
