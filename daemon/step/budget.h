/*
 * budget.h - not too soon and not too often, counted from the runner's own
 * claims as decision/cooldown.h says.
 */
#ifndef DAEMON_STEP_BUDGET_H
#define DAEMON_STEP_BUDGET_H

#include "daemon/step/permit.h"
#include "service/drill_settings.h"

/* Runs an hour of which only what prepares was done: of one service, of all. */
#define SERVICE_PREPARED_PER_HOUR_MAX 20
#define PREPARED_PER_HOUR_MAX 200

/* For an automatic run that is nobody's escalation. */
bool budget_allows(
    const struct permit *p, const struct state *s, struct error *err);

/* For one that begins before anybody has approved it. */
bool budget_allows_preparing(
    const struct permit *p, const struct state *s, struct error *err);

/* Two for each drill: one breaks the service, one heals it. */
#define SERVICE_DRILL_RUNS_PER_HOUR_MAX (2 * DRILLS_PER_HOUR_MAX)

/* For one that breaks the service on purpose, or undoes that. */
bool budget_allows_drill(
    const struct permit *p, const struct state *s, struct error *err);

#endif
