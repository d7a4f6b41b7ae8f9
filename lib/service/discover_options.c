#include "service/discover_settings.h"

#define CONFIRM_MAX 1000
#define POINTER_MAX_BYTES 512
#define SELECTOR_MAX_BYTES 1024

/* clang-format off */
#define DISCOVER(member) offsetof(struct discover_settings, member)
static const struct option options[] = {
	{ .key = "probe", .type = OPTION_NAME, .offset = DISCOVER(probe),
	  .required = true,
	  .help = "whose answers name the version" },
	{ .key = "pointer", .type = OPTION_TEXT,
	  .offset = DISCOVER(from.pointer), .max = POINTER_MAX_BYTES,
	  .help = "where in the JSON body of an http probe" },
	{ .key = "selector", .type = OPTION_TEXT,
	  .offset = DISCOVER(from.selector), .max = SELECTOR_MAX_BYTES,
	  .help = "which series of a prometheus probe" },
	{ .key = "label", .type = OPTION_TEXT, .offset = DISCOVER(from.label),
	  .max = POINTER_MAX_BYTES,
	  .help = "which label of that series" },
	{ .key = "confirm", .type = OPTION_COUNT, .offset = DISCOVER(confirm),
	  .fallback = "3", .min = 1, .max = CONFIRM_MAX,
	  .help = "so many equal answers in a row are a deployment" },
};

const struct option_table discover_options = {
	.what = "discover", .options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct discover_settings),
	.source = DISCOVER(source), .presence = DISCOVER(is_given),
};
/* clang-format on */
