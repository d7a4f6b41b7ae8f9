#include "evaluator/evaluator_settings.h"

static const struct option_kind *const kinds[] = {
	&evaluator_baseline_kind,
	&evaluator_canary,
	&evaluator_consecutive,
	&evaluator_latency,
	&evaluator_m_of_n,
	&evaluator_breaker,
	&evaluator_composite,
	&evaluator_error_rate,
	&evaluator_threshold,
	NULL,
};

/* clang-format off */
#define EVALUATOR(member) offsetof(struct evaluator_settings, member)
static const struct option options[] = {
	{ .key = "name", .type = OPTION_NAME, .offset = EVALUATOR(name),
	  .required = true,
	  .help = "what rules and operators call it" },
	{ .key = "probe", .type = OPTION_NAME, .offset = EVALUATOR(probe),
	  .help = "the probe of this service that it judges" },
};

const struct option_table evaluator_options = {
	.what = "evaluator", .options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct evaluator_settings),
	.source = EVALUATOR(source), .presence = -1, .kinds = kinds,
	.kind_offset = EVALUATOR(kind),
	.settings_offset = EVALUATOR(settings),
};
/* clang-format on */
