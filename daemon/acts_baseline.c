#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/rights.h"
#include "daemon/acts_private.h"
#include "daemon/baselines.h"
#include "evaluator/baseline.h"

#define SHOWN_MAX 20 /* pins and resets, the newest */

static struct json_object *
evaluator_json(struct monitor *m, struct watched *w, unsigned index)
{
	const struct evaluator_settings *e =
	    &watched_settings(w)->evaluators[index];
	struct json_object *o = json_object_new_object();

	json_set_text(o, "name", e->name);
	json_set_text(o, "type", e->kind->name);
	json_set_text(o, "probe", e->probe);
	json_set_text(o, "unit", evaluator_unit(e));
	json_set(o, "baseline", baselines_json(m->baselines, w, index));
	return o;
}

static bool
learns(struct watched *w, unsigned index, const char *name)
{
	const char *its = watched_settings(w)->evaluators[index].name;

	return (name == NULL || strcmp(its, name) == 0) &&
	    evaluator_baseline(service_evaluator(watched_core(w), index)) !=
	    NULL;
}

/* All that learn one, or the one of that name. */
static struct json_object *
evaluators_json(struct monitor *m, struct watched *w, const char *name)
{
	struct json_object *list = json_object_new_array();

	for (unsigned i = 0; i < watched_settings(w)->evaluator_count; i++)
		if (learns(w, i, name))
			(void)json_object_array_add(
			    list, evaluator_json(m, w, i));
	return list;
}

static struct json_object *
act_json(const struct store_event *e)
{
	struct error err;
	struct json_object *o = json_parse(e->data, strlen(e->data), &err);

	if (o != NULL)
		json_set_int(o, "at_wall_ms", e->wall_ms);
	return o;
}

static void
on_acts(void *arg, bool ok, const struct store_event *rows, size_t count)
{
	struct order *o = arg;
	struct watched *w = monitor_watched(o->m, o->service);
	const char *name = json_text(control_args(o->call), "evaluator");
	struct json_object *acts = json_object_new_array();

	for (size_t i = count; ok && i > 0; i--) {
		struct json_object *act = act_json(&rows[i - 1]);
		const char *of = json_text(act, "evaluator");

		if (of != NULL && (name == NULL || strcmp(of, name) == 0))
			(void)json_object_array_add(acts, act);
		else
			json_object_put(act);
	}
	json_set_int(o->result, "wall_ms", loop_wall_ms());
	json_set_text(o->result, "service", o->service);
	if (w != NULL)
		json_set(
		    o->result, "evaluators", evaluators_json(o->m, w, name));
	json_set(o->result, "acts", acts);
	control_reply(o->call, o->result);
	free(o);
}

static void
show(struct monitor *m, struct control_call *call, const char *service)
{
	struct order *o = order_new(m, call);
	struct store_query query = {
		.kind = EVENT_BASELINE,
		.newest = SHOWN_MAX,
	};

	if (o == NULL)
		return;
	(void)snprintf(o->service, sizeof(o->service), "%s", service);
	query.service = o->service;
	store_read(m->store, &query, on_acts, o);
}

static void
done(struct order *o)
{
	struct watched *w = monitor_watched(o->m, o->service);
	int64_t wall_ms = 0;

	(void)json_int(o->result, "wall_ms", &wall_ms);
	baselines_act(o->m->baselines, o->service, o->result, wall_ms);
	if (w != NULL)
		json_set(o->result, "evaluators",
		    evaluators_json(
			o->m, w, json_text(o->result, "evaluator")));
}

static void
set_act(struct json_object *o, struct json_object *args)
{
	struct json_object *value = json_member(args, "pin");

	json_set_text(o, "act",
	    json_flag(args, "unpin", false)     ? "unpin" :
		json_flag(args, "reset", false) ? "reset" :
						  "pin");
	if (value != NULL) /* as it was written: not rounded */
		json_set(o, "value", json_object_get(value));
	json_set_text(o, "reason", json_text(args, "reason"));
}

/* The result says what the event does, and more when it is stored. */
static void
change(struct monitor *m, struct control_call *call, struct watched *w,
    unsigned evaluator)
{
	const struct evaluator_settings *e =
	    &watched_settings(w)->evaluators[evaluator];
	char by[CALLER_TEXT_MAX], id[ULID_BYTES], subject[DIGEST_TEXT_BYTES];
	struct order *o = order_new(m, call);
	struct json_object *data;

	if (o == NULL)
		return;
	data = json_object_new_object();
	events_new_id(m, id);
	baseline_subject(e, subject);
	(void)snprintf(o->service, sizeof(o->service), "%s", watched_name(w));
	for (int i = 0; i < 2; i++) {
		struct json_object *one = i == 0 ? data : o->result;

		json_set_text(one, "id", id);
		json_set_text(one, "evaluator", e->name);
		json_set_text(one, "subject", subject);
		set_act(one, control_args(call));
		json_set_text(one, "by", acts_by(call, by));
	}
	json_set_text(o->result, "service", o->service);
	json_set_int(o->result, "wall_ms", loop_wall_ms());
	o->then = done;
	order_store(o, EVENT_BASELINE, data, NULL);
}

/* The one that is named, or the only one; false, and the call is answered. */
static bool
choose(struct control_call *call, struct watched *w, const char *name,
    unsigned *chosen)
{
	size_t found = 0;

	for (unsigned i = 0; i < watched_settings(w)->evaluator_count; i++)
		if (learns(w, i, name)) {
			*chosen = i;
			found++;
		}
	if (found == 1)
		return true;
	if (found > 1)
		control_refuse(call, CONTROL_CONFLICT,
		    "service \"%s\" has %zu baselines: name the evaluator",
		    watched_name(w), found);
	else if (name != NULL)
		control_refuse(call, CONTROL_NOT_FOUND,
		    "service \"%s\" has no evaluator \"%s\" that learns a "
		    "baseline",
		    watched_name(w), name);
	else
		control_refuse(call, CONTROL_NOT_FOUND,
		    "no evaluator of service \"%s\" learns a baseline",
		    watched_name(w));
	return false;
}

/* Whoever may be a step may not do it while no run carries out any. */
static bool
is_reset_by_run(const struct watched *w, struct json_object *args)
{
	const struct rollback *r = watched_rollback(w);

	return json_flag(args, "reset", false) && r != NULL &&
	    strcmp(rollback_state(r), "rolling_back") == 0;
}

void
acts_baseline(struct monitor *m, struct control_call *call)
{
	struct json_object *args = control_args(call);
	const char *service = json_text(args, "service");
	struct watched *w = acts_service(m, call, service);
	struct error why = { "" };
	unsigned evaluator = 0;

	if (w == NULL)
		return;
	if (json_member(args, "pin") == NULL &&
	    !json_flag(args, "unpin", false) &&
	    !json_flag(args, "reset", false)) {
		show(m, call, service);
		return;
	}
	if (!rights_baseline(
		control_caller(call), is_reset_by_run(w, args), &why))
		control_refuse(call, CONTROL_DENIED, "%s", why.text);
	else if (choose(call, w, json_text(args, "evaluator"), &evaluator))
		change(m, call, w, evaluator);
}
