/*
 * acts_private.h - what the files of acts.h share: an order, from the request
 * to the answer.
 */
#ifndef DAEMON_ACTS_PRIVATE_H
#define DAEMON_ACTS_PRIVATE_H

#include "base/json.h"
#include "daemon/acts.h"
#include "daemon/events.h"
#include "daemon/hold.h"
#include "daemon/watched.h"

/* An order that is being put on stable storage. */
struct order {
	struct monitor *m;
	struct control_call *call;
	struct json_object *result;
	void (*then)(struct order *o);
	char service[NAME_MAX_BYTES + 1];
	struct json_object *data; /* of the event; NULL: nobody needs it */
	unsigned probe;           /* its index in the service */
	int64_t at_ms;
	struct hold hold;
	char incident[ULID_BYTES];
	enum severity severity;
	bool is_gate; /* a step in the middle of a run asks */
	char by[CALLER_TEXT_MAX];
	char reason[REASON_MAX_BYTES + 1];
};

/* NULL when memory is short: the call is answered then. */
struct order *order_new(struct monitor *m, struct control_call *call);

/*
 * Commits the event, or for order_after() what was asked before, then does
 * o->then, answers the call and frees the order.
 */
void order_store(struct order *o, const char *kind, struct json_object *data,
    const struct notice *notice);
void order_after(struct order *o);

/* Answers the call and frees the order. */
void order_refuse(struct order *o, enum control_error code, const char *why);

/* NULL, and the call is answered, when there is no such service. */
struct watched *acts_service(
    struct monitor *m, struct control_call *call, const char *name);

const char *acts_by(struct control_call *call, char buffer[CALLER_TEXT_MAX]);

void acts_deploy(struct monitor *m, struct control_call *call);
void acts_mark(struct monitor *m, struct control_call *call);
void acts_beat(struct monitor *m, struct control_call *call);
void acts_hold(struct monitor *m, struct control_call *call);
void acts_baseline(struct monitor *m, struct control_call *call);
void acts_approve(struct monitor *m, struct control_call *call);
void acts_reject(struct monitor *m, struct control_call *call);
void acts_resolve(struct monitor *m, struct control_call *call);
void acts_notify(struct monitor *m, struct control_call *call);
void acts_report(struct monitor *m, struct control_call *call);
void acts_severity(struct monitor *m, struct control_call *call);
void acts_release(struct monitor *m, struct control_call *call);
void acts_drill(struct monitor *m, struct control_call *call);

#endif
