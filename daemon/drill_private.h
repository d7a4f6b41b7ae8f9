/*
 * drill_private.h - what the files of drill.h share.
 */
#ifndef DAEMON_DRILL_PRIVATE_H
#define DAEMON_DRILL_PRIVATE_H

#include "base/ulid.h"
#include "daemon/drill.h"
#include "daemon/drill_run.h"
#include "daemon/watched.h"
#include "service/drill.h"

struct drilling;

#define DRILL_WORDS_MAX 256
#define DRILL_PATH_MAX 4200
#define DRILL_LOCK_MAX 512

#define DRILL_REPORT_MAX (256 * 1024)

/* What is being stored, and what is done then. */
struct drilling_write {
	bool is_on;
	enum drill_input input;
	int64_t at_ms;
	char detail[DRILL_WORDS_MAX];
	struct json_object *deploy; /* NULL: none comes with it */
	void (*then)(struct drilling *x);
};

/* One that is on. */
struct drilling {
	struct monitor *m;
	struct drill core;
	char id[ULID_BYTES];
	char service[NAME_MAX_BYTES + 1];
	char environment[NAME_MAX_BYTES + 1];
	char fault[NAME_MAX_BYTES + 1]; /* "": a version */
	char version[NAME_MAX_BYTES + 1];
	char before[NAME_MAX_BYTES + 1]; /* in place when it began */
	char previous[NAME_MAX_BYTES + 1];
	char by[CALLER_TEXT_MAX];
	char reason[DRILL_WORDS_MAX];
	char incident[ULID_BYTES];      /* the last one; "": none */
	char lock[DRILL_LOCK_MAX];      /* what it is broken under */
	char heal_lock[DRILL_LOCK_MAX]; /* and what it is healed under */
	bool is_kept;                   /* that it must wait is told */
	bool is_scheduled;
	bool was_good; /* before was */
	bool is_begun; /* stored */
	bool is_ending;
	struct generation *generation;
	struct drill_run *breaks; /* NULL: none is needed, or it is over */
	struct drill_run *heals;
	struct loop_timer *timer;
	int64_t began_wall_ms;
	struct drilling_write write;
	struct json_object *ended; /* being stored */
	struct text report;
	char report_path[DRILL_PATH_MAX];
	store_done *done;
	void *arg;
};

/* What became of the last one of a service. */
struct drill_record {
	struct drill_record *next;
	char service[NAME_MAX_BYTES + 1];
	int64_t tried_ms;         /* wall clock; 0: never */
	int64_t passed_ms;        /* the last that succeeded */
	struct json_object *last; /* as stored; NULL: none has ended */
};

struct drills {
	struct monitor *m;
	struct drilling *on; /* NULL: none */
	struct drill_record *records;
	uint64_t counts[DRILL_ABORTED + 1];
	int64_t looked_ms;
};

/* drill.c */
struct drilling *drilling_new(
    struct monitor *m, const char *service, struct generation *g);
void drilling_free(struct drilling *x);
void drilling_advance(struct drilling *x);

/* After a restart: what was under way goes on. */
void drilling_resume(struct drilling *x);
struct drill_run_of drilling_occasion(
    const struct drilling *x, const char *target);

/* The core hears it, and it is stored. */
void drilling_saw(struct drilling *x, enum drill_input input,
    const char *detail, int64_t at_ms);

/* drill_events.c */
struct json_object *drilling_json(const struct drilling *x);
struct json_object *drilling_saw_json(const struct drilling *x,
    enum drill_input input, const char *detail, int64_t at_ms);
struct json_object *drilling_ended_json(const struct drilling *x);
struct json_object *drilling_times_json(const struct drilling *x);

/* Fills in what the event says; with the core. */
void drilling_take(struct drilling *x, struct json_object *data, int64_t at_ms,
    int64_t wall_ms);

/*
 * drill_lock.c: neither what breaks it nor what heals it may touch what
 * somebody else is at work on.  False with the reason.
 */
bool drilling_take_locks(
    struct drilling *x, struct watched *w, struct error *err);

/* Somebody else is at work under the lock that it is to be healed under. */
bool drilling_must_wait(struct drilling *x);

/* drill_end.c: writes it up. */
void drilling_end(struct drilling *x);

/* NULL where there is none; made: or memory is short. */
struct drill_record *drill_record_find(
    const struct drills *d, const char *service);
struct drill_record *drill_record_make(struct drills *d, const char *service);

#endif
