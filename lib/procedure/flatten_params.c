/* The parameters of a procedure within another: one of the whole each. */
#include <string.h>

#include "procedure/flatten_impl.h"
#include "procedure/variables.h"

static bool
add_spec(const struct flat *f, const struct param_spec *spec, const char *name)
{
	struct procedure_settings *out = f->out;

	if (flatten_declares(out, name))
		return error_set(f->err,
		    "parameter %s is there already: call a step or a parameter "
		    "otherwise",
		    name);
	if (out->param_count == PROCEDURE_PARAMS_MAX)
		return error_set(f->err,
		    "more than %d parameters, with those of the procedures in "
		    "it",
		    PROCEDURE_PARAMS_MAX);
	out->params[out->param_count] = *spec;
	out->params[out->param_count++].name = name;
	return true;
}

/* The service's own, under its plain name. */
static bool
add_plain(const struct flat *f, const struct param_spec *spec)
{
	const struct param_spec plain = {
		.source = spec->source,
		.name = spec->name,
		.dash = spec->dash,
	};

	if (flatten_declares(f->out, spec->name))
		return true;
	return add_spec(f, &plain, spec->name);
}

/* "${NAME}" of the nearest procedure around that has such a parameter. */
static const char *
inherited(const struct flat *f, const struct level *level,
    const struct param_spec *spec)
{
	for (const struct level *l = level->outer; l != NULL; l = l->outer)
		if (flatten_declares(l->p, spec->name))
			return arena_printf(
			    f->arena, "${%s%s}", l->scope, spec->name);
	if (!add_plain(f, spec))
		return NULL;
	return arena_printf(f->arena, "${%s}", spec->name);
}

struct looking {
	const struct flat *f;
	const struct level *level;
	bool good;
};

/* What steps capture, and what the occasion is, cannot be matched before. */
static void
see_name(const char *name, void *arg)
{
	struct looking *l = arg;

	if (l->good && !flatten_declares(l->level->p, name))
		l->good = error_set(l->f->err,
		    "with: ${%s}: only parameters of procedure %s are known "
		    "before it begins",
		    name, l->level->p->name);
}

static bool
is_known(const struct flat *f, const struct level *outer,
    const struct strings *values)
{
	struct looking l = { f, outer, true };

	for (size_t i = 0; l.good && i < values->count; i++)
		if (!variables_scan(values->items[i], see_name, &l, f->err))
			return false;
	return l.good;
}

/* From "with", from the procedure's own values, or from around. */
static bool
set_value(const struct flat *f, const struct level *level,
    const struct param_spec *spec, struct param *value)
{
	const struct param *with = params_find(&level->step->with, spec->name);
	const struct param *own = params_find(&level->p->values, spec->name);
	const char **item;

	if (with != NULL) {
		value->is_list = with->is_list;
		return is_known(f, level->outer, &with->values) &&
		    flatten_strings(
			f, level->outer, &with->values, &value->values);
	}
	if (own != NULL) {
		value->is_list = own->is_list;
		return flatten_strings(f, level, &own->values, &value->values);
	}
	item = arena_array(f->arena, 1, sizeof(*item));
	if (item == NULL)
		return flatten_no_memory(f);
	f->err->text[0] = '\0';
	*item = inherited(f, level, spec);
	if (*item == NULL)
		return f->err->text[0] == '\0' ? flatten_no_memory(f) : false;
	value->values = (struct strings){ item, 1 };
	return true;
}

static bool
add_param(const struct flat *f, const struct level *level,
    const struct param_spec *spec)
{
	struct params *values = &f->out->values;
	struct param value = { .is_list = false };

	value.name = flatten_name(f, level, spec->name);
	if (value.name == NULL || !set_value(f, level, spec, &value) ||
	    !add_spec(f, spec, value.name))
		return false;
	if (values->count == PROCEDURE_PARAMS_MAX)
		return error_set(
		    f->err, "more than %d values", PROCEDURE_PARAMS_MAX);
	values->items[values->count++] = value;
	return true;
}

bool
flatten_params(const struct flat *f, const struct level *level)
{
	const struct params *with = &level->step->with;

	for (size_t i = 0; i < with->count; i++)
		if (!flatten_declares(level->p, with->items[i].name))
			return error_set(f->err,
			    "with: procedure %s has no parameter %s",
			    level->p->name, with->items[i].name);
	for (size_t i = 0; i < level->p->param_count; i++)
		if (!add_param(f, level, &level->p->params[i]))
			return false;
	return true;
}
