/* What people report of a service that no probe sees. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/rights.h"
#include "daemon/acts_private.h"
#include "daemon/log.h"
#include "daemon/reports.h"
#include "daemon/rollback.h"

struct report_order {
	struct monitor *m;
	struct control_call *call;
	struct told_report report;
	struct json_object *result;
};

static struct report_order *
report_order_new(struct monitor *m, struct control_call *call)
{
	struct report_order *o = calloc(1, sizeof(*o));

	if (o == NULL) {
		control_refuse(call, CONTROL_FAILED, "no memory");
		return NULL;
	}
	o->m = m;
	o->call = call;
	o->result = json_object_new_object();
	return o;
}

static void
refuse(struct report_order *o, enum control_error code, const char *why)
{
	control_refuse(o->call, code, "%s", why);
	json_object_put(o->result);
	free(o);
}

/* Which rules wait for such a report: none, and it changes nothing. */
static struct json_object *
rules_json(struct watched *w)
{
	const struct service_settings *s = watched_settings(w);
	struct json_object *list = json_object_new_array();

	for (unsigned i = 0; i < s->rule_count; i++)
		if (s->rules[i].when == RULE_WHEN_REPORTED &&
		    service_report(watched_core(w), i) != NULL)
			(void)json_object_array_add(
			    list, json_object_new_string(s->rules[i].name));
	return list;
}

static void
report_is_stored(void *arg, bool ok)
{
	struct report_order *o = arg;
	struct watched *w = monitor_watched(o->m, o->report.service);
	const struct rollback *r;

	if (!ok || w == NULL) {
		refuse(o, CONTROL_FAILED, "it could not be stored: see status");
		return;
	}
	if (!reports_add(o->m, &o->report)) {
		refuse(o, CONTROL_BUSY,
		    "there are too many reports: withdraw some");
		return;
	}
	log_service(LOG_LEVEL_WARNING, LOG_ID_TRIPPED, o->report.service,
	    "%s reports %s (%s): %s", o->report.by,
	    severity_word(o->report.severity),
	    report_class_word(o->report.class), o->report.reason);
	json_set(o->result, "rules", rules_json(w));
	watched_think(w);
	r = watched_rollback(w);
	if (r != NULL && !rollback_is_proposal(r))
		json_set_text(o->result, "incident", rollback_id(r));
	control_reply(o->call, o->result);
	free(o);
}

static void
fill(struct report_order *o, struct json_object *args)
{
	struct told_report *r = &o->report;
	const char *class = json_text(args, "class");
	int64_t for_ms = REPORT_FOR_MS;
	struct error err;

	(void)severity_parse(json_text(args, "severity"), &r->severity);
	if (class != NULL)
		(void)report_class_parse(class, &r->class);
	(void)json_int(args, "for_ms", &for_ms);
	events_new_id(o->m, r->id);
	(void)snprintf(
	    r->service, sizeof(r->service), "%s", json_text(args, "service"));
	(void)snprintf(
	    r->reason, sizeof(r->reason), "%s", json_text(args, "reason"));
	(void)acts_by(o->call, r->by);
	r->has_authority =
	    rights_severity(control_caller(o->call), r->severity, &err);
	r->at_ms = loop_now_ms(o->m->loop);
	r->at_wall_ms = loop_wall_ms();
	r->until_ms = r->at_ms + for_ms;
	r->until_wall_ms = r->at_wall_ms + for_ms;
}

static void
file_report(struct monitor *m, struct control_call *call, struct watched *w)
{
	struct report_order *o = report_order_new(m, call);
	struct event_draft draft = { .kind = EVENT_REPORT };

	if (o == NULL)
		return;
	fill(o, control_args(call));
	draft.service = o->report.service;
	draft.data = json_object_new_object();
	json_set_text(draft.data, "id", o->report.id);
	json_set_text(
	    draft.data, "severity", severity_word(o->report.severity));
	json_set_text(draft.data, "class", report_class_word(o->report.class));
	json_set_bool(draft.data, "authority", o->report.has_authority);
	json_set_text(draft.data, "version", service_version(watched_core(w)));
	json_set_text(draft.data, "by", o->report.by);
	json_set_text(draft.data, "reason", o->report.reason);
	json_set_int(draft.data, "until_ms", o->report.until_wall_ms);
	json_set_text(o->result, "service", o->report.service);
	json_set_text(o->result, "report", o->report.id);
	json_set_text(o->result, "severity", severity_word(o->report.severity));
	json_set_text(o->result, "class", report_class_word(o->report.class));
	json_set_bool(o->result, "authority", o->report.has_authority);
	json_set_int(o->result, "wall_ms", o->report.at_wall_ms);
	json_set_int(o->result, "until_wall_ms", o->report.until_wall_ms);
	events_append(m, &draft, 1, NULL, NULL, report_is_stored, o);
}

static void
withdrawal_is_stored(void *arg, bool ok)
{
	struct report_order *o = arg;
	struct watched *w = monitor_watched(o->m, o->report.service);
	struct json_object *list = json_array(o->result, "withdrawn");

	if (!ok) {
		refuse(o, CONTROL_FAILED, "it could not be stored: see status");
		return;
	}
	for (size_t i = 0; i < json_object_array_length(list); i++)
		reports_withdraw(o->m,
		    json_object_get_string(json_object_array_get_idx(list, i)));
	if (w != NULL && watched_rollback(w) != NULL)
		rollback_look(watched_rollback(w));
	control_reply(o->call, o->result);
	free(o);
}

static void
store_withdrawal(struct report_order *o, const char *id, bool is_last)
{
	struct event_draft draft = {
		.kind = EVENT_WITHDRAWN,
		.service = o->report.service,
		.data = json_object_new_object(),
	};

	json_set_text(draft.data, "id", id);
	json_set_text(draft.data, "by", o->report.by);
	json_set_text(
	    draft.data, "reason", json_text(control_args(o->call), "reason"));
	events_append(o->m, &draft, 1, NULL, NULL,
	    is_last ? withdrawal_is_stored : NULL, o);
}

/* All of the service, or the one that is named. */
static void
withdraw(struct monitor *m, struct control_call *call, struct watched *w)
{
	const char *id = json_text(control_args(call), "id");
	struct json_object *open = reports_json(m, w);
	struct json_object *list = json_object_new_array();
	struct report_order *o;

	for (size_t i = 0; i < json_object_array_length(open); i++) {
		const char *one =
		    json_text(json_object_array_get_idx(open, i), "id");

		if (id == NULL || strcmp(id, one) == 0)
			(void)json_object_array_add(
			    list, json_object_new_string(one));
	}
	json_object_put(open);
	o = json_object_array_length(list) == 0 ? NULL :
						  report_order_new(m, call);
	if (o == NULL) {
		if (json_object_array_length(list) == 0)
			control_refuse(call, CONTROL_NOT_FOUND,
			    "there is no such report of \"%s\"",
			    watched_name(w));
		json_object_put(list);
		return;
	}
	(void)snprintf(o->report.service, sizeof(o->report.service), "%s",
	    watched_name(w));
	(void)acts_by(call, o->report.by);
	json_set_text(o->result, "service", o->report.service);
	json_set(o->result, "withdrawn", list);
	json_set_int(o->result, "wall_ms", loop_wall_ms());
	for (size_t i = 0, n = json_object_array_length(list); i < n; i++)
		store_withdrawal(o,
		    json_object_get_string(json_object_array_get_idx(list, i)),
		    i + 1 == n);
}

void
acts_report(struct monitor *m, struct control_call *call)
{
	struct json_object *args = control_args(call);
	struct watched *w = acts_service(m, call, json_text(args, "service"));

	if (w == NULL)
		return;
	if (json_flag(args, "withdraw", false))
		withdraw(m, call, w);
	else
		file_report(m, call, w);
}
