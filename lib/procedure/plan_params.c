#include "procedure/plan_params.h"

#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "procedure/match.h"
#include "procedure/variables.h"

#define VALUE_MAX_BYTES 4096

struct taking {
	struct arena *arena;
	const struct procedure_settings *procedure;
	const struct params *given;
	struct params *out;
	struct error *err;
};

static bool
no_memory(struct error *err)
{
	return error_set(err, "no memory for the plan of a procedure");
}

static bool
values_match(const struct param_spec *spec, const struct strings *values,
    struct error *err)
{
	struct error why;

	for (size_t i = 0; spec->match != NULL && i < values->count; i++)
		if (!match_whole(spec->match, values->items[i], &why))
			return error_set(err, "parameter %s: \"%s\" %s",
			    spec->name, values->items[i], why.text);
	return true;
}

static bool
add(const struct taking *t, const struct param_spec *spec,
    const struct strings *values, bool is_list)
{
	t->out->items[t->out->count++] = (struct param){
		.name = spec->name,
		.values = *values,
		.is_list = is_list,
	};
	return values_match(spec, values, t->err);
}

static bool
add_default(const struct taking *t, const struct param_spec *spec)
{
	const char **value = arena_array(t->arena, 1, sizeof(*value));

	if (value == NULL)
		return no_memory(t->err);
	*value = spec->fallback;
	return add(t, spec, &(struct strings){ value, 1 }, false);
}

static bool
is_missing(
    const struct taking *t, const struct param_spec *spec, const char *from)
{
	if (spec->fallback != NULL)
		return add_default(t, spec);
	if (!spec->required)
		return true;
	if (from != NULL)
		return error_set(t->err,
		    "parameter %s, which is ${%s}, is required in procedure "
		    "%s: give %s in the service's params, or a value in with",
		    spec->name, from, t->procedure->name, from);
	return error_set(t->err,
	    "parameter %s is required by procedure %s: give it in the "
	    "service's params",
	    spec->name, t->procedure->name);
}

/* One text of which only parameters are part. */
static const char *
expand(
    const struct taking *t, const struct param_spec *spec, const char *template)
{
	struct text out = text_new(VALUE_MAX_BYTES);
	const char *copy = NULL;
	struct error why;

	if (!variables_expand_params(template, t->out, &out, &why))
		(void)error_set(
		    t->err, "parameter %s: %s", spec->name, why.text);
	else {
		copy = arena_strdup(t->arena, text_str(&out));
		if (copy == NULL)
			(void)no_memory(t->err);
	}
	text_free(&out);
	return copy;
}

/* "${NAME}" and nothing else may be a list, or nothing. */
static bool
take_alias(
    const struct taking *t, const struct param_spec *spec, const char *name)
{
	const struct param *other = params_find(t->out, name);

	if (other == NULL)
		return is_missing(t, spec, name);
	return add(t, spec, &other->values, other->is_list);
}

static bool
take_value(const struct taking *t, const struct param_spec *spec,
    const struct param *value)
{
	char name[NAME_MAX_BYTES + 1];
	size_t count = value->values.count;
	const char **items;

	if (count == 0)
		return is_missing(t, spec, NULL);
	if (!value->is_list && variables_is_one(value->values.items[0], name))
		return take_alias(t, spec, name);
	items = arena_array(t->arena, count, sizeof(*items));
	if (items == NULL)
		return no_memory(t->err);
	for (size_t i = 0; i < count; i++) {
		items[i] = expand(t, spec, value->values.items[i]);
		if (items[i] == NULL)
			return false;
	}
	return add(t, spec, &(struct strings){ items, count }, value->is_list);
}

static bool
take(const struct taking *t, const struct param_spec *spec)
{
	const struct param *value =
	    params_find(&t->procedure->values, spec->name);
	const struct param *param = params_find(t->given, spec->name);

	if (value != NULL)
		return take_value(t, spec, value);
	/* An empty list is as good as none. */
	if (param != NULL && param->values.count > 0)
		return add(t, spec, &param->values, param->is_list);
	return is_missing(t, spec, NULL);
}

bool
plan_params_take(struct arena *arena,
    const struct procedure_settings *procedure, const struct params *given,
    struct params *out, struct error *err)
{
	const struct taking t = { arena, procedure, given, out, err };
	size_t count = procedure->param_count;

	out->items = arena_array(arena, count, sizeof(out->items[0]));
	if (out->items == NULL)
		return no_memory(err);
	for (size_t i = 0; i < count; i++)
		if (!take(&t, &procedure->params[i]))
			return false;
	return true;
}
