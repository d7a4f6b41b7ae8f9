/* What people say of versions: deploy and mark. */
#include <stdio.h>
#include <string.h>

#include "control/rights.h"
#include "daemon/acts_private.h"
#include "daemon/log.h"
#include "daemon/versions_log.h"

#define WHY_TEXT_MAX 512

/*
 * Samples asked before the order came say nothing of the new version, so the
 * moment is that of the order, not that of its commit.
 */
static void
take(struct order *o, const char *kind)
{
	struct watched *w = monitor_watched(o->m, o->service);

	if (w != NULL)
		versions_take(w, kind, o->data, o->at_ms);
}

static void
deployed(struct order *o)
{
	const char *previous = json_text(o->data, "previous");
	const char *incompatible = json_text(o->data, "incompatible");

	take(o, EVENT_DEPLOY);
	log_service(LOG_LEVEL_NOTICE, LOG_ID_DEPLOYED, o->service,
	    "version %s was deployed%s%s%s%s%s", json_text(o->data, "version"),
	    previous == NULL ? "" : ", before it ",
	    previous == NULL ? "" : previous,
	    json_flag(o->data, "verified", false) ? ", known to be good" : "",
	    incompatible == NULL ? "" : ", incompatible with all before it: ",
	    incompatible == NULL ? "" : incompatible);
}

void
acts_deploy(struct monitor *m, struct control_call *call)
{
	struct json_object *args = control_args(call);
	const char *service = json_text(args, "service");
	struct watched *w = acts_service(m, call, service);
	char by[CALLER_TEXT_MAX];
	struct service_deployment d = {
		.version = json_text(args, "version"),
		.previous = json_text(args, "previous"),
		.incompatible = json_text(args, "incompatible"),
		.verified = json_flag(args, "verified", false),
		.at_ms = loop_now_ms(m->loop),
	};
	int64_t began_ms = 0;
	struct order *o;

	if (w == NULL)
		return;
	o = order_new(m, call);
	if (o == NULL)
		return;
	(void)json_int(args, "began_ms", &began_ms);
	d.by = acts_by(call, by);
	(void)snprintf(o->service, sizeof(o->service), "%s", service);
	o->then = deployed;
	o->data = versions_deploy_json(w, &d, d.at_ms - began_ms);
	json_set_text(o->result, "service", o->service);
	json_set_text(o->result, "version", d.version);
	json_set_text(o->result, "previous_version", d.previous);
	json_set_bool(o->result, "verified", d.verified);
	json_set_text(o->result, "incompatible", d.incompatible);
	json_set_int(o->result, "wall_ms", loop_wall_ms());
	order_store(o, EVENT_DEPLOY, json_object_get(o->data), NULL);
}

static void
marked(struct order *o)
{
	take(o, EVENT_MARK);
	log_service(LOG_LEVEL_NOTICE, LOG_ID_DEPLOYED, o->service,
	    "version %s is marked %s: %s", json_text(o->data, "version"),
	    json_text(o->data, "mark"), json_text(o->data, "why"));
}

static enum version_mark
mark_of(struct json_object *args)
{
	if (json_flag(args, "verified", false))
		return MARK_VERIFIED;
	if (json_flag(args, "failed", false))
		return MARK_FAILED;
	if (json_flag(args, "compatible", false))
		return MARK_COMPATIBLE;
	return MARK_INCOMPATIBLE;
}

/* "says alice (uid 1000): known to work", kept with the version. */
static struct json_object *
mark_json(struct json_object *args, enum version_mark mark, const char *by)
{
	const char *reason = json_text(args, "reason");
	const char *incompatible = json_text(args, "incompatible");
	struct text why = text_new(WHY_TEXT_MAX);
	struct json_object *data;

	if (mark == MARK_INCOMPATIBLE)
		text_add(&why, incompatible);
	else
		text_addf(&why, "%s says: %s", by, reason);
	data = versions_mark_json(
	    json_text(args, "version"), mark, text_str(&why));
	json_set_text(data, "reason", reason);
	json_set_text(data, "by", by);
	text_free(&why);
	return data;
}

void
acts_mark(struct monitor *m, struct control_call *call)
{
	struct json_object *args = control_args(call);
	const char *service = json_text(args, "service");
	const char *version = json_text(args, "version");
	struct watched *w = acts_service(m, call, service);
	enum version_mark mark = mark_of(args);
	struct error err = { "" };
	char by[CALLER_TEXT_MAX];
	struct order *o;

	if (w == NULL)
		return;
	if (!versions_may_be_marked(
		service_versions(watched_core(w)), version, mark, &err)) {
		control_refuse(call, CONTROL_NOT_FOUND, "%s", err.text);
		return;
	}
	o = order_new(m, call);
	if (o == NULL)
		return;
	(void)snprintf(o->service, sizeof(o->service), "%s", service);
	o->then = marked;
	o->data = mark_json(args, mark, acts_by(call, by));
	json_set_text(o->result, "service", service);
	json_set_text(o->result, "version", version);
	json_set_text(o->result, "mark", version_mark_word(mark));
	json_set_text(o->result, "why", json_text(o->data, "why"));
	json_set_int(o->result, "wall_ms", loop_wall_ms());
	order_store(o, EVENT_MARK, json_object_get(o->data), NULL);
}
