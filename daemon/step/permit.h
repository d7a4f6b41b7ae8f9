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
#include "daemon/step/state.h"
#include "executor/executor.h"
#include "executor/request.h"
#include "procedure/plan.h"
#include "procedure/run.h"

/* Automatic runs: of one service, and of all together. */
#define SERVICE_RUNS_PER_HOUR_MAX 20
#define RUNS_PER_HOUR_MAX 200
#define ESCALATION_DEPTH_MAX 2

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
	struct plan *plan;
	struct run *run;
	struct command command; /* ready to be executed */
};

/*
 * Everything but the claim: reads the request, makes or reads the pin, asks
 * the plan, and spells out the command.  The pin of a first step is stored
 * once all else is in order, and lasts with the claim.  permit_free() in any
 * case.
 */
enum permit_answer permit_ask(struct permit *p, const struct state *s,
    const char *config_folder, const char *key, struct error *err);
void permit_free(struct permit *p);

/* The request is still there. */
bool permit_stands(const struct permit *p, const struct state *s);

const struct step_settings *permit_step(const struct permit *p);

#endif
