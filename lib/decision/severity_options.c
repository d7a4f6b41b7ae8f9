#include "decision/severity_settings.h"

#define DAY_MS (24.0 * 3600 * 1000)

/* clang-format off */
#define SEVERITY(member) offsetof(struct severity_settings, member)
#define SEVERITY_OPTIONS(name, respond, remind, escalate, expire) \
static const struct option name##_list[] = { \
	{ .key = "respond", .type = OPTION_DURATION, \
	  .offset = SEVERITY(respond_ms), .fallback = respond, \
	  .max = 365 * DAY_MS, \
	  .help = "from detection to the first step; 0s: any time" }, \
	{ .key = "remind", .type = OPTION_DURATION, \
	  .offset = SEVERITY(remind_ms), .fallback = remind, \
	  .max = 365 * DAY_MS, \
	  .help = "who is waited for is told again so often; 0s: never" }, \
	{ .key = "escalate_after", .type = OPTION_DURATION, \
	  .offset = SEVERITY(escalate_ms), .fallback = escalate, \
	  .max = 365 * DAY_MS, \
	  .help = "then the next higher role is told; 0s: never" }, \
	{ .key = "expire", .type = OPTION_DURATION, \
	  .offset = SEVERITY(expire_ms), .fallback = expire, \
	  .max = 365 * DAY_MS, \
	  .help = "then it is not waited for any longer; 0s: never" }, \
}; \
static const struct option_table name##_options = { \
	.what = #name, .options = name##_list, \
	.count = OPTION_COUNT_OF(name##_list), \
	.size = sizeof(struct severity_settings), \
	.source = SEVERITY(source), .presence = -1, \
}

SEVERITY_OPTIONS(P0, "5m", "5m", "10m", "1h");
SEVERITY_OPTIONS(P1, "15m", "5m", "10m", "2h");
SEVERITY_OPTIONS(P2, "1h", "30m", "0s", "1d");
SEVERITY_OPTIONS(P3, "0s", "1d", "3d", "7d");

#define EACH(name, index, meaning) \
	{ .key = #name, .type = OPTION_GROUP, \
	  .offset = offsetof(struct severities, of[index]), \
	  .detail = &name##_options, .help = meaning }
static const struct option list[] = {
	EACH(P0, SEVERITY_P0, "acts by itself; on_call may order it"),
	EACH(P1, SEVERITY_P1, "prepared, and waits for a lead"),
	EACH(P2, SEVERITY_P2, "proposed, and a manager starts it"),
	EACH(P3, SEVERITY_P3, "prepared, and waits for product and a window"),
};

const struct option_table severities_options = {
	.what = "severities", .options = list,
	.count = OPTION_COUNT_OF(list), .size = sizeof(struct severities),
	.source = -1, .presence = -1,
};
/* clang-format on */
