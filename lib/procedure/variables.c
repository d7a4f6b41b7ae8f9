#include "procedure/variables.h"

#include <string.h>

#include "base/units.h"
#include "procedure/template_scan.h"

const char *const occasion_names[] = {
	"service",
	"environment",
	"version",
	"previous_version",
	"target_version",
	"incident",
	"run",
	"key",
	NULL,
};

static bool
is_occasion_name(const char *name)
{
	for (size_t i = 0; occasion_names[i] != NULL; i++)
		if (strcmp(occasion_names[i], name) == 0)
			return true;
	return false;
}

static const char *
occasion_value(const char *name, const struct occasion *o)
{
	/* In the order of occasion_names. */
	const char *const values[] = {
		o->service,
		o->environment,
		o->version,
		o->previous_version,
		o->target_version,
		o->incident,
		o->run,
		o->key,
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (strcmp(occasion_names[i], name) == 0)
			return values[i];
	return NULL;
}

static const char *
item_value(const char *name, const struct plan *plan, unsigned step)
{
	const struct plan_step *s;

	if (step >= plan_step_count(plan))
		return NULL;
	s = plan_step(plan, step);
	if (s->item == NULL || strcmp(s->settings->for_each, name) != 0)
		return NULL;
	return s->item;
}

static const char *
param_value(const char *name, const struct plan *plan)
{
	const struct param *p = params_find(plan_params(plan), name);

	if (p == NULL || p->is_list)
		return NULL;
	return p->values.items[0];
}

static const struct param_spec *
find_spec(const char *name, const struct plan *plan)
{
	const struct procedure_settings *procedure = plan_procedure(plan);

	for (size_t i = 0; i < procedure->param_count; i++)
		if (strcmp(procedure->params[i].name, name) == 0)
			return &procedure->params[i];
	return NULL;
}

/* Does a step before this one capture under the name? */
static bool
is_captured_before(const char *name, const struct plan *plan, unsigned step)
{
	for (unsigned i = 0; i < step && i < plan_step_count(plan); i++)
		if (plan_sees_capture(plan, step, i, name))
			return true;
	return false;
}

/* The for_each of the steps that capture it, one of which this is not. */
static const char *
captured_for_each(const char *name, const struct plan *plan, unsigned step)
{
	for (unsigned i = 0; i < step && i < plan_step_count(plan); i++) {
		const struct step_settings *s = plan_step(plan, i)->settings;

		if (s->capture != NULL && strcmp(s->capture, name) == 0)
			return s->for_each;
	}
	return NULL;
}

/* Why a name has no value, and what to do. */
static bool
unknown(
    const char *name, const struct plan *plan, unsigned step, struct error *err)
{
	const struct param *p = params_find(plan_params(plan), name);

	if (strcmp(name, "reason") == 0)
		return error_set(err,
		    "${reason} is free text: take it from the environment, "
		    "where it is ROLLBACK_REASON");
	if (is_occasion_name(name))
		return error_set(
		    err, "${%s} is not known on this occasion", name);
	if (p != NULL)
		return error_set(err,
		    "${%s} is a list: give the step for_each = \"%s\"", name,
		    name);
	if (find_spec(name, plan) != NULL)
		return error_set(err,
		    "${%s} has no value: give it in the service's params or "
		    "as default",
		    name);
	if (step != VARIABLES_NO_STEP && is_captured_before(name, plan, step))
		return error_set(err, "${%s} has not been captured", name);
	if (step != VARIABLES_NO_STEP &&
	    captured_for_each(name, plan, step) != NULL)
		return error_set(err,
		    "${%s} is captured for each %s: only a step with the same "
		    "for_each knows which it is",
		    name, captured_for_each(name, plan, step));
	return error_set(err,
	    "${%s} is neither a parameter of procedure %s nor captured by an "
	    "earlier step",
	    name, plan_procedure(plan)->name);
}

static bool
may_begin_with_dash(const char *name, const struct plan *plan)
{
	const struct param_spec *spec = find_spec(name, plan);

	return spec != NULL && spec->dash;
}

static bool
put_as_it_is(
    struct text *out, const char *value, bool is_first, struct error *err)
{
	(void)is_first;
	(void)err;
	text_add(out, value);
	return true;
}

/* How values are written, and the variable that the first byte came from. */
struct expansion {
	variables_put *put;
	char first[NAME_MAX_BYTES + 1]; /* "" when none did */
};

static bool
expand(const char *template, const struct occasion *occasion,
    const struct plan *plan, unsigned step, const struct run *run,
    struct text *out, struct expansion *e, struct error *err)
{
	size_t start = out->length;
	struct error why;

	e->first[0] = '\0';
	for (const char *cursor = template; *cursor != '\0';) {
		char name[NAME_MAX_BYTES + 1];
		struct piece piece;
		const char *value;

		if (!template_take_piece(&cursor, &piece))
			return template_malformed(template, err);
		if (!piece.is_name) {
			text_add_bytes(out, piece.start, piece.length);
			continue;
		}
		template_copy_name(name, &piece);
		value = variable(name, occasion, plan, step, run);
		if (value == NULL)
			return unknown(name, plan, step, err);
		if (out->length == start && *value != '\0')
			template_copy_name(e->first, &piece);
		if (!e->put(out, value, out->length == start, &why))
			return error_set(
			    err, "\"%s\": ${%s}: %s", template, name, why.text);
	}
	return text_ok(out) || error_set(err, "\"%s\": too long", template);
}

const char *
variable(const char *name, const struct occasion *occasion,
    const struct plan *plan, unsigned step, const struct run *run)
{
	const char *value = NULL;

	if (is_occasion_name(name))
		return occasion == NULL ? NULL : occasion_value(name, occasion);
	value = item_value(name, plan, step);
	if (value == NULL)
		value = param_value(name, plan);
	if (value == NULL && run != NULL)
		value = run_capture(run, step, name);
	return value;
}

bool
variables_expand(const char *template, const struct occasion *occasion,
    const struct plan *plan, unsigned step, const struct run *run,
    struct text *out, struct error *err)
{
	struct expansion e = { .put = put_as_it_is };
	size_t start = out->length;

	if (!expand(template, occasion, plan, step, run, out, &e, err))
		return false;
	if (out->length == start || out->data[start] != '-' ||
	    template[0] == '-' || may_begin_with_dash(e.first, plan))
		return true;
	return error_set(err,
	    "\"%s\" would begin with \"-\" and be taken for an option; if it "
	    "shall, say dash = true for the parameter",
	    template);
}

bool
variables_expand_value(const char *template, const struct occasion *occasion,
    const struct plan *plan, unsigned step, const struct run *run,
    struct text *out, struct error *err)
{
	return variables_expand_with(
	    template, occasion, plan, step, run, put_as_it_is, out, err);
}

bool
variables_expand_with(const char *template, const struct occasion *occasion,
    const struct plan *plan, unsigned step, const struct run *run,
    variables_put *put, struct text *out, struct error *err)
{
	struct expansion e = { .put = put };

	return expand(template, occasion, plan, step, run, out, &e, err);
}

bool
variables_check(const char *template, const struct plan *plan, unsigned step,
    struct error *err)
{
	for (const char *cursor = template; *cursor != '\0';) {
		char name[NAME_MAX_BYTES + 1];
		struct piece piece;

		if (!template_take_piece(&cursor, &piece))
			return template_malformed(template, err);
		if (!piece.is_name)
			continue;
		template_copy_name(name, &piece);
		if (is_occasion_name(name) ||
		    variable(name, NULL, plan, step, NULL) != NULL)
			continue;
		if (find_spec(name, plan) != NULL ||
		    step == VARIABLES_NO_STEP ||
		    !is_captured_before(name, plan, step))
			return unknown(name, plan, step, err);
	}
	return true;
}
