/*
 * verb.h - what can be asked of the daemon, as a table.
 *
 * One row a verb serves everyone: the daemon checks requests with it,
 * rollbackctl makes requests of its command line with it, and both manual
 * pages are tested against it.
 */
#ifndef CONTROL_VERB_H
#define CONTROL_VERB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum control_verb {
	VERB_STATUS,
	VERB_WHY,
	VERB_HISTORY,
	VERB_INCIDENT,
	VERB_DEPLOY,
	VERB_ROLLBACK,
	VERB_ABORT,
	VERB_HOLD,
	VERB_RELEASE,
	VERB_PROBE,
	VERB_BEAT,
	VERB_BASELINE,
	VERB_RELOAD,
	VERB_VERSION,
	VERB_AUDIT,
	VERB_VERSIONS,
	VERB_MARK,
	VERB_METRICS,
	VERB_APPROVE,
	VERB_REJECT,
	VERB_SEVERITY,
	VERB_REPORT,
	VERB_RESOLVE,
	VERB_NOTIFY,
	VERB_DRILL,
};

#define VERB_COUNT 25

enum verb_right {
	RIGHT_READ,     /* whoever may connect */
	RIGHT_ANY_ROLE, /* ci included */
	RIGHT_NOT_CI,   /* any role but ci */
	RIGHT_SEVERITY, /* the role of the severity: rights_severity() */
	RIGHT_AUTHOR,   /* rights_release() */
	RIGHT_CHANGE,   /* reading: anyone; with a change: a lead */
	RIGHT_LEAD,     /* a lead, or a manager */
	RIGHT_OWNER,    /* root or the daemon's own user */
};

enum arg_type {
	ARG_NAME,     /* text: name_is_valid() */
	ARG_SCOPE,    /* text: such a name, or "*" */
	ARG_TARGET,   /* text: "service/probe" */
	ARG_ULID,     /* text: ulid_is_valid() */
	ARG_TEXT,     /* text of 1 to REASON_MAX_BYTES bytes */
	ARG_COUNT,    /* whole number from min to max */
	ARG_DURATION, /* ms from min to max; "1m30s" on a command line */
	ARG_NUMBER,   /* any finite number */
	ARG_FLAG,     /* true or false */
	ARG_SEVERITY, /* text: "P0" to "P3" */
	ARG_CLASS,    /* text: "bug", "security", "data" */
};

#define REASON_MAX_BYTES 255
#define HISTORY_LIMIT_DEFAULT 20
#define HISTORY_LIMIT_MAX 1000
#define DEPLOY_BEGAN_MAX_MS (INT64_C(24) * 3600 * 1000)
#define HOLD_MIN_MS INT64_C(1000)
#define HOLD_MAX_MS (INT64_C(30) * 24 * 3600 * 1000)

struct verb_arg {
	const char *name;
	enum arg_type type;
	bool required;
	const char *option;  /* "--previous"; NULL: it stands by itself */
	const char *meaning; /* "VERSION": its value, in a usage line */
	int64_t min, max;
	const char *help;
};

#define VERB_ARGS_MAX 8

struct verb {
	const char *word;
	enum verb_right right;
	bool acts;         /* or may: see request_acts() */
	int64_t answer_ms; /* the daemon answers within */
	struct verb_arg args[VERB_ARGS_MAX];
	size_t arg_count;
	const char *help; /* one sentence */
};

const struct verb *verb_info(enum control_verb verb);

/* False when there is none of that name. */
bool verb_find(const char *word, enum control_verb *verb);

#endif
