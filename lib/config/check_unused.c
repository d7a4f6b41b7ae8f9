/* What is configured and nothing comes of. */
#include <string.h>

#include "config/check_impl.h"

static bool
rule_uses(const struct rule_settings *r, const char *evaluator)
{
	return strings_contain(&r->any, evaluator) ||
	    strings_contain(&r->all, evaluator) ||
	    strings_contain(&r->of, evaluator);
}

static bool
is_part(const struct service_settings *s, const char *evaluator)
{
	for (size_t i = 0; i < s->evaluator_count; i++) {
		const struct evaluator_settings *e = &s->evaluators[i];

		if (e->kind != NULL && evaluator_has_part(e, evaluator))
			return true;
	}
	return false;
}

/* Does any evaluator take from the probe? */
static bool
is_judged(const struct service_settings *s, const char *probe)
{
	for (size_t i = 0; i < s->evaluator_count; i++) {
		struct evaluator_input inputs[EVALUATOR_INPUTS_MAX];
		size_t count = s->evaluators[i].kind == NULL ?
		    0 :
		    evaluator_inputs(&s->evaluators[i], inputs);

		for (size_t k = 0; k < count; k++)
			if (inputs[k].probe != NULL &&
			    strcmp(inputs[k].probe, probe) == 0)
				return true;
	}
	return false;
}

void
check_unused(struct check *c, const struct service_settings *s)
{
	if (s->rule_count == 0)
		check_doubt(c, s->source,
		    "service \"%s\" has no rules: it is watched, and nothing "
		    "will be done",
		    s->name);
	for (size_t i = 0; i < s->evaluator_count; i++) {
		const struct evaluator_settings *e = &s->evaluators[i];
		bool used = e->name != NULL && is_part(s, e->name);

		for (size_t k = 0; e->name != NULL && k < s->rule_count; k++)
			used = used || rule_uses(&s->rules[k], e->name);
		if (!used && e->name != NULL)
			check_doubt(c, e->source,
			    "no rule uses evaluator \"%s\"", e->name);
	}
	for (size_t i = 0; i < s->probe_count; i++) {
		const struct probe_settings *p = &s->probes[i];

		if (p->name != NULL && !is_judged(s, p->name) &&
		    !strings_contain(&s->verify.probes, p->name) &&
		    !check_is_asked(c, s, p->name) && p->version == NULL)
			check_doubt(c, p->source,
			    "neither an evaluator nor verify uses probe "
			    "\"%s\"",
			    p->name);
	}
}
