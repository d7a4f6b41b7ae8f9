#include "config/pin_impl.h"

#include "decision/cooldown.h"

#define PROCEDURES_MAX 4096
#define WEEK_MS 604800000

/* clang-format off */
#define SERVICE(member) offsetof(struct service_settings, member)
static const struct option service_part[] = {
	{ .key = "name", .type = OPTION_NAME, .offset = SERVICE(name),
	  .required = true, .help = "the service" },
	{ .key = "environment", .type = OPTION_NAME,
	  .offset = SERVICE(environment), .required = true,
	  .help = "where it runs" },
	{ .key = "group", .type = OPTION_NAME, .offset = SERVICE(group),
	  .required = true, .help = "its group" },
	{ .key = "params", .type = OPTION_PARAMS, .offset = SERVICE(params),
	  .help = "its parameters" },
	{ .key = "cooldown", .type = OPTION_DURATION,
	  .offset = SERVICE(cooldown_ms), .required = true, .max = WEEK_MS,
	  .help = "between two rollbacks" },
	{ .key = "cooldown_max", .type = OPTION_DURATION,
	  .offset = SERVICE(cooldown_max_ms), .fallback = "8h", .max = WEEK_MS,
	  .help = "so far it grows" },
	{ .key = "budget", .type = OPTION_COUNT, .offset = SERVICE(budget),
	  .fallback = "4", .max = BUDGET_MAX,
	  .help = "automatic rollbacks an hour" },
	{ .key = "procedures", .type = OPTION_NAMES,
	  .offset = SERVICE(procedures), .max = PROCEDURES_MAX,
	  .help = "all that may be run for it" },
};

const struct option_table pin_service_table = {
	.what = "service", .options = service_part,
	.count = OPTION_COUNT_OF(service_part),
	.size = sizeof(struct service_settings), .source = -1, .presence = -1,
};

static const struct option rules_part[] = {
	{ .key = "cleared", .type = OPTION_NAMES, .offset = 0,
	  .max = PROCEDURES_MAX,
	  .help = "what is run when all is well again" },
};

const struct option_table pin_rules_table = {
	.what = "rules", .options = rules_part,
	.count = OPTION_COUNT_OF(rules_part),
	.size = sizeof(struct strings), .source = -1, .presence = -1,
};

static const struct option_word severities[] = {
	{ "P0", SEVERITY_P0 },
	{ "P1", SEVERITY_P1 },
	{ "P2", SEVERITY_P2 },
	{ "P3", SEVERITY_P3 },
	{ NULL, 0 },
};

#define AUTHORITY(member) offsetof(struct pin_authority, member)
static const struct option authority_part[] = {
	{ .key = "automatic", .type = OPTION_BOOL,
	  .offset = AUTHORITY(is_automatic), .fallback = "false",
	  .help = "it takes nobody's word" },
	{ .key = "severity", .type = OPTION_WORD,
	  .offset = AUTHORITY(severity), .required = true,
	  .detail = severities,
	  .help = "or of those who may act on that" },
	{ .key = "groups", .type = OPTION_NAMES, .offset = AUTHORITY(groups),
	  .max = PROCEDURES_MAX,
	  .help = "the Unix groups of those" },
	{ .key = "drill", .type = OPTION_BOOL, .offset = AUTHORITY(is_drill),
	  .fallback = "false",
	  .help = "it may be broken with it on purpose" },
	{ .key = "pass_on_call", .type = OPTION_NAMES,
	  .offset = AUTHORITY(gates[SEVERITY_P0]), .max = PROCEDURES_MAX,
	  .help = "the Unix groups of those who may be on_call" },
	{ .key = "pass_lead", .type = OPTION_NAMES,
	  .offset = AUTHORITY(gates[SEVERITY_P1]), .max = PROCEDURES_MAX,
	  .help = "the Unix groups of those who may be lead" },
	{ .key = "pass_manager", .type = OPTION_NAMES,
	  .offset = AUTHORITY(gates[SEVERITY_P2]), .max = PROCEDURES_MAX,
	  .help = "the Unix groups of those who may be manager" },
	{ .key = "pass_product", .type = OPTION_NAMES,
	  .offset = AUTHORITY(gates[SEVERITY_P3]), .max = PROCEDURES_MAX,
	  .help = "the Unix groups of those who may be product" },
};

const struct option_table pin_authority_table = {
	.what = "authority", .options = authority_part,
	.count = OPTION_COUNT_OF(authority_part),
	.size = sizeof(struct pin_authority), .source = -1, .presence = -1,
};

static const struct option limits_part[] = {
	{ .key = "rollbacks_per_hour", .type = OPTION_COUNT,
	  .offset = offsetof(struct limits_settings, rollbacks_per_hour),
	  .fallback = "20", .max = ROLLBACKS_PER_HOUR_MAX,
	  .help = "automatic ones, of all services together" },
};

const struct option_table pin_limits_table = {
	.what = "limits", .options = limits_part,
	.count = OPTION_COUNT_OF(limits_part),
	.size = sizeof(struct limits_settings), .source = -1, .presence = -1,
};

static const struct option parts[] = {
	{ .key = "service", .type = OPTION_GROUP,
	  .offset = offsetof(struct pin, service), .required = true,
	  .detail = &pin_service_table, .help = "the service" },
	{ .key = "procedure", .type = OPTION_GROUP,
	  .offset = offsetof(struct pin, procedure), .required = true,
	  .detail = &procedure_options, .help = "the procedure" },
	{ .key = "rules", .type = OPTION_GROUP,
	  .offset = offsetof(struct pin, cleared),
	  .detail = &pin_rules_table, .help = "what its rules say of it" },
	{ .key = "authority", .type = OPTION_GROUP,
	  .offset = offsetof(struct pin, authority),
	  .detail = &pin_authority_table, .help = "who has a say" },
	{ .key = "limits", .type = OPTION_GROUP,
	  .offset = offsetof(struct pin, limits),
	  .detail = &pin_limits_table, .help = "how often at most" },
};

const struct option_table pin_table = {
	.what = "pin", .options = parts, .count = OPTION_COUNT_OF(parts),
	.size = sizeof(struct pin), .source = -1, .presence = -1,
};
/* clang-format on */
