#include "procedure/procedure_settings.h"

#define ARGUMENTS_MAX 256
#define DAY_MS 86400000
#define HOUR_MS 3600000
#define CONDITIONS_MAX 16
#define LOCK_MAX_BYTES 256
#define PARAMS_MAX 64
#define RETRY_ON_MAX 16

/* clang-format off */
static const struct option_word resumes[] = {
	{ "ask", RESUME_ASK },
	{ "rerun", RESUME_RERUN },
	{ "check", RESUME_CHECK },
	{ NULL, 0 },
};

#define PARAM(member) offsetof(struct param_spec, member)
static const struct option params[] = {
	{ .key = "required", .type = OPTION_BOOL, .offset = PARAM(required),
	  .fallback = "false",
	  .help = "each service that uses the procedure must give it" },
	{ .key = "match", .type = OPTION_TEXT, .offset = PARAM(match),
	  .max = 512,
	  .help = "regular expression (PCRE2) for the whole value" },
	{ .key = "default", .type = OPTION_TEXT, .offset = PARAM(fallback),
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

#define STEP(member) offsetof(struct step_settings, member)
static const struct option steps[] = {
	{ .key = "name", .type = OPTION_NAME, .offset = STEP(name),
	  .required = true,
	  .help = "what when, reports and operators call it" },
	{ .key = "executor", .type = OPTION_NAME, .offset = STEP(executor),
	  .fallback = "command",
	  .help = "how it is done" },
	{ .key = "user", .type = OPTION_NAME, .offset = STEP(user),
	  .help = "the user it runs as; not used in direct mode" },
	{ .key = "command", .type = OPTION_STRINGS, .offset = STEP(command),
	  .min = 1, .max = ARGUMENTS_MAX,
	  .help = "program and arguments, as they are: there is no shell" },
	{ .key = "check", .type = OPTION_STRINGS, .offset = STEP(check),
	  .min = 1, .max = ARGUMENTS_MAX,
	  .help = "exit status 0: it was done, 1: it was not" },
	{ .key = "environment", .type = OPTION_PARAMS,
	  .offset = STEP(environment), .max = PARAMS_MAX,
	  .help = "variables for the program, besides ROLLBACK_*" },
	{ .key = "timeout", .type = OPTION_DURATION,
	  .offset = STEP(timeout_ms), .required = true,
	  .min = 100, .max = DAY_MS,
	  .help = "then everything that it started is killed" },
	{ .key = "attempts", .type = OPTION_COUNT, .offset = STEP(attempts),
	  .fallback = "1", .min = 1, .max = STEP_ATTEMPTS_MAX,
	  .help = "how often in all it is tried" },
	{ .key = "retry_on", .type = OPTION_STRINGS, .offset = STEP(retry_on),
	  .min = 1, .max = RETRY_ON_MAX,
	  .help = "exit statuses by which it says that it has done nothing" },
	{ .key = "delay", .type = OPTION_DURATION, .offset = STEP(delay_ms),
	  .fallback = "5s", .max = HOUR_MS,
	  .help = "from the first attempt to the second" },
	{ .key = "backoff", .type = OPTION_NUMBER, .offset = STEP(backoff),
	  .fallback = "2", .min = 1, .max = STEP_BACKOFF_MAX,
	  .help = "each further delay is so many times the one before" },
	{ .key = "delay_max", .type = OPTION_DURATION,
	  .offset = STEP(delay_max_ms), .fallback = "1m", .max = HOUR_MS,
	  .help = "no delay grows past this" },
	{ .key = "when", .type = OPTION_STRINGS, .offset = STEP(when),
	  .min = 1, .max = CONDITIONS_MAX,
	  .help = "conditions, all of which must hold, else it is skipped" },
	{ .key = "on_failure", .type = OPTION_TEXT,
	  .offset = STEP(on_failure), .fallback = "stop",
	  .help = "\"stop\", \"continue\" or \"procedure:NAME\"" },
	{ .key = "resume", .type = OPTION_WORD, .offset = STEP(resume),
	  .detail = resumes, .fallback = "ask",
	  .help = "what to do when a crash left its outcome unknown" },
	{ .key = "for_each", .type = OPTION_NAME, .offset = STEP(for_each),
	  .help = "once for each word of this parameter" },
	{ .key = "capture", .type = OPTION_NAME, .offset = STEP(capture),
	  .help = "the name under which later steps find its output" },
	{ .key = "prepare", .type = OPTION_BOOL, .offset = STEP(prepare),
	  .fallback = "false",
	  .help = "only looks whether the rest can be done; comes before an "
		  "approval" },
	{ .key = "undo", .type = OPTION_STRINGS, .offset = STEP(undo),
	  .min = 1, .max = ARGUMENTS_MAX,
	  .help = "takes back what it has done, when the run fails later" },
	{ .key = "undo_timeout", .type = OPTION_DURATION,
	  .offset = STEP(undo_timeout_ms), .min = 100, .max = DAY_MS,
	  .help = "then the undo is killed; default: the timeout" },
};

static const struct option_table step_options = {
	.what = "step", .options = steps, .count = OPTION_COUNT_OF(steps),
	.size = sizeof(struct step_settings),
	.source = STEP(source), .presence = -1,
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
	{ .key = "params", .type = OPTION_NAMED, .offset = PROCEDURE(params),
	  .max = PARAMS_MAX, .detail = &param_options,
	  .help = "the parameters it takes from the service" },
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
