/* drill: a service is broken on purpose, because a person says so. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/rights.h"
#include "daemon/acts_private.h"
#include "daemon/drill.h"

static void
on_begun(void *arg, bool ok)
{
	struct order *o = arg;

	if (!ok) {
		order_refuse(o, CONTROL_FAILED,
		    "it could not be stored, so nothing was done: see status");
		return;
	}
	control_reply(o->call, o->result);
	free(o);
}

static void
begin(struct monitor *m, struct control_call *call, struct watched *w)
{
	struct json_object *args = control_args(call);
	char by[CALLER_TEXT_MAX];
	const char *reason = json_text(args, "reason");
	const struct drill_order wanted = {
		.fault = json_text(args, "fault"),
		.by = acts_by(call, by),
		.reason = reason == NULL ? "by an operator" : reason,
	};
	struct order *o = order_new(m, call);
	struct error err = { "" };
	const char *id;

	if (o == NULL)
		return;
	id = drills_begin(m, w, &wanted, on_begun, o, &err);
	if (id == NULL) {
		order_refuse(o, CONTROL_CONFLICT, err.text);
		return;
	}
	json_set_text(o->result, "service", watched_name(w));
	json_set_text(o->result, "drill", id);
	json_set_text(o->result, "fault", wanted.fault);
	json_set_text(o->result, "state", "begins");
	json_set_int(o->result, "wall_ms", loop_wall_ms());
}

/* Answered when it is stored that it is to end. */
static void
end(struct monitor *m, struct control_call *call, struct watched *w)
{
	const char *reason = json_text(control_args(call), "reason");
	char by[CALLER_TEXT_MAX];
	const char *id = drills_abort(m, watched_name(w), acts_by(call, by),
	    reason == NULL ? "no reason given" : reason);
	struct order *o;

	if (id == NULL) {
		control_refuse(call, CONTROL_CONFLICT,
		    "no drill of %s is on that could be aborted just now",
		    watched_name(w));
		return;
	}
	o = order_new(m, call);
	if (o == NULL)
		return;
	json_set_text(o->result, "service", watched_name(w));
	json_set_text(o->result, "drill", id);
	json_set_text(o->result, "state", "stopping");
	json_set_int(o->result, "wall_ms", loop_wall_ms());
	order_after(o);
}

void
acts_drill(struct monitor *m, struct control_call *call)
{
	struct json_object *args = control_args(call);
	struct watched *w = acts_service(m, call, json_text(args, "service"));
	struct error why = { "" };

	if (w == NULL)
		return;
	if (json_flag(args, "last", false))
		control_reply(call, drills_json(m, watched_name(w)));
	else if (!rights_drill(control_caller(call), &why))
		control_refuse(call, CONTROL_DENIED, "%s", why.text);
	else if (json_flag(args, "abort", false))
		end(m, call, w);
	else
		begin(m, call, w);
}
