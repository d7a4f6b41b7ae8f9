/* Whether an operator's rollback may begin: before anything is done. */
#include <string.h>

#include "daemon/drill.h"
#include "daemon/rollback_private.h"
#include "procedure/step_command.h"

#define LOCK_NAME_MAX 512

/* The gravest rule's procedure is what an operator means by "roll back". */
int
rollback_gravest_rule(const struct service_settings *settings)
{
	int best = -1;

	for (size_t i = 0; i < settings->rule_count; i++)
		if (settings->rules[i].when == RULE_WHEN_TRIPPED &&
		    (best < 0 ||
			settings->rules[i].severity <
			    settings->rules[best].severity))
			best = (int)i;
	return best;
}

static bool
is_allowed_procedure(const struct service_settings *s, const char *name)
{
	for (size_t i = 0; i < s->rule_count; i++)
		if (strcmp(s->rules[i].procedure, name) == 0)
			return true;
	return strings_contain(&s->procedures, name);
}

/* What it needs to know, and what nobody else may hold meanwhile. */
static bool
check_plan(struct monitor *m, struct watched *w, const struct plan *plan,
    const char *target, struct error *err)
{
	const struct service_settings *s = watched_settings(w);
	struct surroundings around = monitor_surroundings(m, w);
	struct occasion occasion = {
		.service = s->name,
		.environment = s->environment,
		.version = service_version(watched_core(w)),
		.previous_version = service_previous_version(watched_core(w)),
		.target_version = target,
	};
	struct text lock = text_new(LOCK_NAME_MAX);
	const char *holder = NULL;
	bool good;

	if (plan_needs_target(plan) && *target == '\0' &&
	    !plan_looks_first(plan))
		return error_set(err, "%s: name one (--to)",
		    service_versions(watched_core(w))->way.no_target);
	good = plan_lock(plan, &occasion, &lock, err);
	if (good)
		holder = around.lock_holder(around.lock_arg, text_str(&lock));
	if (holder != NULL && strcmp(holder, s->name) != 0)
		good = error_set(err,
		    "%s is being rolled back under the same lock %s: wait "
		    "for it, or abort it",
		    holder, text_str(&lock));
	text_free(&lock);
	return good;
}

bool
rollback_may_be_ordered(struct monitor *m, struct watched *w,
    const char *procedure, const char *to, struct error *err)
{
	const struct service_settings *s = watched_settings(w);
	const struct rollback *before = watched_rollback(w);
	const struct procedure_settings *p;
	struct plan *plan;
	bool good;

	if (!m->is_ready)
		return error_set(err, "the daemon is still starting");
	if (drills_are_busy(m, s->name))
		return error_set(err,
		    "a drill is breaking or healing it just now: wait, or say "
		    "drill --abort");
	if (before != NULL &&
	    (before->is_busy || before->is_answering ||
		(before->core != NULL && !rollback_waits(before))))
		return error_set(
		    err, "incident %s is already under way", before->id);
	if (procedure == NULL)
		return error_set(
		    err, "the service has no rule: name a procedure");
	if (!is_allowed_procedure(s, procedure))
		return error_set(err,
		    "procedure %s is not among those of the service",
		    procedure);
	p = config_procedure(watched_generation(w)->config, procedure);
	if (p == NULL)
		return error_set(
		    err, "procedure %s is not configured", procedure);
	if (to != NULL &&
	    !versions_may_be_named(service_versions(watched_core(w)), to, err))
		return false;
	plan = plan_new(p, &s->params, err);
	if (plan == NULL)
		return false;
	good = check_plan(m, w, plan,
	    to != NULL ? to : service_target_version(watched_core(w)), err);
	plan_free(plan);
	return good;
}
