#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/rights.h"
#include "daemon/acts_private.h"
#include "daemon/answers.h"
#include "daemon/log.h"

#define OURSELVES "rollbackd" /* as the author of a hold */

static void
held(struct order *o)
{
	if (!holds_add(&o->m->holds, &o->hold))
		log_error("hold %s is stored and takes effect at the next "
			  "start: no memory",
		    o->hold.id);
	log_service(LOG_LEVEL_WARNING, LOG_ID_HOLD,
	    strcmp(o->hold.scope, "*") == 0 ? NULL : o->hold.scope,
	    "is held by %s: %s", o->hold.author, o->hold.reason);
}

static struct json_object *
hold_event(const struct hold *h)
{
	struct json_object *data = json_object_new_object();

	json_set_text(data, "id", h->id);
	json_set_text(data, "scope", h->scope);
	json_set_text(data, "reason", h->reason);
	json_set_text(data, "by", h->author);
	json_set_int(data, "until_ms", h->until_wall_ms);
	return data;
}

static void
fill_hold(struct monitor *m, struct hold *h, const char *scope,
    const char *reason, const char *by, int64_t for_ms)
{
	events_new_id(m, h->id);
	(void)snprintf(h->scope, sizeof(h->scope), "%s", scope);
	(void)snprintf(h->reason, sizeof(h->reason), "%s", reason);
	(void)snprintf(h->author, sizeof(h->author), "%s", by);
	h->since_wall_ms = loop_wall_ms();
	h->until_ms = HOLD_FOR_EVER_MS;
	if (for_ms > 0) {
		h->until_ms = loop_now_ms(m->loop) + for_ms;
		h->until_wall_ms = loop_wall_ms() + for_ms;
	}
}

void
acts_hold(struct monitor *m, struct control_call *call)
{
	struct json_object *args = control_args(call);
	const char *scope = json_text(args, "service");
	struct notice notice = { .event = "hold", .service = scope };
	char by[CALLER_TEXT_MAX];
	int64_t for_ms = 0;
	struct order *o;

	if (scope == NULL)
		scope = "*";
	if (strcmp(scope, "*") != 0 && acts_service(m, call, scope) == NULL)
		return;
	if (m->holds.count >= HOLDS_MAX) {
		control_refuse(call, CONTROL_BUSY,
		    "there are %d holds already: release some", HOLDS_MAX);
		return;
	}
	o = order_new(m, call);
	if (o == NULL)
		return;
	(void)json_int(args, "for_ms", &for_ms);
	fill_hold(m, &o->hold, scope, json_text(args, "reason"),
	    acts_by(call, by), for_ms);
	notice.summary = o->hold.reason;
	if (strcmp(scope, "*") != 0)
		(void)snprintf(o->service, sizeof(o->service), "%s", scope);
	o->then = held;
	json_object_put(o->result);
	o->result = answers_hold(&o->hold);
	order_store(o, EVENT_HOLD, hold_event(&o->hold), &notice);
}

void
acts_hold_ourselves(struct monitor *m, const char *reason)
{
	struct hold h = { 0 };
	struct event_draft draft = { .kind = EVENT_HOLD };

	fill_hold(m, &h, "*", reason, OURSELVES, 0);
	draft.data = hold_event(&h);
	if (!holds_add(&m->holds, &h))
		abort(); /* start again: the mark of what was set aside holds */
	events_append(m, &draft, 1, NULL, NULL, NULL, NULL);
}

/* Those with that id, or else with exactly that scope. */
static bool
is_meant(const struct hold *h, const char *id, const char *scope)
{
	if (id != NULL)
		return strcmp(h->id, id) == 0;
	return strcmp(h->scope, scope) == 0;
}

static void
release_one(struct order *o, const char *id, const char *scope, const char *by)
{
	struct event_draft draft = {
		.kind = EVENT_RELEASE,
		.service = strcmp(scope, "*") == 0 ? NULL : scope,
		.data = json_object_new_object(),
	};

	json_set_text(draft.data, "id", id);
	json_set_text(draft.data, "scope", scope);
	json_set_text(draft.data, "by", by);
	/* Forgotten only when stored: until then it holds. */
	events_append(o->m, &draft, 1, NULL, NULL, NULL, NULL);
}

static void
released(struct order *o)
{
	struct json_object *list = json_array(o->result, "released");
	bool is_ours = false;

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *h = json_object_array_get_idx(list, i);

		const struct hold *hold =
		    holds_named(&o->m->holds, json_text(h, "id"));

		is_ours = is_ours ||
		    (hold != NULL && strcmp(hold->author, OURSELVES) == 0);
		(void)holds_remove(&o->m->holds, json_text(h, "id"));
		log_service(LOG_LEVEL_NOTICE, LOG_ID_RELEASED, NULL,
		    "hold %s is released: %s", json_text(h, "id"),
		    json_text(h, "reason"));
	}
	/* Only who ends the hold that says so has seen it. */
	if (is_ours && store_state(o->m->store) == STORE_QUARANTINED)
		store_acknowledge(o->m->store, NULL, NULL);
}

void
acts_release(struct monitor *m, struct control_call *call)
{
	struct json_object *args = control_args(call);
	const char *id = json_text(args, "id");
	const char *scope = json_text(args, "service");
	struct json_object *list = json_object_new_array();
	const struct caller *caller = control_caller(call);
	struct error why = { "there is no such hold" };
	bool denied = false;
	char by[CALLER_TEXT_MAX];
	struct order *o;

	for (size_t i = 0; i < m->holds.count; i++) {
		const struct hold *h = &m->holds.items[i];
		struct caller author = { 0 };

		if (!is_meant(h, id, scope))
			continue;
		if (rights_release(caller,
			caller_parse(h->author, &author) ? &author : NULL,
			&why))
			(void)json_object_array_add(list, answers_hold(h));
		else
			denied = true;
	}
	if (json_object_array_length(list) == 0) {
		control_refuse(call,
		    denied ? CONTROL_DENIED : CONTROL_NOT_FOUND, "%s",
		    why.text);
		json_object_put(list);
		return;
	}
	o = order_new(m, call);
	if (o == NULL) {
		json_object_put(list);
		return;
	}
	json_set(o->result, "released", list);
	o->then = released;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *h = json_object_array_get_idx(list, i);

		release_one(o, json_text(h, "id"), json_text(h, "scope"),
		    acts_by(call, by));
	}
	order_after(o);
}
