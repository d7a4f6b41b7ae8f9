#include "daemon/answers_private.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/page.h"
#include "report/event.h"
#include "report/report.h"

/* A question on its way to the store and back, once or twice. */
struct asking {
	struct monitor *m;
	struct control_call *call;
	bool open;
	size_t limit;
	bool more;
	struct json_object *incidents; /* newest first */
	struct json_object *by_id;     /* the same, for finding them */
};

static struct asking *
asking_new(struct monitor *m, struct control_call *call)
{
	struct asking *a = calloc(1, sizeof(*a));

	if (a == NULL) {
		control_refuse(call, CONTROL_FAILED, "no memory");
		return NULL;
	}
	a->m = m;
	a->call = call;
	a->incidents = json_object_new_array();
	a->by_id = json_object_new_object();
	return a;
}

static void
asking_free(struct asking *a)
{
	json_object_put(a->incidents);
	json_object_put(a->by_id);
	free(a);
}

static void
refuse_store(struct asking *a)
{
	const char *trouble = store_trouble(a->m->store);

	control_refuse(a->call, CONTROL_FAILED, "the store cannot be read: %s",
	    trouble == NULL ? "too much of it at once" : trouble);
	asking_free(a);
}

static struct json_object *
data_of(const struct store_event *e)
{
	struct error err;

	return e->data == NULL ? NULL :
				 json_parse(e->data, strlen(e->data), &err);
}

static void
set_opened(struct monitor *m, struct json_object *o,
    const struct store_event *e, struct json_object *data)
{
	static const char *const same[] = { "environment", "rule", "severity",
		"mode", "action", "cause", "by", "reason", "version",
		"procedure" };
	struct rollback *r = rollback_find(m, e->incident);

	json_set_text(o, "id", e->incident);
	json_set_text(o, "service", e->service);
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		answers_set_known(o, same[i], json_text(data, same[i]));
	answers_set_known(o, "target_version", json_text(data, "target"));
	json_set_int(o, "opened_wall_ms", e->wall_ms);
	json_set_text(o, "state", r == NULL ? "open" : rollback_state(r));
	if (r != NULL)
		json_set_text(
		    o, "severity", severity_word(rollback_severity(r)));
}

static void
set_closed(struct json_object *o, const struct store_event *e,
    struct json_object *data)
{
	int64_t down_ms, response_ms;

	json_set_text(o, "state", "closed");
	json_set_int(o, "closed_wall_ms", e->wall_ms);
	json_set_text(o, "outcome", json_text(data, "outcome"));
	answers_set_known(o, "report", json_text(data, "report"));
	if (json_int(data, "down_ms", &down_ms))
		json_set_int(o, "down_ms", down_ms);
	answers_set_known(o, "severity", json_text(data, "severity"));
	answers_set_known(o, "response", json_text(data, "response"));
	if (json_int(data, "response_ms", &response_ms))
		json_set_int(o, "response_ms", response_ms);
}

static void
reply_history(struct asking *a)
{
	struct json_object *o = json_object_new_object();

	json_set_int(o, "wall_ms", loop_wall_ms());
	json_set(o, "incidents", json_object_get(a->incidents));
	json_set_bool(o, "more", a->more);
	control_reply(a->call, o);
	asking_free(a);
}

static void
on_closed(void *arg, bool ok, const struct store_event *rows, size_t count)
{
	struct asking *a = arg;

	if (!ok) {
		refuse_store(a);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct json_object *o = rows[i].incident == NULL ?
		    NULL :
		    json_member(a->by_id, rows[i].incident);
		struct json_object *data;

		if (o == NULL)
			continue;
		data = data_of(&rows[i]);
		set_closed(o, &rows[i], data);
		json_object_put(data);
	}
	reply_history(a);
}

static void
add_opened(struct asking *a, const struct store_event *e)
{
	struct json_object *o = json_object_new_object();
	struct json_object *data = data_of(e);

	set_opened(a->m, o, e, data);
	json_object_put(data);
	(void)json_object_array_add(a->incidents, o);
	json_set(a->by_id, e->incident, json_object_get(o));
}

/* One more than is wanted was asked for, to know whether there are more. */
static void
on_opened(void *arg, bool ok, const struct store_event *rows, size_t count)
{
	struct asking *a = arg;
	struct store_query closed = { .kind = EVENT_CLOSED };
	size_t first = count > a->limit ? count - a->limit : 0;

	if (!ok) {
		refuse_store(a);
		return;
	}
	a->more = first > 0;
	for (size_t i = count; i > first; i--)
		if (rows[i - 1].incident != NULL)
			add_opened(a, &rows[i - 1]);
	if (count == 0 || a->open) {
		reply_history(a);
		return;
	}
	closed.service = json_text(control_args(a->call), "service");
	closed.after_seq = rows[first].seq;
	store_read(a->m->store, &closed, on_closed, a);
}

void
answers_history(struct monitor *m, struct control_call *call)
{
	struct json_object *args = control_args(call);
	struct store_query opened = { .kind = EVENT_OPENED };
	int64_t limit = HISTORY_LIMIT_DEFAULT;
	struct asking *a = asking_new(m, call);

	if (a == NULL)
		return;
	(void)json_int(args, "limit", &limit);
	a->limit = (size_t)limit;
	a->open = json_flag(args, "open", false);
	opened.service = json_text(args, "service");
	opened.newest = (unsigned)limit + 1;
	opened.open_incidents = a->open;
	store_read(m->store, &opened, on_opened, a);
}

static struct json_object *
incident_json(struct monitor *m, const struct store_event *rows,
    const struct report_event *events, size_t count)
{
	struct json_object *o = json_object_new_object();

	for (size_t i = 0; i < count; i++) {
		if (strcmp(rows[i].kind, EVENT_OPENED) == 0)
			set_opened(m, o, &rows[i], events[i].data);
		if (strcmp(rows[i].kind, EVENT_CLOSED) == 0)
			set_closed(o, &rows[i], events[i].data);
	}
	return o;
}

static void
reply_incident(struct asking *a, const struct store_event *rows,
    const struct report_event *events, size_t count)
{
	const struct report_incident incident = {
		.id = rows[0].incident,
		.service = rows[0].service,
		.events = events,
		.event_count = count,
	};
	struct json_object *o = json_object_new_object();
	struct text markdown = text_new(REPORT_MAX_BYTES);

	json_set_int(o, "wall_ms", loop_wall_ms());
	json_set(o, "incident", incident_json(a->m, rows, events, count));
	json_set(o, "document", report_json(&incident));
	if (json_flag(control_args(a->call), "markdown", false)) {
		page_write(&markdown, a->m, &incident);
		json_set_text(o, "markdown", text_str(&markdown));
	}
	text_free(&markdown);
	control_reply(a->call, o);
}

static void
on_events(void *arg, bool ok, const struct store_event *rows, size_t count)
{
	struct asking *a = arg;
	struct report_event *events = NULL;

	if (!ok) {
		refuse_store(a);
		return;
	}
	if (count == 0) {
		control_refuse(a->call, CONTROL_NOT_FOUND,
		    "there is no incident %s",
		    json_text(control_args(a->call), "id"));
		goto out;
	}
	events = calloc(count, sizeof(*events));
	if (events == NULL) {
		control_refuse(a->call, CONTROL_FAILED, "no memory");
		goto out;
	}
	for (size_t i = 0; i < count; i++)
		events[i] = (struct report_event){
			.seq = rows[i].seq,
			.wall_ms = rows[i].wall_ms,
			.kind = rows[i].kind,
			.run = rows[i].run,
			.data = data_of(&rows[i]),
		};
	reply_incident(a, rows, events, count);
	for (size_t i = 0; i < count; i++)
		json_object_put(events[i].data);
out:
	free(events);
	asking_free(a);
}

void
answers_incident(struct monitor *m, struct control_call *call)
{
	struct store_query all = { .incident =
				       json_text(control_args(call), "id") };
	struct asking *a = asking_new(m, call);

	if (a != NULL)
		store_read(m->store, &all, on_events, a);
}

static void
on_ended(void *arg, bool ok, const struct store_event *rows, size_t count)
{
	struct asking *a = arg;
	struct json_object *data = NULL;
	const char *outcome;

	if (!ok) {
		refuse_store(a);
		return;
	}
	if (count == 0) {
		control_refuse(
		    a->call, CONTROL_NOT_FOUND, "there is no such incident");
		goto out;
	}
	data = data_of(&rows[count - 1]);
	outcome = json_text(data, "outcome");
	if (strcmp(rows[count - 1].kind, EVENT_CLOSED) == 0)
		control_refuse(a->call, CONTROL_CONFLICT,
		    "incident %s of %s is over: %s", rows[0].incident,
		    rows[0].service,
		    outcome == NULL ? "with unknown outcome" : outcome);
	else
		control_refuse(a->call, CONTROL_CONFLICT,
		    "incident %s of %s is just being closed", rows[0].incident,
		    rows[0].service);
out:
	json_object_put(data);
	asking_free(a);
}

void
answers_not_open(
    struct monitor *m, struct control_call *call, const char *incident)
{
	struct store_query ends = {
		.kind = EVENT_OPENED,
		.or_kind = EVENT_CLOSED,
		.incident = incident,
	};
	struct asking *a = asking_new(m, call);

	if (a != NULL)
		store_read(m->store, &ends, on_ended, a);
}
