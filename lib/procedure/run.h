/*
 * run.h - one execution of a procedure: which step is next?
 *
 * Performs nothing: it is told what happened and returns what to do.  The
 * same object decides in the monitor, which step to ask for, and in the
 * runner, whether the step asked for may run: the runner feeds it the results
 * of its own folder and compares.
 */
#ifndef PROCEDURE_RUN_H
#define PROCEDURE_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "procedure/plan.h"

#define RUN_CAPTURE_MAX                                                 \
	1024             /* bytes of a captured output; a longer one is \
	                    none */
#define RUN_CHECKS_MAX 2 /* of one attempt, when interrupted */
#define RUN_RERUNS_MAX 2 /* of one step after interruptions */

enum step_outcome {
	STEP_DONE,        /* exit status 0 */
	STEP_FAILED,      /* another status, or killed by a signal */
	STEP_TIMED_OUT,   /* all its processes are dead */
	STEP_REFUSED,     /* nothing was run: missing program, not permitted */
	STEP_INTERRUPTED, /* claimed, and the outcome is unknown */
	STEP_WITHDRAWN,   /* taken back before it ran: nothing was run */
	STEP_SKIPPED,     /* its "when" did not hold */
};

const char *step_outcome_word(enum step_outcome outcome);
bool step_outcome_parse(const char *word, enum step_outcome *outcome);

enum run_outcome {
	RUN_DONE,        /* every step done, skipped, or failed with continue */
	RUN_FAILED,      /* stopped by a step */
	RUN_INTERRUPTED, /* a step's outcome is unknown and nobody may guess */
	RUN_ABORTED,
};

const char *run_outcome_word(enum run_outcome outcome);

enum next_kind {
	NEXT_STEP,     /* run step, attempt, no sooner than at_ms */
	NEXT_CHECK,    /* run the step's check command */
	NEXT_UNDO,     /* run the step's undo command */
	NEXT_FINISHED, /* outcome; procedure: what on_failure asks for, or NULL
	                */
};

struct next {
	enum next_kind kind;
	unsigned step;    /* index in the plan; where a run has stopped */
	unsigned attempt; /* from 1 */
	unsigned check;   /* from 1; with NEXT_CHECK */
	unsigned undo;    /* from 1; with NEXT_UNDO */
	int64_t at_ms;
	enum run_outcome outcome;
	const char *procedure;
	const char *reason; /* static or of the plan: for people */
};

/* How one step attempt, or one check or undo of it, ended. */
struct step_ended {
	unsigned step;
	unsigned attempt;
	unsigned check; /* 0: none */
	enum step_outcome outcome;
	int exit_status; /* with done and failed; 128 + signal when killed */
	const char *capture; /* what it printed, trimmed; NULL: nothing */
	unsigned undo;       /* 0: none */
	bool lives_on;       /* interrupted, and some of it cannot be killed */
};

struct run;

/* Borrows the plan.  All memory is taken here.  NULL when it is short. */
struct run *run_new(const struct plan *plan);
void run_free(struct run *r);

/* What to do now; the same until something ends. */
struct next run_next(const struct run *r);

/*
 * What run_next() asks for is about to be started, its intent being stored:
 * an abort from here on waits for its end.  False when nothing is asked for.
 */
bool run_step_begins(struct run *r);

/*
 * An end of what run_next() asked for.  Anything else changes nothing and
 * gives false.  Skipped steps are passed over silently.  The same ends lead
 * to the same run_next(), whenever they are told; now_ms moves at_ms alone.
 *
 * A step is run again, as its attempts allow, only where it is known that this
 * does no harm: it failed with a status that retry_on names, for then nothing
 * was done; or it failed or timed out and says resume = "rerun", or "check"
 * and the check says that it is not done.  An interrupted one is run again
 * with rerun and such a check as well, RUN_RERUNS_MAX times, unless some of it
 * lives on.  A check says done with exit status 0 and not done with 1; with
 * anything else it cannot tell, and then an interrupted step ends the run and
 * another stays what it was.  One that was withdrawn ends the run as aborted.
 *
 * A run that fails is undone before it ends: the steps that have an undo and
 * may have changed something, the last one first, each once.  They have when
 * one of their attempts was started, unless all said by retry_on that nothing
 * was done; what a check said does not count, for half of it may be done.  An
 * undo that is not done ends the undoing; one whose outcome is unknown makes
 * the run interrupted.  A run that is interrupted is not undone, one that is
 * aborted only with undo_on_abort.
 */
bool run_step_ended(struct run *r, const struct step_ended *e, int64_t now_ms);

/*
 * It asks for a step that the monitor does itself, which has no claim: how it
 * ended the runner is told.
 */
bool run_is_told(const struct run *r);

/*
 * Takes the first of what was told (executor/told.h; NULL: nothing) as the end
 * of that.  False, and nothing changes, when it is not about that.
 */
bool run_take_told(struct run *r, const char **told);

/*
 * No further step or check will be asked for.  When one is under way
 * run_next() stays what it is until that one ends; else the run is finished,
 * or is undone, at once.  Undoing ends likewise, unless undo_on_abort.
 */
void run_abort(struct run *r);

/*
 * The step that is asked for and has not begun is not to begin any more: the
 * run fails for that reason, which is static.  False when that is not what is
 * asked for.
 */
bool run_stop(struct run *r, const char *reason);

/* Steps that were undone. */
unsigned run_undone_count(const struct run *r);

/* The undo that could not be done, the last of them; false: none. */
bool run_undo_failed(const struct run *r, unsigned *step);

/*
 * Outcome of a step so far; STEP_SKIPPED also for those never reached.  Those
 * that "when" passed over were reached.
 */
enum step_outcome run_step_outcome(const struct run *r, unsigned step);
bool run_step_was_reached(const struct run *r, unsigned step);

/*
 * What the last step that is done and captures under that name printed, as
 * plan_sees_capture() has it for this step; NULL when there is none.
 */
const char *run_capture(const struct run *r, unsigned step, const char *name);

#endif
