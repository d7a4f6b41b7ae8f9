/*
 * systemd_unit.h - one action on one unit, from the look before to the end of
 * its job.
 */
#ifndef DAEMON_EXECUTORS_SYSTEMD_UNIT_H
#define DAEMON_EXECUTORS_SYSTEMD_UNIT_H

#include "daemon/executors/systemd_bus.h"
#include "executor/unit_step.h"

/* What PID 1 says of a unit. */
struct systemd_unit {
	char name[UNIT_STEP_NAME_MAX_BYTES + 1]; /* as the step says it */
	char path[2 * UNIT_STEP_NAME_MAX_BYTES]; /* of its object */
	char load[SYSTEMD_WORD_BYTES];           /* "loaded", "not-found" */
	char active[SYSTEMD_WORD_BYTES];         /* "active", "failed" */
	char sub[SYSTEMD_WORD_BYTES];            /* "running" */
	char job[SYSTEMD_JOB_BYTES];             /* under way; "" or "/" */
	uint64_t activated_us;
	bool can[UNIT_CAN_ISOLATE + 1];
	bool condition; /* those of its last start were met */
};

/* How it went: EXECUTOR_EXIT_..., and what to say of it. */
struct systemd_end {
	int status;
	struct error words;
};

/* Fills all but the name.  False with the reason: PID 1 does not say. */
bool systemd_unit_look(
    struct systemd_bus *b, struct systemd_unit *u, struct error *why);

/* Looks, and finds it able to; changes nothing.  False with the reason. */
bool systemd_unit_check(struct systemd_bus *b, const char *name,
    const struct unit_action *action, struct systemd_unit *u,
    struct error *why);

/* Does it and waits for its end. */
void systemd_unit_act(struct systemd_bus *b, const struct unit_action *action,
    struct systemd_unit *u, struct systemd_end *end);

#endif
