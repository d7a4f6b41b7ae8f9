#include <string.h>

#include "daemon/rollback_private.h"

static void
set_wall(
    struct rollback *r, struct json_object *o, const char *key, int64_t boot_ms)
{
	if (boot_ms != NEVER_MS)
		json_set_int(o, key, events_wall_ms(r->m, boot_ms));
}

static struct json_object *
sample_json(struct rollback *r, const struct sample *s)
{
	struct json_object *o = json_object_new_object();

	set_wall(r, o, "at_ms", s->answered_ms);
	json_set_text(o, "outcome", sample_outcome_word(s->outcome));
	json_set_text(o, "failure", s->failure);
	if (s->status > 0)
		json_set_int(o, "status", s->status);
	json_set_number(o, "latency_ms", s->latency_ms);
	if (s->has_value)
		json_set_number(o, "value", s->value);
	if (s->detail[0] != '\0')
		json_set_text(o, "detail", s->detail);
	return o;
}

static struct json_object *
finding_json(struct rollback *r, unsigned index)
{
	const struct service *core = watched_core(r->w);
	const struct evaluator_settings *e =
	    &service_settings(core)->evaluators[index];
	struct finding f = service_finding(core, index);
	struct json_object *o = json_object_new_object();
	struct json_object *list = json_object_new_array();
	struct sample samples[EVIDENCE_MAX];
	size_t count = evaluator_evidence(
	    service_evaluator(core, index), samples, EVIDENCE_MAX);

	json_set_text(o, "evaluator", e->name);
	json_set_text(o, "probe", e->probe);
	json_set_text(o, "kind", e->kind->name);
	json_set_number(o, "value", f.value);
	json_set_number(o, "limit", f.limit);
	json_set_text(o, "unit", evaluator_unit(e));
	set_wall(r, o, "since_ms", f.since_ms);
	for (size_t i = 0; i < count; i++)
		(void)json_object_array_add(list, sample_json(r, &samples[i]));
	json_set(o, "samples", list);
	return o;
}

/* Does the rule look at it, or at one that it is a part of? */
static bool
is_looked_at(const struct service_settings *s, const struct strings *names,
    const char *evaluator)
{
	for (unsigned i = 0; i < s->evaluator_count; i++)
		if (strings_contain(names, s->evaluators[i].name) &&
		    (strcmp(s->evaluators[i].name, evaluator) == 0 ||
			evaluator_has_part(&s->evaluators[i], evaluator)))
			return true;
	return false;
}

/* Who said what is the evidence of a rule that waits for that. */
static void
add_report(struct rollback *r, unsigned rule, struct json_object *list)
{
	const struct said_report *said =
	    service_report(watched_core(r->w), rule);
	const struct told_report *told =
	    said == NULL ? NULL : reports_find(r->m, said->id);
	struct json_object *o;

	if (told == NULL)
		return;
	o = json_object_new_object();
	json_set_text(o, "evaluator", told->id);
	json_set_text(o, "kind", "report");
	json_set_text(o, "severity", severity_word(told->severity));
	json_set_text(o, "class", report_class_word(told->class));
	json_set_text(o, "by", told->by);
	json_set_text(o, "reason", told->reason);
	json_set_int(o, "since_ms", told->at_wall_ms);
	(void)json_object_array_add(list, o);
}

/* What the evaluators that speak for the rule had seen. */
static struct json_object *
evidence_json(struct rollback *r, unsigned rule)
{
	const struct service_settings *s = watched_settings(r->w);
	const struct strings *names = rule_evaluators(&s->rules[rule]);
	enum verdict wanted = s->rules[rule].when == RULE_WHEN_CLEARED ?
	    VERDICT_HEALTHY :
	    VERDICT_TRIPPED;
	struct json_object *list = json_object_new_array();

	if (s->rules[rule].when == RULE_WHEN_REPORTED)
		add_report(r, rule, list);
	for (unsigned i = 0; i < s->evaluator_count; i++)
		if (is_looked_at(s, names, s->evaluators[i].name) &&
		    service_finding(watched_core(r->w), i).verdict == wanted)
			(void)json_object_array_add(list, finding_json(r, i));
	return list;
}

struct json_object *
rollback_opened_json(struct rollback *r, int rule)
{
	struct json_object *o = json_object_new_object();

	json_set_text(o, "environment", r->environment);
	json_set_text(o, "rule", r->rule);
	json_set_text(o, "severity", severity_word(r->severity));
	json_set_text(o, "mode", rule_mode_word(r->mode));
	json_set_text(o, "action", action_word(r->action));
	json_set_text(o, "cause", r->by_operator ? "operator" : "automatic");
	if (r->by_operator)
		json_set_text(o, "by", r->by);
	if (r->had_tripped)
		json_set_bool(o, "had_tripped", true);
	if (r->by_operator && r->awaits)
		json_set_bool(o, "awaits", true);
	json_set_text(o, "reason", r->reason);
	json_set_text(o, "version", r->version);
	json_set_text(o, "previous", r->previous);
	json_set_text(o, "target", r->target);
	json_set_text(o, "procedure", r->procedure);
	set_wall(r, o, "first_bad_ms", r->first_bad_ms);
	set_wall(r, o, "detected_ms", r->opened_ms);
	json_set_int(o, "respond_ms", r->respond_ms);
	json_set(o, "changes", rollback_changes_json(r));
	if (rule >= 0)
		json_set(o, "evidence", evidence_json(r, (unsigned)rule));
	return o;
}

struct json_object *
rollback_planned_json(
    struct rollback *r, const struct rollback_run *run, const char *parent)
{
	const struct procedure_settings *p = plan_procedure(run->plan);
	struct json_object *o = json_object_new_object();
	struct json_object *steps = json_object_new_array();

	json_set_text(o, "procedure", p->name);
	json_set_text(o, "digest", run->digest);
	json_set_text(o, "parent", parent);
	json_set_text(o, "target", r->target);
	json_set_text(o, "lock", run->lock);
	json_set_int(o, "budget_ms", p->budget_ms);
	json_set_text(o, "generation", r->config_digest);
	for (unsigned i = 0; i < plan_step_count(run->plan); i++)
		(void)json_object_array_add(steps,
		    json_object_new_string(plan_step(run->plan, i)->label));
	json_set(o, "steps", steps);
	json_set_bytes(
	    o, "pin", text_str(&run->pin_text), run->pin_text.length);
	return o;
}

struct json_object *
rollback_step_json(const struct rollback *r, const struct todo *todo)
{
	const struct rollback_run *run = &r->runs[r->run_count - 1];
	struct json_object *o = json_object_new_object();

	json_set_int(o, "step", todo->step);
	json_set_int(o, "attempt", todo->attempt);
	json_set_int(o, "check", todo->check);
	if (todo->undo > 0)
		json_set_int(o, "undo", todo->undo);
	json_set_text(o, "label", plan_step(run->plan, todo->step)->label);
	if (plan_step(run->plan, todo->step)->settings->prepare)
		json_set_bool(o, "prepare", true);
	if (rollback_is_own(r))
		json_set_bool(o, "own", true);
	return o;
}

struct json_object *
rollback_outcome_json(const struct rollback *r, const struct todo *todo,
    const struct result *result)
{
	struct json_object *o = rollback_step_json(r, todo);

	json_set_text(o, "outcome", result->outcome);
	json_set_text(o, "reason", result->reason);
	json_set_int(o, "exit_status", result->exit_status);
	if (result->started_ms != 0) {
		json_set_int(o, "started_ms", result->started_wall_ms);
		json_set_int(o, "ended_ms",
		    result->started_wall_ms + result->ended_ms -
			result->started_ms);
	}
	json_set_int(o, "output_bytes", result->output_bytes);
	json_set_int(o, "left_behind", result->left_behind);
	json_set_text(o, "tail", result->tail);
	json_set_text(o, "capture", result->capture);
	return o;
}

enum response
rollback_response(const struct rollback *r)
{
	bool has_begun = r->first_step_ms != NEVER_MS;
	int64_t until_ms =
	    has_begun ? r->first_step_ms : loop_now_ms(r->m->loop);
	bool is_late = until_ms - r->opened_ms > r->respond_ms;

	if (r->respond_ms == 0)
		return RESPONSE_NONE;
	/* What was left alone until it expired was not answered either. */
	if (!has_begun)
		return r->outcome == INCIDENT_EXPIRED && is_late ?
		    RESPONSE_MISSED :
		    RESPONSE_NONE;
	return is_late ? RESPONSE_MISSED : RESPONSE_MET;
}

/* From detection to the first step, and whether that was in time. */
static void
set_response(struct rollback *r, struct json_object *o)
{
	enum response response = rollback_response(r);

	if (r->first_step_ms != NEVER_MS)
		json_set_int(o, "response_ms", r->first_step_ms - r->opened_ms);
	if (response != RESPONSE_NONE)
		json_set_text(
		    o, "response", response == RESPONSE_MET ? "met" : "missed");
}

struct json_object *
rollback_closed_json(struct rollback *r)
{
	struct json_object *o = json_object_new_object();

	json_set_text(o, "outcome", incident_outcome_word(r->outcome));
	json_set_text(o, "reason",
	    r->core == NULL ? r->reason : incident_reason(r->core));
	json_set_text(o, "from", r->version);
	json_set_text(o, "now_at", r->now_at);
	/* To be seen there is no deployment, also after a restart. */
	if (r->now_at[0] == '\0' && r->target[0] != '\0')
		json_set_text(o, "heading", r->target);
	if (r->why[0] != '\0')
		json_set_text(o, "why", r->why);
	set_wall(r, o, "as_of_ms", r->acted_ms);
	json_set_int(o, "as_of_boot_ms", r->acted_ms);
	json_set_text(o, "rule", r->rule);
	json_set_text(o, "procedure", r->procedure);
	if (r->had_tripped)
		json_set_bool(o, "had_tripped", true);
	set_wall(r, o, "last_bad_ms", r->last_bad_ms);
	set_wall(r, o, "dismissed_until_ms", rollback_dismissed_until_ms(r));
	json_set_text(o, "severity", severity_word(r->severity));
	json_set_int(o, "respond_ms", r->respond_ms);
	set_response(r, o);
	if (r->outcome == INCIDENT_RECOVERED ||
	    r->outcome == INCIDENT_NOT_NEEDED ||
	    r->outcome == INCIDENT_CLEARED) {
		set_wall(r, o, "recovered_ms", r->good_since_ms);
		if (r->first_bad_ms != NEVER_MS && r->good_since_ms != NEVER_MS)
			json_set_int(
			    o, "down_ms", r->good_since_ms - r->first_bad_ms);
	}
	json_set_text(o, "report", r->report_path);
	return o;
}
