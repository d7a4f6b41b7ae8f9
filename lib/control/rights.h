/*
 * rights.h - who may do what.
 *
 * The daemon asks rights_verb() before it looks at the arguments of a
 * request, and the second question when it knows what the request is about.
 * A refusal is a sentence that says who may.
 */
#ifndef CONTROL_RIGHTS_H
#define CONTROL_RIGHTS_H

#include <stdbool.h>

#include "base/error.h"
#include "control/caller.h"
#include "control/verb.h"
#include "decision/rule_settings.h"

/* May this caller ever do that? */
bool rights_verb(
    const struct caller *caller, enum control_verb verb, struct error *why_not);

/*
 * May he start a rollback of that severity?  The role of the severity or a
 * higher one may: on_call for P0, lead for P1, manager for P2; for P3
 * product or manager.
 */
bool rights_severity(
    const struct caller *caller, enum severity severity, struct error *why_not);

/* May he let a run pass an approval step of that severity's role? */
bool rights_gate(
    const struct caller *caller, enum severity severity, struct error *why_not);

/* The role that is asked for that severity, and the next higher; NULL: none. */
const char *rights_role(enum severity severity);
const char *rights_next_role(enum severity severity);

/* May he break a service on purpose?  It takes a lead. */
bool rights_drill(const struct caller *caller, struct error *why_not);

/*
 * May he pin what is normal, or have it learned anew?  It takes a lead; what a
 * run of the service does while it carries out its steps takes the role of
 * steps.
 */
bool rights_baseline(
    const struct caller *caller, bool is_reset_by_run, struct error *why_not);

/*
 * May he end a hold of that author?  caller_parse() reads him from "by".
 * NULL is the daemon itself, for whose holds it takes a lead or a manager.
 */
bool rights_release(const struct caller *caller, const struct caller *author,
    struct error *why_not);

#endif
