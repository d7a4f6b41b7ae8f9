/*
 * run_private.h - what the files of run.h share.
 */
#ifndef PROCEDURE_RUN_PRIVATE_H
#define PROCEDURE_RUN_PRIVATE_H

#include "procedure/run.h"

#define STEP_OUTCOMES 7
#define UNDO_FIRST 1 /* and only: an undo is run once */

enum state {
	AT_STEP,  /* a step attempt is asked for */
	AT_CHECK, /* a check of the attempt is asked for */
	AT_UNDO,  /* the run is over but for what is undone */
	AT_END,
};

struct step_state {
	enum step_outcome outcome;
	unsigned attempt; /* the last one that was asked for */
	unsigned touched; /* the last that may have changed something; or 0 */
	bool reached;
	bool undone;
	bool captured;
	char capture[RUN_CAPTURE_MAX + 1];
};

struct run {
	const struct plan *plan;
	unsigned step_count;
	enum state state;
	unsigned step;
	unsigned check;
	unsigned failures; /* attempts of the step that failed */
	unsigned reruns;   /* attempts of it after interruptions */
	unsigned undoing;  /* the step that is undone, at AT_UNDO */
	bool undo_failed;  /* that of undoing */
	bool begun;        /* what is asked for is under way */
	bool aborted;
	int64_t at_ms;
	enum run_outcome outcome;
	const char *procedure;
	const char *reason;
	struct step_state steps[];
};

const struct step_settings *run_settings_now(const struct run *r);

/* The step that run_next() speaks of. */
unsigned run_step_now(const struct run *r);
unsigned run_attempt_now(const struct run *r);

/* The first step from r->step on that is wanted, or the end. */
void run_enter(struct run *r, int64_t now_ms);

/* Another attempt, or a check of this one; not after an abort. */
void run_try_again(struct run *r, int64_t at_ms);
void run_ask_check(struct run *r, int64_t now_ms);

/* An abort outranks all other outcomes. */
void run_finish(struct run *r, enum run_outcome outcome, const char *reason);

/* The next undo, or the end. */
void run_undo_next(struct run *r);

/* False when nothing can end so. */
bool run_ending(struct run *r, const struct step_ended *e, int64_t now_ms);

#endif
