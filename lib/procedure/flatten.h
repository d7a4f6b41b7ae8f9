/*
 * flatten.h - steps with executor "procedure" replaced by those of the
 * procedure that they name.
 *
 * Whoever plans and runs therefore knows no nesting.  The steps of procedure P
 * that stand for step "app" are called "app.NAME", as is what they capture;
 * each parameter of P becomes one of the whole, with a value: what "with" says,
 * or else the parameter of that name of the procedures around it, or else that
 * of the service.
 *
 * "when" of the nested step holds for each step in its place.  Its on_failure
 * is what comes where a step of P would stop the run: with "continue" the rest
 * of P is left out.  A step that only prepares, but comes behind one that does
 * not, is one like any other.  Lock, budget, escalate, undo_on_abort and
 * description are those of the procedure around; it is destructive as soon as
 * one part is.
 */
#ifndef PROCEDURE_FLATTEN_H
#define PROCEDURE_FLATTEN_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "procedure/procedure_settings.h"

#define FLATTEN_DEPTH_MAX 4
#define FLATTEN_SEPARATOR "."  /* between the names of steps */
#define FLATTEN_LEAVE "leave:" /* on_failure: what group of steps to leave */

/* As it was written; NULL when there is none of that name. */
typedef const struct procedure_settings *flatten_find(
    const char *name, void *arg);

/* Has it a step that names another procedure? */
bool procedure_is_nested(const struct procedure_settings *p);

/*
 * Fills out, which borrows from p, from what was found and from the arena.
 * False with the reason, and where: the step at fault.
 */
bool procedure_flatten(const struct procedure_settings *p, flatten_find *find,
    void *arg, struct arena *arena, struct procedure_settings *out,
    struct source *where, struct error *err);

/* Does the step stand for the nested step of that name, or within it? */
bool step_is_within(const struct step_settings *s, const char *group);

/* The group that a failure of the step leaves; NULL: none. */
const char *step_leaves(const struct step_settings *s);

#endif
