/*
 * permit.h - may this step run?
 *
 * The monitor reads the network, so whatever it asks is checked against what
 * it cannot write: the configuration, the pin of the run, and the claims and
 * results of earlier steps.
 */
#ifndef DAEMON_STEP_PERMIT_H
#define DAEMON_STEP_PERMIT_H

#include "base/error.h"
#include "base/text.h"
#include "config/pin.h"
#include "daemon/step/gates.h"
#include "daemon/step/state.h"
#include "daemon/step/who.h"
#include "executor/executor.h"
#include "executor/request.h"
#include "executor/result.h"
#include "procedure/plan.h"
#include "procedure/run.h"

enum permit_answer {
	PERMIT_GIVEN,
	PERMIT_REFUSED,    /* the reason says why */
	PERMIT_NO_REQUEST, /* nobody asks, or no longer */
	PERMIT_STORAGE,    /* the pin cannot be kept */
};

struct permit {
	struct key key;
	char request_file[REQUEST_MAX_BYTES + 1]; /* as it was read */
	size_t request_length;
	char bytes[REQUEST_MAX_BYTES + 1]; /* what request points into */
	struct request request;            /* valid when has_request */
	bool has_request;
	struct pin *pin;
	int64_t replaced_ms; /* the copy it was made from; INT64_MAX: never */
	struct plan *plan;
	struct run *run;
	struct command command; /* ready to be executed */
	struct text order;      /* for its standard input; empty: nothing */
	struct gates gates;     /* approval steps that it came through */
	int64_t time_left_ms;   /* of the run's budget */
	int64_t limit_ms;       /* then the program is killed */
	struct who user;        /* whom it runs as, in system mode */
	char warrant[CLAIM_WARRANT_MAX + 1]; /* for the claim; "": has one */
	int lock; /* of the state, while a warrant is sought and claimed */
};

/*
 * Everything but the claim: reads the request, makes or reads the pin, asks
 * the plan, finds by whose word it is done, and spells out the command.  The
 * pin of a first step is stored
 * once all else is in order, and lasts with the claim.  permit_free() in any
 * case.
 */
enum permit_answer permit_ask(struct permit *p, const struct state *s,
    const char *config, const char *key, struct error *err);
void permit_free(struct permit *p);

/* It is claimed, or will not be: others may count now. */
void permit_unlock(struct permit *p);

/* The request is still there. */
bool permit_stands(const struct permit *p, const struct state *s);

const struct step_settings *permit_step(const struct permit *p);

#endif
