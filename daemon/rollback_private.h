/*
 * rollback_private.h - what the files of rollback.h share.
 */
#ifndef DAEMON_ROLLBACK_PRIVATE_H
#define DAEMON_ROLLBACK_PRIVATE_H

#include "base/digest.h"
#include "base/json.h"
#include "base/ulid.h"
#include "config/pin.h"
#include "daemon/events.h"
#include "daemon/monitor.h"
#include "daemon/rollback.h"
#include "daemon/watched.h"
#include "executor/key.h"
#include "executor/result.h"
#include "executor/told.h"
#include "procedure/plan.h"
#include "procedure/run.h"
#include "procedure/variables.h"
#include "service/incident.h"
#include "service/own_step.h"

#define RETRY_MS 1000
#define LOCK_WAIT_MS 100
#define REPORT_TEXT_MAX (8 * 1024 * 1024)
#define WORDS_MAX 256
#define SUMMARY_MAX 1024
#define REQUEST_PATH_MAX 320

/* One run: its plan comes from a pin, and outlives any reload. */
struct rollback_run {
	char id[ULID_BYTES];
	struct text pin_text;
	char digest[DIGEST_TEXT_BYTES];
	struct pin *pin;
	struct plan *plan;
	char *lock;
	bool has_begun;
	/* How its steps ended that the monitor does itself: executor/told.h */
	char told[TOLD_MAX_BYTES + 1];
};

/* A step that the monitor does itself, and when it was first asked for. */
struct rollback_asked {
	unsigned run; /* from 1; 0: none was */
	unsigned step;
	unsigned attempt;
	int64_t at_ms;
};

/* What a person said to an approval step, which is stored. */
struct rollback_said {
	bool is_said;
	bool is_approved;
	char by[WORDS_MAX];
	char reason[WORDS_MAX];
};

struct rollback;

typedef void rollback_then(struct rollback *r);

/* What is being put on stable storage, again and again until it is. */
struct rollback_write {
	const char *kind;
	struct json_object *data;
	const char *notice; /* event of the notice; NULL: none */
	char summary[SUMMARY_MAX];
	rollback_then *then;
	unsigned tries;
};

struct rollback {
	struct rollback *next; /* in monitor's list */
	struct monitor *m;
	struct watched *w;    /* NULL: detached, only closing */
	struct watched *asks; /* verifies with what it began with; NULL: w */
	struct generation *generation;
	char config_digest[DIGEST_TEXT_BYTES]; /* names the copy it runs on */
	char id[ULID_BYTES];
	char service[NAME_MAX_BYTES + 1];
	char environment[NAME_MAX_BYTES + 1];
	enum action action;
	char rule[NAME_MAX_BYTES + 1]; /* "" when an operator ordered it */
	enum severity severity;
	enum rule_mode mode;
	bool by_operator;
	bool is_drill;    /* opened while its service was broken on purpose */
	bool had_tripped; /* service_has_tripped() when it was ordered */
	bool awaits;      /* an approval is, or was, needed before it begins */
	int64_t approved_ms; /* NEVER_MS */
	char approved_by[WORDS_MAX];
	bool is_rejected;    /* which is stored, its closing may not be */
	bool is_answering;   /* what a person said is being stored */
	int64_t reminded_ms; /* the last time that somebody was told */
	unsigned reminders;
	bool is_escalated;
	int64_t respond_ms;    /* what the severity allows; 0: any time */
	int64_t first_step_ms; /* NEVER_MS; not of those that prepare */
	struct loop_timer *waiting;
	char by[WORDS_MAX];
	char reason[WORDS_MAX];
	char version[NAME_MAX_BYTES + 1];
	char previous[NAME_MAX_BYTES + 1];
	char target[NAME_MAX_BYTES + 1];
	char procedure[NAME_MAX_BYTES + 1];
	char now_at[NAME_MAX_BYTES + 1]; /* version when closed; "" unknown */
	char why[VERSION_WHY_MAX];       /* for the registry of versions */
	int64_t acted_ms;                /* when it was closed */
	int64_t first_bad_ms;
	int64_t opened_ms;
	struct json_object *opened; /* data of the event, until stored */
	struct incident *core;      /* NULL with proposals */
	const struct verify_settings *verify; /* of generation */
	enum incident_outcome outcome;
	struct rollback_run runs[INCIDENT_RUNS_MAX];
	unsigned run_count;
	char files[REQUEST_FILES_MAX][REQUEST_PATH_MAX];
	struct todo todo; /* what is being done */
	struct step_ended ended;
	char capture[RUN_CAPTURE_MAX + 1];
	struct rollback_write write;
	struct loop_timer *timer;
	rollback_then *on_timer;
	bool is_busy; /* something is under way that will come back */
	bool is_opened;
	bool is_closing;
	bool is_verifying;
	struct own_step *own; /* done by the monitor itself; NULL: none */
	struct rollback_asked asked; /* the last that was asked for */
	unsigned gates;              /* of those, steps that asked a person */
	struct rollback_said said;
	int64_t verify_turn_ms; /* when verification last came round */
	unsigned report_tries;
	unsigned good;
	unsigned bad;
	int64_t last_bad_ms;
	int64_t good_since_ms; /* the first good one after the last bad */
	struct text report;
	struct text report_json;
	char report_path[4200];
};

/* rollback.c */
void rollback_copy(char *to, size_t size, const char *from); /* NULL: "" */
struct rollback *rollback_make(struct monitor *m, struct watched *w);
void rollback_advance(struct rollback *r);
void rollback_begins(struct rollback *r);
void rollback_write(struct rollback *r, const char *kind,
    struct json_object *data, const char *notice, rollback_then *then);
void rollback_later(struct rollback *r, int64_t delay_ms, rollback_then *then);
struct rollback_run *rollback_run_now(struct rollback *r);

/*
 * rollback_show.c: what people are told first, into write.summary; where it
 * waits for one of them, with what to type.
 */
void rollback_summarise_opening(struct rollback *r);

/* rollback_order.c: false with the reason. */
bool rollback_may_be_ordered(struct monitor *m, struct watched *w,
    const char *procedure, const char *to, struct error *err);

/* rollback_await.c */
/* What is configured for its severity. */
const struct severity_settings *rollback_patience(const struct rollback *r);

/* Tells, reminds and gives up in time; again after whatever changes that. */
void rollback_await(struct rollback *r);

/* When it is given up; NEVER_MS: it is not. */
int64_t rollback_expires_ms(const struct rollback *r);

/* Until when its rule does not ask again; NEVER_MS: it may. */
int64_t rollback_dismissed_until_ms(const struct rollback *r);

/* rollback_own.c: steps that the monitor does itself, without a claim. */
/* Is what is to be done one of those, and one that waits for a person? */
bool rollback_is_own(const struct rollback *r);
bool rollback_is_gate(const struct rollback *r);

/* One that waits for a person is under way. */
bool rollback_is_at_gate(const struct rollback *r);

/* Its intent: what is waited for counts from the first of it. */
void rollback_own_asked(struct rollback *r, int64_t now_ms);

/* Begins what was asked for, or does it again. */
void rollback_own_begin(struct rollback *r);
void rollback_own_sample(
    struct rollback *r, const char *probe, const struct sample *s);
void rollback_own_withdraw(struct rollback *r);
void rollback_own_said(struct rollback *r);

/* One has ended: the runner is to be told. */
void rollback_tell(struct rollback *r, const struct step_ended *e);

/* rollback_gate.c: approval steps. */
const char *rollback_label(const struct rollback *r);

/* Who is asked what, with what to type: " --step LABEL" is part of that. */
void rollback_add_step(const struct rollback *r, struct text *out);
void rollback_gate_question(const struct rollback *r, struct text *out);
void rollback_gate_file(const struct rollback *r, struct json_object *o);
void rollback_gate_said(
    struct rollback *r, bool is_approved, const char *by, const char *reason);

/* rollback_look.c: what would be decided now that it is approved. */
struct decision rollback_decision(const struct rollback *r);

/*
 * Its steps have only prepared and the next one acts: drops it where what it
 * was decided for is no more.  Not what a person ordered.
 */
bool rollback_drop_needless(struct rollback *r);

/* What an operator has said since it was decided; NULL: nothing, or too late.
 */
const struct hold *rollback_is_held_by(const struct rollback *r);

/* rollback_said.c: an event of what people said; false: it is none. */
bool rollback_recover_said(
    struct rollback *r, const struct store_event *e, struct json_object *data);

/* rollback_plan.c */
struct occasion rollback_occasion(const struct rollback *r);
void rollback_plan(struct rollback *r);
bool rollback_run_make(struct rollback *r, struct rollback_run *run,
    const char *text, size_t length, struct error *err);
void rollback_run_clear(struct rollback_run *run);

/* rollback_request.c */
void rollback_key(struct rollback *r, struct key *key);
bool rollback_request(
    struct rollback *r, struct request *request, char key[KEY_BYTES]);

/* rollback_steps.c */
void rollback_step(struct rollback *r);
void rollback_step_ended(void *arg, const struct result *result);

/* Who has the lock of its run; NULL: it is free. */
const struct rollback *rollback_waits_for(const struct rollback *r);

/* rollback_verify.c */
void rollback_verify(struct rollback *r);

/* rollback_close.c */
void rollback_close(struct rollback *r, enum incident_outcome outcome);

/* rollback_changes.c: what was deployed around the first bad sample. */
struct json_object *rollback_changes_json(struct rollback *r);

/* rollback_events.c */
/* Was the first step in time?  NONE: it cannot be said, or any time is. */
enum response {
	RESPONSE_NONE,
	RESPONSE_MET,
	RESPONSE_MISSED,
};
enum response rollback_response(const struct rollback *r);

struct json_object *rollback_opened_json(struct rollback *r, int rule);
struct json_object *rollback_planned_json(
    struct rollback *r, const struct rollback_run *run, const char *parent);
struct json_object *rollback_step_json(
    const struct rollback *r, const struct todo *todo);
struct json_object *rollback_outcome_json(const struct rollback *r,
    const struct todo *todo, const struct result *result);
struct json_object *rollback_closed_json(struct rollback *r);

/* What was proposed is to be planned, by what is configured now. */
bool rollback_take_up(struct rollback *r);

#endif
