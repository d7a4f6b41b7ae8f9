#include "decision/rule_settings.h"

#define EVALUATORS_MAX 64

/* clang-format off */
static const struct option_word severities[] = {
	{ "P0", SEVERITY_P0 },
	{ "P1", SEVERITY_P1 },
	{ "P2", SEVERITY_P2 },
	{ "P3", SEVERITY_P3 },
	{ NULL, 0 },
};

static const struct option_word modes[] = {
	{ "enforce", MODE_ENFORCE },
	{ "propose", MODE_PROPOSE },
	{ "shadow", MODE_SHADOW },
	{ NULL, 0 },
};

static const struct option_word whens[] = {
	{ "tripped", RULE_WHEN_TRIPPED },
	{ "cleared", RULE_WHEN_CLEARED },
	{ "reported", RULE_WHEN_REPORTED },
	{ NULL, 0 },
};

static const struct option_word classes[] = {
	{ "any", REPORT_ANY },
	{ "bug", REPORT_BUG },
	{ "security", REPORT_SECURITY },
	{ "data", REPORT_DATA },
	{ NULL, 0 },
};

#define RULE(member) offsetof(struct rule_settings, member)
static const struct option options[] = {
	{ .key = "name", .type = OPTION_NAME, .offset = RULE(name),
	  .required = true,
	  .help = "what reports and operators call it" },
	{ .key = "any", .type = OPTION_NAMES, .offset = RULE(any),
	  .min = 1, .max = EVALUATORS_MAX,
	  .help = "holds when one of these evaluators has tripped" },
	{ .key = "all", .type = OPTION_NAMES, .offset = RULE(all),
	  .min = 1, .max = EVALUATORS_MAX,
	  .help = "holds when all of these evaluators have tripped" },
	{ .key = "of", .type = OPTION_NAMES, .offset = RULE(of),
	  .min = 1, .max = EVALUATORS_MAX,
	  .help = "holds when at_least so many of these have tripped" },
	{ .key = "at_least", .type = OPTION_COUNT, .offset = RULE(at_least),
	  .min = 1, .max = EVALUATORS_MAX,
	  .help = "how many, together with of" },
	{ .key = "when", .type = OPTION_WORD, .offset = RULE(when),
	  .fallback = "tripped", .detail = whens,
	  .help = "holds when these have tripped, or when they have and all "
		  "is well again, or when a person reports something" },
	{ .key = "class", .type = OPTION_WORD, .offset = RULE(class),
	  .fallback = "any", .detail = classes,
	  .help = "with when = \"reported\": only reports of this class" },
	{ .key = "severity", .type = OPTION_WORD, .offset = RULE(severity),
	  .required = true, .detail = severities,
	  .help = "P0 acts by itself, P1 and P3 are approved, P2 is ordered" },
	{ .key = "mode", .type = OPTION_WORD, .offset = RULE(mode),
	  .required = true, .detail = modes,
	  .help = "act, only propose, or only count what would be done" },
	{ .key = "arm_window", .type = OPTION_TEXT,
	  .offset = RULE(arm_window), .required = true,
	  .help = "acts only so long after a deployment; \"none\": always" },
	{ .key = "procedure", .type = OPTION_NAME, .offset = RULE(procedure),
	  .required = true,
	  .help = "what is done" },
	{ .key = "automatic_destructive", .type = OPTION_BOOL,
	  .offset = RULE(automatic_destructive), .fallback = "false",
	  .help = "acts by itself though the procedure is destructive" },
	{ .key = "window", .type = OPTION_STRINGS, .offset = RULE(window),
	  .max = RULE_WINDOWS_MAX,
	  .help = "acts only within these spans of the week" },
};

const struct option_table rule_options = {
	.what = "rule", .options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct rule_settings),
	.source = RULE(source), .presence = -1,
};
/* clang-format on */
