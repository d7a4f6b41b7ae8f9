/* What belongs to a procedure is called otherwise in the one around it. */
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "procedure/flatten_impl.h"
#include "procedure/step_kind.h"
#include "procedure/templates.h"
#include "procedure/variables.h"

#define TEXT_MAX_BYTES (2 * STEP_BODY_MAX_BYTES)
#define CONDITIONS_MAX 16
#define STOP "stop"
#define CONTINUE "continue"

/* For the callbacks of variables.h. */
struct naming {
	const struct flat *f;
	const struct level *level;
};

bool
flatten_declares(const struct procedure_settings *p, const char *name)
{
	for (size_t i = 0; i < p->param_count; i++)
		if (strcmp(p->params[i].name, name) == 0)
			return true;
	return false;
}

/* A capture of the level's own steps, or of steps within one of them. */
static bool
is_captured(const struct procedure_settings *p, const char *name)
{
	for (size_t i = 0; i < p->step_count; i++) {
		const struct step_settings *s = &p->steps[i];
		size_t length = strlen(s->name);

		if (s->capture != NULL && strcmp(s->capture, name) == 0)
			return true;
		if (s->procedure != NULL &&
		    strncmp(s->name, name, length) == 0 &&
		    name[length] == FLATTEN_SEPARATOR[0])
			return true;
	}
	return false;
}

static const char *
prefixed(const struct flat *f, const char *prefix, const char *name)
{
	if (strlen(prefix) + strlen(name) > NAME_MAX_BYTES) {
		(void)error_set(f->err,
		    "\"%s%s\" is longer than %d characters: shorten the names "
		    "of steps",
		    prefix, name, NAME_MAX_BYTES);
		return NULL;
	}
	return arena_printf(f->arena, "%s%s", prefix, name);
}

const char *
flatten_name(const struct flat *f, const struct level *level, const char *name)
{
	if (flatten_declares(level->p, name))
		return prefixed(f, level->scope, name);
	if (is_captured(level->p, name))
		return prefixed(f, level->prefix, name);
	return name;
}

static const char *
new_name(const char *name, void *arg)
{
	const struct naming *n = arg;

	return flatten_name(n->f, n->level, name);
}

const char *
flatten_template(
    const struct flat *f, const struct level *level, const char *template)
{
	struct naming n = { f, level };
	struct text out = text_new(TEXT_MAX_BYTES);
	const char *copy = NULL;

	if (level->outer == NULL)
		return template;
	if (variables_rename(template, new_name, &n, &out, f->err)) {
		copy = arena_strdup(f->arena, text_str(&out));
		if (copy == NULL)
			(void)flatten_no_memory(f);
	}
	text_free(&out);
	return copy;
}

bool
flatten_strings(const struct flat *f, const struct level *level,
    const struct strings *list, struct strings *out)
{
	const char **items = arena_array(f->arena, list->count, sizeof(*items));

	if (list->count > 0 && items == NULL)
		return flatten_no_memory(f);
	for (size_t i = 0; i < list->count; i++) {
		items[i] = flatten_template(f, level, list->items[i]);
		if (items[i] == NULL)
			return false;
	}
	*out = (struct strings){ items, list->count };
	return true;
}

static bool
name_params(
    const struct flat *f, const struct level *level, struct params *params)
{
	struct param *items =
	    arena_array(f->arena, params->count, sizeof(*items));

	if (params->count > 0 && items == NULL)
		return flatten_no_memory(f);
	for (size_t i = 0; i < params->count; i++) {
		items[i] = params->items[i];
		if (!flatten_strings(
			f, level, &params->items[i].values, &items[i].values))
			return false;
	}
	params->items = items;
	return true;
}

static bool
name_option(const struct flat *f, const struct level *level,
    struct step_settings *s, const struct option *o)
{
	void *field = (char *)s + o->offset;
	enum template_place place;
	struct strings list;
	const char **text;

	if (!template_place_of(s, o->key, &place))
		return true;
	if (o->type == OPTION_PARAMS)
		return name_params(f, level, field);
	if (o->type == OPTION_STRINGS) {
		list = *(const struct strings *)field;
		return flatten_strings(f, level, &list, field);
	}
	text = field;
	if (*text != NULL)
		*text = flatten_template(f, level, *text);
	return *text != NULL || !step_says(s, o);
}

static const char *
skip_space(const char *p)
{
	return p + strspn(p, " \t");
}

/* It begins with a name, of a step where a word follows. */
static const char *
name_condition(
    const struct flat *f, const struct level *level, const char *condition)
{
	const char *start = skip_space(condition), *rest, *named;
	size_t length = strcspn(start, " \t=!");
	char name[NAME_MAX_BYTES + 1];

	if (level->outer == NULL || length > NAME_MAX_BYTES)
		return condition;
	memcpy(name, start, length);
	name[length] = '\0';
	rest = skip_space(start + length);
	named = *rest == '=' || *rest == '!' ? flatten_name(f, level, name) :
					       prefixed(f, level->prefix, name);
	if (named == NULL)
		return NULL;
	return arena_printf(f->arena, "%s %s", named, rest);
}

static bool
add_conditions(const struct flat *f, const struct level *level,
    const struct strings *when, struct strings *out)
{
	for (size_t i = 0; i < when->count; i++) {
		const char *condition =
		    name_condition(f, level, when->items[i]);

		if (condition == NULL)
			return flatten_no_memory(f);
		if (out->count == CONDITIONS_MAX)
			return error_set(f->err,
			    "more than %d conditions, with those of the steps "
			    "around",
			    CONDITIONS_MAX);
		out->items[out->count++] = condition;
	}
	return true;
}

/* Its own, and those of the steps that it stands for. */
static bool
set_when(const struct flat *f, const struct level *level,
    const struct step_settings *s, struct step_settings *out)
{
	out->when.count = 0;
	out->when.items =
	    arena_array(f->arena, CONDITIONS_MAX, sizeof(*out->when.items));
	if (out->when.items == NULL)
		return flatten_no_memory(f);
	for (const struct level *l = level; l->step != NULL; l = l->outer)
		if (!add_conditions(f, l->outer, &l->step->when, &out->when))
			return false;
	return add_conditions(f, level, &s->when, &out->when);
}

/* "app" of "app." */
static const char *
leave(const struct flat *f, const struct level *level)
{
	size_t length = strlen(level->prefix) - strlen(FLATTEN_SEPARATOR);

	return arena_printf(
	    f->arena, FLATTEN_LEAVE "%.*s", (int)length, level->prefix);
}

/* What would stop the run asks the step around what to do. */
static bool
set_on_failure(const struct flat *f, const struct level *level,
    const struct step_settings *s, struct step_settings *out)
{
	const char *then = s->on_failure;

	for (; level->step != NULL; level = level->outer) {
		if (then != NULL && strcmp(then, STOP) != 0)
			break;
		then = level->step->on_failure;
		if (then != NULL && strcmp(then, CONTINUE) == 0) {
			then = leave(f, level);
			if (then == NULL)
				return flatten_no_memory(f);
		}
	}
	out->on_failure = then;
	return true;
}

static bool
set_names(const struct flat *f, const struct level *level,
    const struct step_settings *s, struct step_settings *out)
{
	out->name = prefixed(f, level->prefix, s->name);
	if (out->name == NULL)
		return false;
	if (s->for_each != NULL) {
		out->for_each = flatten_name(f, level, s->for_each);
		if (out->for_each == NULL)
			return false;
	}
	if (s->capture != NULL) {
		out->capture = prefixed(f, level->prefix, s->capture);
		if (out->capture == NULL)
			return false;
	}
	return true;
}

bool
flatten_step(const struct flat *f, const struct level *level,
    const struct step_settings *s, struct step_settings *out)
{
	*out = *s;
	if (level->outer == NULL)
		return true;
	for (size_t i = 0; i < step_options.count; i++)
		if (!name_option(f, level, out, &step_options.options[i]))
			return false;
	return set_names(f, level, s, out) && set_when(f, level, s, out) &&
	    set_on_failure(f, level, s, out);
}
