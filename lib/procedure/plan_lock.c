#include <string.h>

#include "base/text.h"
#include "procedure/plan.h"
#include "procedure/variables.h"

static void
see_target(const char *name, void *arg)
{
	bool *seen = arg;

	*seen = *seen || strcmp(name, "target_version") == 0;
}

static bool
mentions_target(const struct strings *templates)
{
	struct error ignored = { "" }; /* plan_new() has checked */
	bool seen = false;

	for (size_t i = 0; i < templates->count; i++)
		(void)variables_scan(
		    templates->items[i], see_target, &seen, &ignored);
	return seen;
}

bool
plan_needs_target(const struct plan *p)
{
	for (unsigned i = 0; i < plan_step_count(p); i++) {
		const struct step_settings *s = plan_step(p, i)->settings;

		if (mentions_target(&s->command) ||
		    mentions_target(&s->check) || mentions_target(&s->undo))
			return true;
		for (size_t k = 0; k < s->environment.count; k++)
			if (mentions_target(&s->environment.items[k].values))
				return true;
	}
	return false;
}

bool
plan_lock(const struct plan *p, const struct occasion *occasion,
    struct text *name, struct error *err)
{
	const char *lock = plan_procedure(p)->lock;

	if (lock != NULL)
		return variables_expand_value(
		    lock, occasion, p, VARIABLES_NO_STEP, NULL, name, err);
	text_add(name,
	    occasion->environment != NULL ? occasion->environment :
					    occasion->service);
	return text_ok(name) || error_set(err, "the lock's name is too long");
}
