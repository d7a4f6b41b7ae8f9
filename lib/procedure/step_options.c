#include "procedure/procedure_settings.h"

#define ARGUMENTS_MAX 256
#define ASK_MAX_BYTES 1024
#define CONDITIONS_MAX 16
#define CONTENT_TYPE_MAX_BYTES 128
#define DAY_MS 86400000
#define HEADERS_MAX 32
#define HOUR_MS 3600000
#define PARAMS_MAX 64
#define PATH_MAX_BYTES 1024
#define POINTER_MAX_BYTES 256
#define PROBES_MAX 64
#define RETRY_ON_MAX 16
#define STATUS_MAX 16
#define UNITS_MAX 32
#define URL_MAX_BYTES 4096
#define USERNAME_MAX_BYTES 256

/* clang-format off */
static const struct option_word resumes[] = {
	{ "ask", RESUME_ASK },
	{ "rerun", RESUME_RERUN },
	{ "check", RESUME_CHECK },
	{ NULL, 0 },
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
	  .offset = STEP(timeout_ms),
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
	/* http */
	{ .key = "method", .type = OPTION_NAME, .offset = STEP(method),
	  .help = "GET, HEAD, POST, PUT, PATCH or DELETE; default POST" },
	{ .key = "url", .type = OPTION_TEXT, .offset = STEP(url),
	  .max = URL_MAX_BYTES,
	  .help = "where the request goes" },
	{ .key = "headers", .type = OPTION_STRINGS, .offset = STEP(headers),
	  .min = 1, .max = HEADERS_MAX,
	  .help = "\"Name: value\", added to the request" },
	{ .key = "body", .type = OPTION_TEXT, .offset = STEP(body),
	  .max = STEP_BODY_MAX_BYTES,
	  .help = "what is sent; in JSON each ${NAME} stands within a text" },
	{ .key = "content_type", .type = OPTION_TEXT,
	  .offset = STEP(content_type), .max = CONTENT_TYPE_MAX_BYTES,
	  .help = "what the body is; default application/json" },
	{ .key = "expect_status", .type = OPTION_STRINGS,
	  .offset = STEP(expect_status), .min = 1, .max = STATUS_MAX,
	  .help = "by which the request was done; default 200-299" },
	{ .key = "extract", .type = OPTION_TEXT, .offset = STEP(extract),
	  .max = POINTER_MAX_BYTES,
	  .help = "JSON pointer into the answer, to what capture takes" },
	{ .key = "bearer_file", .type = OPTION_TEXT,
	  .offset = STEP(bearer_file), .max = PATH_MAX_BYTES,
	  .help = "its first line is sent as bearer token" },
	{ .key = "username", .type = OPTION_TEXT, .offset = STEP(username),
	  .max = USERNAME_MAX_BYTES,
	  .help = "sent with the password" },
	{ .key = "password_file", .type = OPTION_TEXT,
	  .offset = STEP(password_file), .max = PATH_MAX_BYTES,
	  .help = "its first line is the password" },
	{ .key = "header_files", .type = OPTION_STRINGS,
	  .offset = STEP(header_files), .min = 1, .max = HEADERS_MAX,
	  .help = "\"Name: /path\", a header whose value is a secret" },
	{ .key = "ca_file", .type = OPTION_TEXT, .offset = STEP(ca_file),
	  .max = PATH_MAX_BYTES,
	  .help = "who may have signed the server's certificate" },
	{ .key = "client_cert_file", .type = OPTION_TEXT,
	  .offset = STEP(client_cert_file), .max = PATH_MAX_BYTES,
	  .help = "the certificate it shows itself" },
	{ .key = "client_key_file", .type = OPTION_TEXT,
	  .offset = STEP(client_key_file), .max = PATH_MAX_BYTES,
	  .help = "the key of that certificate" },
	{ .key = "idempotency", .type = OPTION_NAME,
	  .offset = STEP(idempotency),
	  .help = "\"key\": an Idempotency-Key makes a second request safe" },
	/* systemd */
	{ .key = "units", .type = OPTION_STRINGS, .offset = STEP(units),
	  .min = 1, .max = UNITS_MAX,
	  .help = "the units, one after the other" },
	{ .key = "action", .type = OPTION_NAME, .offset = STEP(action),
	  .help = "what is done to the units" },
	/* plugin, external */
	{ .key = "plugin", .type = OPTION_TEXT, .offset = STEP(plugin),
	  .max = PATH_MAX_BYTES,
	  .help = "the shared object, by its absolute path" },
	{ .key = "settings", .type = OPTION_PARAMS, .offset = STEP(settings),
	  .max = PARAMS_MAX,
	  .help = "what the plug-in or program is told" },
	/* wait, verify */
	{ .key = "time", .type = OPTION_DURATION, .offset = STEP(wait_ms),
	  .min = 100, .max = DAY_MS,
	  .help = "how long it waits" },
	{ .key = "until", .type = OPTION_NAME, .offset = STEP(until),
	  .help = "the probe whose answers it waits for" },
	{ .key = "successes", .type = OPTION_COUNT, .offset = STEP(successes),
	  .min = 1, .max = STEP_SUCCESSES_MAX,
	  .help = "good answers in a row that are enough" },
	{ .key = "probes", .type = OPTION_NAMES, .offset = STEP(probes),
	  .min = 1, .max = PROBES_MAX,
	  .help = "the probes that are asked; default those of verify" },
	/* approval */
	{ .key = "role", .type = OPTION_NAME, .offset = STEP(role),
	  .help = "who may let the run go on" },
	{ .key = "ask", .type = OPTION_TEXT, .offset = STEP(ask),
	  .max = ASK_MAX_BYTES,
	  .help = "what people are asked" },
	/* procedure */
	{ .key = "procedure", .type = OPTION_NAME, .offset = STEP(procedure),
	  .help = "the procedure whose steps are done here" },
	{ .key = "with", .type = OPTION_PARAMS, .offset = STEP(with),
	  .max = PARAMS_MAX,
	  .help = "values for the parameters of that procedure" },
};

const struct option_table step_options = {
	.what = "step", .options = steps, .count = OPTION_COUNT_OF(steps),
	.size = sizeof(struct step_settings),
	.source = STEP(source), .presence = -1,
};
/* clang-format on */
