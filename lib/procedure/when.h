/*
 * when.h - on what a step runs: conditions on what came before it.
 *
 * A condition is one of
 *
 *	STEP is OUTCOME		STEP is not OUTCOME
 *	CAPTURE == "text"	CAPTURE != "text"
 *	PARAMETER == "text"	PARAMETER != "text"
 *
 * OUTCOME is done, failed, timed_out, refused or skipped.  A step with
 * for_each is done when all of it is, and anything else when one of it is.
 * One that another procedure stood for is what made it end early, or else
 * done when any of its steps was not skipped.
 * Text stands in either kind of quotes, or in none when it is a single word.
 * An output that was not captured, and a parameter without a value, equal
 * nothing.  With for_each the parameter is the item, and an output that of the
 * same item.
 */
#ifndef PROCEDURE_WHEN_H
#define PROCEDURE_WHEN_H

#include <stdbool.h>

#include "base/error.h"
#include "procedure/plan.h"
#include "procedure/procedure_settings.h"
#include "procedure/run.h"

/*
 * Is this a condition, on steps before step_index, on what they capture, or on
 * a parameter?  step_index counts the steps as written.
 */
bool when_check(const char *condition,
    const struct procedure_settings *procedure, size_t step_index,
    struct error *err);

/* Can it be told at this step of the plan: is it on one text, no list? */
bool when_fits(const char *condition, const struct plan *plan, unsigned step,
    struct error *err);

/*
 * Does it hold at a step of the plan, all those before it being over?  What
 * when_check() refuses holds never.
 */
bool when_holds(const char *condition, const struct plan *plan, unsigned step,
    const struct run *run);

#endif
