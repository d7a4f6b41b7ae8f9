/*
 * plan.h - a procedure made flat for one service: every for_each spelt out.
 *
 * Monitor and runner make the same plan from the same pin, so that step n
 * means the same to both.
 */
#ifndef PROCEDURE_PLAN_H
#define PROCEDURE_PLAN_H

#include <stdbool.h>

#include "base/error.h"
#include "base/strings.h"
#include "procedure/procedure_settings.h"

/* Attempts in all of steps that the monitor does itself. */
#define PLAN_TOLD_MAX 100

struct plan_step {
	const struct step_settings *settings;
	const char *item;  /* of for_each; NULL without */
	const char *label; /* "undo", "undo[frontend-deployment]" */
};

struct plan;

struct occasion;
struct text;

/*
 * Borrows both settings for as long as it lives.  Refuses a required
 * parameter that is missing, one that does not match, a for_each that is no
 * list, more than PROCEDURE_PLAN_STEPS_MAX steps, a condition or a ${name}
 * that no step before can meet.  NULL with the reason.
 *
 * Of the service's parameters those count that the procedure declares.
 */
struct plan *plan_new(const struct procedure_settings *procedure,
    const struct params *params, struct error *err);

unsigned plan_step_count(const struct plan *p);
const struct plan_step *plan_step(const struct plan *p, unsigned index);
const struct procedure_settings *plan_procedure(const struct plan *p);

/* The parameters with the procedure's defaults filled in. */
const struct params *plan_params(const struct plan *p);

/*
 * Is it the output of the step "from" that ${name} stands for at this step?
 * One with for_each is seen where the same item of the same list is, alone.
 */
bool plan_sees_capture(
    const struct plan *p, unsigned step, unsigned from, const char *name);

/*
 * Does anything in it mention ${target_version}?  Then there is nothing to be
 * done while no target is known.
 */
bool plan_needs_target(const struct plan *p);

/*
 * Do steps that only prepare come before the first that mentions
 * ${target_version}, and no others?  They may say which targets there are.
 */
bool plan_looks_first(const struct plan *p);

/*
 * Appends the name of what no other run may touch meanwhile: the procedure's
 * lock, or else the environment, or else the service.
 */
bool plan_lock(const struct plan *p, const struct occasion *occasion,
    struct text *name, struct error *err);

/* NULL is allowed. */
void plan_free(struct plan *p);

#endif
