/*
 * step_order.h - what a helper is told of one step attempt.
 */
#ifndef PROCEDURE_STEP_ORDER_H
#define PROCEDURE_STEP_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "executor/key.h"
#include "procedure/plan.h"
#include "procedure/run.h"
#include "procedure/variables.h"

/*
 * Appends the whole record of order.h: what the step says for its executor,
 * expanded.  The occasion's key and run are those of the attempt.  False with
 * the reason, also when it is too large.
 */
bool step_order(const struct plan *plan, const struct key *key,
    const struct occasion *occasion, const struct run *run, int64_t timeout_ms,
    struct text *file, struct error *err);

#endif
