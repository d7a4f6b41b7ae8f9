#include "daemon/send.h"

#include <string.h>

#include "base/ulid.h"
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

bool
send_notice(void *arg, const struct store_delivery *delivery, outbox_done *done,
    void *done_arg)
{
	struct monitor *m = arg;
	const struct notifier_settings *n =
	    find(m->generation->config, delivery->channel);
	const char *argv[ARGUMENTS_MAX + 1] = { NULL };
	char id[ULID_BYTES];

	/* One that is configured no more may be again: it waits. */
	if (n == NULL || n->command.count == 0 ||
	    n->command.count > ARGUMENTS_MAX)
		return false;
	for (size_t i = 0; i < n->command.count; i++)
		argv[i] = n->command.items[i];
	events_new_id(m, id);
	return steps_helper(
	    m->steps, id, argv, n->timeout_ms, delivery->body, done, done_arg);
}
