#include "service/service_settings.h"

#include "decision/cooldown.h"

#define SECOND_MS 1000
#define DAY_MS 86400000
#define WEEK_MS 604800000
#define PARAMS_MAX 64
#define PROCEDURES_MAX 64

/* clang-format off */
#define SERVICE(member) offsetof(struct service_settings, member)
static const struct option options[] = {
	{ .key = "name", .type = OPTION_NAME, .offset = SERVICE(name),
	  .required = true,
	  .help = "what operators call it" },
	{ .key = "environment", .type = OPTION_NAME,
	  .offset = SERVICE(environment), .required = true,
	  .help = "where it runs; the lock of its runs unless they say else" },
	{ .key = "group", .type = OPTION_NAME, .offset = SERVICE(group),
	  .help = "services that depend on each other; default: its name" },
	{ .key = "params", .type = OPTION_PARAMS, .offset = SERVICE(params),
	  .max = PARAMS_MAX,
	  .help = "what procedures need to know about it" },
	{ .key = "settle", .type = OPTION_DURATION,
	  .offset = SERVICE(settle_ms), .fallback = "2m", .max = DAY_MS,
	  .help = "grace after a deployment or rollback" },
	{ .key = "soak", .type = OPTION_TEXT, .offset = SERVICE(soak),
	  .fallback = "1h",
	  .help = "has done well for so long: known to be good; or \"none\"" },
	{ .key = "cooldown", .type = OPTION_DURATION,
	  .offset = SERVICE(cooldown_ms), .fallback = "30m", .max = WEEK_MS,
	  .help = "from the end of a rollback to the next automatic one" },
	{ .key = "cooldown_max", .type = OPTION_DURATION,
	  .offset = SERVICE(cooldown_max_ms), .fallback = "8h", .max = WEEK_MS,
	  .help = "so far cooldown doubles with each of the last 24 hours" },
	{ .key = "budget", .type = OPTION_COUNT, .offset = SERVICE(budget),
	  .fallback = "4", .min = 1, .max = BUDGET_MAX,
	  .help = "automatic rollbacks an hour" },
	{ .key = "held_alarm", .type = OPTION_DURATION,
	  .offset = SERVICE(held_alarm_ms), .fallback = "10m",
	  .min = SECOND_MS, .max = WEEK_MS,
	  .help = "held for so long, a rule raises an alarm" },
	{ .key = "silent_alarm", .type = OPTION_DURATION,
	  .offset = SERVICE(silent_alarm_ms), .fallback = "5m",
	  .min = SECOND_MS, .max = WEEK_MS,
	  .help = "a probe of which only lost answers come raises an alarm" },
	{ .key = "maintenance", .type = OPTION_STRINGS,
	  .offset = SERVICE(maintenance), .max = SERVICE_MAINTENANCE_MAX,
	  .help = "spans of the week in which nothing acts by itself" },
	{ .key = "procedures", .type = OPTION_NAMES,
	  .offset = SERVICE(procedures), .max = PROCEDURES_MAX,
	  .help = "further ones that operators may run" },
	{ .key = "probes", .type = OPTION_LIST, .offset = SERVICE(probes),
	  .required = true, .min = 1, .max = SERVICE_PROBES_MAX,
	  .detail = &probe_options,
	  .help = "what is asked" },
	{ .key = "evaluators", .type = OPTION_LIST,
	  .offset = SERVICE(evaluators), .max = SERVICE_EVALUATORS_MAX,
	  .detail = &evaluator_options,
	  .help = "how the answers are judged" },
	{ .key = "rules", .type = OPTION_LIST, .offset = SERVICE(rules),
	  .max = SERVICE_RULES_MAX, .detail = &rule_options,
	  .help = "when that means that the release is bad" },
	{ .key = "verify", .type = OPTION_GROUP, .offset = SERVICE(verify),
	  .required = true, .detail = &verify_options,
	  .help = "what proves that a rollback helped" },
	{ .key = "discover", .type = OPTION_GROUP, .offset = SERVICE(discover),
	  .detail = &discover_options,
	  .help = "how deployments are seen that nobody tells of" },
	{ .key = "drill", .type = OPTION_GROUP, .offset = SERVICE(drill),
	  .detail = &drill_options,
	  .help = "how a bad release is tried on purpose" },
	{ .key = "report", .type = OPTION_GROUP, .offset = SERVICE(report),
	  .detail = &report_options,
	  .help = "how its incidents are written up" },
	{ .key = "like", .type = OPTION_NAME, .offset = SERVICE(like),
	  .help = "the template that says what is not said here" },
};

const struct option_table service_options = {
	.what = "service", .options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct service_settings),
	.source = SERVICE(source), .presence = -1,
};
/* clang-format on */
