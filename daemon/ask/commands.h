/*
 * commands.h - programs of command probes, so many at a time.
 *
 * The rest wait for their turn, so that neither the host nor the notifiers,
 * who are run by the same spawner, notice how many probes there are.
 */
#ifndef DAEMON_ASK_COMMANDS_H
#define DAEMON_ASK_COMMANDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strings.h"
#include "daemon/steps.h"

#define COMMANDS_AT_ONCE 128
#define COMMANDS_KILL_GRACE_MS 500 /* from TERM to KILL */

struct commands;
struct command_run;

struct command_callbacks {
	void (*started)(void *arg);
	steps_ran *ran; /* the run is gone */
	void *arg;
};

/* steps must outlive all callbacks, but may be freed first.  NULL: memory. */
struct commands *commands_new(struct loop *loop, struct steps *steps);

/* NULL is allowed. */
void commands_free(struct commands *c);

/*
 * The callbacks come from the loop; started comes once and before ran.  The
 * command is borrowed until then.  is_urgent: before those that wait.  NULL
 * when memory is short.
 */
struct command_run *commands_run(struct commands *c,
    const struct strings *command, int64_t timeout_ms, bool is_urgent,
    const struct command_callbacks *callbacks);

/*
 * No callback comes after this.  One that waits is forgotten; one that runs,
 * runs on to its time limit.  NULL is allowed.
 */
void command_run_drop(struct command_run *r);

/* The same command in other memory: the old is no longer looked at. */
void command_run_resettle(struct command_run *r, const struct strings *command);

#endif
