#include "procedure/plan_check.h"

#include <string.h>

#include "base/text.h"
#include "executor/executor.h"
#include "executor/http_step.h"
#include "executor/told.h"
#include "procedure/step_kind.h"
#include "procedure/templates.h"
#include "procedure/variables.h"
#include "procedure/when.h"

static bool
is_taken(const char *name)
{
	if (strcmp(name, "reason") == 0)
		return true;
	for (size_t i = 0; occasion_names[i] != NULL; i++)
		if (strcmp(occasion_names[i], name) == 0)
			return true;
	return false;
}

/* One name, one meaning. */
static bool
check_names(const struct procedure_settings *procedure, struct error *err)
{
	for (size_t i = 0; i < procedure->param_count; i++) {
		const struct param_spec *spec = &procedure->params[i];

		if (is_taken(spec->name))
			return error_set(err,
			    "parameter %s: the name has a meaning already, "
			    "choose another",
			    spec->name);
		for (size_t k = 0; k < i; k++)
			if (strcmp(procedure->params[k].name, spec->name) == 0)
				return error_set(err,
				    "parameter %s is declared twice",
				    spec->name);
	}
	return true;
}

static bool
check_capture(const struct procedure_settings *procedure,
    const struct step_settings *s, struct error *err)
{
	if (s->capture == NULL)
		return true;
	for (size_t i = 0; i < procedure->param_count; i++)
		if (strcmp(procedure->params[i].name, s->capture) == 0)
			return error_set(err,
			    "step %s: capture = \"%s\" is the name of a "
			    "parameter already",
			    s->name, s->capture);
	if (is_taken(s->capture))
		return error_set(err,
		    "step %s: capture = \"%s\": the name has a meaning "
		    "already, choose another",
		    s->name, s->capture);
	return true;
}

static bool
check_when(
    const struct procedure_settings *procedure, size_t step, struct error *err)
{
	const struct step_settings *s = &procedure->steps[step];
	struct error why;

	for (size_t i = 0; i < s->when.count; i++)
		if (!when_check(s->when.items[i], procedure, step, &why))
			return error_set(err, "step %s: %s", s->name, why.text);
	return true;
}

/* One text of a step, and why it was refused. */
struct looking {
	const struct plan *plan;
	unsigned step;
	struct error *err;
};

static bool
is_known_already(const struct looking *l, const char *template)
{
	struct text out = text_new(COMMAND_BYTES_MAX);
	struct error ignored = { "" };
	bool known = variables_expand_value(
	    template, NULL, l->plan, l->step, NULL, &out, &ignored);

	text_free(&out);
	return known;
}

/* Scheme, host and port: the part of an address that no path is in. */
static size_t
origin_length(const char *template)
{
	const char *scheme = strstr(template, "://");
	size_t first = strcspn(template, "/?");

	if (scheme == NULL || (size_t)(scheme - template) >= first)
		return first;
	return (size_t)(scheme - template) + 3 + strcspn(scheme + 3, "/?");
}

/* Where it goes is known sooner than all of the address. */
static bool
check_origin(const struct looking *l, const char *template, struct error *err)
{
	struct text origin = text_new(COMMAND_BYTES_MAX);
	struct text out = text_new(COMMAND_BYTES_MAX);
	bool good;

	text_addf(&origin, "%.*s", (int)origin_length(template), template);
	good = !is_known_already(l, text_str(&origin)) ||
	    (template_expand(TEMPLATE_URL, text_str(&origin), NULL, l->plan,
		 l->step, NULL, &out, err) &&
		http_url_check(text_str(&out), false, err));
	text_free(&origin);
	text_free(&out);
	return good;
}

/* What is known already is tried already: a "-" in front is found. */
static bool
check_template(const struct looking *l, enum template_place place,
    const char *template, struct error *err)
{
	struct text out = text_new(COMMAND_BYTES_MAX);
	bool good = variables_check(template, l->plan, l->step, err) &&
	    (place != TEMPLATE_JSON || template_json_check(template, err)) &&
	    (!is_known_already(l, template) ||
		template_expand(place, template, NULL, l->plan, l->step, NULL,
		    &out, err)) &&
	    (place != TEMPLATE_URL || check_origin(l, template, err));

	text_free(&out);
	return good;
}

static bool
saw_template(const char *option, enum template_place place,
    const char *template, void *arg)
{
	const struct looking *l = arg;
	const char *label = plan_step(l->plan, l->step)->label;
	struct error why;

	if (check_template(l, place, template, &why))
		return true;
	if (place == TEMPLATE_ARGUMENT)
		return error_set(l->err, "step %s: %s", label, why.text);
	return error_set(l->err, "step %s: %s: %s", label, option, why.text);
}

static bool
check_templates(const struct plan *p, unsigned step, struct error *err)
{
	struct looking l = { p, step, err };

	return templates_of(plan_step(p, step)->settings, saw_template, &l);
}

/* ROLLBACK... are ours, and what a step's processes are found by. */
static bool
check_variable(const struct param *e, struct error *err)
{
	if (!variable_name_is_valid(e->name))
		return error_set(err,
		    "\"%s\" is no name: letters, digits and \"_\", no digit in "
		    "front",
		    e->name);
	if (strncmp(e->name, "ROLLBACK", strlen("ROLLBACK")) == 0)
		return error_set(err,
		    "%s: what begins with ROLLBACK is set by rollbackd alone",
		    e->name);
	if (e->is_list)
		return error_set(err, "%s must be one text", e->name);
	return true;
}

static bool
check_environment(const struct plan *p, unsigned step, struct error *err)
{
	const struct plan_step *s = plan_step(p, step);
	struct error why;

	for (size_t i = 0; i < s->settings->environment.count; i++) {
		const struct param *e = &s->settings->environment.items[i];

		if (!check_variable(e, &why))
			return error_set(err, "step %s: environment: %s",
			    s->label, why.text);
	}
	return true;
}

struct first_wrong {
	const char *step;
	struct error *err;
	bool found;
};

static void
saw_wrong(const char *wrong, void *arg)
{
	struct first_wrong *first = arg;

	if (!first->found)
		(void)error_set(first->err, "step %s: %s", first->step, wrong);
	first->found = true;
}

static bool
check_kind(const struct step_settings *s, struct error *err)
{
	struct first_wrong first = { .step = s->name, .err = err };
	const struct executor_kind *kind;

	if (s->executor == NULL)
		return true;
	kind = executor_find(s->executor);
	if (kind == NULL)
		return error_set(err, "step %s: there is no executor %s",
		    s->name, s->executor);
	/* That nothing is missing, rollbackd -t and the runner see. */
	step_kind_check(s, false, saw_wrong, &first);
	return !first.found;
}

/* What changes nothing comes first, and is not all there is. */
static bool
check_prepare(const struct plan *p, struct error *err)
{
	const struct plan_step *acts = NULL;

	for (unsigned i = 0; i < plan_step_count(p); i++) {
		const struct plan_step *s = plan_step(p, i);

		if (s->settings->prepare && acts != NULL)
			return error_set(err,
			    "step %s: prepare: it must come before step %s, "
			    "which does not only prepare",
			    s->label, acts->label);
		if (!s->settings->prepare && acts == NULL)
			acts = s;
	}
	if (acts == NULL)
		return error_set(
		    err, "prepare: every step only prepares, none acts");
	return true;
}

_Static_assert(PLAN_TOLD_MAX *TOLD_ENTRY_MAX <= TOLD_MAX_BYTES,
    "the runner can be told of all of them");

/* The runner must be told of each attempt that has no claim. */
static bool
check_told(const struct plan *p, struct error *err)
{
	size_t attempts = 0;

	for (unsigned i = 0; i < plan_step_count(p); i++)
		if (!step_is_claimed(plan_step(p, i)->settings))
			attempts += plan_step(p, i)->settings->attempts;
	return attempts <= PLAN_TOLD_MAX ||
	    error_set(err,
		"%zu attempts of steps that wait, verify or ask for an "
		"approval, for_each counted out: there may be %d",
		attempts, PLAN_TOLD_MAX);
}

static bool
check_conditions(const struct plan *p, unsigned step, struct error *err)
{
	const struct plan_step *s = plan_step(p, step);
	struct error why;

	for (size_t i = 0; i < s->settings->when.count; i++)
		if (!when_fits(s->settings->when.items[i], p, step, &why))
			return error_set(
			    err, "step %s: %s", s->label, why.text);
	return true;
}

static bool
check_steps(const struct plan *p, struct error *err)
{
	if (!check_prepare(p, err))
		return false;
	for (unsigned i = 0; i < plan_step_count(p); i++) {
		const struct step_settings *s = plan_step(p, i)->settings;

		if (s->resume == RESUME_CHECK && s->check.count == 0)
			return error_set(err,
			    "step %s: resume = \"check\" needs a check "
			    "command",
			    s->name);
		if (!check_kind(s, err) || !check_environment(p, i, err) ||
		    !check_templates(p, i, err) || !check_conditions(p, i, err))
			return false;
	}
	return true;
}

struct lock_names {
	const struct plan *plan;
	const char *bad;
};

/* A name that differs from run to run would lock nothing. */
static void
see_lock_name(const char *name, void *arg)
{
	struct lock_names *names = arg;

	if (strcmp(name, "service") != 0 && strcmp(name, "environment") != 0 &&
	    params_find(plan_params(names->plan), name) == NULL)
		names->bad = "no";
}

static bool
check_lock(const struct plan *p, struct error *err)
{
	const char *lock = plan_procedure(p)->lock;
	struct lock_names names = { .plan = p };
	struct error why;

	if (lock == NULL)
		return true;
	if (!variables_check(lock, p, VARIABLES_NO_STEP, &why) ||
	    !variables_scan(lock, see_lock_name, &names, &why))
		return error_set(err, "lock: %s", why.text);
	if (names.bad != NULL)
		return error_set(err,
		    "lock \"%s\": only ${service}, ${environment} and "
		    "parameters are the same in every run",
		    lock);
	return true;
}

bool
plan_check(const struct plan *p, struct error *err)
{
	const struct procedure_settings *procedure = plan_procedure(p);

	if (!check_names(procedure, err))
		return false;
	for (size_t i = 0; i < procedure->step_count; i++)
		if (!check_capture(procedure, &procedure->steps[i], err) ||
		    !check_when(procedure, i, err))
			return false;
	return check_steps(p, err) && check_told(p, err) && check_lock(p, err);
}
