/*
 * config.h - the whole configuration: read, checked, never changed after.
 *
 * config_load() reads the main file and its include folders, checks all of it
 * and either hands over a configuration that every constructor downstream may
 * trust or collects every complaint.  It touches nothing but the files, reads
 * no clock and may run on any thread.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/option.h"
#include "base/source.h"
#include "base/strings.h"
#include "config/complaints.h"
#include "decision/severity_settings.h"
#include "procedure/procedure_settings.h"
#include "report/notifier_settings.h"
#include "service/service_settings.h"

#define CONFIG_SERVICES_MAX 20000
#define CONFIG_PROCEDURES_MAX 5000
#define CONFIG_FILES_MAX 1000
#define CONFIG_FILE_MAX_BYTES (16 * 1024 * 1024)

/* Unix groups whose members have a role. */
struct control_settings {
	struct source source;
	const char *socket;       /* default /run/rollbackd/control.sock */
	const char *socket_group; /* who may connect; NULL: the daemon's own */
	struct control_roles {
		struct strings ci;
		struct strings on_call;
		struct strings lead;
		struct strings manager;
		struct strings product;
		struct strings steps;
	} roles;
};

enum runner_mode {
	RUNNER_AUTO, /* whatever started the daemon says */
	RUNNER_SYSTEMD,
	RUNNER_DIRECT,
};

struct runner_settings {
	struct source source;
	int mode;              /* enum runner_mode */
	const char *program;   /* rollbackd-step */
	int64_t kill_grace_ms; /* between TERM and KILL at the time limit */
	/* In systemd mode; as the units name them. */
	const char *folder;      /* the runner's own */
	const char *helpers;     /* where helpers find the daemon */
	const char *helper_user; /* as whom they run */
};

/* What the daemon sees and decides is written down, for backtests. */
struct record_settings {
	struct source source;
	const char *file;  /* NULL: it is not */
	int64_t max_bytes; /* then the next file begins */
	unsigned keep;     /* how many older ones stay */
};

/* Of all services together. */
struct limits_settings {
	unsigned rollbacks_per_hour; /* automatic ones */
};

/* Where services run; one that is not named allows nothing. */
struct environment_settings {
	struct source source;
	const char *name;
	bool drills; /* services may be broken there on purpose */
	struct report_settings report; /* of services that say nothing */
};

/* A file as it was read: kept for the last-known-good copy. */
struct config_file {
	const char *path;  /* relative to the main file's folder */
	const char *shown; /* as complaints and struct source name it */
	const char *bytes; /* then a newline and a NUL; see config_forget() */
	size_t length;
};

/* What services with like = NAME have in common is in the services. */
struct config_template {
	const char *name;
	const char *like; /* NULL: none */
	struct source source;
};

/* Services and procedures are sorted by name. */
struct config {
	struct arena *arena;
	struct arena *of_services; /* and what they point to */
	struct arena *texts;       /* bytes of the files */
	const char *state_directory;
	struct control_settings control;
	struct runner_settings runner;
	struct record_settings record;
	struct severities severities;
	struct limits_settings limits;
	struct environment_settings *environments;
	size_t environment_count;
	const char *metrics_file; /* NULL: none is written */
	struct strings include;
	struct probe_settings *witnesses;
	size_t witness_count;
	struct notifier_settings *notifiers;
	size_t notifier_count;
	struct service_settings *services;
	size_t service_count;
	/* Flat, see procedure/flatten.h; those that cannot be stay nested. */
	struct procedure_settings *procedures;
	size_t procedure_count;
	struct procedure_settings *written; /* the same, as they were written */
	struct config_template *templates;  /* sorted by name */
	size_t template_count;
	struct config_file *files;
	size_t file_count;
	char digest[65]; /* of all files: names this generation */
};

/* Who may own configuration files besides root, and what else is looked at. */
struct config_rules {
	uint32_t owner_uid;  /* files must belong to root or to this user */
	bool check_programs; /* warn where a command or file is missing */
};

/*
 * NULL when there is at least one error among the complaints; they are given
 * back in any case, warnings included, in the order of files and lines.
 */
struct config *config_load(const char *path, const struct config_rules *rules,
    struct complaints *complaints);

/* The same from one file that is in memory and cannot include others. */
struct config *config_from_bytes(const char *bytes, size_t length,
    const struct config_rules *rules, struct complaints *complaints);

/*
 * Only the main file and the files that it includes, and the digest that a
 * configuration of them has: nothing is said of what stands in them but what
 * keeps them from being read.  NULL with the reason.
 */
struct config *config_files(
    const char *path, uint32_t owner_uid, struct error *err);

/* Lets go of the bytes of its files: those who copy them have done so. */
void config_forget(struct config *c);

/* NULL is allowed. */
void config_free(struct config *c);

/* By name; NULL when there is none.  Binary search. */
const struct service_settings *config_service(
    const struct config *c, const char *name);
const struct procedure_settings *config_procedure(
    const struct config *c, const char *name);

/* Is it an environment in which services may be broken on purpose? */
bool config_allows_drills(const struct config *c, const char *environment);

#endif
