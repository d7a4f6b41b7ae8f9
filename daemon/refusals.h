/*
 * refusals.h - writes down which orders were refused to whom.
 *
 * So that nobody fills the disk by asking, only so many a minute are; how many
 * were left out stands with the next one that is not.
 */
#ifndef DAEMON_REFUSALS_H
#define DAEMON_REFUSALS_H

#include <stdint.h>

#include "base/json.h"
#include "control/caller.h"
#include "control/reply.h"
#include "control/verb.h"

#define REFUSALS_BURST 50
#define REFUSALS_PAUSE_MS 2000 /* after which one more may be written */

/* All zero is its beginning. */
struct refusals {
	unsigned spent;
	int64_t refilled_ms;
	uint64_t left_out;
};

/* May one more be written at now_ms?  If not, it is counted. */
bool refusals_take(struct refusals *r, int64_t now_ms);

/* For control_on_refused(): arg is the struct monitor. */
void refusals_note(void *arg, const struct caller *caller,
    enum control_verb verb, struct json_object *args, enum control_error code,
    const char *why);

#endif
