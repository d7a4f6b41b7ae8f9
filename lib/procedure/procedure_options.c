#include "procedure/procedure_settings.h"

#define DAY_MS 86400000
#define LOCK_MAX_BYTES 256

/* clang-format off */
#define PARAM(member) offsetof(struct param_spec, member)
static const struct option params[] = {
	{ .key = "required", .type = OPTION_BOOL, .offset = PARAM(required),
	  .fallback = "false",
	  .help = "each service that uses the procedure must give it" },
	{ .key = "match", .type = OPTION_TEXT, .offset = PARAM(match),
	  .max = 512,
	  .help = "regular expression (PCRE2) for the whole value" },
	{ .key = "default", .type = OPTION_TEXT, .offset = PARAM(fallback),
	  .may_be_empty = true,
	  .help = "the value where the service gives none" },
	{ .key = "dash", .type = OPTION_BOOL, .offset = PARAM(dash),
	  .fallback = "false",
	  .help = "the value may make an argument begin with \"-\"" },
};

static const struct option_table param_options = {
	.what = "parameter", .options = params,
	.count = OPTION_COUNT_OF(params), .size = sizeof(struct param_spec),
	.source = PARAM(source), .presence = -1, .name = PARAM(name),
};

#define PROCEDURE(member) offsetof(struct procedure_settings, member)
static const struct option options[] = {
	{ .key = "name", .type = OPTION_NAME, .offset = PROCEDURE(name),
	  .required = true,
	  .help = "what rules and operators call it" },
	{ .key = "description", .type = OPTION_TEXT,
	  .offset = PROCEDURE(description), .max = 1024,
	  .help = "for people" },
	{ .key = "budget", .type = OPTION_DURATION,
	  .offset = PROCEDURE(budget_ms), .fallback = "15m",
	  .min = 1000, .max = DAY_MS,
	  .help = "time for the whole run, verification included" },
	{ .key = "lock", .type = OPTION_TEXT, .offset = PROCEDURE(lock),
	  .max = LOCK_MAX_BYTES,
	  .help = "two runs with the same lock wait for each other" },
	{ .key = "escalate", .type = OPTION_NAME,
	  .offset = PROCEDURE(escalate),
	  .help = "the procedure to run when this one does not help" },
	{ .key = "undo_on_abort", .type = OPTION_BOOL,
	  .offset = PROCEDURE(undo_on_abort), .fallback = "false",
	  .help = "an abort undoes what was done" },
	{ .key = "destructive", .type = OPTION_BOOL,
	  .offset = PROCEDURE(destructive), .fallback = "false",
	  .help = "no rule starts it without a person" },
	{ .key = "params", .type = OPTION_NAMED, .offset = PROCEDURE(params),
	  .max = PROCEDURE_PARAMS_MAX, .detail = &param_options,
	  .help = "the parameters it takes from the service" },
	{ .key = "values", .type = OPTION_PARAMS, .offset = PROCEDURE(values),
	  .max = PROCEDURE_PARAMS_MAX,
	  .help = "what those of them are that are made of others" },
	{ .key = "steps", .type = OPTION_LIST, .offset = PROCEDURE(steps),
	  .required = true, .min = 1, .max = PROCEDURE_STEPS_MAX,
	  .detail = &step_options,
	  .help = "what is done, in this order" },
};

const struct option_table procedure_options = {
	.what = "procedure", .options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct procedure_settings),
	.source = PROCEDURE(source), .presence = -1,
};
/* clang-format on */
