#include "procedure/plan.h"

#include <string.h>

#include "base/arena.h"
#include "procedure/plan_check.h"
#include "procedure/plan_params.h"

#define PLAN_MAX_BYTES (4 << 20)

struct plan {
	struct arena *arena; /* this struct lives in it */
	const struct procedure_settings *procedure;
	struct params params;
	struct plan_step *steps;
	unsigned step_count;
};

static bool
no_memory(struct error *err)
{
	return error_set(err, "no memory for the plan of a procedure");
}

static bool
add_step(struct plan *p, const struct step_settings *settings, const char *item,
    struct error *err)
{
	const char *label = settings->name;

	if (p->step_count == PROCEDURE_PLAN_STEPS_MAX)
		return error_set(err,
		    "procedure %s: more than %d steps, for_each counted out",
		    p->procedure->name, PROCEDURE_PLAN_STEPS_MAX);
	if (item != NULL)
		label = arena_printf(p->arena, "%s[%s]", settings->name, item);
	if (label == NULL)
		return no_memory(err);
	p->steps[p->step_count++] = (struct plan_step){
		.settings = settings,
		.item = item,
		.label = label,
	};
	return true;
}

/* What a step with for_each goes through; NULL with the reason. */
static const struct strings *
items_of(const struct plan *p, const struct step_settings *s, struct error *err)
{
	const struct param *param = params_find(&p->params, s->for_each);

	if (param == NULL)
		(void)error_set(err,
		    "step %s: for_each names %s, which is no parameter or has "
		    "no value",
		    s->name, s->for_each);
	else if (!param->is_list)
		(void)error_set(err,
		    "step %s: for_each needs a list: write %s = [ \"%s\" ]",
		    s->name, s->for_each, param->values.items[0]);
	else
		return &param->values;
	return NULL;
}

static bool
add_steps(struct plan *p, const struct step_settings *s, struct error *err)
{
	const struct strings *items;

	if (s->for_each == NULL)
		return add_step(p, s, NULL, err);
	items = items_of(p, s, err);
	if (items == NULL)
		return false;
	for (size_t i = 0; i < items->count; i++) {
		struct strings before = { items->items, i };

		if (strings_contain(&before, items->items[i]))
			return error_set(err,
			    "step %s: \"%s\" stands twice in the list %s",
			    s->name, items->items[i], s->for_each);
		if (!add_step(p, s, items->items[i], err))
			return false;
	}
	return true;
}

static bool
make_steps(struct plan *p, struct error *err)
{
	const struct procedure_settings *procedure = p->procedure;

	p->steps = arena_array(
	    p->arena, PROCEDURE_PLAN_STEPS_MAX, sizeof(p->steps[0]));
	if (p->steps == NULL)
		return no_memory(err);
	if (procedure->step_count == 0)
		return error_set(
		    err, "procedure %s has no steps", procedure->name);
	for (size_t i = 0; i < procedure->step_count; i++)
		if (!add_steps(p, &procedure->steps[i], err))
			return false;
	return true;
}

struct plan *
plan_new(const struct procedure_settings *procedure,
    const struct params *params, struct error *err)
{
	struct arena *arena = arena_new(PLAN_MAX_BYTES);
	struct plan *p = NULL;

	if (arena != NULL)
		p = arena_alloc(arena, sizeof(*p));
	if (p == NULL) {
		(void)no_memory(err);
		arena_free(arena);
		return NULL;
	}
	p->arena = arena;
	p->procedure = procedure;
	if (!plan_params_take(arena, procedure, params, &p->params, err) ||
	    !make_steps(p, err) || !plan_check(p, err)) {
		arena_free(arena);
		return NULL;
	}
	return p;
}

unsigned
plan_step_count(const struct plan *p)
{
	return p->step_count;
}

const struct plan_step *
plan_step(const struct plan *p, unsigned index)
{
	return &p->steps[index];
}

bool
plan_sees_capture(
    const struct plan *p, unsigned step, unsigned from, const char *name)
{
	const struct plan_step *source = &p->steps[from];
	const char *capture = source->settings->capture;
	const struct plan_step *here;

	if (capture == NULL || strcmp(capture, name) != 0)
		return false;
	if (source->item == NULL)
		return true;
	if (step >= p->step_count || p->steps[step].item == NULL)
		return false;
	here = &p->steps[step];
	return strcmp(here->settings->for_each, source->settings->for_each) ==
	    0 &&
	    strcmp(here->item, source->item) == 0;
}

const struct procedure_settings *
plan_procedure(const struct plan *p)
{
	return p->procedure;
}

const struct params *
plan_params(const struct plan *p)
{
	return &p->params;
}

void
plan_free(struct plan *p)
{
	if (p != NULL)
		arena_free(p->arena);
}
