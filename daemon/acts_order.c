#include <stdlib.h>

#include "daemon/acts_private.h"
#include "daemon/rollback.h"

struct order *
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

void
order_refuse(struct order *o, enum control_error code, const char *why)
{
	control_refuse(o->call, code, "%s", why);
	json_object_put(o->data);
	json_object_put(o->result);
	free(o);
}

static void
on_stored(void *arg, bool ok)
{
	struct order *o = arg;

	/* A rollback whose plan could not be stored is gone by now. */
	if (o->incident[0] != '\0' && !rollback_exists(o->m, o->incident))
		ok = false;
	if (!ok) {
		order_refuse(o, CONTROL_FAILED,
		    "it could not be stored, so nothing was done: see status");
		return;
	}
	if (o->then != NULL)
		o->then(o);
	control_reply(o->call, o->result);
	json_object_put(o->data);
	free(o);
}

void
order_store(struct order *o, const char *kind, struct json_object *data,
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

struct watched *
acts_service(struct monitor *m, struct control_call *call, const char *name)
{
	struct watched *w = monitor_watched(m, name);

	if (w == NULL)
		control_refuse(call, CONTROL_NOT_FOUND,
		    "there is no service \"%s\"", name);
	return w;
}

const char *
acts_by(struct control_call *call, char buffer[CALLER_TEXT_MAX])
{
	return caller_text(control_caller(call), buffer);
}

void
order_after(struct order *o)
{
	/* Answers come in the order of the calls. */
	store_append(o->m->store, NULL, 0, NULL, 0, on_stored, o);
}
