#include "daemon/notify/notify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/failpoint.h"
#include "base/json.h"
#include "base/ulid.h"
#include "daemon/events.h"
#include "daemon/log.h"
#include "daemon/monitor.h"
#include "daemon/notify/notify_impl.h"

#define ARGUMENTS_MAX 64
#define EVENTS_TEXT_MAX 512
#define SUMMARY_MAX 512
#define TEST_KEY_BEFORE "test-"

static const struct notifier_settings *
find(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->notifier_count; i++)
		if (strcmp(c->notifiers[i].name, name) == 0)
			return &c->notifiers[i];
	return NULL;
}

static void
sending_free(struct sending *s)
{
	LIST_REMOVE(s, link);
	sending_free_http(s);
	for (size_t i = 0; i < s->count; i++)
		json_object_put(s->notices[i]);
	loop_timer_free(s->timer);
	generation_leave(s->generation);
	free(s);
}

static const char *
incident_of(const struct sending *s)
{
	const char *incident = json_text(s->notices[0], "incident");

	return incident == NULL ? "" : incident;
}

/* Only incidents have a story that this belongs to. */
static void
record(struct sending *s)
{
	char buffer[EVENTS_TEXT_MAX];
	struct text events = text_over(buffer, sizeof(buffer));
	struct event_draft draft = {
		.kind = EVENT_NOTIFIED,
		.service = json_text(s->notices[0], "service"),
		.incident = incident_of(s),
		.data = json_object_new_object(),
	};

	for (size_t i = 0; i < s->count; i++)
		text_addf(&events, "%s%s", i == 0 ? "" : ", ",
		    json_text(s->notices[i], "event"));
	json_set_text(draft.data, "channel", s->settings->name);
	json_set_text(draft.data, "type", s->settings->kind->name);
	json_set_text(draft.data, "event", text_str(&events));
	if (s->new_handle[0] != '\0')
		json_set_text(draft.data, "handle", s->new_handle);
	events_append(s->m, &draft, 1, NULL, NULL, NULL, NULL);
}

void
sending_end(struct sending *s, enum message_outcome outcome, const char *reason,
    int64_t wait_ms)
{
	const struct outbox_outcome told = {
		.outcome = outcome,
		.taken = s->count,
		.reason = reason,
		.wait_ms = wait_ms,
	};

	FAILPOINT("monitor.after-sent");
	if (outcome == MESSAGE_SENT && *incident_of(s) != '\0')
		record(s);
	s->done(s->done_arg, &told);
	sending_free(s);
}

struct message
sending_message(const struct sending *s)
{
	return (struct message){
		.notices = s->notices,
		.count = s->count,
		.handle = s->handle[0] == '\0' ? NULL : s->handle,
		.secret = s->token,
	};
}

static void
on_helper(void *arg, bool ok, const char *reason)
{
	sending_end(arg, ok ? MESSAGE_SENT : MESSAGE_AGAIN, reason, 0);
}

static void
run(struct sending *s, const struct strings *command, const char *body)
{
	const char *argv[ARGUMENTS_MAX + 1] = { NULL };
	char id[ULID_BYTES];

	for (size_t i = 0; i < command->count && i < ARGUMENTS_MAX; i++)
		argv[i] = command->items[i];
	events_new_id(s->m, id);
	if (!steps_helper(s->m->steps, id, argv, s->settings->timeout_ms, body,
		on_helper, s))
		sending_end(s, MESSAGE_AGAIN, "it cannot be started", 0);
}

static void
mail(struct sending *s)
{
	const struct notifier_mail *settings = s->settings->settings;
	struct text letter = text_new(MESSAGE_BYTES_MAX);
	struct message m = sending_message(s);

	message_mail(&letter, s->settings, &m, s->new_handle);
	if (s->handle[0] != '\0')
		s->new_handle[0] = '\0'; /* it is stored already */
	if (text_ok(&letter))
		run(s, &settings->sendmail, text_str(&letter));
	else
		sending_end(s, MESSAGE_AGAIN, "memory is short", 0);
	text_free(&letter);
}

static void
command(struct sending *s)
{
	const struct notifier_command *settings = s->settings->settings;
	struct text body = text_new(MESSAGE_BYTES_MAX);

	text_add(&body,
	    json_object_to_json_string_ext(s->notices[0],
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	run(s, &settings->command, text_str(&body));
	text_free(&body);
}

static void
journal(struct sending *s)
{
	struct log_field fields[LOG_FIELDS_MAX];
	struct json_object *notice = s->notices[0];
	size_t count = 0;
	const char *event = json_text(notice, "event");
	bool is_calm = event != NULL &&
	    (strcmp(event, "hold") == 0 || strcmp(event, "test") == 0 ||
		strcmp(event, "approved") == 0);

	for (size_t i = 0; message_fields[i] != NULL; i++)
		if (strcmp(message_fields[i], "summary") != 0)
			fields[count++] = (struct log_field){ message_fields[i],
				json_text(notice, message_fields[i]) };
	log_event(is_calm ? LOG_LEVEL_NOTICE : LOG_LEVEL_WARNING, LOG_ID_NONE,
	    fields, count, "%s", json_text(notice, "summary"));
	sending_end(s, MESSAGE_SENT, NULL, 0);
}

static void
go(void *arg)
{
	struct sending *s = arg;

	FAILPOINT("monitor.before-sent");
	switch (notifier_traits(s->settings)->form) {
	case NOTIFIER_COMMAND:
		command(s);
		return;
	case NOTIFIER_MAIL:
		mail(s);
		return;
	case NOTIFIER_JOURNAL:
		journal(s);
		return;
	case NOTIFIER_SLACK:
	case NOTIFIER_WEBHOOK:
	case NOTIFIER_PAGERDUTY:
	case NOTIFIER_STATUSPAGE:
	case NOTIFIER_GRAFANA:
		sending_over_http(s);
		return;
	}
}

/* Its thread, as the last message that began one has it. */
static void
on_told_before(void *arg, bool ok, const struct store_event *rows, size_t count)
{
	struct sending *s = arg;

	if (!ok) {
		sending_end(
		    s, MESSAGE_AGAIN, "the store cannot say its thread", 0);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct error err;
		struct json_object *data =
		    json_parse(rows[i].data, strlen(rows[i].data), &err);
		const char *channel = json_text(data, "channel");
		const char *handle = json_text(data, "handle");
		const char *type = json_text(data, "type");

		/* Nor is that of a mail one of a status page, should the
		   channel have become one meanwhile. */
		if (channel != NULL && handle != NULL &&
		    strcmp(channel, s->settings->name) == 0 &&
		    (type == NULL ||
			strcmp(type, s->settings->kind->name) == 0) &&
		    name_is_valid(handle))
			(void)snprintf(
			    s->handle, sizeof(s->handle), "%s", handle);
		json_object_put(data);
	}
	go(s);
}

static bool
keeps_thread(const struct sending *s)
{
	const struct notifier_slack *slack = s->settings->settings;

	if (*incident_of(s) == '\0' || store_state(s->m->store) == STORE_FAILED)
		return false;
	switch (notifier_traits(s->settings)->form) {
	case NOTIFIER_SLACK:
		return slack->channel != NULL;
	case NOTIFIER_MAIL:
	case NOTIFIER_STATUSPAGE:
	case NOTIFIER_GRAFANA:
		return true;
	case NOTIFIER_COMMAND:
	case NOTIFIER_WEBHOOK:
	case NOTIFIER_PAGERDUTY:
	case NOTIFIER_JOURNAL:
		break;
	}
	return false;
}

static bool
take_notices(struct sending *s, const struct store_delivery *rows, size_t count)
{
	size_t most =
	    notifier_traits(s->settings)->merges ? MESSAGE_NOTICES_MAX : 1;

	for (size_t i = 0; i < count && s->count < most; i++) {
		struct error err;

		s->notices[s->count] =
		    json_parse(rows[i].body, strlen(rows[i].body), &err);
		if (s->notices[s->count] == NULL)
			break;
		s->count++;
	}
	return s->count > 0;
}

static struct sending *
sending_new(struct monitor *m, const struct notifier_settings *settings,
    outbox_done *done, void *done_arg)
{
	struct sending *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->m = m;
	s->settings = settings;
	s->done = done;
	s->done_arg = done_arg;
	s->generation = generation_join(m->generation);
	LIST_INSERT_HEAD(&m->notify->sendings, s, link);
	s->timer = loop_timer_new(m->loop, go, s);
	if (s->timer != NULL)
		return s;
	sending_free(s);
	return NULL;
}

enum outbox_begun
notify_send(void *arg, const struct store_delivery *rows, size_t count,
    outbox_done *done, void *done_arg)
{
	struct monitor *m = arg;
	const struct notifier_settings *settings =
	    find(m->generation->config, rows[0].channel);
	struct sending *s;

	if (settings == NULL)
		return OUTBOX_AWAY;
	s = sending_new(m, settings, done, done_arg);
	if (s == NULL)
		return OUTBOX_CANNOT;
	if (!take_notices(s, rows, count)) {
		sending_free(s);
		return OUTBOX_CANNOT;
	}
	/* What does not come from the store waits for nothing of it. */
	if (rows[0].id != 0 && keeps_thread(s)) {
		const struct store_query query = {
			.kind = EVENT_NOTIFIED,
			.incident = incident_of(s),
		};

		store_read(m->store, &query, on_told_before, s);
	} else
		loop_timer_start(s->timer, 0);
	return OUTBOX_BEGUN;
}

/* The others hear of it; if there are any. */
void
notify_lost(void *arg, const char *channel, const char *reason, bool for_good)
{
	struct monitor *m = arg;
	char summary[SUMMARY_MAX], key[ULID_BYTES];
	struct notice alarm = {
		.event = "alarm",
		.summary = summary,
		.except = channel,
	};

	(void)snprintf(summary, sizeof(summary),
	    "notifier %s %s: %.200s; see rollbackctl notify list", channel,
	    for_good ? "could not be told something" :
		       "was not told something for 10m, and is tried again",
	    reason);
	events_new_id(m, key);
	events_append(m, NULL, 0, &alarm, key, NULL, NULL);
}

enum outbox_begun
notify_test(struct monitor *m, const char *channel, const char *by,
    outbox_done *done, void *done_arg)
{
	char summary[SUMMARY_MAX], key[ULID_BYTES + sizeof(TEST_KEY_BEFORE)];
	struct notice notice = {
		.event = "test",
		.dedup_key = key,
		.host = m->host,
		.wall_ms = loop_wall_ms(),
		.summary = summary,
	};
	struct store_delivery row = {
		.channel = channel,
		.dedup_key = key,
		.made_wall_ms = loop_wall_ms(),
	};
	struct json_object *body;
	enum outbox_begun begun;
	char id[ULID_BYTES];

	events_new_id(m, id);
	(void)snprintf(key, sizeof(key), TEST_KEY_BEFORE "%s", id);
	(void)snprintf(summary, sizeof(summary),
	    "This is a test of notifier %s by %.100s: nothing is wrong.",
	    channel, by);
	body = notice_json(&notice);
	row.body = json_object_to_json_string_ext(
	    body, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	begun = notify_send(m, &row, 1, done, done_arg);
	json_object_put(body);
	return begun;
}

struct notify *
notify_new(void)
{
	struct notify *n = calloc(1, sizeof(*n));

	if (n != NULL)
		LIST_INIT(&n->sendings);
	return n;
}

void
notify_free(struct notify *n)
{
	struct sending *s;

	if (n == NULL)
		return;
	while ((s = LIST_FIRST(&n->sendings)) != NULL)
		sending_free(s);
	free(n);
}
