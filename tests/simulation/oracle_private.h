/*
 * oracle_private.h - what the files of oracle.h share.
 *
 *   oracle.c          what comes in, and where it goes
 *   oracle_belief.c   versions and times, from the log
 *   oracle_deciding.c D1 to D7: may it, must it?
 *   oracle_acting.c   A1 to A8: incidents, steps, reports
 */
#ifndef TESTS_SIMULATION_ORACLE_PRIVATE_H
#define TESTS_SIMULATION_ORACLE_PRIVATE_H

#include "tests/simulation/oracle.h"
#include "tests/simulation/sim.h"

#define WORDS 64
#define KNOWN_MAX 256
#define ACTS_MAX 64
#define INCIDENTS_MAX 512
#define KEYS_MAX 40
#define HOLDS_KEPT 64
#define ID_BYTES 32
#define SUSPECTS 4
#define TILT_HOLD_MS 30000

enum repute {
	REPUTE_NAMED, /* as the one before another, and no more */
	REPUTE_UNKNOWN,
	REPUTE_GOOD,
	REPUTE_BAD, /* it was led away from, or led to in vain */
};

struct known_version {
	char name[WORDS];
	enum repute repute;
	bool is_doubted; /* it was gone back to: it may have been bad there */
};

/* What follows from the log: the same after every restart. */
struct belief {
	char version[WORDS];
	char named[WORDS]; /* as the one before, when it was deployed */
	struct known_version known[KNOWN_MAX]; /* as they came into place */
	unsigned known_count;
	bool is_back; /* nothing was deployed since a rollback */
	int64_t deployed_ms, changed_ms, acted_ms;
	int64_t acts_ms[ACTS_MAX]; /* automatic ones */
	unsigned act_count;
	bool is_unsure; /* things crossed each other */
};

struct watch {
	struct estate_service settings;
	unsigned group; /* the same number for services of one */
	struct belief belief;
	/* Since it was last forgotten. */
	int64_t forget_ms, last_ms, first_bad_ms, witnessed_ms;
	unsigned bad_run, good_run, real_bad;
	unsigned sure_run; /* bad ones that nothing can have forgotten */
	bool is_tripped, is_silent, is_healthy, was_blind;
	bool is_failing, may_be_failing; /* by its newest answer */
	/* Bad when it was deployed, and not well since; the deployment before
	   that may explain it. */
	bool is_ill, may_be_ill, was_ill;
	char suspects[SUSPECTS]
		     [WORDS]; /* in place when another one came then */
	unsigned suspect_count;
	int64_t tripped_ms, ill_deployed_ms, ill_latest_ms;
	int64_t should_since_ms; /* SIM_NEVER: it should not */
	int64_t heard_ms;
};

struct attempt_seen {
	char key[64];
	bool is_stored; /* its intent */
	bool is_started, is_running, is_over;
	unsigned step;
	bool is_check, is_undo;
	bool is_harmless; /* it said that it had changed nothing */
};

struct case_file { /* an incident */
	char id[ID_BYTES];
	unsigned service;
	bool acts, is_ordered;
	unsigned life; /* of the daemon that decided */
	bool is_stored, is_begun, is_abort_ordered, is_aborted;
	bool is_interrupted, is_closed;
	bool is_ghost; /* stored, and the daemon was told that it is not */
	int64_t opened_ms, closing_ms, moved_ms;
	char version[WORDS], target[WORDS], outcome[WORDS], run[ID_BYTES];
	char steps[4][WORDS]; /* of the run under way */
	unsigned step_count;
	struct attempt_seen attempts[KEYS_MAX];
	unsigned attempt_count;
	bool is_verifying, is_verified;
	int64_t verify_ms;
	unsigned successes, closed_rows, reports, notices;
	bool is_passed;    /* a person let the run go on */
	int64_t waited_ms; /* since when it waits at its beginning */
};

struct held {
	char id[ID_BYTES];
	char scope[WORDS];
	int64_t until_ms; /* INT64_MAX: for good */
};

struct oracle {
	struct watch watches[ESTATE_SERVICES];
	struct case_file cases[INCIDENTS_MAX];
	unsigned case_count;
	struct held holds[HOLDS_KEPT];
	unsigned hold_count;
	int64_t tilt_until_ms, hold_ordered_ms;
	bool is_ready, store_fails, is_blind;
	int64_t ready_ms, store_ms; /* since when */
	int64_t witness_ms;         /* asked, and answered well */
	int64_t witness_before_ms[8];
	unsigned witness_count;
};

extern struct oracle oracle;

void copy_words(char *to, size_t size, const char *from); /* NULL: "" */

/* oracle_belief.c */
void belief_forget(void);
void belief_recall(void); /* all of it, from the log */
void belief_row(const struct store_event *e, int64_t at_ms);

/* Where it would go back to; "": nowhere.  NULL, or why it must not. */
const char *belief_target(const struct belief *b);
const char *belief_objects(const struct belief *b, const char *version);

/* oracle_deciding.c */
void watch_forget(struct watch *w, int64_t at_ms);
bool watch_is_stale(const struct watch *w);
int64_t watch_cooldown_ms(const struct watch *w);
bool oracle_holds(const struct watch *w);

/* NULL, or why it may not act just now. */
const char *why_not_decide(const struct watch *w, const char *target);
const char *why_not_confirm(const struct watch *w);
void watch_deployed(struct watch *w, int64_t at_ms);
void watch_look(struct watch *w);

/* oracle_acting.c */
struct case_file *case_find(const char *id);
struct case_file *case_open(unsigned service); /* one that acts; NULL */
const char *case_lock(const struct case_file *c);
void case_asked(const struct store_event *e, struct json_object *data);
void case_committed(const struct store_event *e, struct json_object *data);

#endif
