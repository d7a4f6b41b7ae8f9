/* What PID 1 says of a unit. */
#include "daemon/executors/systemd_unit.h"

#include <stdio.h>
#include <string.h>

#define MANAGER SYSTEMD_NAME ".Manager"
#define UNIT SYSTEMD_NAME ".Unit"
#define PROPERTIES "org.freedesktop.DBus.Properties"

static const char *const ability_words[] = {
	[UNIT_CAN_START] = "cannot be started: it refuses that, or is of a "
			   "kind that cannot",
	[UNIT_CAN_STOP] = "cannot be stopped: it refuses that, or is of a "
			  "kind that cannot",
	[UNIT_CAN_RELOAD] = "cannot be reloaded: it has no ExecReload=",
	[UNIT_CAN_ISOLATE] = "cannot be isolated: it has no AllowIsolate=yes",
};

static bool
is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static void
take_text(sd_bus_message *m, const char *type, char *to, size_t bytes)
{
	const char *value;

	if (sd_bus_message_read(m, "v", type, &value) > 0)
		(void)snprintf(to, bytes, "%s", value);
}

static void
take_flag(sd_bus_message *m, bool *to)
{
	int value;

	if (sd_bus_message_read(m, "v", "b", &value) > 0)
		*to = value != 0;
}

static void
take_job(sd_bus_message *m, struct systemd_unit *u)
{
	const char *path;
	uint32_t id;

	if (sd_bus_message_read(m, "v", "(uo)", &id, &path) > 0)
		(void)snprintf(
		    u->job, sizeof(u->job), "%s", id == 0 ? "" : path);
}

/* One property; what is not wanted is left out. */
static void
take(sd_bus_message *m, const char *name, struct systemd_unit *u)
{
	if (is(name, "LoadState"))
		take_text(m, "s", u->load, sizeof(u->load));
	else if (is(name, "ActiveState"))
		take_text(m, "s", u->active, sizeof(u->active));
	else if (is(name, "SubState"))
		take_text(m, "s", u->sub, sizeof(u->sub));
	else if (is(name, "CanStart"))
		take_flag(m, &u->can[UNIT_CAN_START]);
	else if (is(name, "CanStop"))
		take_flag(m, &u->can[UNIT_CAN_STOP]);
	else if (is(name, "CanReload"))
		take_flag(m, &u->can[UNIT_CAN_RELOAD]);
	else if (is(name, "CanIsolate"))
		take_flag(m, &u->can[UNIT_CAN_ISOLATE]);
	else if (is(name, "ConditionResult"))
		take_flag(m, &u->condition);
	else if (is(name, "ActiveEnterTimestampMonotonic"))
		(void)sd_bus_message_read(m, "v", "t", &u->activated_us);
	else if (is(name, "Job"))
		take_job(m, u);
	else
		(void)sd_bus_message_skip(m, "v");
}

static void
take_all(sd_bus_message *m, struct systemd_unit *u)
{
	const char *name;

	if (sd_bus_message_enter_container(m, 'a', "{sv}") < 0)
		return;
	while (sd_bus_message_enter_container(m, 'e', "sv") > 0) {
		if (sd_bus_message_read(m, "s", &name) > 0)
			take(m, name, u);
		if (sd_bus_message_exit_container(m) < 0)
			return;
	}
}

static bool
find_path(struct systemd_bus *b, struct systemd_unit *u, struct error *why)
{
	sd_bus_message *reply = NULL;
	const char *path = NULL;
	bool ok = systemd_ask(b, SYSTEMD_PATH, MANAGER, "LoadUnit", &reply, why,
		      "s", u->name) == SYSTEMD_ANSWERED;

	if (ok && sd_bus_message_read(reply, "o", &path) <= 0)
		ok = error_set(why, "the answer cannot be understood");
	if (ok)
		(void)snprintf(u->path, sizeof(u->path), "%s", path);
	(void)sd_bus_message_unref(reply);
	return ok;
}

/* Public functions */

bool
systemd_unit_look(
    struct systemd_bus *b, struct systemd_unit *u, struct error *why)
{
	sd_bus_message *reply = NULL;

	if (!find_path(b, u, why) ||
	    systemd_ask(b, u->path, PROPERTIES, "GetAll", &reply, why, "s",
		UNIT) != SYSTEMD_ANSWERED)
		return false;
	take_all(reply, u);
	(void)sd_bus_message_unref(reply);
	return true;
}

bool
systemd_unit_check(struct systemd_bus *b, const char *name,
    const struct unit_action *action, struct systemd_unit *u, struct error *why)
{
	struct error said;

	*u = (struct systemd_unit){ .activated_us = 0 };
	(void)snprintf(u->name, sizeof(u->name), "%s", name);
	if (!systemd_unit_look(b, u, &said))
		return error_set(why, "%.255s: %.150s", name, said.text);
	/* One whose file is gone can still be stopped. */
	if (action->ability == UNIT_CAN_STOP && !is(u->active, "inactive"))
		return true;
	if (is(u->load, "not-found"))
		return error_set(why, "%.255s: there is no such unit", name);
	if (!is(u->load, "loaded"))
		return error_set(why,
		    "%.255s: its unit file cannot be used: %s", name, u->load);
	if (!u->can[action->ability])
		return error_set(
		    why, "%.255s %s", name, ability_words[action->ability]);
	return true;
}
