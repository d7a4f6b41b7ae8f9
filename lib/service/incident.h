/*
 * incident.h - from the decision to the closing: what is to be done next?
 *
 * Performs nothing.  The daemon asks incident_todo(), does that, and says
 * how it went; the answer is then another todo.  After a crash the same calls
 * are made again from the durable log, and the todo is where it was.
 *
 * When something fails, there come in this order: the attempts of the step;
 * its on_failure; the undo of what was done, the last first; then another
 * procedure, once the run has ended: the one that on_failure names, or else
 * the procedure's escalate, or else that of the procedure it followed.  What
 * was done stays when only the verification fails; then comes escalate.  There
 * are never more than two such procedures, and none twice.
 */
#ifndef SERVICE_INCIDENT_H
#define SERVICE_INCIDENT_H

#include <stdbool.h>
#include <stdint.h>

#include "procedure/plan.h"
#include "procedure/run.h"
#include "sample/sample.h"
#include "verify/verification.h"

#define INCIDENT_RUNS_MAX 3 /* the procedure and two escalations */
#define INCIDENT_REASON_MAX 256

enum incident_outcome {
	INCIDENT_RECOVERED,     /* verified */
	INCIDENT_NOT_RECOVERED, /* everything was done, verification failed */
	INCIDENT_FAILED,        /* a step stopped it */
	INCIDENT_INTERRUPTED,   /* a step's outcome is unknown */
	INCIDENT_ABORTED,       /* an operator stopped it */
	INCIDENT_NOT_NEEDED,    /* healthy again before the first step */
	INCIDENT_CLEARED,       /* proposed only, and healthy again */
	INCIDENT_SUPERSEDED,    /* not begun, and another one acts now */
	INCIDENT_REJECTED,      /* a person said no */
	INCIDENT_EXPIRED,       /* nobody approved it in time */
};

const char *incident_outcome_word(enum incident_outcome outcome);

enum todo_kind {
	TODO_WAIT,    /* nothing until somebody says something */
	TODO_CONFIRM, /* fresh samples must say again that it is bad */
	TODO_AWAIT,   /* nothing until a person approves, incident_approve() */
	TODO_PLAN,    /* plan the procedure, then incident_planned() */
	TODO_STEP,    /* run a step attempt, no sooner than at_ms */
	TODO_CHECK,   /* run a step's check */
	TODO_UNDO,    /* run a step's undo */
	TODO_VERIFY,  /* ask afresh, incident_verify_sample() and _tick() */
	TODO_CLOSE,   /* write it up with outcome and reason */
};

struct todo {
	enum todo_kind kind;
	const char *procedure; /* TODO_PLAN; borrowed */
	unsigned step;
	unsigned attempt;
	unsigned check;
	unsigned undo;
	int64_t at_ms;
	enum incident_outcome outcome;
};

struct incident;

/*
 * An incident that acts.  verify is borrowed for its whole life.  NULL when
 * memory is short.
 */
struct incident *incident_new(const struct verify_settings *verify);
void incident_free(struct incident *i);

/* Begin with a procedure; the name is borrowed until incident_planned(). */
void incident_begin(struct incident *i, const char *procedure);

/*
 * It needs a person's approval: called before incident_begin().  Then steps
 * with prepare are done, and TODO_AWAIT comes before the first other one.
 */
void incident_await(struct incident *i);

/*
 * A person approves, which may be before anything is prepared.  Before the
 * first step that is not prepared comes TODO_CONFIRM: what was bad when he was
 * asked must be so still.
 */
void incident_approve(struct incident *i);

/* An approval is what it lacks, or lacked: incident_approve() was not called.
 */
bool incident_is_awaiting(const struct incident *i);

/*
 * Not to be carried out, be it approved or not: rejected or expired, with the
 * reason.  Nothing changes once it has begun.
 */
void incident_turn_down(
    struct incident *i, enum incident_outcome outcome, const char *reason);

/* After a restart: TODO_CONFIRM until incident_confirmed(). */
void incident_confirm(struct incident *i);
void incident_confirmed(struct incident *i, bool still_bad);

/* Not needed any more, before its first step; else nothing changes. */
void incident_drop(struct incident *i, const char *reason);

/*
 * The answer to TODO_PLAN.  The plan is borrowed until the incident is freed.
 * deadline_ms: no step starts after it; when none has by then it is dropped,
 * for whoever wants it may decide on it again, from what is known now.  False
 * when memory is short: closed as failed.
 */
bool incident_planned(
    struct incident *i, const struct plan *plan, int64_t deadline_ms);

/* The time of the run begins anew: nobody knew how long a person would take.
 */
void incident_set_deadline(struct incident *i, int64_t deadline_ms);

/* Until when steps of the run under way may begin. */
int64_t incident_deadline_ms(const struct incident *i);

/* The answer to TODO_PLAN when the plan could not be made. */
void incident_plan_failed(struct incident *i, const char *reason);

/*
 * False when that is not what was asked for; nothing changes then.  The time
 * that an approval in the middle of the run has taken is given back to it.
 */
bool incident_step_ended(
    struct incident *i, const struct step_ended *e, int64_t now_ms);

/* TODO_VERIFY has been stored; nothing asked before now_ms counts. */
void incident_verifying(struct incident *i, int64_t now_ms);
void incident_verify_sample(
    struct incident *i, unsigned probe, const struct sample *s);
void incident_tick(struct incident *i, int64_t now_ms);

/* From the log: how a verification went that had ended before a crash. */
void incident_verified(struct incident *i, bool recovered);

/*
 * No new step begins; one under way still ends.  With the procedure's
 * undo_on_abort the run under way is undone before it is closed.
 */
void incident_abort(struct incident *i, const char *reason);

/* now_ms: the deadline may have passed. */
struct todo incident_todo(struct incident *i, int64_t now_ms);

/* For people; never NULL. */
const char *incident_reason(const struct incident *i);

/* The run under way; NULL before the first plan. */
const struct run *incident_run(const struct incident *i);
const struct verification *incident_verification(const struct incident *i);
bool incident_is_aborted(const struct incident *i);

/*
 * Is what incident_todo() asked for still to be done?  After an abort nothing
 * is, but for an undo with the procedure's undo_on_abort.
 */
bool incident_wants(const struct incident *i, const struct todo *todo);

/*
 * Of runs in the order of their plans: the one whose on_failure or escalate
 * names this one's procedure; 0 for the first.
 */
unsigned incident_parent(const struct incident *i, unsigned run);

/*
 * What incident_todo() asks for is about to be started: from here on the
 * incident cannot be "not needed" any more, and the time budget of its run
 * counts from the first such call, unless the step only prepares, or is one
 * that the monitor does itself.
 */
void incident_step_begins(struct incident *i, int64_t now_ms);
bool incident_has_begun(const struct incident *i);

#endif
