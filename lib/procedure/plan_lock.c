#include <string.h>

#include "base/text.h"
#include "procedure/plan.h"
#include "procedure/templates.h"
#include "procedure/variables.h"

static void
see_target(const char *name, void *arg)
{
	bool *seen = arg;

	*seen = *seen || strcmp(name, "target_version") == 0;
}

static bool
see_template(const char *option, enum template_place place,
    const char *template, void *arg)
{
	struct error ignored = { "" }; /* plan_new() has checked */
	const bool *seen = arg;

	(void)option;
	(void)place;
	(void)variables_scan(template, see_target, arg, &ignored);
	return !*seen;
}

static bool
step_needs_target(const struct step_settings *s)
{
	bool seen = false;

	(void)templates_of(s, see_template, &seen);
	return seen;
}

bool
plan_needs_target(const struct plan *p)
{
	for (unsigned i = 0; i < plan_step_count(p); i++)
		if (step_needs_target(plan_step(p, i)->settings))
			return true;
	return false;
}

bool
plan_looks_first(const struct plan *p)
{
	for (unsigned i = 0; i < plan_step_count(p); i++) {
		const struct step_settings *s = plan_step(p, i)->settings;

		if (step_needs_target(s))
			return i > 0;
		if (!s->prepare)
			return false;
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
