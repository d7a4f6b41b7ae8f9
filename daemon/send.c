#include "daemon/send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/failpoint.h"
#include "base/json.h"
#include "base/ulid.h"
#include "base/units.h"
#include "daemon/events.h"
#include "daemon/monitor.h"

#define ARGUMENTS_MAX 64

static const struct notifier_settings *
find(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->notifier_count; i++)
		if (strcmp(c->notifiers[i].name, name) == 0)
			return &c->notifiers[i];
	return NULL;
}

/* One that is on its way: who asked, and what the log shall say. */
struct sending {
	struct monitor *m;
	outbox_done *done;
	void *done_arg;
	char channel[NAME_MAX_BYTES + 1];
	char event[32];
	char service[NAME_MAX_BYTES + 1];
	char incident[ULID_BYTES];
};

static void
record(struct sending *s)
{
	struct event_draft draft = {
		.kind = EVENT_NOTIFIED,
		.service = s->service[0] == '\0' ? NULL : s->service,
		.incident = s->incident,
		.data = json_object_new_object(),
	};

	json_set_text(draft.data, "channel", s->channel);
	json_set_text(draft.data, "event", s->event);
	events_append(s->m, &draft, 1, NULL, NULL, NULL, NULL);
}

static void
on_sent(void *arg, bool ok, const char *reason)
{
	struct sending *s = arg;

	FAILPOINT("monitor.after-sent");
	/* Only incidents have a story that this belongs to. */
	if (ok && s->incident[0] != '\0')
		record(s);
	s->done(s->done_arg, ok, reason);
	free(s);
}

static void
take(char *to, size_t size, struct json_object *body, const char *key)
{
	const char *words = json_text(body, key);

	(void)snprintf(to, size, "%s", words == NULL ? "" : words);
}

static struct sending *
sending_new(struct monitor *m, const struct store_delivery *delivery,
    outbox_done *done, void *done_arg)
{
	struct sending *s = calloc(1, sizeof(*s));
	struct error err;
	struct json_object *body;

	if (s == NULL)
		return NULL;
	body = json_parse(delivery->body, strlen(delivery->body), &err);
	s->m = m;
	s->done = done;
	s->done_arg = done_arg;
	(void)snprintf(s->channel, sizeof(s->channel), "%s", delivery->channel);
	take(s->event, sizeof(s->event), body, "event");
	take(s->service, sizeof(s->service), body, "service");
	take(s->incident, sizeof(s->incident), body, "incident");
	json_object_put(body);
	return s;
}

bool
send_notice(void *arg, const struct store_delivery *delivery, outbox_done *done,
    void *done_arg)
{
	struct monitor *m = arg;
	const struct notifier_settings *n =
	    find(m->generation->config, delivery->channel);
	const char *argv[ARGUMENTS_MAX + 1] = { NULL };
	const struct notifier_command *command;
	struct sending *sending;
	char id[ULID_BYTES];

	/* One that is configured no more may be again: it waits. */
	if (n == NULL || notifier_traits(n)->form != NOTIFIER_COMMAND)
		return false;
	command = n->settings;
	for (size_t i = 0; i < command->command.count; i++)
		argv[i] = command->command.items[i];
	events_new_id(m, id);
	sending = sending_new(m, delivery, done, done_arg);
	if (sending == NULL)
		return false;
	FAILPOINT("monitor.before-sent");
	if (steps_helper(m->steps, id, argv, n->timeout_ms, delivery->body,
		on_sent, sending))
		return true;
	free(sending);
	return false;
}
