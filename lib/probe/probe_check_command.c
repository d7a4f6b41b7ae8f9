#include "probe/probe_check_impl.h"

#include <string.h>

#include "base/error.h"
#include "probe/command_judge.h"
#include "probe/command_settings.h"

static bool
is_shell(const char *path)
{
	static const char *const shells[] = { "sh", "bash", "dash", "zsh",
		"ksh" };
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;

	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++)
		if (strcmp(name, shells[i]) == 0)
			return true;
	return false;
}

void
probe_check_command(const struct probe_settings *p, const struct objector *o)
{
	const struct command_settings *s = p->settings;
	struct command_judge judge;
	struct error err = { "" };

	if (!command_judge_init(&judge, s, &err)) {
		probe_say(o, PROBE_WRONG, "%s", err.text);
		return;
	}
	if (s->command.count > 0 && is_shell(s->command.items[0]) &&
	    !judge.is_lost[127] && !judge.is_ok[127])
		probe_say(o, PROBE_DOUBT,
		    "a shell that does not find a program ends with 127, and "
		    "that would be the target's fault; write lost = [ \"3\", "
		    "\"126-127\" ]");
}
