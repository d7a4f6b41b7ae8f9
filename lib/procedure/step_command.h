/*
 * step_command.h - the program, arguments and environment of one step.
 *
 * The environment is all there is, nothing is inherited: PATH and LANG as
 * below, what the step sets itself (it may replace these two), and
 *
 *	ROLLBACKD_KEY, ROLLBACK_KEY	the step attempt
 *	ROLLBACK_SERVICE, ROLLBACK_ENVIRONMENT, ROLLBACK_VERSION,
 *	ROLLBACK_PREVIOUS_VERSION, ROLLBACK_TARGET_VERSION, ROLLBACK_REASON,
 *	ROLLBACK_INCIDENT, ROLLBACK_RUN, ROLLBACK_TIME_LEFT
 *
 * of which those that are not known are left out.
 */
#ifndef PROCEDURE_STEP_COMMAND_H
#define PROCEDURE_STEP_COMMAND_H

#include <stdbool.h>

#include "base/error.h"
#include "executor/executor.h"
#include "procedure/plan.h"
#include "procedure/run.h"
#include "procedure/variables.h"

#define STEP_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define STEP_LOCALE "C.UTF-8"
#define STEP_MARK "ROLLBACKD_KEY" /* what its processes are known by */

/*
 * Fills an empty command with that of the step, its check or its undo, which
 * is told in ROLLBACK_STEP_OUTCOME how the step has ended.  On refusal gives
 * the reason and leaves it empty; else the caller clears it.
 */
enum step_part {
	STEP_ITSELF,
	STEP_CHECK,
	STEP_UNDO,
};

/* As below, of a step that is done by a helper: that is its program. */
bool step_command_of_helper(const struct plan *plan, unsigned step,
    const char *helper, const struct occasion *occasion, const struct run *run,
    struct command *out, struct error *err);

bool step_command(const struct plan *plan, unsigned step, enum step_part part,
    const struct occasion *occasion, const struct run *run, struct command *out,
    struct error *err);

#endif
