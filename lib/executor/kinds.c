/* The kinds of executors and what their steps say. */
#include "executor/executor.h"

#include <string.h>

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* What each step says, and what each that has an effect may say. */
static const char *const of_any[] = { "name", "executor", "when", "on_failure",
	NULL };
static const char *const of_effect[] = { "user", "check", "environment",
	"timeout", "attempts", "retry_on", "delay", "backoff", "delay_max",
	"resume", "for_each", "capture", "prepare", "undo", "undo_timeout",
	NULL };

/* What the monitor does itself changes nothing, and may be done again. */
static const char *const of_monitor[] = { "timeout", "attempts", "delay",
	"backoff", "delay_max", "for_each", NULL };

static const struct executor_kind command_kind = {
	.name = "command",
	.place = EXECUTOR_OF_COMMAND,
	.takes = WORDS("command"),
	.needs = WORDS("command", "timeout"),
};

static const struct executor_kind http_kind = {
	.name = "http",
	.place = EXECUTOR_OF_HELPER,
	.takes = WORDS("method", "url", "headers", "body", "content_type",
	    "expect_status", "extract", "bearer_file", "username",
	    "password_file", "header_files", "ca_file", "client_cert_file",
	    "client_key_file", "idempotency"),
	.needs = WORDS("url", "timeout"),
};

static const struct executor_kind systemd_kind = {
	.name = "systemd",
	.place = EXECUTOR_OF_HELPER,
	.takes = WORDS("units", "action"),
	.needs = WORDS("units", "action", "timeout"),
};

static const struct executor_kind plugin_kind = {
	.name = "plugin",
	.place = EXECUTOR_OF_HELPER,
	.takes = WORDS("plugin", "settings"),
	.needs = WORDS("plugin", "timeout"),
};

static const struct executor_kind external_kind = {
	.name = "external",
	.place = EXECUTOR_OF_HELPER,
	.takes = WORDS("command", "settings"),
	.needs = WORDS("command", "timeout"),
};

static const struct executor_kind wait_kind = {
	.name = "wait",
	.place = EXECUTOR_OF_MONITOR,
	.takes = WORDS("time", "until", "successes"),
	.needs_one = WORDS("time", "until"),
};

static const struct executor_kind verify_kind = {
	.name = "verify",
	.place = EXECUTOR_OF_MONITOR,
	.takes = WORDS("probes", "successes"),
	.needs = WORDS("timeout"),
};

static const struct executor_kind approval_kind = {
	.name = "approval",
	.place = EXECUTOR_OF_MONITOR,
	.takes = WORDS("role", "ask"),
	.needs = WORDS("role", "timeout"),
};

static const struct executor_kind procedure_kind = {
	.name = "procedure",
	.place = EXECUTOR_OF_CONFIG,
	.takes = WORDS("procedure", "with"),
	.needs = WORDS("procedure"),
};

const struct executor_kind *const executor_kinds[] = { &command_kind,
	&http_kind, &systemd_kind, &plugin_kind, &external_kind, &wait_kind,
	&verify_kind, &approval_kind, &procedure_kind, NULL };

static bool
is_among(const char *const *words, const char *word)
{
	for (; words != NULL && *words != NULL; words++)
		if (strcmp(*words, word) == 0)
			return true;
	return false;
}

const struct executor_kind *
executor_find(const char *name)
{
	for (size_t i = 0; executor_kinds[i] != NULL; i++)
		if (strcmp(executor_kinds[i]->name, name) == 0)
			return executor_kinds[i];
	return NULL;
}

bool
executor_is_claimed(const struct executor_kind *kind)
{
	return kind->place == EXECUTOR_OF_COMMAND ||
	    kind->place == EXECUTOR_OF_HELPER;
}

bool
executor_takes(const struct executor_kind *kind, const char *option)
{
	return is_among(of_any, option) || is_among(kind->takes, option) ||
	    (executor_is_claimed(kind) && is_among(of_effect, option)) ||
	    (kind->place == EXECUTOR_OF_MONITOR &&
		is_among(of_monitor, option));
}
