/*
 * steps.h - the monitor's side of the step runner.
 *
 * Writes requests, has runners started by a small spawner process or by
 * PID 1, notices their results and their deaths.  It decides nothing: which
 * step is asked for is the caller's business, and whether it may run is the
 * runner's.
 *
 * Every callback comes from the loop, never from inside the call that asked
 * for it, and exactly once for each start, adoption or helper.
 */
#ifndef DAEMON_STEPS_H
#define DAEMON_STEPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "daemon/loop.h"
#include "daemon/store/store.h"
#include "executor/helper.h"
#include "executor/request.h"
#include "executor/result.h"

#define STEPS_ACTIVE_MAX 1024    /* attempts under way at once */
#define STEPS_HELPERS_MAX 1024   /* helpers under way at once */
#define STEPS_TRIES_MAX 3        /* starts of one runner */
#define STEPS_NOT_AFTER_MS 60000 /* a request is good for so long */

struct steps;

enum steps_mode {
	STEPS_DIRECT, /* by a spawner, as our own user */
	STEPS_UNITS,  /* by PID 1: the runner as root, helpers as another */
};

struct steps_settings {
	const char *program;       /* rollbackd-step, an absolute path */
	const char *config_folder; /* where the request's files are found */
	const char *state_folder;
	int64_t kill_grace_ms; /* between TERM and KILL */
	enum steps_mode mode;
	/* With STEPS_UNITS. */
	const char *runner_folder; /* claims and results, to be read */
	const char *helper_folder; /* where helpers ask what to do */
	const char *helper_user;   /* as whom they run; NULL: as we do */
	const char *bus_address;   /* NULL: the system bus */
};

/*
 * Copies the settings, makes the folders that are missing and starts the
 * spawner, or connects to PID 1.  What cannot be reached is tried again and
 * makes steps_can_act() say no; NULL only when folders or memory are missing.
 */
struct steps *steps_new(struct loop *loop, struct store *store,
    const struct steps_settings *settings, struct error *err);

/* No callback comes after this; what runs, runs on.  NULL is allowed. */
void steps_free(struct steps *s);

/* After a reload: what is started from now on uses these. */
bool steps_configure(
    struct steps *s, const char *config_folder, int64_t kill_grace_ms);

/* The result is borrowed until the callback returns. */
typedef void steps_ended(void *arg, const struct result *r);

/*
 * What a run carries out, as config/pin.h writes it: spares the runner, where
 * it is of our own user, to find it in the files of the configuration.  To be
 * given before the first start of the run; copied.
 */
void steps_pin(struct steps *s, const char *run, const struct text *text);

/*
 * Writes the request (on the store's thread), then starts the runner, which
 * keeps a durable copy of it in its claim.  The request is copied; boot_id is
 * filled in, and not_after_ms where it is 0. False when too many are under way,
 * the key is odd or under way already, or memory is short: then no callback
 * comes.  A key is never used for anything else, not even after it was
 * withdrawn.
 */
bool steps_start(
    struct steps *s, const struct request *r, steps_ended *ended, void *arg);

/*
 * After a restart of the monitor, for an attempt whose intent was committed
 * and whose outcome was not: a result that is there is delivered; a claim
 * whose runner lives is waited for; one whose runner is dead becomes
 * "interrupted" once all its processes are; with no claim it is started, or,
 * when it is not wanted any more, "withdrawn".
 */
bool steps_adopt(struct steps *s, const struct request *r, bool is_wanted,
    steps_ended *ended, void *arg);

/*
 * Takes an attempt back.  Before its claim it ends as "withdrawn"; after it
 * goes on and ends as it does.
 */
void steps_withdraw(struct steps *s, const char *key);

typedef void steps_helper_done(void *arg, bool ok, const char *reason);

/*
 * Runs a program (argv ends with NULL) with the body on its standard input,
 * for a notifier: no claim, may be run again.  ok: it ended with status 0
 * within the time.  The reason is for people.  False: none is started and no
 * callback comes.
 */
bool steps_helper(struct steps *s, const char *id, const char *const *argv,
    int64_t timeout_ms, const char *body, steps_helper_done *done, void *arg);

typedef void steps_ran(void *arg, const struct helper_result *r);

/*
 * The same for a probe: its result is told whole, borrowed until the callback
 * returns, and what it leaves behind in the background is ended.
 */
bool steps_run(struct steps *s, const char *id, const char *const *argv,
    int64_t timeout_ms, int64_t kill_grace_ms, steps_ran *ran, void *arg);

/*
 * Could a step be started now, as far as can be seen at once: program there,
 * folders writable, spawner alive or PID 1 heard?  The reason when not.
 */
bool steps_can_act(struct steps *s, struct error *err);

/* The least of it: the spawner is alive, or PID 1 heard. */
bool steps_can_start(const struct steps *s, struct error *err);

/* Valid until the callback returns; texts are NULL where all is in order. */
struct steps_trial_result {
	const char *no_steps;   /* why none could be run */
	const char *no_helpers; /* why no probe or notifier could be */
};
typedef void steps_tried(void *arg, const struct steps_trial_result *r);

/*
 * Tries it: has a runner and a helper started as for a step and a notifier,
 * that change nothing; in systemd mode also has the runner keep its copy of
 * the configuration of this digest.  One at a time: one that is under way is
 * begun anew, and tells only once.
 */
#define STEPS_TRIAL_MS 60000
void steps_try(
    struct steps *s, const char *digest, steps_tried *tried, void *arg);

enum steps_mode steps_mode(const struct steps *s);

/* Attempts under way. */
unsigned steps_active(const struct steps *s);

/*
 * Forgets runs that ended long ago: their claims, pins, results and outputs,
 * on the store's thread.  Where the runner is another user, it does that.
 */
void steps_prune(struct steps *s);

#endif
