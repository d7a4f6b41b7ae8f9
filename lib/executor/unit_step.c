#include "executor/unit_step.h"

#include <stddef.h>
#include <string.h>

#include "base/bug.h"

#define ISOLATE "isolate"
#define REPLACE "replace"
#define SHOWN_BYTES 100

/* clang-format off */
static const struct unit_action actions[] = {
	{ "start", "StartUnit", REPLACE, UNIT_CAN_START, UNIT_AIM_ACTIVE },
	{ "stop", "StopUnit", REPLACE, UNIT_CAN_STOP, UNIT_AIM_INACTIVE },
	{ "restart", "RestartUnit", REPLACE, UNIT_CAN_START,
	  UNIT_AIM_RESTARTED },
	{ "reload", "ReloadUnit", REPLACE, UNIT_CAN_RELOAD, UNIT_AIM_UNSEEN },
	{ "try-restart", "TryRestartUnit", REPLACE, UNIT_CAN_START,
	  UNIT_AIM_UNSEEN },
	{ "reload-or-restart", "ReloadOrRestartUnit", REPLACE, UNIT_CAN_START,
	  UNIT_AIM_UNSEEN },
	{ "isolate", "StartUnit", ISOLATE, UNIT_CAN_ISOLATE, UNIT_AIM_ACTIVE },
};

static const char *const types[] = { ".service", ".socket", ".target",
	".timer", ".path", ".mount", ".automount", ".swap", ".slice", ".scope",
	".device" };

static const struct {
	const char *result, *words;
} results[] = {
	{ "done", "it was done" },
	{ "canceled", "its job was canceled by another one" },
	{ "timeout", "it took longer than its unit file allows" },
	{ "failed", "it failed" },
	{ "dependency", "a unit that it depends on failed" },
	{ "skipped", "there was nothing to do in the state it was in" },
	{ "invalid", "its job made no sense in the state it was in" },
	{ "assert", "an assertion in its unit file failed" },
	{ "unsupported", "units of this type cannot do that here" },
	{ "collected", "it was forgotten in the midst of its job" },
	{ "once", "it may be started once only" },
};
/* clang-format on */

#define ACTIONS (sizeof(actions) / sizeof(actions[0]))
#define TYPES (sizeof(types) / sizeof(types[0]))
#define RESULTS (sizeof(results) / sizeof(results[0]))

static bool
has_type(const char *name)
{
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot != NULL && i < TYPES; i++)
		if (strcmp(dot, types[i]) == 0)
			return true;
	return false;
}

static bool
is(const struct unit_look *look, const char *state)
{
	return strcmp(look->active, state) == 0;
}

/* Public functions */

const struct unit_action *
unit_action_find(const char *name)
{
	for (size_t i = 0; i < ACTIONS; i++)
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	return NULL;
}

bool
unit_action_check(const char *name, struct error *err)
{
	if (unit_action_find(name) != NULL)
		return true;
	return error_set(err,
	    "\"%.*s\" is none of start, stop, restart, reload, try-restart, "
	    "reload-or-restart, isolate",
	    SHOWN_BYTES, name);
}

bool
unit_name_check(const char *name, struct error *err)
{
	size_t allowed = strspn(name,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789:-_.\\@");
	const char *at = strchr(name, '@');

	if (name[allowed] != '\0')
		return error_set(err,
		    "the unit \"%.*s\" holds a character that no unit's name "
		    "does",
		    SHOWN_BYTES, name);
	if (strlen(name) > UNIT_STEP_NAME_MAX_BYTES)
		return error_set(err,
		    "the unit \"%.*s...\" is longer than %d bytes", SHOWN_BYTES,
		    name, UNIT_STEP_NAME_MAX_BYTES);
	if (*name == '-' || *name == '.' || *name == '@')
		return error_set(err,
		    "the unit \"%.*s\" begins with neither a letter nor a "
		    "digit",
		    SHOWN_BYTES, name);
	if (!has_type(name))
		return error_set(err,
		    "the unit \"%.*s\" has no type: write NAME.service, "
		    "NAME.target and so on",
		    SHOWN_BYTES, name);
	if (at != NULL && at + 1 == strrchr(name, '.'))
		return error_set(err,
		    "the unit \"%.*s\" is a template: write NAME@INSTANCE",
		    SHOWN_BYTES, name);
	return true;
}

enum unit_verdict
unit_judge(const struct unit_action *action, const struct unit_look *before,
    const struct unit_look *after)
{
	if (is(after, "failed"))
		return action->aim == UNIT_AIM_INACTIVE ? UNIT_DONE :
							  UNIT_FAILED;
	if (BUG(BELIEVE_UNSEEN_JOBS))
		return UNIT_DONE;
	switch (action->aim) {
	case UNIT_AIM_ACTIVE:
		return is(after, "active") ? UNIT_DONE : UNIT_UNKNOWN;
	case UNIT_AIM_INACTIVE:
		return is(after, "inactive") ? UNIT_DONE : UNIT_UNKNOWN;
	case UNIT_AIM_RESTARTED:
		return is(after, "active") &&
			after->activated_us != before->activated_us ?
		    UNIT_DONE :
		    UNIT_UNKNOWN;
	case UNIT_AIM_UNSEEN:
		break;
	}
	return UNIT_UNKNOWN;
}

const char *
unit_result_words(const char *result)
{
	for (size_t i = 0; i < RESULTS; i++)
		if (strcmp(results[i].result, result) == 0)
			return results[i].words;
	return "its job ended in a way that is not known";
}
