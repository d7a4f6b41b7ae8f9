/* The names that stand in the texts of a step. */
#include <string.h>

#include "base/json.h"
#include "config/check_step_impl.h"
#include "config/suggest.h"
#include "procedure/variables.h"

bool
at_is_param(const struct procedure_settings *p, const char *name)
{
	for (size_t i = 0; i < p->param_count; i++)
		if (strcmp(p->params[i].name, name) == 0)
			return true;
	return false;
}

bool
at_is_captured_before(
    const struct procedure_settings *p, size_t step, const char *name)
{
	for (size_t i = 0; i < step && i < p->step_count; i++)
		if (p->steps[i].capture != NULL &&
		    strcmp(p->steps[i].capture, name) == 0)
			return true;
	return false;
}

/* What is captured for each item is known to the same item's steps. */
static bool
is_captured_here(
    const struct procedure_settings *p, size_t step, const char *name)
{
	const char *here =
	    step < p->step_count ? p->steps[step].for_each : NULL;

	for (size_t i = 0; i < step && i < p->step_count; i++) {
		const struct step_settings *s = &p->steps[i];

		if (s->capture != NULL && strcmp(s->capture, name) == 0)
			return s->for_each == NULL ||
			    (here != NULL && strcmp(here, s->for_each) == 0);
	}
	return false;
}

static void
saw_variable(const char *name, void *arg)
{
	const struct at_step *at = arg;
	const struct procedure_settings *p = at->procedure;
	struct suggestion near = suggest_new(name);
	char buffer[HINT_BYTES];

	for (size_t i = 0; occasion_names[i] != NULL; i++) {
		if (strcmp(occasion_names[i], name) == 0)
			return;
		suggest_consider(&near, occasion_names[i]);
	}
	if (at->flat == NULL || at_is_param(p, name) ||
	    is_captured_here(at->flat, at->step, name))
		return;
	for (size_t i = 0; i < p->param_count; i++)
		suggest_consider(&near, p->params[i].name);
	if (strcmp(name, "reason") == 0)
		check_wrong(at->check, at->where,
		    "%s: ${reason} is free text and no part of an argument; "
		    "the program finds it in ROLLBACK_REASON",
		    at->key);
	else if (at_is_captured_before(at->flat, at->step, name))
		check_wrong(at->check, at->where,
		    "%s: ${%s} is captured for each item of a list: only a "
		    "step with the same for_each knows which it is",
		    at->key, name);
	else
		check_wrong(at->check, at->where,
		    "%s: ${%s} is not known here: declare it in params%s",
		    at->key, name, suggest_text(&near, buffer));
}

/* What is JSON must be so whatever the variables stand for. */
static void
check_json(struct at_step *at, const char *template)
{
	struct json_object *json = NULL;
	struct error err;

	if (template_json_check(template, &err))
		json = json_parse(template, strlen(template), &err);
	if (json == NULL)
		check_wrong(at->check, at->where, "%s: %s", at->key, err.text);
	json_object_put(json);
}

bool
at_saw_template(const char *option, enum template_place place,
    const char *template, void *arg)
{
	struct at_step *at = arg;
	struct error err;

	at->key = option;
	if (!variables_scan(template, saw_variable, at, &err))
		check_wrong(at->check, at->where, "%s: %s", option, err.text);
	else if (place == TEMPLATE_JSON)
		check_json(at, template);
	return true;
}
