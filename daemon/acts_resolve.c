/*
 * What became of a step whose outcome nobody knew.
 *
 * Such a run was ended and written up at once: nothing may be run again that
 * may have been run.  What a person finds out afterwards is kept with it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/acts_private.h"
#include "daemon/log.h"
#include "report/event.h"

struct found {
	bool is_there;
	bool is_interrupted; /* the incident */
	bool is_resolved;    /* the step, already */
	char service[NAME_MAX_BYTES + 1];
	struct json_object *outcome; /* of the step, interrupted; owned */
};

static bool
is_step(struct json_object *data, const char *step)
{
	const char *label = json_text(data, "label");

	return label != NULL && strcmp(label, step) == 0;
}

static bool
says(struct json_object *data, const char *key, const char *word)
{
	const char *words = json_text(data, key);

	return words != NULL && strcmp(words, word) == 0;
}

static void
look(struct found *f, const struct store_event *e, const char *step)
{
	struct error err;
	struct json_object *data = json_parse(e->data, strlen(e->data), &err);

	f->is_there = true;
	(void)snprintf(f->service, sizeof(f->service), "%s", e->service);
	if (strcmp(e->kind, EVENT_CLOSED) == 0)
		f->is_interrupted = says(data, "outcome", "interrupted");
	else if (strcmp(e->kind, EVENT_RESOLVED) == 0)
		f->is_resolved = f->is_resolved || is_step(data, step);
	else if (strcmp(e->kind, EVENT_OUTCOME) == 0 && is_step(data, step) &&
	    says(data, "outcome", "interrupted")) {
		json_object_put(f->outcome);
		f->outcome = json_object_get(data);
	}
	json_object_put(data);
}

static void
on_stored(void *arg, bool ok)
{
	struct order *o = arg;

	if (!ok) {
		order_refuse(o, CONTROL_FAILED,
		    "it could not be stored, so nothing was done: see status");
		return;
	}
	log_service(LOG_LEVEL_NOTICE, LOG_ID_STEP_ENDED, o->service,
	    "step %s of incident %s is %s, says %s",
	    json_text(control_args(o->call), "step"), o->incident,
	    json_text(control_args(o->call), "as"), o->by);
	control_reply(o->call, o->result);
	free(o);
}

static void
store_it(struct order *o, const struct found *f)
{
	struct json_object *args = control_args(o->call);
	struct event_draft draft = {
		.kind = EVENT_RESOLVED,
		.service = f->service,
		.incident = o->incident,
		.data = json_object_new_object(),
	};
	static const char *const same[] = { "step", "attempt", "check" };

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		json_set(draft.data, same[i],
		    json_object_get(json_member(f->outcome, same[i])));
	json_set_text(draft.data, "label", json_text(args, "step"));
	json_set_text(draft.data, "as", json_text(args, "as"));
	json_set_text(draft.data, "by", o->by);
	json_set_text(draft.data, "reason", json_text(args, "reason"));
	(void)snprintf(o->service, sizeof(o->service), "%s", f->service);
	json_set_text(o->result, "incident", o->incident);
	json_set_text(o->result, "service", f->service);
	json_set_text(o->result, "step", json_text(args, "step"));
	json_set_text(o->result, "as", json_text(args, "as"));
	json_set_int(o->result, "wall_ms", loop_wall_ms());
	events_append(o->m, &draft, 1, NULL, NULL, on_stored, o);
}

static void
on_rows(void *arg, bool ok, const struct store_event *rows, size_t count)
{
	struct order *o = arg;
	const char *step = json_text(control_args(o->call), "step");
	struct found f = { 0 };

	for (size_t i = 0; ok && i < count; i++)
		look(&f, &rows[i], step);
	if (!ok)
		order_refuse(o, CONTROL_FAILED, "the store cannot be read");
	else if (!f.is_there)
		order_refuse(o, CONTROL_NOT_FOUND, "there is no such incident");
	else if (!f.is_interrupted)
		order_refuse(o, CONTROL_CONFLICT,
		    "it was not ended for a step of which nobody knows what "
		    "became of it");
	else if (f.outcome == NULL)
		order_refuse(o, CONTROL_NOT_FOUND,
		    "no step of that name was interrupted: see rollbackctl "
		    "incident");
	else if (f.is_resolved)
		order_refuse(o, CONTROL_CONFLICT,
		    "what became of that step has been said already");
	else
		store_it(o, &f);
	json_object_put(f.outcome);
}

void
acts_resolve(struct monitor *m, struct control_call *call)
{
	struct order *o = order_new(m, call);
	struct store_query all = { .incident = o == NULL ? NULL : o->incident };

	if (o == NULL)
		return;
	(void)snprintf(o->incident, sizeof(o->incident), "%s",
	    json_text(control_args(call), "incident"));
	(void)acts_by(call, o->by);
	store_read(m->store, &all, on_rows, o);
}
