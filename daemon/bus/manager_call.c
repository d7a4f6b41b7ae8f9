/* What is asked of PID 1, and its answers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/bus/manager_private.h"

#define UNITS PATH "/unit"
#define PROPERTIES "org.freedesktop.DBus.Properties"

typedef void read_reply(sd_bus_message *m, struct manager_call *q);

struct manager_call {
	TAILQ_ENTRY(manager_call) link;
	struct manager *manager;
	sd_bus_message *message;
	sd_bus_slot *slot;
	bool is_sent;
	read_reply *read;
	manager_answered *answered;
	void *arg;
	struct unit_state state;
	struct answer answer;
	char unit[UNIT_NAME_BYTES];
};

static int on_reply(sd_bus_message *m, void *arg, sd_bus_error *ignored);

/* What cannot be sent for want of memory is tried with the next answer. */
static void
send_waiting(struct manager *m)
{
	struct manager_call *q;

	for (q = TAILQ_FIRST(&m->calls); q != NULL; q = TAILQ_NEXT(q, link)) {
		if (m->under_way == CALLS_AT_ONCE || !m->is_up)
			return;
		if (q->is_sent)
			continue;
		q->is_sent = sd_bus_call_async(bus_connection(m->bus), &q->slot,
				 q->message, on_reply, q, 0) >= 0;
		m->under_way += q->is_sent;
		bus_push(m->bus);
	}
}

/* Its turn is the next one's. */
static void
leave(struct manager_call *q)
{
	struct manager *m = q->manager;

	TAILQ_REMOVE(&m->calls, q, link);
	q->slot = sd_bus_slot_unref(q->slot);
	q->message = sd_bus_message_unref(q->message);
	m->under_way -= q->is_sent;
	send_waiting(m);
}

/* Its owner may ask the next thing at once. */
static void
tell(struct manager_call *q, const struct answer *a)
{
	leave(q);
	q->answered(q->arg, a);
	free(q);
}

/* What is not PID 1's own word: it may or may not have been heard. */
static bool
is_lost(const sd_bus_error *e)
{
	static const char *const names[] = { SD_BUS_ERROR_NO_REPLY,
		SD_BUS_ERROR_TIMEOUT, SD_BUS_ERROR_DISCONNECTED,
		"System.Error.ETIMEDOUT", "System.Error.ECONNRESET",
		"System.Error.ENOTCONN", "System.Error.EPIPE" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(e->name, names[i]) == 0)
			return true;
	return false;
}

static int
on_reply(sd_bus_message *m, void *arg, sd_bus_error *ignored)
{
	struct manager_call *q = arg;
	const sd_bus_error *e = sd_bus_message_get_error(m);

	(void)ignored;
	if (e == NULL) {
		q->answer = (struct answer){ .kind = ANSWER_LOST,
			.detail = "the answer cannot be understood" };
		q->read(m, q);
	} else
		q->answer = (struct answer){
			.kind = is_lost(e) ? ANSWER_LOST : ANSWER_REFUSED,
			.detail = e->message == NULL ? e->name : e->message,
		};
	tell(q, &q->answer);
	return 0;
}

static void
read_job(sd_bus_message *m, struct manager_call *q)
{
	const char *job;

	if (sd_bus_message_read(m, "o", &job) > 0)
		q->answer = (struct answer){ .job = job };
}

static void
copy_word(char to[UNIT_WORD_BYTES], const char *from)
{
	(void)snprintf(to, UNIT_WORD_BYTES, "%s", from);
}

static void
read_state(sd_bus_message *m, struct manager_call *q)
{
	const char *name, *about, *load, *active, *sub, *follows, *path;
	const char *type, *job_path;
	uint32_t job;

	if (sd_bus_message_enter_container(m, 'a', "(ssssssouso)") <= 0 ||
	    sd_bus_message_read(m, "(ssssssouso)", &name, &about, &load,
		&active, &sub, &follows, &path, &job, &type, &job_path) <= 0)
		return;
	copy_word(q->state.load, load);
	copy_word(q->state.active, active);
	copy_word(q->state.sub, sub);
	q->state.has_job = job != 0;
	q->answer = (struct answer){ .state = &q->state };
}

static void
read_status(sd_bus_message *m, struct manager_call *q)
{
	int32_t status;

	if (sd_bus_message_read(m, "v", "i", &status) > 0)
		q->answer = (struct answer){ .number = status };
}

static void
read_unit(sd_bus_message *m, struct manager_call *q)
{
	const char *path;
	char *name = NULL;

	if (sd_bus_message_read(m, "o", &path) <= 0 ||
	    sd_bus_path_decode(path, UNITS, &name) <= 0)
		return;
	(void)snprintf(q->unit, sizeof(q->unit), "%s", name);
	free(name);
	q->answer = (struct answer){ .unit = q->unit };
}

static struct manager_call *
call_new(
    struct manager *m, read_reply *read, manager_answered *answered, void *arg)
{
	struct manager_call *q = m->is_up ? calloc(1, sizeof(*q)) : NULL;

	if (q == NULL)
		return NULL;
	q->manager = m;
	q->read = read;
	q->answered = answered;
	q->arg = arg;
	TAILQ_INSERT_TAIL(&m->calls, q, link);
	return q;
}

/* Of an object; the arguments are still to be added. */
static int
address(struct manager_call *q, const char *path, const char *interface,
    const char *member)
{
	return sd_bus_message_new_method_call(bus_connection(q->manager->bus),
	    &q->message, SERVICE, path, interface, member);
}

/* The call, once it is complete; it goes when it is its turn. */
static struct manager_call *
ready(struct manager_call *q, int code)
{
	if (code < 0) {
		manager_call_drop(q);
		return NULL;
	}
	send_waiting(q->manager);
	return q;
}

void
manager_lose_calls(struct manager *m)
{
	static const struct answer lost = { .kind = ANSWER_LOST,
		.detail = "the connection to PID 1 was lost" };
	struct manager_call *q;

	while ((q = TAILQ_FIRST(&m->calls)) != NULL)
		tell(q, &lost);
}

struct manager_call *
manager_start(
    struct manager *m, const char *unit, manager_answered *answered, void *arg)
{
	struct manager_call *q = call_new(m, read_job, answered, arg);
	int code;

	if (q == NULL)
		return NULL;
	code = address(q, PATH, MANAGER, "StartUnit");
	if (code >= 0)
		code = sd_bus_message_append(q->message, "ss", unit, "fail");
	return ready(q, code);
}

struct manager_call *
manager_look(
    struct manager *m, const char *unit, manager_answered *answered, void *arg)
{
	struct manager_call *q = call_new(m, read_state, answered, arg);
	int code;

	if (q == NULL)
		return NULL;
	code = address(q, PATH, MANAGER, "ListUnitsByNames");
	if (code >= 0)
		code = sd_bus_message_append(q->message, "as", 1, unit);
	return ready(q, code);
}

struct manager_call *
manager_status(
    struct manager *m, const char *unit, manager_answered *answered, void *arg)
{
	struct manager_call *q = call_new(m, read_status, answered, arg);
	char *path = NULL;
	int code;

	if (q == NULL)
		return NULL;
	code = sd_bus_path_encode(UNITS, unit, &path);
	if (code >= 0)
		code = address(q, path, PROPERTIES, "Get");
	if (code >= 0)
		code = sd_bus_message_append(
		    q->message, "ss", SERVICE ".Service", "ExecMainStatus");
	free(path);
	return ready(q, code);
}

struct manager_call *
manager_unit_of(
    struct manager *m, pid_t pid, manager_answered *answered, void *arg)
{
	struct manager_call *q = call_new(m, read_unit, answered, arg);
	int code;

	if (q == NULL)
		return NULL;
	code = address(q, PATH, MANAGER, "GetUnitByPID");
	if (code >= 0)
		code = sd_bus_message_append(q->message, "u", (uint32_t)pid);
	return ready(q, code);
}

void
manager_call_drop(struct manager_call *q)
{
	if (q == NULL)
		return;
	leave(q);
	free(q);
}

static void
tell_to(struct manager *m, const char *verb, const char *mode, const char *unit)
{
	sd_bus_message *call = NULL;

	if (!m->is_up ||
	    sd_bus_message_new_method_call(bus_connection(m->bus), &call,
		SERVICE, PATH, MANAGER, verb) < 0)
		return;
	if (sd_bus_message_append(call, "s", unit) >= 0 &&
	    (mode == NULL || sd_bus_message_append(call, "s", mode) >= 0) &&
	    sd_bus_message_set_expect_reply(call, false) >= 0)
		(void)sd_bus_send(bus_connection(m->bus), call, NULL);
	(void)sd_bus_message_unref(call);
	bus_push(m->bus);
}

void
manager_stop(struct manager *m, const char *unit)
{
	tell_to(m, "StopUnit", "replace", unit);
}

void
manager_reset_failed(struct manager *m, const char *unit)
{
	tell_to(m, "ResetFailedUnit", NULL, unit);
}
