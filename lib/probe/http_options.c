#include "probe/http_settings.h"

#include "probe/http_rows.h"
#include "probe/probe_settings.h"

#define STATUS_MAX 16
#define BODY_MAX_BYTES (64 * 1024)
#define TIME_MAX_MS 600000

#define SIZE_MIN 1
#define SIZE_MAX_BYTES (64 * 1024 * 1024)

/* clang-format off */
static const struct option_word methods[] = {
	{ "GET", HTTP_GET },
	{ "HEAD", HTTP_HEAD },
	{ "POST", HTTP_POST },
	{ NULL, 0 },
};

#define JSON(member) offsetof(struct http_expect_json, member)
static const struct option json[] = {
	{ .key = "pointer", .type = OPTION_TEXT, .offset = JSON(pointer),
	  .required = true, .max = 512,
	  .help = "JSON pointer (RFC 6901) to a value of the answer" },
	{ .key = "equals", .type = OPTION_TEXT, .offset = JSON(equals),
	  .required = true, .max = 1024,
	  .help = "what stands there: a text, or true, 5, null as a text" },
};

static const struct option_table json_options = {
	.what = "json", .options = json, .count = OPTION_COUNT_OF(json),
	.size = sizeof(struct http_expect_json),
	.source = -1, .presence = JSON(given),
};

#define EXPECT(member) offsetof(struct http_expect, member)
static const struct option expect[] = {
	{ .key = "status", .type = OPTION_STRINGS, .offset = EXPECT(status),
	  .min = 1, .max = STATUS_MAX, .fallback = "200-299",
	  .help = "status codes and ranges that are good" },
	{ .key = "contains", .type = OPTION_TEXT, .offset = EXPECT(contains),
	  .help = "text that the body must contain" },
	{ .key = "matches", .type = OPTION_TEXT, .offset = EXPECT(matches),
	  .help = "regular expression (PCRE2) that the body must match" },
	{ .key = "json", .type = OPTION_GROUP, .offset = EXPECT(json),
	  .detail = &json_options,
	  .help = "the body is JSON, and a value in it is this" },
	{ .key = "headers", .type = OPTION_STRINGS, .offset = EXPECT(headers),
	  .max = HTTP_HEADERS_MAX,
	  .help = "\"Name: value\" exactly, or \"Name\" just present" },
	{ .key = "max_size", .type = OPTION_SIZE, .offset = EXPECT(max_bytes),
	  .min = SIZE_MIN, .max = SIZE_MAX_BYTES, .fallback = "1MiB",
	  .help = "a longer body, after decoding, is a failure" },
	{ .key = "max_time", .type = OPTION_DURATION,
	  .offset = EXPECT(max_time_ms), .min = 1, .max = TIME_MAX_MS,
	  .help = "a slower answer is a failure" },
};

static const struct option_table expect_options = {
	.what = "expect", .options = expect,
	.count = OPTION_COUNT_OF(expect), .size = sizeof(struct http_expect),
	.source = EXPECT(source), .presence = -1,
};

#define HTTP(member) offsetof(struct http_settings, member)
static const struct option options[] = {
	{ .key = "url", .type = OPTION_TEXT, .offset = HTTP(url),
	  .required = true, .max = HTTP_URL_MAX_BYTES,
	  .help = "what to ask for; http or https" },
	{ .key = "method", .type = OPTION_WORD, .offset = HTTP(method),
	  .detail = methods, .fallback = "GET",
	  .help = "how to ask" },
	{ .key = "body", .type = OPTION_TEXT, .offset = HTTP(body),
	  .max = BODY_MAX_BYTES,
	  .help = "sent with method POST" },
	HTTP_ROWS(HTTP),
	{ .key = "expect", .type = OPTION_GROUP, .offset = HTTP(expect),
	  .detail = &expect_options,
	  .help = "what a good answer looks like" },
};

const struct option_table http_options = {
	.what = "probe", .options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct http_settings), .source = -1, .presence = -1,
};
/* clang-format on */

static const struct probe_traits traits = { .has_value = false };

const struct option_kind probe_http = {
	.name = "http",
	.table = &http_options,
	.ops = &traits,
};
