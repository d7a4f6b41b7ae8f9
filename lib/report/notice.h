/*
 * notice.h - what a notifier is told: one event as a JSON object.
 */
#ifndef REPORT_NOTICE_H
#define REPORT_NOTICE_H

#include "base/json.h"

/* What notifiers may ask for in "events"; ends with NULL. */
extern const char *const notice_events[];

/*
 * Facts of one notice; NULL and 0 where they do not apply.  The words:
 *   decision     an incident opened: acting, proposing or shadow
 *   approval     a decision still waits for a person; to ask for it brings
 *                also those decisions themselves
 *   approval_escalated  nobody has answered, so the next role is told
 *   approved     somebody has: what waited for it begins
 *   held         a rule holds and a guard forbids to act; once a guard
 *   step_failed  a step ended badly
 *   interrupted  a step's outcome is unknown
 *   closed       an incident ended, with its outcome
 *   alarm        the daemon itself is in trouble
 *   hold         an operator's hold began or ended
 *   test         somebody wants to see whether a channel works; nobody need
 *                ask for it
 *   drill        a service is broken on purpose, or was
 */
struct notice {
	const char *event;
	const char *dedup_key; /* the same on every attempt to send */
	int64_t wall_ms;
	const char *host;
	const char *service;
	const char *environment;
	const char *incident;
	const char *severity;
	const char *rule;
	const char *action;
	const char *outcome;
	const char *version;
	const char *target_version;
	const char *procedure;
	const char *step;
	const char *approver; /* role that is waited for */
	const char *report;   /* path */
	const char *summary;  /* one sentence, required */
	const char *except;   /* the one notifier that is not told; or NULL */
	int64_t first_bad_ms; /* of the incident, by the wall clock */
	int64_t recovered_ms;
	bool drill;        /* of a drill: nobody need be woken for it ... */
	bool drill_failed; /* ... unless that it has failed */
};

/* The caller puts it.  {"schema":"rollbackd.notice/1", ...} */
struct json_object *notice_json(const struct notice *n);

#endif
