#include "config/main_options.h"

#include "config/config.h"
#include "decision/cooldown.h"

#define ENVIRONMENTS_MAX 64
#define GROUPS_MAX 64
#define INCLUDES_MAX 64
#define NOTIFIERS_MAX 64
#define TEMPLATES_MAX 1000
#define WITNESSES_MAX 16

/* clang-format off */
#define ROLES(member) offsetof(struct control_roles, member)
#define ROLE(word, meaning) \
	{ .key = #word, .type = OPTION_NAMES, .offset = ROLES(word), \
	  .max = GROUPS_MAX, .help = meaning }
static const struct option roles[] = {
	ROLE(ci, "Unix groups that may say deploy, beat and probe"),
	ROLE(on_call, "Unix groups that may act on P0"),
	ROLE(lead, "Unix groups that may act on P1 as well"),
	ROLE(manager, "Unix groups that may act on P2 as well"),
	ROLE(product, "Unix groups that may act on P3"),
	ROLE(steps, "Unix groups of users of steps: a run may reset baselines"),
};

static const struct option_table roles_options = {
	.what = "roles", .options = roles, .count = OPTION_COUNT_OF(roles),
	.size = sizeof(struct control_roles), .source = -1, .presence = -1,
};

#define CONTROL(member) offsetof(struct control_settings, member)
static const struct option control[] = {
	{ .key = "socket", .type = OPTION_PATH, .offset = CONTROL(socket),
	  .fallback = "/run/rollbackd/control.sock", .max = 100,
	  .help = "where rollbackctl finds the daemon" },
	{ .key = "socket_group", .type = OPTION_NAME,
	  .offset = CONTROL(socket_group),
	  .help = "Unix group that may connect; default: the daemon's own" },
	{ .key = "roles", .type = OPTION_GROUP, .offset = CONTROL(roles),
	  .detail = &roles_options,
	  .help = "who may do what" },
};

static const struct option_table control_options = {
	.what = "control", .options = control,
	.count = OPTION_COUNT_OF(control),
	.size = sizeof(struct control_settings),
	.source = CONTROL(source), .presence = -1,
};

#define RUNNER(member) offsetof(struct runner_settings, member)
static const struct option_word runner_modes[] = {
	{ "auto", RUNNER_AUTO },
	{ "systemd", RUNNER_SYSTEMD },
	{ "direct", RUNNER_DIRECT },
	{ NULL, 0 },
};
static const struct option runner[] = {
	{ .key = "mode", .type = OPTION_WORD, .offset = RUNNER(mode),
	  .fallback = "auto", .detail = runner_modes,
	  .help = "who starts steps and commands: PID 1, or the daemon" },
	{ .key = "program", .type = OPTION_PATH, .offset = RUNNER(program),
	  .fallback = LIBEXECDIR "/rollbackd-step",
	  .help = "the step runner" },
	{ .key = "kill_grace", .type = OPTION_DURATION,
	  .offset = RUNNER(kill_grace_ms), .fallback = "5s", .max = 300000,
	  .help = "from TERM to KILL when a step's time is up" },
	{ .key = "folder", .type = OPTION_PATH, .offset = RUNNER(folder),
	  .fallback = "/var/lib/rollbackd-step",
	  .help = "the runner's own folder in systemd mode" },
	{ .key = "helpers", .type = OPTION_PATH, .offset = RUNNER(helpers),
	  .fallback = "/run/rollbackd-helper", .max = 90,
	  .help = "where commands meet the daemon in systemd mode" },
	{ .key = "helper_user", .type = OPTION_NAME,
	  .offset = RUNNER(helper_user), .fallback = "rollbackd-helper",
	  .help = "who runs commands in systemd mode" },
};

static const struct option_table runner_options = {
	.what = "runner", .options = runner,
	.count = OPTION_COUNT_OF(runner),
	.size = sizeof(struct runner_settings),
	.source = RUNNER(source), .presence = -1,
};

#define RECORD(member) offsetof(struct record_settings, member)
static const struct option record[] = {
	{ .key = "file", .type = OPTION_PATH, .offset = RECORD(file),
	  .max = 4000,
	  .help = "where what is seen and decided is written; default: "
	  "nowhere" },
	{ .key = "max_size", .type = OPTION_SIZE, .offset = RECORD(max_bytes),
	  .fallback = "64MiB", .min = 4096, .max = 1099511627776.0,
	  .help = "then it becomes FILE.1, and the next begins" },
	{ .key = "keep", .type = OPTION_COUNT, .offset = RECORD(keep),
	  .fallback = "4", .min = 0, .max = 1000,
	  .help = "how many older ones stay" },
};

static const struct option_table record_options = {
	.what = "record", .options = record,
	.count = OPTION_COUNT_OF(record),
	.size = sizeof(struct record_settings),
	.source = RECORD(source), .presence = -1,
};

static const struct option limits[] = {
	{ .key = "rollbacks_per_hour", .type = OPTION_COUNT,
	  .offset = offsetof(struct limits_settings, rollbacks_per_hour),
	  .fallback = "20", .min = 1, .max = ROLLBACKS_PER_HOUR_MAX,
	  .help = "automatic ones of all services together" },
};

static const struct option_table limits_options = {
	.what = "limits", .options = limits,
	.count = OPTION_COUNT_OF(limits),
	.size = sizeof(struct limits_settings),
	.source = -1, .presence = -1,
};

#define ENVIRONMENT(member) offsetof(struct environment_settings, member)
static const struct option environment[] = {
	{ .key = "name", .type = OPTION_NAME, .offset = ENVIRONMENT(name),
	  .required = true,
	  .help = "as services name it" },
	{ .key = "drills", .type = OPTION_BOOL, .offset = ENVIRONMENT(drills),
	  .fallback = "false",
	  .help = "services may be broken there on purpose" },
	{ .key = "report", .type = OPTION_GROUP,
	  .offset = ENVIRONMENT(report), .detail = &report_options,
	  .help = "how incidents there are written up" },
};

static const struct option_table environment_options = {
	.what = "environment", .options = environment,
	.count = OPTION_COUNT_OF(environment),
	.size = sizeof(struct environment_settings),
	.source = ENVIRONMENT(source), .presence = -1,
};

#define MAIN(member) offsetof(struct config, member)
static const struct option main_file[] = {
	{ .key = "state_directory", .type = OPTION_PATH,
	  .offset = MAIN(state_directory), .fallback = "/var/lib/rollbackd",
	  .help = "where the daemon keeps what it must not forget" },
	{ .key = "control", .type = OPTION_GROUP, .offset = MAIN(control),
	  .detail = &control_options,
	  .help = "the socket for operators and their roles" },
	{ .key = "runner", .type = OPTION_GROUP, .offset = MAIN(runner),
	  .detail = &runner_options,
	  .help = "the program that runs steps" },
	{ .key = "record", .type = OPTION_GROUP, .offset = MAIN(record),
	  .detail = &record_options,
	  .help = "a recording of what is seen and decided, for backtests" },
	{ .key = "limits", .type = OPTION_GROUP, .offset = MAIN(limits),
	  .detail = &limits_options,
	  .help = "how much may happen by itself" },
	{ .key = "severities", .type = OPTION_GROUP,
	  .offset = MAIN(severities), .detail = &severities_options,
	  .help = "how fast each severity is answered" },
	{ .key = "environments", .type = OPTION_LIST,
	  .offset = MAIN(environments), .max = ENVIRONMENTS_MAX,
	  .detail = &environment_options,
	  .help = "what is allowed where services run" },
	{ .key = "metrics_file", .type = OPTION_PATH,
	  .offset = MAIN(metrics_file), .max = 4000,
	  .help = "where the daemon's own metrics are written, every 15 s; "
	  "default: nowhere" },
	{ .key = "include", .type = OPTION_STRINGS, .offset = MAIN(include),
	  .max = INCLUDES_MAX,
	  .help = "folders (all *.conf in them) and files to read as well" },
};

const struct option_table main_options = {
	.what = "main file", .options = main_file,
	.count = OPTION_COUNT_OF(main_file), .size = sizeof(struct config),
	.source = -1, .presence = -1,
};

static const struct option every_file[] = {
	{ .key = "witnesses", .type = OPTION_LIST, .offset = MAIN(witnesses),
	  .max = WITNESSES_MAX, .detail = &probe_options,
	  .help = "probes that fail only when our own network does" },
	{ .key = "notifiers", .type = OPTION_LIST, .offset = MAIN(notifiers),
	  .max = NOTIFIERS_MAX, .detail = &notifier_options,
	  .help = "who is told" },
	{ .key = "templates", .type = OPTION_NAMED, .max = TEMPLATES_MAX,
	  .detail = &service_options,
	  .help = "what services with like = \"NAME\" have in common" },
	{ .key = "services", .type = OPTION_LIST, .offset = MAIN(services),
	  .max = CONFIG_SERVICES_MAX, .detail = &service_options,
	  .help = "what is watched" },
	{ .key = "procedures", .type = OPTION_LIST,
	  .offset = MAIN(procedures), .max = CONFIG_PROCEDURES_MAX,
	  .detail = &procedure_options,
	  .help = "how a rollback is done" },
};

const struct option_table file_options = {
	.what = "file", .options = every_file,
	.count = OPTION_COUNT_OF(every_file), .size = sizeof(struct config),
	.source = -1, .presence = -1,
};
/* clang-format on */
