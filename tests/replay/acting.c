#include "tests/replay/world_private.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/units.h"

void
tell(struct world *w, const char *fmt, ...)
{
	char at[DURATION_TEXT_MAX];
	va_list ap;

	text_addf(w->out, "\t=> %s ", duration_text(world_now_ms(w), at));
	va_start(ap, fmt);
	text_addv(w->out, fmt, ap);
	va_end(ap);
	text_add_char(w->out, '\n');
}

void
end_incident(struct world *w)
{
	incident_free(w->incident);
	w->incident = NULL;
	for (unsigned i = 0; i < w->plan_count; i++)
		plan_free(w->plans[i]);
	w->plan_count = 0;
	w->step_is_on = false;
}

/* Also by what its procedure goes over to. */
static bool
goes_elsewhere(const struct world *w)
{
	for (unsigned i = 0; i < w->plan_count; i++)
		if (plan_needs_target(w->plans[i]))
			return true;
	return false;
}

static void
close_incident(struct world *w, enum incident_outcome outcome)
{
	bool done =
	    outcome == INCIDENT_RECOVERED || outcome == INCIDENT_NOT_RECOVERED;
	const char *now_at = w->target;

	tell(w, "closed %s: %s", incident_outcome_word(outcome),
	    incident_reason(w->incident));
	if (!incident_has_begun(w->incident) || !goes_elsewhere(w))
		now_at = service_version(w->service);
	else if (!done)
		now_at = NULL;
	if (outcome != INCIDENT_NOT_NEEDED)
		world_acted(w, now_at, outcome);
	end_incident(w);
	tell_verdict(w);
	w->told = (struct service_decision){ 0 };
}

static void
make_plan(struct world *w, const char *procedure)
{
	const struct procedure_settings *settings =
	    config_procedure(w->config, procedure);
	struct error err = { "" };
	struct plan *plan = plan_new(settings, &w->settings->params, &err);

	if (plan == NULL) {
		incident_plan_failed(w->incident, err.text);
		return;
	}
	tell(w, "plan %s: %u %s, lock %s", procedure, plan_step_count(plan),
	    plan_step_count(plan) == 1 ? "step" : "steps", w->locks[w->rule]);
	w->plans[w->plan_count++] = plan;
	w->deadline_ms = w->now_ms + settings->budget_ms;
	(void)incident_planned(w->incident, plan, w->deadline_ms);
}

static void
start_step(struct world *w, const struct todo *todo)
{
	const struct plan *plan = w->plans[w->plan_count - 1];
	const char *label = plan_step(plan, todo->step)->label;

	if (plan_needs_target(plan))
		service_heading(w->service, w->target);
	w->step_is_on = true;
	incident_step_begins(w->incident, w->now_ms);
	if (todo->kind == TODO_CHECK)
		tell(w, "check of step %s", label);
	else if (todo->kind == TODO_UNDO)
		tell(w, "undo of step %s", label);
	else if (todo->attempt == 1)
		tell(w, "step %s", label);
	else
		tell(w, "step %s, attempt %u", label, todo->attempt);
}

/* Does one thing; false when there is nothing to be done at this moment. */
static bool
advance_once(struct world *w)
{
	struct todo todo;

	if (w->incident == NULL || w->step_is_on)
		return false;
	todo = incident_todo(w->incident, w->now_ms);
	w->todo = todo;
	switch (todo.kind) {
	case TODO_WAIT:
	case TODO_CONFIRM:
	case TODO_AWAIT:
		return false;
	case TODO_PLAN:
		make_plan(w, todo.procedure);
		return true;
	case TODO_STEP:
	case TODO_CHECK:
	case TODO_UNDO:
		if (todo.at_ms > w->now_ms)
			return false;
		if (w->will_crash) {
			w->will_crash = false;
			tell(w, "crash before step %u", todo.step + 1);
			world_restart(w);
			return false;
		}
		start_step(w, &todo);
		return false;
	case TODO_VERIFY:
		tell(w, "verify");
		incident_verifying(w->incident, w->now_ms);
		return true;
	case TODO_CLOSE:
		close_incident(w, todo.outcome);
		return false;
	}
	return false;
}

void
advance(struct world *w)
{
	while (advance_once(w))
		;
}

void
act(struct world *w, unsigned rule, const char *target, bool by_operator)
{
	w->incident = incident_new(&w->settings->verify);
	if (w->incident == NULL)
		abort();
	w->by_operator = by_operator;
	w->had_tripped = by_operator && service_has_tripped(w->service);
	if (w->is_proposed)
		tell(
		    w, "closed %s", incident_outcome_word(INCIDENT_SUPERSEDED));
	w->rule = rule;
	w->is_proposed = false;
	(void)snprintf(
	    w->version, sizeof(w->version), "%s", service_version(w->service));
	(void)snprintf(w->target, sizeof(w->target), "%s", target);
	incident_begin(w->incident, w->settings->rules[rule].procedure);
	advance(w);
}
