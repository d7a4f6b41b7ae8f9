#include "daemon/bus/manager_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUS_SERVICE "org.freedesktop.DBus"
/* PID 1 is not on the bus, or does not let us listen: asked again. */
#define SUBSCRIBE_AGAIN_MS 2000

#define OWNER_MATCH                                                      \
	"type='signal',sender='" BUS_SERVICE "',interface='" BUS_SERVICE \
	"',member='NameOwnerChanged',arg0='" SERVICE "'"
#define MANAGER_MATCH                                    \
	"type='signal',sender='" SERVICE "',path='" PATH \
	"',interface='" MANAGER "',member='%s'"

static void
down(struct manager *m, const char *why)
{
	bool was_up = m->is_up;

	m->is_up = false;
	(void)error_set(&m->trouble, "%s", why);
	manager_lose_calls(m);
	if (was_up)
		m->callbacks.down(m->arg);
}

static int
on_subscribed(sd_bus_message *reply, void *arg, sd_bus_error *ignored)
{
	struct manager *m = arg;
	const sd_bus_error *e = sd_bus_message_get_error(reply);

	(void)ignored;
	if (e != NULL && strcmp(e->name, SERVICE ".AlreadySubscribed") != 0) {
		(void)error_set(&m->trouble, "PID 1 does not answer: %s",
		    e->message == NULL ? e->name : e->message);
		loop_timer_start(m->again, SUBSCRIBE_AGAIN_MS);
		return 0;
	}
	m->is_up = true;
	m->callbacks.up(m->arg);
	return 0;
}

static void
subscribe(void *arg)
{
	struct manager *m = arg;
	struct error ignored;
	int code;

	if (!bus_is_up(m->bus, &ignored))
		return;
	loop_timer_stop(m->again);
	code = sd_bus_call_method_async(bus_connection(m->bus), NULL, SERVICE,
	    PATH, MANAGER, "Subscribe", on_subscribed, m, NULL);
	if (code < 0)
		loop_timer_start(m->again, SUBSCRIBE_AGAIN_MS);
	bus_push(m->bus);
}

static int
on_job_removed(sd_bus_message *message, void *arg, sd_bus_error *ignored)
{
	struct manager *m = arg;
	const char *job, *unit, *result;
	uint32_t id;

	(void)ignored;
	if (sd_bus_message_read(message, "uoss", &id, &job, &unit, &result) > 0)
		m->callbacks.job_removed(m->arg, unit, job, result);
	return 0;
}

static int
on_unit_removed(sd_bus_message *message, void *arg, sd_bus_error *ignored)
{
	struct manager *m = arg;
	const char *unit, *path;

	(void)ignored;
	if (sd_bus_message_read(message, "so", &unit, &path) > 0)
		m->callbacks.unit_removed(m->arg, unit);
	return 0;
}

/* PID 1 leaves the bus and comes back when it executes itself again. */
static int
on_owner(sd_bus_message *message, void *arg, sd_bus_error *ignored)
{
	struct manager *m = arg;
	const char *name, *old, *new;

	(void)ignored;
	if (sd_bus_message_read(message, "sss", &name, &old, &new) <= 0)
		return 0;
	if (old[0] != '\0')
		down(m, "PID 1 is not on the bus");
	if (new[0] != '\0')
		subscribe(m);
	return 0;
}

static int
add_signal(struct manager *m, const char *member, sd_bus_message_handler_t on)
{
	char match[256];

	(void)snprintf(match, sizeof(match), MANAGER_MATCH, member);
	return sd_bus_add_match_async(
	    bus_connection(m->bus), NULL, match, on, NULL, m);
}

/* Listens before it asks to be told: nothing is missed in between. */
static void
on_bus(void *arg, bool is_up)
{
	struct manager *m = arg;
	struct error why;

	if (!is_up) {
		loop_timer_stop(m->again);
		(void)bus_is_up(m->bus, &why);
		down(m, why.text);
		return;
	}
	(void)error_set(&m->trouble, "PID 1 has not answered yet");
	/* What cannot be added now, for want of memory, is looked for. */
	(void)sd_bus_add_match_async(
	    bus_connection(m->bus), NULL, OWNER_MATCH, on_owner, NULL, m);
	(void)add_signal(m, "JobRemoved", on_job_removed);
	(void)add_signal(m, "UnitRemoved", on_unit_removed);
	subscribe(m);
}

struct manager *
manager_new(struct loop *loop, const char *address,
    const struct manager_callbacks *callbacks, void *arg)
{
	struct manager *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->callbacks = *callbacks;
	m->arg = arg;
	TAILQ_INIT(&m->calls);
	m->again = loop_timer_new(loop, subscribe, m);
	m->bus = bus_new(loop, address, on_bus, m);
	if (m->again != NULL && m->bus != NULL)
		return m;
	manager_free(m);
	return NULL;
}

void
manager_free(struct manager *m)
{
	if (m == NULL)
		return;
	m->is_up = false;
	while (!TAILQ_EMPTY(&m->calls))
		manager_call_drop(TAILQ_FIRST(&m->calls));
	loop_timer_free(m->again);
	bus_free(m->bus);
	free(m);
}

bool
manager_is_up(const struct manager *m, struct error *err)
{
	if (m->is_up)
		return true;
	if (!bus_is_up(m->bus, err))
		return false;
	return error_set(err, "%s", m->trouble.text);
}
