/*
 * procedure_settings.h - a rollback procedure as configuration tells it.
 */
#ifndef PROCEDURE_PROCEDURE_SETTINGS_H
#define PROCEDURE_PROCEDURE_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/option.h"
#include "base/source.h"
#include "base/strings.h"

#define PROCEDURE_STEPS_MAX 128      /* those of nested ones included */
#define PROCEDURE_PARAMS_MAX 256     /* likewise */
#define PROCEDURE_PLAN_STEPS_MAX 256 /* after for_each */
#define STEP_ATTEMPTS_MAX 10
#define STEP_BACKOFF_MAX 10
#define STEP_BODY_MAX_BYTES (32 * 1024)
#define STEP_SUCCESSES_MAX 1000

/* What to do when a crash or reboot left a step with unknown outcome. */
enum resume {
	RESUME_ASK,   /* stop and page: only a person can know */
	RESUME_RERUN, /* the step may be run again safely */
	RESUME_CHECK, /* ask the step's check command */
};

struct step_settings {
	struct source source;
	const char *name;
	const char *executor;   /* default "command": see executor.h */
	const char *user;       /* the step's user; used in systemd mode */
	struct strings command; /* command[0] is an absolute path */
	struct strings check;   /* with resume = "check": 0 done, 1 not done */
	struct params environment;
	int64_t timeout_ms;
	unsigned attempts;       /* in all; default 1 */
	struct strings retry_on; /* exit statuses: "nothing was done" */
	int64_t delay_ms;        /* from a failed attempt to the second */
	double backoff;          /* times the delay before */
	int64_t delay_max_ms;    /* no delay grows past it */
	struct strings when;
	const char *on_failure; /* "stop", "continue", "procedure:NAME" */
	enum resume resume;
	const char *for_each; /* name of a parameter that is a list */
	const char *capture;  /* name that the step's output gets */
	/*
	 * It changes nothing, and sees whether the rest can be done: it runs
	 * before a person is asked.  Only before all others.
	 */
	bool prepare;
	struct strings undo;     /* takes back what the step has done */
	int64_t undo_timeout_ms; /* 0: as the step's */

	/* executor = "http"; a text that is not said is NULL. */
	const char *method; /* default POST */
	const char *url;
	struct strings headers; /* "Name: value" */
	const char *body;
	const char *content_type; /* with a body; default application/json */
	struct strings expect_status; /* "200", "200-299", the default */
	const char *extract;          /* JSON pointer to the step's output */
	const char *bearer_file;
	const char *username;
	const char *password_file;
	struct strings header_files; /* "Name: /path" */
	const char *ca_file;
	const char *client_cert_file;
	const char *client_key_file;
	const char *idempotency; /* "key" or "none", the default */

	/* executor = "systemd" */
	struct strings units;
	const char *action;

	/* executor = "plugin", "external" */
	const char *plugin; /* path of the shared object */
	struct params settings;

	/* executor = "wait", "verify" */
	int64_t wait_ms;    /* "time"; 0: until */
	const char *until;  /* a probe of the service */
	unsigned successes; /* 0: not said */
	struct strings probes;

	/* executor = "approval" */
	const char *role;
	const char *ask; /* for people */

	/* executor = "procedure" */
	const char *procedure;
	struct params with;
};

struct param_spec {
	struct source source;
	const char *name;
	bool required;
	const char *match;    /* PCRE2 pattern for the whole value */
	const char *fallback; /* "default" */
	bool dash;            /* may begin an argument with "-" */
};

struct procedure_settings {
	struct source source;
	const char *name;
	const char *description;
	int64_t budget_ms;    /* for the whole run, verification included */
	const char *lock;     /* may hold ${...}; NULL: the environment */
	const char *escalate; /* procedure to run when this one fails */
	bool undo_on_abort;   /* an abort undoes what was done */
	bool destructive;     /* no rule starts it without a person */
	struct param_spec *params;
	size_t param_count;
	struct params values; /* of parameters that are made of others */
	struct step_settings *steps;
	size_t step_count;
	/*
	 * The procedures whose steps stand in it, once it is flat: see
	 * flatten.h.
	 */
	const struct procedure_settings **parts;
	size_t part_count;
};

extern const struct option_table procedure_options;
extern const struct option_table step_options;

#endif
