#include <stdlib.h>
#include <string.h>

#include "daemon/answers_private.h"
#include "report/audit.h"
#include "report/event.h"

struct audit {
	struct monitor *m;
	struct control_call *call;
	size_t limit;
};

static void
set_caller(struct json_object *o, const char *by)
{
	struct json_object *roles = json_object_new_array();
	struct caller caller = { 0 };
	bool is_one = by != NULL && caller_parse(by, &caller);

	if (is_one)
		json_set_int(o, "uid", caller.uid);
	for (unsigned r = 0; is_one && r < ROLE_COUNT; r++)
		if ((caller.roles & ROLE_BIT(r)) != 0)
			(void)json_object_array_add(roles,
			    json_object_new_string(role_word((enum role)r)));
	json_set(o, "roles", roles);
}

static struct json_object *
act_json(const struct store_event *e, struct json_object *data, const char *act)
{
	struct json_object *o = json_object_new_object();
	struct text words = text_new(AUDIT_WORDS_MAX);
	const char *incident = e->incident;

	if (incident == NULL || *incident == '\0')
		incident = json_text(data, "incident");
	audit_words(e->kind, data, &words);
	json_set_int(o, "at_wall_ms", e->wall_ms);
	json_set_text(o, "act", act);
	json_set_bool(o, "refused", strcmp(e->kind, EVENT_REFUSED) == 0);
	answers_set_known(o, "service", e->service);
	answers_set_known(o, "incident", incident);
	answers_set_known(o, "by", json_text(data, "by"));
	set_caller(o, json_text(data, "by"));
	answers_set_known(o, "what", text_str(&words));
	answers_set_known(o, "reason", json_text(data, "reason"));
	text_free(&words);
	return o;
}

static void
add_act(struct json_object *acts, const struct store_event *e)
{
	struct error err;
	struct json_object *data = json_parse(e->data, strlen(e->data), &err);
	const char *act = audit_act(e->kind, data);

	if (act != NULL)
		(void)json_object_array_add(acts, act_json(e, data, act));
	json_object_put(data);
}

/* One more than is wanted was asked for, to know whether there are more. */
static void
on_rows(void *arg, bool ok, const struct store_event *rows, size_t count)
{
	struct audit *a = arg;
	size_t first = count > a->limit ? count - a->limit : 0;
	struct json_object *o, *acts;

	if (!ok) {
		control_refuse(
		    a->call, CONTROL_FAILED, "the store cannot be read");
		free(a);
		return;
	}
	o = json_object_new_object();
	acts = json_object_new_array();
	for (size_t i = count; i > first; i--)
		add_act(acts, &rows[i - 1]);
	json_set_int(o, "wall_ms", loop_wall_ms());
	json_set(o, "acts", acts);
	json_set_bool(o, "more", first > 0);
	control_reply(a->call, o);
	free(a);
}

void
answers_audit(struct monitor *m, struct control_call *call)
{
	struct json_object *args = control_args(call);
	struct audit *a = calloc(1, sizeof(*a));
	int64_t limit = HISTORY_LIMIT_DEFAULT;
	struct store_query acts = {
		.kinds = audit_kinds,
		.by_people = true,
		.service = json_text(args, "service"),
		.or_no_service = true,
	};

	if (a == NULL) {
		control_refuse(call, CONTROL_FAILED, "no memory");
		return;
	}
	(void)json_int(args, "limit", &limit);
	*a = (struct audit){ m, call, (size_t)limit };
	acts.newest = (unsigned)limit + 1;
	store_read(m->store, &acts, on_rows, a);
}
