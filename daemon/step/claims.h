/*
 * claims.h - the fence: who makes the file may run the step, and nobody ever
 * after.
 */
#ifndef DAEMON_STEP_CLAIMS_H
#define DAEMON_STEP_CLAIMS_H

#include "daemon/step/permit.h"
#include "daemon/step/state.h"

enum claim_status {
	CLAIM_TAKEN,
	CLAIM_HELD,   /* by another, or it was */
	CLAIM_TORN,   /* made, but not durable: nothing may be run under it */
	CLAIM_FAILED, /* there is none */
};

/*
 * Makes the claim durable.  The lock of the key is held until the program
 * ends: it is not closed.  The refusal is NULL for a step that was permitted.
 */
enum claim_status claim_take(const struct state *s, const struct permit *p,
    const char *key, const char *refusal, struct error *err);

#endif
