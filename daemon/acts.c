#include "daemon/acts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/rights.h"
#include "daemon/answers.h"
#include "daemon/events.h"
#include "daemon/life.h"
#include "daemon/log.h"
#include "daemon/reload.h"
#include "daemon/rollback.h"
#include "daemon/watched.h"

#define OURSELVES "rollbackd" /* as the author of a hold */

/* An order that is being put on stable storage. */
struct order {
	struct monitor *m;
	struct control_call *call;
	struct json_object *result;
	void (*then)(struct order *o);
	char service[NAME_MAX_BYTES + 1];
	char version[NAME_MAX_BYTES + 1];
	char previous[NAME_MAX_BYTES + 1];
	bool verified;
	int64_t at_ms;
	struct hold hold;
};

static struct order *
order_new(struct monitor *m, struct control_call *call)
{
	struct order *o = calloc(1, sizeof(*o));

	if (o == NULL) {
		control_refuse(call, CONTROL_FAILED, "no memory");
		return NULL;
	}
	o->m = m;
	o->call = call;
	o->result = json_object_new_object();
	o->at_ms = loop_now_ms(m->loop);
	return o;
}

static void
on_stored(void *arg, bool ok)
{
	struct order *o = arg;

	if (ok) {
		if (o->then != NULL)
			o->then(o);
		control_reply(o->call, o->result);
	} else {
		control_refuse(o->call, CONTROL_FAILED,
		    "it could not be stored, so nothing was done: see status");
		json_object_put(o->result);
	}
	free(o);
}

static void
store_order(struct order *o, const char *kind, struct json_object *data,
    const struct notice *notice)
{
	struct event_draft draft = {
		.kind = kind,
		.service = o->service[0] == '\0' ? NULL : o->service,
		.data = data,
	};
	char key[ULID_BYTES];

	events_new_id(o->m, key);
	events_append(o->m, &draft, 1, notice, key, on_stored, o);
}

/* NULL, and the call is answered, when there is no such service. */
static struct watched *
find_service(struct monitor *m, struct control_call *call, const char *name)
{
	struct watched *w = monitor_watched(m, name);

	if (w == NULL)
		control_refuse(call, CONTROL_NOT_FOUND,
		    "there is no service \"%s\"", name);
	return w;
}

static const char *
by_of(struct control_call *call, char buffer[CALLER_TEXT_MAX])
{
	return caller_text(control_caller(call), buffer);
}

/*
 * Samples asked before the order came say nothing of the new version, so the
 * moment is that of the order, not that of its commit.
 */
static void
deployed(struct order *o)
{
	struct watched *w = monitor_watched(o->m, o->service);

	if (w == NULL)
		return;
	service_deployed(watched_core(w), o->version,
	    o->previous[0] == '\0' ? NULL : o->previous, o->verified, o->at_ms);
	log_service(LOG_LEVEL_NOTICE, LOG_ID_DEPLOYED, o->service,
	    "version %s was deployed%s%s%s", o->version,
	    o->previous[0] == '\0' ? "" : ", before it ", o->previous,
	    o->verified ? ", known to be good" : "");
}

static void
deploy(struct monitor *m, struct control_call *call)
{
	struct json_object *args = control_args(call);
	const char *previous = json_text(args, "previous");
	struct json_object *data;
	char by[CALLER_TEXT_MAX];
	struct order *o;

	if (find_service(m, call, json_text(args, "service")) == NULL)
		return;
	o = order_new(m, call);
	if (o == NULL)
		return;
	(void)snprintf(
	    o->service, sizeof(o->service), "%s", json_text(args, "service"));
	(void)snprintf(
	    o->version, sizeof(o->version), "%s", json_text(args, "version"));
	(void)snprintf(o->previous, sizeof(o->previous), "%s",
	    previous == NULL ? "" : previous);
	o->verified = json_flag(args, "verified", false);
	o->then = deployed;
	data = json_object_new_object();
	json_set_text(data, "version", o->version);
	json_set_text(data, "previous", previous);
	json_set_bool(data, "verified", o->verified);
	json_set_text(data, "by", by_of(call, by));
	json_set_text(o->result, "service", o->service);
	json_set_text(o->result, "version", o->version);
	json_set_text(o->result, "previous_version", previous);
	json_set_bool(o->result, "verified", o->verified);
	json_set_int(o->result, "wall_ms", loop_wall_ms());
	store_order(o, EVENT_DEPLOY, data, NULL);
}

static enum severity
severity_of(const struct watched *w)
{
	const struct service_settings *s = watched_settings(w);
	enum severity gravest = SEVERITY_P3;

	if (s->rule_count == 0)
		return SEVERITY_P0;
	for (size_t i = 0; i < s->rule_count; i++)
		if (s->rules[i].severity < gravest)
			gravest = s->rules[i].severity;
	return gravest;
}

static void
ordered_is_stored(void *arg, bool ok)
{
	struct order *o = arg;

	if (ok)
		control_reply(o->call, o->result);
	else {
		control_refuse(o->call, CONTROL_FAILED,
		    "it could not be stored, so nothing was done: see status");
		json_object_put(o->result);
	}
	free(o);
}

static void
rollback(struct monitor *m, struct control_call *call)
{
	struct json_object *args = control_args(call);
	const char *service = json_text(args, "service");
	struct watched *w = find_service(m, call, service);
	struct error err = { "" };
	char by[CALLER_TEXT_MAX];
	const char *id;
	struct order *o;

	if (w == NULL)
		return;
	if (!rights_severity(control_caller(call), severity_of(w), &err)) {
		control_refuse(call, CONTROL_DENIED, "%s", err.text);
		return;
	}
	o = order_new(m, call);
	if (o == NULL)
		return;
	id = rollback_ordered(m, w, json_text(args, "to"),
	    json_text(args, "procedure"), by_of(call, by),
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
	/* Answers come in order: the order's own commit is before this one. */
	store_append(m->store, NULL, 0, NULL, 0, ordered_is_stored, o);
}

static void
abort_is_stored(void *arg, bool ok)
{
	struct order *o = arg;

	if (ok)
		control_reply(o->call, o->result);
	else {
		control_refuse(o->call, CONTROL_FAILED,
		    "no further step begins, but that could not be stored: "
		    "do not restart the daemon before status says that it can");
		json_object_put(o->result);
	}
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
	if (rollback_abort(r, by_of(call, by),
		reason == NULL ? "by an operator" : reason, abort_is_stored, o))
		return;
	control_refuse(call, CONTROL_CONFLICT,
	    "incident %s does not act, or is ending already", id);
	json_object_put(o->result);
	free(o);
}

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

static void
hold(struct monitor *m, struct control_call *call)
{
	struct json_object *args = control_args(call);
	const char *scope = json_text(args, "service");
	struct notice notice = { .event = "hold", .service = scope };
	char by[CALLER_TEXT_MAX];
	int64_t for_ms = 0;
	struct order *o;

	if (scope == NULL)
		scope = "*";
	if (strcmp(scope, "*") != 0 && find_service(m, call, scope) == NULL)
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
	    by_of(call, by), for_ms);
	notice.summary = o->hold.reason;
	if (strcmp(scope, "*") != 0)
		(void)snprintf(o->service, sizeof(o->service), "%s", scope);
	o->then = held;
	json_object_put(o->result);
	o->result = answers_hold(&o->hold);
	store_order(o, EVENT_HOLD, hold_event(&o->hold), &notice);
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
release_one(struct order *o, const char *id, const char *by)
{
	struct event_draft draft = {
		.kind = EVENT_RELEASE,
		.data = json_object_new_object(),
	};

	json_set_text(draft.data, "id", id);
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

static void
release(struct monitor *m, struct control_call *call)
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
	for (size_t i = 0; i < json_object_array_length(list); i++)
		release_one(o,
		    json_text(json_object_array_get_idx(list, i), "id"),
		    by_of(call, by));
	store_append(m->store, NULL, 0, NULL, 0, on_stored, o);
}

static void
on_probed(void *arg, const struct sample *s)
{
	struct order *o = arg;

	if (s != NULL) {
		answers_sample(o->m, s, o->result);
		control_reply(o->call, o->result);
	} else {
		control_refuse(o->call, CONTROL_CONFLICT,
		    "the configuration changed while it was asked: try again");
		json_object_put(o->result);
	}
	free(o);
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
	w = find_service(m, call, service);
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
	json_set_text(o->result, "probe", target);
	if (poller_ask(p, false, on_probed, o))
		return;
	control_refuse(
	    call, CONTROL_BUSY, "the probe is being asked just now: try again");
	json_object_put(o->result);
	free(o);
}

struct reloading {
	struct monitor *m;
	struct control_call *call; /* NULL: by signal */
};

static struct json_object *
complaints_json(struct complaints *complaints)
{
	struct json_object *list = json_object_new_array();
	const char *line;

	for (size_t i = 0; (line = complaints_line(complaints, i)) != NULL; i++)
		(void)json_object_array_add(list, json_object_new_string(line));
	return list;
}

static void
refuse_reload(struct control_call *call, struct loaded *l, const char *why)
{
	const char *line;

	log_service(LOG_LEVEL_ERROR, LOG_ID_RELOAD_REFUSED, NULL,
	    "%s: the old configuration stays in use", why);
	for (size_t i = 0;
	     l != NULL && (line = complaints_line(l->complaints, i)) != NULL;
	     i++)
		log_error("%s", line);
	if (call != NULL && l != NULL)
		control_refuse_config(
		    call, complaints_json(l->complaints), "%s", why);
	else if (call != NULL)
		control_refuse(call, CONTROL_FAILED, "%s", why);
}

static void
record_reload(
    struct monitor *m, struct json_object *summary, struct control_call *call)
{
	struct event_draft draft = {
		.kind = EVENT_RELOAD,
		.data = json_object_new_object(),
	};
	char by[CALLER_TEXT_MAX];

	json_set_text(
	    draft.data, "by", call == NULL ? "signal" : by_of(call, by));
	json_set(
	    draft.data, "added", json_object_get(json_array(summary, "added")));
	json_set(draft.data, "changed",
	    json_object_get(json_array(summary, "changed")));
	json_set(draft.data, "removed",
	    json_object_get(json_array(summary, "removed")));
	events_append(m, &draft, 1, NULL, NULL, NULL, NULL);
}

static void
on_loaded(void *arg, struct loaded *l)
{
	struct reloading r = *(struct reloading *)arg;
	struct json_object *summary = NULL;
	struct error err = { "no memory" };

	free(arg);
	r.m->is_reloading = false;
	life_reloaded();
	if (l == NULL || l->config == NULL)
		refuse_reload(r.call, l, "the configuration is wrong");
	else if (!l->is_kept)
		refuse_reload(r.call, l, l->trouble.text);
	else if (!reload_apply(r.m, l, &summary, &err))
		refuse_reload(r.call, NULL, err.text);
	else {
		r.m->shadow = false;
		r.m->trouble[0] = '\0';
		record_reload(r.m, summary, r.call);
		if (r.call != NULL)
			control_reply(r.call, summary);
		else
			json_object_put(summary);
	}
	load_free(l);
	if (r.m->reload_again) {
		r.m->reload_again = false;
		acts_reload(r.m, NULL);
	}
}

void
acts_reload(struct monitor *m, struct control_call *call)
{
	struct reloading *r;

	if (m->is_reloading) {
		/* What is being read may be older than what is meant. */
		if (call == NULL)
			m->reload_again = true;
		else
			control_refuse(call, CONTROL_BUSY,
			    "a reload is under way: try again");
		return;
	}
	r = calloc(1, sizeof(*r));
	if (r == NULL) {
		refuse_reload(call, NULL, "no memory");
		return;
	}
	*r = (struct reloading){ m, call };
	m->is_reloading = true;
	life_reloading();
	if (!load_start(
		m->loop, m->config_path, rollback_digests(m), on_loaded, r)) {
		m->is_reloading = false;
		life_reloaded();
		free(r);
		refuse_reload(call, NULL, "no thread to read it with");
	}
}

static void
reload(struct monitor *m, struct control_call *call)
{
	acts_reload(m, call);
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
		[VERB_DEPLOY] = deploy,
		[VERB_ROLLBACK] = rollback,
		[VERB_ABORT] = abort_incident,
		[VERB_HOLD] = hold,
		[VERB_RELEASE] = release,
		[VERB_PROBE] = probe,
		[VERB_RELOAD] = reload,
	};

	acts[control_verb(call)](arg, call);
}
