/*
 * answers.h - the verbs that only read: see rollbackd-control(7) for what
 * each result holds.
 */
#ifndef DAEMON_ANSWERS_H
#define DAEMON_ANSWERS_H

#include "base/json.h"
#include "daemon/control.h"
#include "daemon/hold.h"
#include "daemon/monitor.h"
#include "sample/sample.h"

/* Each answers its call, at once or when the store has answered. */
void answers_status(struct monitor *m, struct control_call *call);
void answers_why(struct monitor *m, struct control_call *call);
void answers_history(struct monitor *m, struct control_call *call);
void answers_incident(struct monitor *m, struct control_call *call);
void answers_audit(struct monitor *m, struct control_call *call);
void answers_version(struct monitor *m, struct control_call *call);
void answers_versions(struct monitor *m, struct control_call *call);

/* Refuses an order for an incident that is not open: it tells how it ended. */
void answers_not_open(
    struct monitor *m, struct control_call *call, const char *incident);

/* A HOLD; the caller puts it. */
struct json_object *answers_hold(const struct hold *h);

/* Adds the members of a sample, as the verb probe gives them. */
void answers_sample(
    struct monitor *m, const struct sample *s, struct json_object *result);

#endif
