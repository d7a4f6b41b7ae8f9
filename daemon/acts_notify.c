/* What notifiers were not told yet, or never will be; and trying one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "daemon/acts_private.h"
#include "daemon/log.h"
#include "daemon/notify/notify.h"
#include "daemon/outbox.h"

#define ALL "all"
#define LISTED_MAX 1000

/* An order about letters, while they are being read. */
struct letters {
	struct monitor *m;
	struct control_call *call;
	struct json_object *result;
	char act[NAME_MAX_BYTES + 1];
	char what[NAME_MAX_BYTES + 1]; /* id, channel or "all"; "": all */
	char by[CALLER_TEXT_MAX];
	int64_t count;
};

static void
letters_free(struct letters *l)
{
	json_object_put(l->result);
	free(l);
}

static void
answer(struct letters *l)
{
	control_reply(l->call, l->result); /* takes it */
	l->result = NULL;
	letters_free(l);
}

static void
refuse(struct letters *l, enum control_error code, const char *why)
{
	control_refuse(l->call, code, "%s", why);
	letters_free(l);
}

static bool
is_meant(const struct letters *l, const struct store_delivery *d)
{
	uint64_t id;

	if (l->what[0] == '\0' || strcmp(l->what, ALL) == 0 ||
	    strcmp(l->what, d->channel) == 0)
		return true;
	return count_parse(l->what, &id) && id == (uint64_t)d->id;
}

static struct json_object *
letter_json(const struct store_delivery *d, bool is_dead)
{
	static const char *const keys[] = { "event", "service", "incident",
		"severity", "summary" };
	struct json_object *o = json_object_new_object();
	struct error err;
	struct json_object *notice = json_parse(d->body, strlen(d->body), &err);

	json_set_int(o, "id", d->id);
	json_set_text(o, "channel", d->channel);
	json_set_text(o, "state", is_dead ? "dead" : "waiting");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		json_set_text(o, keys[i], json_text(notice, keys[i]));
	json_set_int(o, "tries", d->tries);
	json_set_int(o, "made_wall_ms", d->made_wall_ms);
	if (is_dead) {
		json_set_int(o, "died_wall_ms", d->died_wall_ms);
		json_set_text(o, "reason", d->reason);
	} else if (d->next_wall_ms > 0)
		json_set_int(o, "next_wall_ms", d->next_wall_ms);
	json_object_put(notice);
	return o;
}

static void
take(struct letters *l, const struct store_delivery *d, bool is_dead)
{
	struct json_object *list = json_array(l->result, "letters");

	if (!is_meant(l, d))
		return;
	if (strcmp(l->act, "list") == 0) {
		if (json_object_array_length(list) < LISTED_MAX)
			(void)json_object_array_add(
			    list, letter_json(d, is_dead));
	} else if (strcmp(l->act, "drop") == 0)
		store_drop(l->m->store, d->id);
	else if (is_dead)
		store_revive(l->m->store, d->id);
	else
		return; /* it is tried again by itself */
	l->count++;
}

static void
on_changed(void *arg, bool ok)
{
	struct letters *l = arg;

	if (!ok) {
		refuse(l, CONTROL_FAILED,
		    "it could not be stored, so nothing was done: see status");
		return;
	}
	outbox_changed(l->m->outbox);
	log_notice("%s: notify %s %s: %lld letters", l->by, l->act, l->what,
	    (long long)l->count);
	answer(l);
}

static void
on_dead(void *arg, bool ok, const struct store_delivery *rows, size_t count)
{
	struct letters *l = arg;

	if (!ok) {
		refuse(
		    l, CONTROL_FAILED, "the store cannot be read: see status");
		return;
	}
	for (size_t i = 0; i < count; i++)
		take(l, &rows[i], true);
	json_set_int(l->result, "count", l->count);
	if (strcmp(l->act, "list") == 0) {
		answer(l);
	} else if (l->count == 0)
		refuse(l, CONTROL_NOT_FOUND,
		    strcmp(l->act, "retry") == 0 ?
			"there is no such dead letter; what waits is tried "
			"again by itself" :
			"there is no such letter");
	else
		/* Answers come in the order of the calls. */
		store_append(l->m->store, NULL, 0, NULL, 0, on_changed, l);
}

static void
on_waiting(void *arg, bool ok, const struct store_delivery *rows, size_t count)
{
	struct letters *l = arg;

	for (size_t i = 0; ok && i < count; i++)
		take(l, &rows[i], false);
	store_read_dead(l->m->store, on_dead, l);
}

static struct json_object *
failing_json(struct monitor *m)
{
	struct json_object *list = json_object_new_array();
	const char *name;

	for (unsigned i = 0; (name = outbox_failing(m->outbox, i)) != NULL; i++)
		(void)json_object_array_add(list, json_object_new_string(name));
	return list;
}

static void
on_tested(void *arg, const struct outbox_outcome *outcome)
{
	struct order *o = arg;

	if (outcome->outcome == MESSAGE_SENT) {
		json_set_text(o->result, "outcome", "sent");
		json_set_int(
		    o->result, "took_ms", loop_now_ms(o->m->loop) - o->at_ms);
		control_reply(o->call, o->result);
	} else {
		control_refuse(o->call, CONTROL_FAILED,
		    "notifier \"%s\" was not told: %s%s", o->service,
		    outcome->reason == NULL ? "no reason given" :
					      outcome->reason,
		    outcome->outcome == MESSAGE_NEVER ?
			"; trying again will not help" :
			"");
		json_object_put(o->result);
	}
	free(o);
}

static void
test(struct monitor *m, struct control_call *call, const char *channel)
{
	struct order *o = order_new(m, call);
	char by[CALLER_TEXT_MAX];

	if (o == NULL)
		return;
	json_set_text(o->result, "act", "test");
	json_set_text(o->result, "channel", channel);
	(void)snprintf(o->service, sizeof(o->service), "%s", channel);
	switch (notify_test(m, channel, acts_by(call, by), on_tested, o)) {
	case OUTBOX_BEGUN:
		return;
	case OUTBOX_CANNOT:
		order_refuse(o, CONTROL_FAILED, "it cannot be started");
		return;
	case OUTBOX_AWAY:
		control_refuse(call, CONTROL_NOT_FOUND,
		    "there is no notifier \"%s\"", channel);
		json_object_put(o->result);
		free(o);
		return;
	}
}

void
acts_notify(struct monitor *m, struct control_call *call)
{
	struct json_object *args = control_args(call);
	const char *act = json_text(args, "act");
	const char *what = json_text(args, "what");
	struct letters *l;

	if (strcmp(act, "test") == 0) {
		test(m, call, what);
		return;
	}
	l = calloc(1, sizeof(*l));
	if (l == NULL) {
		control_refuse(call, CONTROL_FAILED, "no memory");
		return;
	}
	l->m = m;
	l->call = call;
	(void)snprintf(l->act, sizeof(l->act), "%s", act);
	(void)snprintf(
	    l->what, sizeof(l->what), "%s", what == NULL ? "" : what);
	(void)acts_by(call, l->by);
	l->result = json_object_new_object();
	json_set_text(l->result, "act", act);
	json_set_int(l->result, "wall_ms", loop_wall_ms());
	if (strcmp(act, "list") == 0) {
		json_set(l->result, "failing", failing_json(m));
		json_set(l->result, "letters", json_object_new_array());
	}
	store_read_outbox(m->store, on_waiting, l);
}
