#include "service/service_input.h"

#include <stdlib.h>

#include "base/text.h"
#include "procedure/plan.h"
#include "procedure/step_command.h"

#define LOCK_NAME_MAX 512

static void
deployed(struct service *s, const struct service_input *in)
{
	service_deploy(s,
	    &(struct service_deployment){ .version = in->version,
		.previous = in->previous,
		.by = in->by,
		.incompatible = in->incompatible,
		.verified = in->verified,
		.ill = in->ill,
		.ill_count = in->ill_count,
		.at_ms = in->at_ms });
}

static void
acted(struct service *s, const struct service_input *in)
{
	service_acted(s,
	    &(struct service_act){ .rule = in->rule,
		.procedure = in->procedure,
		.from = in->from,
		.now_at = in->version,
		.why = in->why,
		.not_recovered = in->not_recovered,
		.had_tripped = in->had_tripped,
		.at_ms = in->at_ms });
}

static void
marked(struct service *s, const struct service_input *in)
{
	/* It was checked when it was heard. */
	(void)service_mark(s,
	    &(struct service_mark){ .version = in->version,
		.mark = in->mark,
		.why = in->why,
		.at_ms = in->at_ms },
	    &(struct error){ "" });
}

void
service_input(struct service *s, const struct service_input *in)
{
	switch (in->kind) {
	case SERVICE_SAMPLE:
		service_observe(s, in->probe, in->sample);
		return;
	case SERVICE_FORGET:
		service_forget(s, in->at_ms);
		return;
	case SERVICE_WITNESSED:
		service_witnessed(s, in->at_ms);
		return;
	case SERVICE_DEPLOYED:
		deployed(s, in);
		return;
	case SERVICE_ACTED:
		acted(s, in);
		return;
	case SERVICE_MARK:
		marked(s, in);
		return;
	case SERVICE_SOAKED:
		service_soaked(s, in->version, in->why, in->at_ms);
		return;
	case SERVICE_FOUND:
		service_found(s, in->version, in->at_ms);
		return;
	case SERVICE_RECOVERED:
		service_recovered(s);
		return;
	case SERVICE_HEADING:
		service_heading(s, in->version);
		return;
	case SERVICE_INCIDENT:
		service_incident(s, in->is_open);
		return;
	case SERVICE_REPORTED:
		(void)service_reported(s, in->report); /* as it was then */
		return;
	case SERVICE_WITHDRAWN:
		service_withdrawn(s, in->id, in->at_ms);
		return;
	case SERVICE_DISMISSED:
		service_dismiss(
		    s, in->rule, in->expired, in->at_ms, in->until_ms);
		return;
	}
}

bool
service_input_forgets(const struct service_input *in)
{
	return in->kind == SERVICE_FORGET || in->kind == SERVICE_DEPLOYED ||
	    in->kind == SERVICE_ACTED;
}

char *
service_rule_plan(struct service *s, unsigned rule,
    const struct procedure_settings *procedure, struct error *err)
{
	const struct service_settings *settings = service_settings(s);
	struct occasion occasion = { .service = settings->name,
		.environment = settings->environment };
	struct text name = text_new(LOCK_NAME_MAX);
	struct plan *plan = NULL;
	char *lock = NULL;

	if (procedure == NULL)
		(void)error_set(err, "its procedure is not configured");
	else
		plan = plan_new(procedure, &settings->params, err);
	if (plan != NULL && plan_lock(plan, &occasion, &name, err)) {
		lock = text_take(&name);
		if (lock == NULL)
			(void)error_set(err, "no memory for its lock");
	}
	service_rule_destroys(
	    s, rule, procedure == NULL || procedure->destructive);
	service_rule_needs(
	    s, rule, lock == NULL || plan_needs_target(plan), lock);
	text_free(&name);
	plan_free(plan);
	return lock;
}
