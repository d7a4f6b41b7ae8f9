#include "daemon/acts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/rights.h"
#include "daemon/acts_private.h"
#include "daemon/answers.h"
#include "daemon/log.h"
#include "daemon/metrics.h"
#include "daemon/rollback.h"
#include "daemon/watched.h"
#include "service/authority.h"
#include "service/inputs.h"

/* Longer ones are cut. */
#define METRIC_KEY_MAX 1024

/* Whose role may order that procedure; NULL: that of the gravest rule. */
static enum severity
severity_of(const struct watched *w, const char *procedure)
{
	const struct service_settings *s = watched_settings(w);
	int gravest = rollback_gravest_rule(s);
	struct authority authority = { .severity = SEVERITY_P0 };

	if (procedure == NULL && gravest >= 0)
		procedure = s->rules[gravest].procedure;
	if (procedure != NULL)
		(void)authority_of(s, procedure, &authority);
	return authority.severity;
}

/* What the operator has to sign, as far as it could be planned. */
static void
add_file(struct order *o)
{
	struct rollback *r = rollback_find(o->m, o->incident);

	if (r != NULL && rollback_waits(r))
		json_set(o->result, "approval", rollback_file(r));
}

static void
rollback(struct monitor *m, struct control_call *call)
{
	struct json_object *args = control_args(call);
	const char *service = json_text(args, "service");
	struct watched *w = acts_service(m, call, service);
	struct error err = { "" };
	char by[CALLER_TEXT_MAX];
	const char *id;
	struct order *o;

	if (w == NULL)
		return;
	if (!rights_severity(control_caller(call),
		severity_of(w, json_text(args, "procedure")), &err)) {
		control_refuse(call, CONTROL_DENIED, "%s", err.text);
		return;
	}
	o = order_new(m, call);
	if (o == NULL)
		return;
	id = rollback_ordered(m, w, json_text(args, "to"),
	    json_text(args, "procedure"), acts_by(call, by),
	    json_text(args, "reason"), &err);
	if (id == NULL) {
		control_refuse(call, CONTROL_CONFLICT, "%s", err.text);
		json_object_put(o->result);
		free(o);
		return;
	}
	json_set_text(o->result, "service", service);
	json_set_text(o->result, "incident", id);
	rollback_summarise(watched_rollback(w), o->result);
	json_set_int(o->result, "wall_ms", loop_wall_ms());
	(void)snprintf(o->incident, sizeof(o->incident), "%s", id);
	o->then = add_file;
	order_after(o); /* the order's own commit is before that one */
}

static void
abort_is_stored(void *arg, bool ok)
{
	struct order *o = arg;

	if (!ok) {
		order_refuse(o, CONTROL_FAILED,
		    "no further step begins, but that could not be stored: "
		    "do not restart the daemon before status says that it can");
		return;
	}
	control_reply(o->call, o->result);
	free(o);
}

static void
abort_incident(struct monitor *m, struct control_call *call)
{
	struct json_object *args = control_args(call);
	const char *id = json_text(args, "incident");
	const char *reason = json_text(args, "reason");
	struct rollback *r = rollback_find(m, id);
	char by[CALLER_TEXT_MAX];
	struct order *o;

	if (r == NULL) {
		answers_not_open(m, call, id);
		return;
	}
	o = order_new(m, call);
	if (o == NULL)
		return;
	json_set_text(o->result, "incident", id);
	rollback_summarise(r, o->result);
	json_set_text(o->result, "state", "stopping");
	json_set_int(o->result, "wall_ms", loop_wall_ms());
	if (rollback_abort(r, acts_by(call, by),
		reason == NULL ? "by an operator" : reason, abort_is_stored, o))
		return;
	control_refuse(call, CONTROL_CONFLICT,
	    "incident %s does not act, or is ending already", id);
	json_object_put(o->result);
	free(o);
}

/* Each under its name, and null where it is not known. */
static void
set_metrics(const struct sample *s, const struct metric_name *names,
    size_t count, struct json_object *result)
{
	struct json_object *values = json_object_new_object();

	for (size_t i = 0; i < count && i < s->value_count; i++) {
		char key[METRIC_KEY_MAX];

		(void)snprintf(key, sizeof(key), "%s%s%s",
		    names[i].is_counter ? "counter(" : "", names[i].text,
		    names[i].is_counter ? ")" : "");
		if (isnan(s->values[i]))
			json_set(values, key, NULL);
		else
			json_set_number(values, key, s->values[i]);
	}
	json_set(result, "values", values);
}

static void
set_values(const struct order *o, const struct sample *s)
{
	const struct watched *w = monitor_watched(o->m, o->service);
	const struct service_settings *settings =
	    w == NULL ? NULL : watched_settings(w);
	struct metric_name names[METRIC_NAMES_MAX];

	if (settings == NULL || o->probe >= settings->probe_count ||
	    s->value_count == 0)
		return;
	if (probe_traits(&settings->probes[o->probe])->has_metrics)
		set_metrics(s, names,
		    service_metrics(settings, o->probe, names), o->result);
	else if (isfinite(s->values[0]))
		json_set_number(o->result, "value", s->values[0]);
}

/* Who asked, and whether on a connection that was there before. */
static void
set_engine(const struct order *o, const struct sample *s)
{
	struct watched *w = monitor_watched(o->m, o->service);
	const char *slash = strchr(json_text(o->result, "probe"), '/');
	struct poller *p = w == NULL ? NULL : watched_poller(w, slash + 1);
	const char *engine = p == NULL ? NULL : poller_engine(p);

	if (engine == NULL)
		return;
	json_set_text(o->result, "engine", engine);
	if (s->phases.connect_ms >= 0.0)
		json_set_bool(
		    o->result, "connected", s->phases.connect_ms > 0.0);
}

static void
on_probed(void *arg, const struct sample *s)
{
	struct order *o = arg;

	if (s != NULL) {
		answers_sample(o->m, s, o->result);
		set_values(o, s);
		set_engine(o, s);
		control_reply(o->call, o->result);
	} else {
		control_refuse(o->call, CONTROL_CONFLICT,
		    "the configuration changed while it was asked: try again");
		json_object_put(o->result);
	}
	free(o);
}

static unsigned
probe_index(const struct service_settings *s, const char *name)
{
	unsigned i = 0;

	while (i < s->probe_count && strcmp(s->probes[i].name, name) != 0)
		i++;
	return i;
}

static void
probe(struct monitor *m, struct control_call *call)
{
	const char *target = json_text(control_args(call), "probe");
	const char *slash = strchr(target, '/');
	char service[NAME_MAX_BYTES + 1];
	struct poller *p;
	struct watched *w;
	struct order *o;

	(void)snprintf(
	    service, sizeof(service), "%.*s", (int)(slash - target), target);
	w = acts_service(m, call, service);
	if (w == NULL)
		return;
	p = watched_poller(w, slash + 1);
	if (p == NULL) {
		control_refuse(call, CONTROL_NOT_FOUND,
		    "service \"%s\" has no probe \"%s\"", service, slash + 1);
		return;
	}
	o = order_new(m, call);
	if (o == NULL)
		return;
	(void)snprintf(o->service, sizeof(o->service), "%s", service);
	o->probe = probe_index(watched_settings(w), slash + 1);
	json_set_text(o->result, "probe", target);
	if (poller_ask(p, false, on_probed, o))
		return;
	control_refuse(
	    call, CONTROL_BUSY, "the probe is being asked just now: try again");
	json_object_put(o->result);
	free(o);
}

void
acts_handle(void *arg, struct control_call *call)
{
	static void (*const acts[VERB_COUNT])(
	    struct monitor * m, struct control_call * call) = {
		[VERB_STATUS] = answers_status,
		[VERB_WHY] = answers_why,
		[VERB_HISTORY] = answers_history,
		[VERB_INCIDENT] = answers_incident,
		[VERB_VERSION] = answers_version,
		[VERB_AUDIT] = answers_audit,
		[VERB_DEPLOY] = acts_deploy,
		[VERB_MARK] = acts_mark,
		[VERB_VERSIONS] = answers_versions,
		[VERB_METRICS] = metrics_answer,
		[VERB_APPROVE] = acts_approve,
		[VERB_REJECT] = acts_reject,
		[VERB_SEVERITY] = acts_severity,
		[VERB_REPORT] = acts_report,
		[VERB_RESOLVE] = acts_resolve,
		[VERB_NOTIFY] = acts_notify,
		[VERB_ROLLBACK] = rollback,
		[VERB_ABORT] = abort_incident,
		[VERB_HOLD] = acts_hold,
		[VERB_RELEASE] = acts_release,
		[VERB_PROBE] = probe,
		[VERB_BASELINE] = acts_baseline,
		[VERB_BEAT] = acts_beat,
		[VERB_RELOAD] = acts_reload,
		[VERB_DRILL] = acts_drill,
	};

	acts[control_verb(call)](arg, call);
}
