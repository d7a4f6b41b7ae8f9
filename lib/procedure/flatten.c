#include "procedure/flatten.h"

#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "procedure/flatten_impl.h"
#include "procedure/step_kind.h"

#define CHAIN_MAX_BYTES 1024
#define PARTS_MAX PROCEDURE_STEPS_MAX

bool
flatten_no_memory(const struct flat *f)
{
	return error_set(f->err, "memory is short");
}

static bool
is_nested(const struct step_settings *s)
{
	return step_is_of(s, "procedure") && s->procedure != NULL;
}

/* "a -> b -> a" */
static void
add_chain(struct text *chain, const struct level *level)
{
	const struct level *levels[FLATTEN_DEPTH_MAX + 1];
	size_t count = 0;

	for (; level != NULL; level = level->outer)
		levels[count++] = level;
	while (count > 0)
		text_addf(chain, "%s -> ", levels[--count]->p->name);
}

/* A procedure within itself, or too many within each other. */
static bool
may_enter(const struct flat *f, const struct level *level,
    const struct procedure_settings *inner)
{
	struct text chain = text_new(CHAIN_MAX_BYTES);
	const char *wrong = NULL;

	for (const struct level *l = level; l != NULL; l = l->outer)
		if (strcmp(l->p->name, inner->name) == 0)
			wrong = "go in a circle";
	if (wrong == NULL && level->depth == FLATTEN_DEPTH_MAX)
		wrong = "stand too deep in each other";
	if (wrong != NULL) {
		add_chain(&chain, level);
		(void)error_set(f->err, "procedures %s: %s%s", wrong,
		    text_str(&chain), inner->name);
	}
	text_free(&chain);
	return wrong == NULL;
}

static bool
add_step(const struct flat *f, const struct level *level,
    const struct step_settings *s)
{
	struct procedure_settings *out = f->out;

	*f->where = s->source;
	if (out->step_count == PROCEDURE_STEPS_MAX)
		return error_set(f->err,
		    "more than %d steps, with those of the procedures in it",
		    PROCEDURE_STEPS_MAX);
	return flatten_step(f, level, s, &out->steps[out->step_count++]);
}

/* Parameters have names of configuration, which steps need not have. */
static const char *
new_scope(
    const struct flat *f, const struct level *level, const char *step_name)
{
	char *scope = arena_printf(f->arena, "%s%s__", level->scope, step_name);

	if (scope == NULL)
		return NULL;
	for (char *p = scope; *p != '\0'; p++)
		if (strchr(".:+", *p) != NULL)
			*p = '_';
	/* Such a name begins with a letter. */
	if (scope[0] >= '0' && scope[0] <= '9')
		return arena_printf(f->arena, "p%s", scope);
	return scope;
}

static bool
make_level(const struct flat *f, const struct level *outer,
    const struct step_settings *s, const struct procedure_settings *inner,
    struct level *level)
{
	*level = (struct level){
		.p = inner,
		.step = s,
		.outer = outer,
		.prefix = arena_printf(
		    f->arena, "%s%s" FLATTEN_SEPARATOR, outer->prefix, s->name),
		.scope = new_scope(f, outer, s->name),
		.depth = outer->depth + 1,
	};
	return (level->prefix != NULL && level->scope != NULL) ||
	    flatten_no_memory(f);
}

/* lint: a procedure stands in another, FLATTEN_DEPTH_MAX deep at most */
static bool add_level(const struct flat *f, const struct level *level);

static bool
enter(const struct flat *f, const struct level *outer,
    const struct step_settings *s)
{
	const struct procedure_settings *inner = f->find(s->procedure, f->arg);
	struct procedure_settings *out = f->out;
	struct level level;

	*f->where = s->source;
	if (inner == NULL)
		return error_set(f->err,
		    "procedure = \"%s\": there is no such procedure",
		    s->procedure);
	if (!may_enter(f, outer, inner) ||
	    !make_level(f, outer, s, inner, &level) ||
	    !flatten_params(f, &level))
		return false;
	if (out->part_count == PARTS_MAX)
		return error_set(
		    f->err, "more than %d procedures in it", PARTS_MAX);
	out->parts[out->part_count++] = inner;
	out->destructive = out->destructive || inner->destructive;
	return add_level(f, &level);
}

static bool
add_level(const struct flat *f, const struct level *level)
{
	const struct procedure_settings *p = level->p;

	for (size_t i = 0; i < p->step_count; i++)
		if (is_nested(&p->steps[i]) ? !enter(f, level, &p->steps[i]) :
					      !add_step(f, level, &p->steps[i]))
			return false;
	return true;
}

/* What would be asked before a person was, comes when it is its turn. */
static void
settle_prepare(struct procedure_settings *out)
{
	bool acts = false;

	for (size_t i = 0; i < out->step_count; i++) {
		struct step_settings *s = &out->steps[i];

		if (acts && strchr(s->name, FLATTEN_SEPARATOR[0]) != NULL)
			s->prepare = false;
		acts = acts || !s->prepare;
	}
}

static bool
take_room(const struct flat *f, const struct procedure_settings *p)
{
	struct procedure_settings *out = f->out;

	*out = *p;
	out->step_count = 0;
	out->steps =
	    arena_array(f->arena, PROCEDURE_STEPS_MAX, sizeof(*out->steps));
	out->params =
	    arena_array(f->arena, PROCEDURE_PARAMS_MAX, sizeof(*out->params));
	out->values.items = arena_array(
	    f->arena, PROCEDURE_PARAMS_MAX, sizeof(*out->values.items));
	out->parts = arena_array(f->arena, PARTS_MAX, sizeof(*out->parts));
	if (out->steps == NULL || out->params == NULL ||
	    out->values.items == NULL || out->parts == NULL)
		return flatten_no_memory(f);
	for (size_t i = 0; i < p->param_count; i++)
		out->params[i] = p->params[i];
	for (size_t i = 0; i < p->values.count; i++)
		out->values.items[i] = p->values.items[i];
	return true;
}

bool
procedure_is_nested(const struct procedure_settings *p)
{
	for (size_t i = 0; i < p->step_count; i++)
		if (is_nested(&p->steps[i]))
			return true;
	return false;
}

bool
procedure_flatten(const struct procedure_settings *p, flatten_find *find,
    void *arg, struct arena *arena, struct procedure_settings *out,
    struct source *where, struct error *err)
{
	const struct flat f = { arena, find, arg, out, where, err };
	const struct level level = { .p = p, .prefix = "", .scope = "" };

	*where = p->source;
	if (!procedure_is_nested(p)) {
		*out = *p;
		return true;
	}
	if (!take_room(&f, p) || !add_level(&f, &level))
		return false;
	settle_prepare(out);
	return true;
}

bool
step_is_within(const struct step_settings *s, const char *group)
{
	size_t length = strlen(group);

	return strncmp(s->name, group, length) == 0 &&
	    s->name[length] == FLATTEN_SEPARATOR[0];
}

const char *
step_leaves(const struct step_settings *s)
{
	const char *then = s->on_failure;
	size_t length = strlen(FLATTEN_LEAVE);

	if (then == NULL || strncmp(then, FLATTEN_LEAVE, length) != 0)
		return NULL;
	return then + length;
}
