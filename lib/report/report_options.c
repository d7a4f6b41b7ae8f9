#include "report/report_settings.h"

/* clang-format off */
#define REPORT(member) offsetof(struct report_settings, member)
static const struct option options[] = {
	{ .key = "template", .type = OPTION_PATH, .offset = REPORT(template),
	  .help = "a page of Markdown with ${NAME} for what was measured" },
};

const struct option_table report_options = {
	.what = "report", .options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct report_settings),
	.source = REPORT(source), .presence = -1,
};
/* clang-format on */
