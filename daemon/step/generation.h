/*
 * generation.h - the configuration that a run was planned from.
 *
 * A request names files as "DIGEST/PATH": of which generation, and where
 * beneath the main file's folder.  In direct mode that is a path beneath the
 * monitor's copies.  In system mode what counts is the live configuration,
 * or root's own copy of that generation, kept when it was the live one: so an
 * edit without a reload does not stop what was planned before.
 */
#ifndef DAEMON_STEP_GENERATION_H
#define DAEMON_STEP_GENERATION_H

#include <stdbool.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/text.h"
#include "daemon/step/permit.h"

/* A copy that was replaced is good for so long for what nobody approved. */
#define GENERATION_OVERLAP_MS INT64_C(3600000)

#define MAIN_FILE "rollbackd.conf"
#define GENERATION_PATH_MAX 4096

bool generation_is_valid(const char *digest);

/*
 * The folder and the name of the main file of a configuration that is given
 * as either.  False when it is too long.
 */
struct generation_place {
	char folder[GENERATION_PATH_MAX];
	char main_file[GENERATION_PATH_MAX];
};
bool generation_place(
    struct generation_place *place, const char *config, struct error *err);

/*
 * Makes the permit's pin as the request's digest has it; appends its text.
 * Refuses with the reason.
 */
bool generation_pin(struct permit *p, const struct state *s, const char *config,
    struct text *canonical, struct error *err);

/*
 * A monitor that was taken over may name what root has replaced since.  What
 * it says on its own counts only where the permit's copy was the newest not
 * long before a moment; what a person approved is bound to the plan itself.
 * Refuses with the reason.
 */
bool generation_was_current(
    const struct permit *p, int64_t wall_ms, struct error *err);

#endif
