/*
 * variables.h - the words that ${...} may stand for.
 *
 * A name is letters, digits, "_", "-" and ".", the first of them no "-" or
 * ".".  Any other "${" is refused rather than passed on.
 */
#ifndef PROCEDURE_VARIABLES_H
#define PROCEDURE_VARIABLES_H

#include <limits.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/strings.h"
#include "base/text.h"
#include "base/units.h"
#include "procedure/plan.h"
#include "procedure/run.h"

/* What is known of the occasion.  Borrowed texts; NULL: not known. */
struct occasion {
	const char *service;
	const char *environment;
	const char *version;          /* the one that is bad */
	const char *previous_version; /* the one before it */
	const char *target_version;   /* the one to go to */
	const char *reason;           /* in the environment only, never ${} */
	const char *incident;
	const char *run;
	const char *key;
	const char *time_left; /* whole seconds; in the environment only */
};

/* In place of a step: nothing but the occasion and single parameters. */
#define VARIABLES_NO_STEP UINT_MAX

/*
 * The value of ${name} at one step of a plan: occasion, the for_each item
 * under its parameter's name, parameter that is no list, or earlier capture.
 * Occasion and run may be NULL.  NULL: unknown.
 */
const char *variable(const char *name, const struct occasion *occasion,
    const struct plan *plan, unsigned step, const struct run *run);

/*
 * Appends one argument with each ${name} replaced; "$${" stands for "${".  A
 * value never becomes more than part of that one argument.  Refuses an
 * unknown name, and a value that makes the argument begin with "-" unless
 * the template did or the parameter is declared with dash.
 */
bool variables_expand(const char *template, const struct occasion *occasion,
    const struct plan *plan, unsigned step, const struct run *run,
    struct text *out, struct error *err);

/* The same for what is no argument: "-" may be first. */
bool variables_expand_value(const char *template,
    const struct occasion *occasion, const struct plan *plan, unsigned step,
    const struct run *run, struct text *out, struct error *err);

/*
 * Writes one value where it belongs; is_first: nothing stands before it.
 * False with the reason, which speaks of "its value", when it may not stand
 * there.
 */
typedef bool variables_put(
    struct text *out, const char *value, bool is_first, struct error *err);

/* The same with values that are written in another way. */
bool variables_expand_with(const char *template,
    const struct occasion *occasion, const struct plan *plan, unsigned step,
    const struct run *run, variables_put *put, struct text *out,
    struct error *err);

/*
 * Can every name be known when this step comes?  So that a procedure that
 * cannot be carried out is refused before its first step.
 */
bool variables_check(const char *template, const struct plan *plan,
    unsigned step, struct error *err);

/*
 * Tells every name that the template mentions, known or not.  False with the
 * reason when it is not well formed.
 */
typedef void variables_seen(const char *name, void *arg);
bool variables_scan(
    const char *template, variables_seen *seen, void *arg, struct error *err);

/*
 * Appends the template with every name in it replaced by what is told for it,
 * which lives as long as the call.  NULL is told when memory is short.
 */
typedef const char *variables_new_name(const char *name, void *arg);
bool variables_rename(const char *template, variables_new_name *rename,
    void *arg, struct text *out, struct error *err);

/* Is it "${NAME}" and nothing else? */
bool variables_is_one(const char *template, char name[NAME_MAX_BYTES + 1]);

/* Expands what only parameters may stand in. */
bool variables_expand_params(const char *template, const struct params *params,
    struct text *out, struct error *err);

/*
 * The occasion's own names: "service", ..., ends with NULL.  "reason" is not
 * one of them: it is free text and goes into the environment alone.
 */
extern const char *const occasion_names[];

#endif
