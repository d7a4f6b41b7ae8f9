/*
 * incident_private.h - what the files of incident.h share.
 */
#ifndef SERVICE_INCIDENT_PRIVATE_H
#define SERVICE_INCIDENT_PRIVATE_H

#include "service/incident.h"

enum stage {
	STAGE_NEW,
	STAGE_CONFIRM,
	STAGE_PLAN,
	STAGE_STEPS,
	STAGE_VERIFY,    /* asked for, not stored yet */
	STAGE_VERIFYING, /* samples count */
	STAGE_CLOSED,
};

/* A procedure that was asked for, in their order. */
struct incident_run {
	const char *procedure;   /* borrowed until it is planned */
	const struct plan *plan; /* NULL: not yet */
	struct run *run;
	unsigned parent;    /* whose follower it is; of the first itself */
	bool has_escalated; /* its "escalate" was asked for */
	bool has_begun;     /* a step of it that does more than look */
};

struct incident {
	const struct verify_settings *verify;
	struct verification *verification;
	enum stage stage;
	struct incident_run runs[INCIDENT_RUNS_MAX];
	unsigned asked_count; /* of runs; the last one may lack its plan */
	unsigned run_count;   /* those with a plan; the last is under way */
	int64_t deadline_ms;
	int64_t gate_ms; /* since when an approval step is under way */
	bool is_late;    /* the run under way was stopped by it */
	bool is_aborted;
	bool has_begun;
	bool needs_approval;
	bool is_approved;
	bool is_confirmed; /* by samples that came after the approval */
	enum incident_outcome outcome;
	char reason[INCIDENT_REASON_MAX];
};

void incident_say(struct incident *i, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void incident_add(struct incident *i, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void incident_finish(struct incident *i, enum incident_outcome outcome);

/* NULL before the first plan. */
struct incident_run *incident_run_now(struct incident *i);

/* The procedure to begin with. */
void incident_ask(struct incident *i, const char *procedure);

/*
 * What comes when the run under way has not helped: the procedure that its
 * step names (NULL: none), or else its "escalate", or else that of the run it
 * follows.  False: nothing.
 */
bool incident_go_on(struct incident *i, const char *procedure);

/* A run that has come to its end leads to the next stage. */
void incident_settle(struct incident *i);

/* No step begins when its time is over. */
void incident_stop_late(struct incident *i, int64_t now_ms);

#endif
