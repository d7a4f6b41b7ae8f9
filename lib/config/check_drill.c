/* Can it be tried on purpose, and is that undone whatever happens? */
#include "config/check_impl.h"

#include <string.h>

#include "base/units.h"

/* A drill follows nobody: what fails in it is healed. */
static void
check_own_procedure(struct check *c, const struct service_settings *s,
    const char *key, const char *name)
{
	const struct procedure_settings *p =
	    check_find_procedure(c, s->drill.source, key, name);

	if (p == NULL)
		return;
	check_run(c, s, NULL, p, s->drill.source);
	if (p->escalate != NULL)
		check_wrong(c, s->drill.source,
		    "drill: procedure \"%s\" escalates, and what fails in a "
		    "drill is healed instead; take one of its own for drills",
		    name);
	for (size_t i = 0; i < s->rule_count; i++)
		if (s->rules[i].procedure != NULL &&
		    strcmp(s->rules[i].procedure, name) == 0 &&
		    strcmp(key, "drill: heal") != 0)
			check_wrong(c, s->drill.source,
			    "%s: procedure \"%s\" is that of rule \"%s\": it "
			    "would break the service to mend it",
			    key, name, s->rules[i].name);
}

static void
check_fault(struct check *c, const struct service_settings *s,
    const struct param *p, const char *key)
{
	if (strcmp(p->name, DRILL_FAULT_KILL) == 0 ||
	    strcmp(p->name, DRILL_FAULT_BLIND) == 0)
		check_wrong(c, s->drill.source,
		    "%s: \"%s\" is a fault of rollbackd itself and needs no "
		    "procedure",
		    key, p->name);
	else if (p->is_list || p->values.count != 1)
		check_wrong(c, s->drill.source, "%s: %s must be one text", key,
		    p->name);
	else
		check_own_procedure(c, s, key, p->values.items[0]);
}

static void
check_faults(struct check *c, const struct service_settings *s)
{
	const struct drill_settings *d = &s->drill;

	for (size_t i = 0; i < d->faults.count; i++)
		check_fault(c, s, &d->faults.items[i], "drill: faults");
	for (size_t i = 0; i < d->heals.count; i++) {
		check_fault(c, s, &d->heals.items[i], "drill: heals");
		if (params_find(&d->faults, d->heals.items[i].name) == NULL)
			check_wrong(c, d->source,
			    "drill: heals: there is no fault \"%s\"",
			    d->heals.items[i].name);
	}
}

/* A version that is deployed and never found bad tries nothing. */
static void
check_version(struct check *c, const struct service_settings *s)
{
	const struct drill_settings *d = &s->drill;

	if ((d->procedure == NULL) != (d->version == NULL))
		check_wrong(c, d->source,
		    "drill: procedure and version belong together: the "
		    "procedure deploys that version");
	if (d->procedure == NULL && d->faults.count == 0 && d->heal != NULL)
		check_doubt(c, d->source,
		    "drill: neither a version nor faults are named: only "
		    "rollbackd itself can be drilled");
	if (d->procedure != NULL)
		check_own_procedure(c, s, "drill: procedure", d->procedure);
	if (d->heal != NULL)
		check_own_procedure(c, s, "drill: heal", d->heal);
}

static void
check_objectives(struct check *c, const struct service_settings *s)
{
	const struct drill_settings *d = &s->drill;
	char settle[DURATION_TEXT_MAX], first[DURATION_TEXT_MAX];

	if (d->recover_ms < d->detect_ms)
		check_wrong(c, d->source,
		    "drill: recover is the whole time, detect is a part of it: "
		    "recover must not be shorter");
	if (s->settle_ms > d->first_step_ms)
		check_doubt(c, d->source,
		    "drill: no rule acts within settle = \"%s\" after a "
		    "deployment, so that first_step = \"%s\" may be missed",
		    duration_text(s->settle_ms, settle),
		    duration_text(d->first_step_ms, first));
}

static void
check_schedule(struct check *c, const struct service_settings *s)
{
	const struct drill_settings *d = &s->drill;

	if (d->every_ms > 0 && d->when_open.count == 0)
		check_doubt(c, d->source,
		    "drill: every without window: service \"%s\" is broken on "
		    "purpose at any hour of the day; name a window",
		    s->name);
	if (d->every_ms == 0 && d->window.count > 0)
		check_doubt(c, d->source,
		    "drill: window without every: none begins by itself");
	if (d->every_ms > 0 && !config_allows_drills(c->config, s->environment))
		check_doubt(c, d->source,
		    "drill: every: environment \"%s\" allows no drills, so none "
		    "begins; say environments = ( { name = \"%s\"; drills = "
		    "true; } ) in the main file, or leave every out",
		    s->environment == NULL ? "?" : s->environment,
		    s->environment == NULL ? "?" : s->environment);
	if (d->every_ms > 0 && d->procedure == NULL)
		check_wrong(c, d->source,
		    "drill: every: what begins by itself deploys a version: "
		    "name procedure and version");
}

void
check_drill(struct check *c, const struct service_settings *s)
{
	if (!s->drill.is_given)
		return;
	check_version(c, s);
	check_faults(c, s);
	check_objectives(c, s);
	check_schedule(c, s);
}
