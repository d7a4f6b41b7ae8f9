#include "config/check_impl.h"

#include <string.h>

#include "base/text.h"
#include "config/pin.h"
#include "config/suggest.h"
#include "executor/request.h"
#include "procedure/plan.h"

#define DEPTH_MAX 2 /* of procedures that follow when one does not help */
#define PATH_MAX_BYTES 600
#define HINT_BYTES 128
#define PROCEDURE_PREFIX "procedure:"

/* Procedures that follow each other, the first of them at 0. */
struct chain {
	const struct procedure_settings *links[DEPTH_MAX + 2];
	size_t count;
};

static size_t
index_of(const struct check *c, const struct procedure_settings *p)
{
	return (size_t)(p - c->config->procedures);
}

static void
say_chain(struct check *c, const struct chain *chain)
{
	const struct procedure_settings *first = chain->links[0];
	struct text path = text_new(PATH_MAX_BYTES);
	bool circle = false;

	for (size_t i = 0; i < chain->count; i++) {
		c->procedure_is_deep[index_of(c, chain->links[i])] = true;
		text_addf(
		    &path, "%s%s", i == 0 ? "" : " -> ", chain->links[i]->name);
		for (size_t k = 0; k < i; k++)
			circle = circle || chain->links[k] == chain->links[i];
	}
	check_wrong(c, first->source,
	    "procedure \"%s\": escalate and on_failure %s: %s", first->name,
	    circle ? "go in a circle" :
		     "may be followed two deep, and this is deeper",
	    text_str(&path));
	text_free(&path);
}

const struct procedure_settings *
check_follower(
    const struct check *c, const struct procedure_settings *p, size_t at)
{
	const char *name = p->escalate;

	if (at > 0) {
		name = p->steps[at - 1].on_failure;
		if (name == NULL ||
		    strncmp(name, PROCEDURE_PREFIX, strlen(PROCEDURE_PREFIX)) !=
			0)
			return NULL;
		name += strlen(PROCEDURE_PREFIX);
	}
	/* One that is missing has its complaint. */
	return name == NULL ? NULL : config_procedure(c->config, name);
}

/* False when it went too deep, which has been said. */
static bool
follow(struct check *c, struct chain *chain)
{
	const struct procedure_settings *p = chain->links[chain->count - 1];

	if (chain->count == DEPTH_MAX + 2) {
		say_chain(c, chain);
		return false;
	}
	for (size_t i = 0; i <= p->step_count; i++) {
		const struct procedure_settings *next = check_follower(c, p, i);
		bool good = true;

		if (next != NULL && c->procedure_is_deep[index_of(c, next)])
			return false;
		if (next != NULL) {
			chain->links[chain->count++] = next;
			good = follow(c, chain);
			chain->count--;
		}
		if (!good)
			return false;
	}
	return true;
}

void
check_chain(struct check *c, const struct procedure_settings *p)
{
	struct chain chain = { .links = { p }, .count = 1 };

	if (p->name != NULL && !c->procedure_is_deep[index_of(c, p)] &&
	    !follow(c, &chain))
		c->procedure_is_deep[index_of(c, p)] = true;
}

bool
check_is_bad(const struct check *c, const struct procedure_settings *p)
{
	return c->procedure_is_bad[index_of(c, p)] ||
	    c->procedure_is_deep[index_of(c, p)];
}

static bool
takes(const struct procedure_settings *p, const char *param)
{
	for (size_t i = 0; i < p->param_count; i++)
		if (p->params[i].name != NULL &&
		    strcmp(p->params[i].name, param) == 0)
			return true;
	return false;
}

static bool
anybody_takes(const struct config *config, const char *param)
{
	for (size_t i = 0; i < config->procedure_count; i++)
		if (takes(&config->procedures[i], param))
			return true;
	return false;
}

/* A slip in the name of one that may be left out would not be seen. */
static void
check_slips(struct check *c, const struct service_settings *s,
    const struct procedure_settings *p, struct source where)
{
	for (size_t i = 0; i < s->params.count; i++) {
		const char *given = s->params.items[i].name;
		struct suggestion near = suggest_new(given);
		char buffer[HINT_BYTES];

		if (takes(p, given))
			continue;
		for (size_t k = 0; k < p->param_count; k++)
			if (p->params[k].name != NULL &&
			    params_find(&s->params, p->params[k].name) == NULL)
				suggest_consider(&near, p->params[k].name);
		if (near.best != NULL && !anybody_takes(c->config, given))
			check_doubt(c, where,
			    "service \"%s\": procedure \"%s\" has no "
			    "parameter \"%s\"%s",
			    s->name, p->name, given,
			    suggest_text(&near, buffer));
	}
}

/* Ends, because those in a circle are bad. */
void
check_run(struct check *c, const struct service_settings *s,
    const struct rule_settings *rule, const struct procedure_settings *p,
    struct source where)
{
	const char *files[REQUEST_FILES_MAX];
	struct plan *plan;
	struct error err;
	size_t count;

	if (!c->procedure_is_run[index_of(c, p)]) {
		c->procedure_is_run[index_of(c, p)] = true;
		check_programs_of(c, p);
	}
	if (check_is_bad(c, p) || s->name == NULL)
		return;
	if (p->part_count > 0 &&
	    !pin_files(c->config, s, p, files, REQUEST_FILES_MAX, &count))
		check_wrong(c, where,
		    "service \"%s\", procedure \"%s\": they stand in more "
		    "than %d files, with the procedures in it",
		    s->name, p->name, REQUEST_FILES_MAX);
	plan = plan_new(p, &s->params, &err);
	if (plan == NULL) {
		check_wrong(c, where, "service \"%s\", procedure \"%s\": %s",
		    s->name, p->name, err.text);
		return;
	}
	plan_free(plan);
	check_slips(c, s, p, where);
	check_asked(c, s, p, where);
	check_times(c, s, rule, p, where);
	/* What runs when it does not help must be ready as well. */
	for (size_t i = 0; i <= p->step_count; i++) {
		const struct procedure_settings *next = check_follower(c, p, i);

		if (next != NULL)
			check_run(c, s, NULL, next, where);
	}
}
