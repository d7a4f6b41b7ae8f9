/*
 * budget.h - not too soon and not too often, counted from the runner's own
 * claims; and how runs of one incident follow from each other.
 */
#ifndef DAEMON_STEP_BUDGET_H
#define DAEMON_STEP_BUDGET_H

#include "daemon/step/permit.h"

/* For the first step of an automatic run. */
bool budget_allows(
    const struct permit *p, const struct state *s, struct error *err);

/*
 * The procedure is what the run named as parent goes over to when it fails;
 * of the same service and incident, and not too deep.
 */
bool escalation_is_known(
    const struct permit *p, const struct state *s, struct error *err);

#endif
