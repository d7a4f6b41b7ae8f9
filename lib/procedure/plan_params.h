/*
 * plan_params.h - the parameters of a procedure for one service.  Part of
 * plan_new().
 */
#ifndef PROCEDURE_PLAN_PARAMS_H
#define PROCEDURE_PLAN_PARAMS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "procedure/procedure_settings.h"

/*
 * Those that the procedure declares: its own values, what the service gives,
 * or the default; each matched.
 */
bool plan_params_take(struct arena *arena,
    const struct procedure_settings *procedure, const struct params *given,
    struct params *out, struct error *err);

#endif
