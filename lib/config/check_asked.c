/* The probes that steps of a service's procedures ask. */
#include <stdio.h>
#include <string.h>

#include "config/check_impl.h"
#include "config/times.h"

#define KEY_BYTES 200

static bool
asks(const struct step_settings *s, const char *probe)
{
	return (s->until != NULL && strcmp(s->until, probe) == 0) ||
	    strings_contain(&s->probes, probe);
}

static bool
procedure_asks(const struct procedure_settings *p, const char *probe)
{
	for (size_t i = 0; p != NULL && i < p->step_count; i++)
		if (asks(&p->steps[i], probe))
			return true;
	return false;
}

/* Also what none of its own goes over to: that is no great harm. */
bool
check_is_asked(
    const struct check *c, const struct service_settings *s, const char *probe)
{
	for (size_t i = 0; i < s->rule_count; i++)
		if (s->rules[i].procedure != NULL &&
		    procedure_asks(
			config_procedure(c->config, s->rules[i].procedure),
			probe))
			return true;
	for (size_t i = 0; i < s->procedures.count; i++)
		if (procedure_asks(
			config_procedure(c->config, s->procedures.items[i]),
			probe))
			return true;
	return false;
}

static void
look_for(struct check *c, const struct service_settings *s,
    const struct procedure_settings *p, const struct step_settings *step,
    const char *key, const char *probe, struct source where)
{
	char what[KEY_BYTES];

	if (times_probe(s, probe) != NULL)
		return;
	(void)snprintf(what, sizeof(what),
	    "procedure \"%.60s\", step \"%.60s\": %s", p->name, step->name,
	    key);
	check_no_such_probe(c, s, where, what, probe);
}

void
check_asked(struct check *c, const struct service_settings *s,
    const struct procedure_settings *p, struct source where)
{
	for (size_t i = 0; i < p->step_count; i++) {
		const struct step_settings *step = &p->steps[i];

		if (step->until != NULL)
			look_for(c, s, p, step, "until", step->until, where);
		for (size_t k = 0; k < step->probes.count; k++)
			look_for(c, s, p, step, "probes", step->probes.items[k],
			    where);
	}
}
