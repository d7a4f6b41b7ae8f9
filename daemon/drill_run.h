/*
 * drill_run.h - carries out one procedure for a drill: what breaks the
 * service, or what heals it.
 *
 * The same durable order as of a rollback, and the same runner: intent, claim,
 * effect, outcome.  But it is no rollback: nothing is verified, nobody waits
 * for an approval, and nothing follows when it fails.
 */
#ifndef DAEMON_DRILL_RUN_H
#define DAEMON_DRILL_RUN_H

#include <stdbool.h>

#include "base/error.h"
#include "base/json.h"
#include "daemon/events.h"
#include "daemon/monitor.h"
#include "procedure/plan.h"

struct drill_run;

/* What it is for; copied. */
struct drill_run_of {
	const char *drill; /* id */
	const char *service;
	const char *environment;
	const char *version; /* in place; "": not known */
	const char *previous;
	const char *target; /* where it leads */
	const char *reason;
};

/*
 * Ready to be stored and run.  NULL with the reason.  From what is configured
 * now:
 */
struct drill_run *drill_run_new(struct monitor *m, struct generation *g,
    const struct drill_run_of *of, const char *procedure, struct error *err);

/* Or from the event, after a restart. */
struct drill_run *drill_run_recover(struct monitor *m, struct generation *g,
    const struct drill_run_of *of, const char *id, struct json_object *data,
    struct error *err);

/* Its steps go on by themselves; no callback comes.  NULL is allowed. */
void drill_run_free(struct drill_run *r);

const char *drill_run_id(const struct drill_run *r);
const struct plan *drill_run_plan(const struct drill_run *r);

/* The digest of the configuration that it needs. */
const char *drill_run_config(const struct drill_run *r);

/* Of the event EVENT_DRILL_RUN: all that is needed to go on. */
struct json_object *drill_run_json(const struct drill_run *r);

/* Goes on from where it is; done comes from the loop, once. */
typedef void drill_run_done(void *arg, bool went_well, const char *why);
void drill_run_start(struct drill_run *r, drill_run_done *done, void *arg);

/* Nothing of it can be started any more. */
bool drill_run_has_ended(const struct drill_run *r);

/* No further step; one under way still ends. */
void drill_run_abort(struct drill_run *r);

/* After a restart, in the order of the log: what was stored of it. */
void drill_run_replay(struct drill_run *r, const char *kind,
    struct json_object *data, int64_t at_ms);

#endif
