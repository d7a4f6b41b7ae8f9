/*
 * variables.h - the words that ${...} may stand for.
 */
#ifndef PROCEDURE_VARIABLES_H
#define PROCEDURE_VARIABLES_H

#include <stdbool.h>

#include "base/error.h"
#include "base/strings.h"
#include "base/text.h"
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
};

/*
 * The value of ${name} at one step of a plan: occasion, the for_each item
 * under its parameter's name, parameter, or earlier capture (run may be
 * NULL).  NULL: unknown.
 */
const char *variable(const char *name, const struct occasion *occasion,
    const struct plan *plan, unsigned step, const struct run *run);

/*
 * Replaces each ${name} in one argument; "$${" stands for "${".  Refuses an
 * unknown name, and a value that makes the argument begin with "-" unless
 * the template did or the parameter is declared with dash.
 */
bool variables_expand(const char *template, const struct occasion *occasion,
    const struct plan *plan, unsigned step, const struct run *run,
    struct text *out, struct error *err);

/* Every name that the template mentions, for the configuration check. */
typedef void variables_seen(const char *name, void *arg);
bool variables_scan(
    const char *template, variables_seen *seen, void *arg, struct error *err);

/* The occasion's own names: "service", ..., ends with NULL. */
extern const char *const occasion_names[];

#endif
