/*
 * steps_attempt.h - one step attempt as the monitor follows it: request,
 * start, claim, result; and what is done where one of them does not come.
 */
#ifndef DAEMON_STEPS_ATTEMPT_H
#define DAEMON_STEPS_ATTEMPT_H

#include <sys/queue.h>

#include "daemon/steps.h"
#include "daemon/steps_files.h"
#include "daemon/steps_link.h"
#include "executor/key.h"

#define STEPS_TICK_MS 1000

enum attempt_state {
	ATTEMPT_WRITING,  /* its request is on the way to the disk */
	ATTEMPT_STARTING, /* a runner was asked for; no claim yet */
	ATTEMPT_RUNNING,  /* claimed, and its runner lives */
	ATTEMPT_REAPING,  /* claimed, its runner dead: a reaper is at work */
	ATTEMPT_OVER,     /* ended without a result: to be told */
};

struct attempt {
	LIST_ENTRY(attempt) link;
	struct steps *steps;
	unsigned id;
	char key[KEY_BYTES];
	enum attempt_state state;
	int64_t since_ms; /* when a runner or reaper was asked for last */
	int64_t first_ms; /* when one was asked for first */
	unsigned tries;
	bool withdrawn;
	bool runner_ended; /* the link says so, of the last one */
	bool is_dead;      /* and that was after its claim was seen */
	long runner_status;
	struct error trouble; /* why it could not be started */
	struct request_writing *writing;
	const char *outcome; /* with ATTEMPT_OVER */
	struct error reason;
	steps_ended *ended;
	void *arg;
};

struct steps {
	struct loop *loop;
	struct store *store;
	char *program;
	char *config_folder;
	char *state_folder;
	char *runner_folder; /* NULL: beneath the state folder */
	enum steps_mode mode;
	int64_t kill_grace_ms;
	struct steps_files files;
	struct steps_trial *trial;
	struct link *link;
	struct helpers *helpers;
	int notify; /* inotify of the results */
	bool sees_results;
	struct loop_watch *watch;
	struct loop_timer *tick;
	LIST_HEAD(attempts, attempt) attempts;
	unsigned active;
	unsigned last_id;
};

/*
 * Looks at the files and does what is due.  When it has ended, its owner is
 * told and the attempt is gone: true.
 */
bool attempt_look(struct attempt *a);

/* NULL when none of the key is under way. */
struct attempt *attempt_find(struct steps *s, const char *key);

/* Looks for the runner's folder of results where it was not there before. */
void steps_see_results(struct steps *s);

void attempt_start_runner(struct attempt *a);
void attempt_withdraw(struct attempt *a);

/* Ends it without a result at the next look.  The detail may be NULL. */
void attempt_over(struct attempt *a, const char *outcome, const char *reason,
    const struct error *detail);

void attempt_free(struct attempt *a);

#endif
