/*
 * manager.h - what is asked of PID 1: start, stop, forget, and how are you.
 *
 * It tells what PID 1 says and nothing more.  An answer may be lost: then the
 * state of the unit, asked by its name, says what became of it.
 */
#ifndef DAEMON_BUS_MANAGER_H
#define DAEMON_BUS_MANAGER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "daemon/loop.h"

struct manager;
struct manager_call;

#define UNIT_NAME_BYTES 256
#define UNIT_JOB_BYTES 128 /* object path of a job */
#define UNIT_WORD_BYTES 32

enum answer_kind {
	ANSWER_GIVEN,
	ANSWER_REFUSED, /* PID 1 said no: nothing was done */
	ANSWER_LOST,    /* nobody knows whether it was done */
};

struct unit_state {
	char load[UNIT_WORD_BYTES];   /* "loaded", "not-found", "masked" */
	char active[UNIT_WORD_BYTES]; /* "activating", "failed", ... */
	char sub[UNIT_WORD_BYTES];
	bool has_job;
};

/* Valid until the callback returns. */
struct answer {
	enum answer_kind kind;
	const char *detail; /* why not */
	const char *job;    /* of manager_start() */
	const struct unit_state *state;
	const char *unit; /* of manager_unit_of() */
	int number;       /* of manager_status() */
};

/* The question is gone. */
typedef void manager_answered(void *arg, const struct answer *a);

struct manager_callbacks {
	/*
	 * PID 1 hears us, and its signals come from now on.  What was under
	 * way before may have ended meanwhile.  Also after PID 1 came back.
	 */
	void (*up)(void *arg);
	void (*down)(void *arg);
	/* A job has ended; result as in sd-bus: "done", "failed", ... */
	void (*job_removed)(
	    void *arg, const char *unit, const char *job, const char *result);
	/* PID 1 has forgotten it. */
	void (*unit_removed)(void *arg, const char *unit);
};

/*
 * Callbacks come from the loop, none before this returns.  The address as in
 * bus_new().  NULL when memory is short.
 */
struct manager *manager_new(struct loop *loop, const char *address,
    const struct manager_callbacks *callbacks, void *arg);
void manager_free(struct manager *m); /* NULL is allowed */

bool manager_is_up(const struct manager *m, struct error *err);

/*
 * Each question is answered once, unless it is dropped; those under way when
 * the connection is lost with ANSWER_LOST.  NULL: not up, or no memory.
 */
struct manager_call *manager_start(
    struct manager *m, const char *unit, manager_answered *answered, void *arg);
struct manager_call *manager_look(
    struct manager *m, const char *unit, manager_answered *answered, void *arg);
/* The exit status of its main process. */
struct manager_call *manager_status(
    struct manager *m, const char *unit, manager_answered *answered, void *arg);
/* In which unit a process is. */
struct manager_call *manager_unit_of(
    struct manager *m, pid_t pid, manager_answered *answered, void *arg);
void manager_call_drop(struct manager_call *q); /* NULL is allowed */

/* Nobody waits for what comes of these. */
void manager_stop(struct manager *m, const char *unit);
void manager_reset_failed(struct manager *m, const char *unit);

#endif
