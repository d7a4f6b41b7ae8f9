#include "daemon/answers_private.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/baselines.h"
#include "procedure/plan.h"

#define COMBINES_MAX 24
#define MISSING_MAX 4096

static struct json_object *
evaluator_json(struct monitor *m, struct watched *w, unsigned index)
{
	const struct evaluator_settings *e =
	    &watched_settings(w)->evaluators[index];
	const struct service *core = watched_core(w);
	struct evaluator *evaluator = service_evaluator(core, index);
	struct finding f = service_finding(core, index);
	struct json_object *o = json_object_new_object();
	int64_t now_ms = loop_now_ms(m->loop);
	struct text missing = text_new(MISSING_MAX);

	json_set_text(o, "name", e->name);
	json_set_text(o, "type", e->kind->name);
	json_set_text(o, "probe", e->probe);
	json_set_text(o, "verdict", verdict_word(f.verdict));
	json_set_text(o, "state", evaluator_state(evaluator, now_ms));
	service_missing(core, index, now_ms, &missing);
	answers_set_known(o, "missing", text_str(&missing));
	text_free(&missing);
	if (evaluator_baseline(evaluator) != NULL)
		json_set(o, "baseline", baselines_json(m->baselines, w, index));
	if (f.verdict == VERDICT_UNKNOWN && f.since_ms == 0)
		return o;
	if (f.samples > 0)
		json_set_number(o, "value", f.value);
	if (f.limit != 0 || f.verdict != VERDICT_UNKNOWN)
		json_set_number(o, "limit", f.limit);
	json_set_text(o, "unit", evaluator_unit(e));
	answers_set_wall(m, o, "since_wall_ms", f.since_ms);
	json_set_int(o, "samples", (int64_t)f.samples);
	return o;
}

static struct json_object *
names_json(const struct strings *names)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < names->count; i++)
		(void)json_object_array_add(
		    list, json_object_new_string(names->items[i]));
	return list;
}

static void
set_combines(const struct rule_settings *rule, struct json_object *o)
{
	struct text words = text_new(COMBINES_MAX);

	if (rule->when == RULE_WHEN_REPORTED)
		text_add(&words, "reports");
	else if (rule->any.count > 0)
		text_add(&words, "any");
	else if (rule->all.count > 0)
		text_add(&words, "all");
	else
		text_addf(&words, "%u of", rule->at_least);
	json_set_text(o, "combines", text_str(&words));
	text_free(&words);
}

static struct json_object *
decision_json(struct monitor *m, const struct watched *w, unsigned rule,
    const struct decision *d)
{
	struct json_object *o = json_object_new_object();

	json_set_text(o, "action", action_word(d->action));
	if (d->action == ACTION_NONE)
		return o;
	answers_set_guard(m, w, rule, d, o);
	answers_set_known(o, "reason", d->reason);
	answers_set_wall(m, o, "until_wall_ms", d->until_ms);
	return o;
}

static struct json_object *
rule_json(struct monitor *m, struct watched *w, unsigned index)
{
	const struct rule_settings *rule = &watched_settings(w)->rules[index];
	const struct service *core = watched_core(w);
	struct surroundings around = monitor_surroundings(m, w);
	const struct rollback *r = watched_rollback(w);
	struct json_object *o = json_object_new_object();
	struct decision d;

	around.is_approved = r != NULL && rollback_is_approved(r);
	d = service_decide_rule(core, index, &around);
	json_set_text(o, "name", rule->name);
	set_combines(rule, o);
	json_set(o, "evaluators", names_json(rule_evaluators(rule)));
	json_set_text(o, "when", rule_when_word(rule->when));
	if (rule->when == RULE_WHEN_CLEARED)
		json_object_object_add(o, "armed",
		    json_object_new_boolean(
			service_rule_is_armed(core, index)));
	json_set_text(
	    o, "verdict", verdict_word(service_rule_verdict(core, index)));
	json_set_text(o, "severity", severity_word(rule->severity));
	json_set_text(o, "mode", rule_mode_word(rule->mode));
	json_set_text(o, "arm_window", rule->arm_window);
	json_set_text(o, "procedure", rule->procedure);
	json_set(o, "decision", decision_json(m, w, index, &d));
	json_set_text(o, "trouble", watched_rule_trouble(w, index));
	return o;
}

/* A sample and the probe that it answers. */
struct piece {
	struct sample sample;
	const char *probe;
};

static int
compare_pieces(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	if (x->sample.asked_ms != y->sample.asked_ms)
		return x->sample.asked_ms < y->sample.asked_ms ? -1 : 1;
	return (x->probe > y->probe) - (x->probe < y->probe);
}

static struct json_object *
piece_json(struct monitor *m, const struct piece *p)
{
	const struct sample *s = &p->sample;
	struct json_object *o = json_object_new_object();

	answers_set_wall(m, o, "at_wall_ms", s->answered_ms);
	json_set_text(o, "probe", p->probe);
	json_set_text(o, "outcome", sample_outcome_word(s->outcome));
	json_set_text(o, "failure", s->failure);
	if (s->status > 0)
		json_set_int(o, "status", s->status);
	json_set_number(o, "latency_ms", s->latency_ms);
	if (s->has_value)
		json_set_number(o, "value", s->value);
	answers_set_known(o, "detail", s->detail);
	return o;
}

/* What evaluators keep as evidence, and the newest answer of each probe. */
static size_t
gather(struct watched *w, struct piece *pieces)
{
	const struct service_settings *s = watched_settings(w);
	const struct service *core = watched_core(w);
	size_t count = 0;

	for (unsigned i = 0; i < s->evaluator_count; i++) {
		struct sample samples[EVIDENCE_MAX];
		size_t found = evaluator_evidence(
		    service_evaluator(core, i), samples, EVIDENCE_MAX);

		for (size_t j = 0; j < found; j++)
			pieces[count++] = (struct piece){ samples[j],
				s->probes[samples[j].probe].name };
	}
	for (unsigned i = 0; i < s->probe_count; i++) {
		struct sample newest;

		if (service_sample(core, i, &newest))
			pieces[count++] =
			    (struct piece){ newest, s->probes[i].name };
	}
	return count;
}

static struct json_object *
evidence_json(struct monitor *m, struct watched *w)
{
	const struct service_settings *s = watched_settings(w);
	struct json_object *list = json_object_new_array();
	size_t most = s->evaluator_count * EVIDENCE_MAX + s->probe_count + 1;
	struct piece *pieces = calloc(most, sizeof(*pieces));
	size_t count = pieces == NULL ? 0 : gather(w, pieces);

	if (count > 0)
		qsort(pieces, count, sizeof(*pieces), compare_pieces);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || compare_pieces(&pieces[i - 1], &pieces[i]) != 0)
			(void)json_object_array_add(
			    list, piece_json(m, &pieces[i]));
	free(pieces);
	return list;
}

/* Of the first rule that holds, or else of the first. */
static struct json_object *
would_json(struct watched *w)
{
	const struct service_settings *s = watched_settings(w);
	const struct service *core = watched_core(w);
	const struct procedure_settings *p;
	struct json_object *o, *steps;
	struct error err;
	struct plan *plan;
	unsigned rule = 0;

	while (rule < s->rule_count &&
	    service_rule_verdict(core, rule) != VERDICT_TRIPPED)
		rule++;
	rule = rule < s->rule_count ? rule : 0;
	p = s->rule_count == 0 ? NULL :
				 config_procedure(watched_generation(w)->config,
				     s->rules[rule].procedure);
	if (p == NULL)
		return NULL;
	o = json_object_new_object();
	steps = json_object_new_array();
	plan = plan_new(p, &s->params, &err);
	for (unsigned i = 0; plan != NULL && i < plan_step_count(plan); i++)
		(void)json_object_array_add(
		    steps, json_object_new_string(plan_step(plan, i)->label));
	plan_free(plan);
	json_set_text(o, "procedure", p->name);
	answers_set_known(o, "target_version", service_rule_target(core, rule));
	json_set(o, "steps", steps);
	answers_set_known(o, "escalate", p->escalate);
	return o;
}

void
answers_why(struct monitor *m, struct control_call *call)
{
	const char *name = json_text(control_args(call), "service");
	struct watched *w = answers_find(m, call, name);
	struct json_object *o, *evaluators, *rules;

	if (w == NULL)
		return;
	o = json_object_new_object();
	evaluators = json_object_new_array();
	rules = json_object_new_array();
	json_set_int(o, "wall_ms", loop_wall_ms());
	json_set_text(o, "service", name);
	answers_set_service(m, w, o);
	for (unsigned i = 0; i < watched_settings(w)->evaluator_count; i++)
		(void)json_object_array_add(
		    evaluators, evaluator_json(m, w, i));
	for (unsigned i = 0; i < watched_settings(w)->rule_count; i++)
		(void)json_object_array_add(rules, rule_json(m, w, i));
	json_set(o, "evaluators", evaluators);
	json_set(o, "rules", rules);
	json_set(o, "evidence", evidence_json(m, w));
	json_set(o, "holds", answers_holds(m, name));
	json_set(o, "reports", reports_json(m, w));
	json_set(o, "would", would_json(w));
	control_reply(call, o);
}
