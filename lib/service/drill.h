/*
 * drill.h - a service is broken on purpose: is that noticed and mended, and
 * how fast?
 *
 * Performs nothing.  The daemon asks drill_todo(), does that, and says what it
 * sees; the answer is then another todo.  What notices, decides and rolls back
 * are the ordinary rules, which know nothing of it.  After a restart the same
 * things are said again from the durable log.
 *
 * Whatever goes wrong once the fault may be in ends with the heal procedure:
 * but never while steps of an incident may be under way.
 *
 * A plain value, of the daemon's own.  Times are CLOCK_BOOTTIME in ms.
 */
#ifndef SERVICE_DRILL_H
#define SERVICE_DRILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/drill_settings.h"

#define DRILL_REASON_MAX 320

enum drill_kind {
	DRILL_VERSION, /* a bad one is deployed: what is rolled back heals it */
	DRILL_FAULT,   /* stays until it is healed, whatever is rolled back */
	DRILL_KILL,    /* of rollbackd itself */
	DRILL_BLIND,   /* every answer is lost */
};

/* What is asked for and what is expected of it. */
struct drill_plan {
	enum drill_kind kind;
	bool heals_late; /* what heals the fault leads to a version */
	int64_t detect_ms;
	int64_t first_step_ms;
	int64_t recover_ms;
	int64_t watching_ms;
	int64_t blind_ms;
};

enum drill_moment {
	DRILL_BEGAN,
	DRILL_INJECTED,
	DRILL_FIRST_BAD,
	DRILL_DETECTED, /* the verdict; blind: the alarm */
	DRILL_DECIDED,
	DRILL_FIRST_STEP,
	DRILL_STEPS_DONE,
	DRILL_VERIFIED,
	DRILL_HEALED,
	DRILL_WELL, /* after it was healed; killed: watching again */
};

#define DRILL_MOMENTS (DRILL_WELL + 1)

enum drill_input {
	DRILL_SAW_INJECTING,    /* from now on the fault may be in */
	DRILL_SAW_INJECTED,     /* it is */
	DRILL_SAW_NOT_INJECTED, /* a step failed: nobody knows */
	DRILL_SAW_BAD,          /* a sample */
	DRILL_SAW_TRIPPED,      /* the verdict */
	DRILL_SAW_DECISION,     /* an incident acts, or waits for an approval */
	DRILL_SAW_PROPOSAL,     /* a person is told, no more */
	DRILL_SAW_FIRST_STEP,
	DRILL_SAW_STEPS_DONE,
	DRILL_SAW_VERIFIED,
	DRILL_SAW_RECOVERED,     /* the incident is closed, so */
	DRILL_SAW_NOT_RECOVERED, /* or so, */
	DRILL_SAW_WITHDRAWN,     /* or before anything was done */
	DRILL_SAW_HEALING,
	DRILL_SAW_HEALED,
	DRILL_SAW_NOT_HEALED,
	DRILL_SAW_WELL,    /* the service, just now */
	DRILL_SAW_ABORT,   /* a person wants it to end */
	DRILL_SAW_ALARM,   /* people are told that nothing is heard */
	DRILL_SAW_RESTART, /* the daemon watches again */
	DRILL_SAW_TIME,    /* drill_tick() has changed something */
};

/* As it is stored. */
const char *drill_input_word(enum drill_input input);
bool drill_input_parse(const char *word, enum drill_input *input);

enum drill_todo {
	DRILL_WAIT,
	DRILL_INJECT, /* run the procedure; kill, blind: do that */
	DRILL_HEAL,   /* run that one */
	DRILL_END,    /* write it up */
};

enum drill_result {
	DRILL_RUNNING,
	DRILL_PASSED,
	DRILL_LATE, /* all came, an objective was missed */
	DRILL_FAILED,
	DRILL_ABORTED,
};

const char *drill_result_word(enum drill_result result);

enum drill_stage {
	DRILL_NEW,
	DRILL_INJECTING,
	DRILL_WATCHING, /* the fault is in */
	DRILL_ENDING,   /* the result is known, not all is back */
	DRILL_OVER,
};

enum drill_healing {
	HEAL_NOT,
	HEAL_WANTED,
	HEAL_ON,
	HEAL_DONE,
	HEAL_FAILED,
};

struct drill {
	struct drill_plan plan;
	enum drill_stage stage;
	enum drill_result result;
	enum drill_healing heal;
	int64_t at_ms[DRILL_MOMENTS]; /* NEVER_MS: not yet */
	bool is_injecting;            /* steps of it may be under way */
	bool is_acting;               /* steps of an incident may be */
	bool is_proposed;             /* the rules do not act */
	bool went_away;               /* what was noticed once */
	char reason[DRILL_REASON_MAX];
};

void drill_begin(
    struct drill *d, const struct drill_plan *plan, int64_t now_ms);

/* detail: for people, may be NULL. */
void drill_saw(
    struct drill *d, enum drill_input input, const char *detail, int64_t at_ms);

/*
 * Time has passed.  True: that changed something, which is to be stored as
 * DRILL_SAW_TIME.
 */
bool drill_tick(struct drill *d, int64_t now_ms);

enum drill_todo drill_todo(const struct drill *d);

/* No rule may begin anything: it is being broken or healed. */
bool drill_is_busy(const struct drill *d);

/* Every answer of the service is to be lost. */
bool drill_is_blind(const struct drill *d);

/* The service may be broken still, and only a person can mend it. */
bool drill_left_broken(const struct drill *d);

/* One line of what was measured. */
struct drill_line {
	const char *what; /* "detected" */
	enum drill_moment moment;
	bool has_come;
	int64_t took_ms;      /* since the fault, or since detected */
	int64_t objective_ms; /* 0: none */
	bool is_met;
};

/* In order; how many. */
#define DRILL_LINES_MAX 8
size_t drill_lines(
    const struct drill *d, struct drill_line lines[DRILL_LINES_MAX]);

/*
 * Is the next one to begin by itself?  Wall clock, ms; 0: never.  passed_ms:
 * the last that succeeded; tried_ms: the last that began.
 */
bool drill_is_due(const struct drill_settings *s, int64_t passed_ms,
    int64_t tried_ms, int64_t wall_ms);

#endif
