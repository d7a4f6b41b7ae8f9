#include "config/check_impl.h"

#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "config/times.h"
#include "procedure/plan.h"

#define DEPTH_MAX 2 /* of procedures that follow when one does not help */
#define PATH_MAX_BYTES 600
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

/* What p names to follow it: escalate first, then by steps; or NULL. */
static const struct procedure_settings *
follower(const struct check *c, const struct procedure_settings *p, size_t at)
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
		const struct procedure_settings *next = follower(c, p, i);
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

static bool
is_bad(const struct check *c, const struct procedure_settings *p)
{
	return c->procedure_is_bad[index_of(c, p)] ||
	    c->procedure_is_deep[index_of(c, p)];
}

static void
check_budget(struct check *c, const struct service_settings *s,
    const struct procedure_settings *p, int64_t steps_ms, struct source where)
{
	char steps[DURATION_TEXT_MAX], verify[DURATION_TEXT_MAX];
	char all[DURATION_TEXT_MAX], budget[DURATION_TEXT_MAX];

	if (steps_ms + s->verify.within_ms > p->budget_ms)
		check_doubt(c, where,
		    "procedure \"%s\" can outrun its budget for service "
		    "\"%s\": steps up to %s and verify up to %s are %s, "
		    "budget is %s",
		    p->name, s->name, duration_text(steps_ms, steps),
		    duration_text(s->verify.within_ms, verify),
		    duration_text(steps_ms + s->verify.within_ms, all),
		    duration_text(p->budget_ms, budget));
}

static void
check_rule_times(struct check *c, const struct service_settings *s,
    const struct rule_settings *r, const struct procedure_settings *p)
{
	char one[DURATION_TEXT_MAX], other[DURATION_TEXT_MAX];
	int64_t respond_ms = c->config->severities.of[r->severity].respond_ms;
	struct detection d = times_detection(s, r);

	if (s->cooldown_ms < p->budget_ms)
		check_wrong(c, r->source,
		    "cooldown %s of service \"%s\" is shorter than the budget "
		    "%s of procedure \"%s\": the next rollback could begin "
		    "before it is known whether the last one helped",
		    duration_text(s->cooldown_ms, one), s->name,
		    duration_text(p->budget_ms, other), p->name);
	if (r->when == RULE_WHEN_TRIPPED && respond_ms > 0 &&
	    d.worst_ms > respond_ms)
		check_doubt(c, r->source,
		    "rule \"%s\" may take %s to detect; %s asks for a first "
		    "step within %s",
		    r->name, duration_text(d.worst_ms, one),
		    severity_word(r->severity),
		    duration_text(respond_ms, other));
}

/* Ends, because those in a circle are bad. */
void
check_run(struct check *c, const struct service_settings *s,
    const struct rule_settings *rule, const struct procedure_settings *p,
    struct source where)
{
	struct plan *plan;
	struct error err;

	if (is_bad(c, p) || s->name == NULL)
		return;
	plan = plan_new(p, &s->params, &err);
	if (plan == NULL) {
		check_wrong(c, where, "service \"%s\", procedure \"%s\": %s",
		    s->name, p->name, err.text);
		return;
	}
	check_budget(c, s, p, times_steps_ms(plan), where);
	plan_free(plan);
	if (rule != NULL)
		check_rule_times(c, s, rule, p);
	/* What runs when it does not help must be ready as well. */
	for (size_t i = 0; i <= p->step_count; i++) {
		const struct procedure_settings *next = follower(c, p, i);

		if (next != NULL)
			check_run(c, s, NULL, next, where);
	}
}
