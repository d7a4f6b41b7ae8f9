/* What a backtest says, a JSON object a line. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "procedure/plan.h"
#include "service/backtest_impl.h"

static void
begin(struct text *out, const struct backtest_service *t, int64_t at_ms)
{
	text_addf(out, "{\"at_ms\":%" PRId64, at_ms);
	recording_add_words(out, "service", t->settings->name);
}

static void
end(struct text *out)
{
	text_add(out, "}\n");
}

static void
tell_evaluator(struct backtest *b, const struct backtest_service *t,
    unsigned index, enum verdict before, int64_t at_ms)
{
	const struct evaluator_settings *e = &t->settings->evaluators[index];
	struct evaluator *evaluator = service_evaluator(t->core, index);
	struct finding f = evaluator_finding(evaluator);
	char missing[EVALUATOR_TEXT_MAX] = "";

	evaluator_missing(evaluator, at_ms, missing);
	begin(b->out, t, at_ms);
	recording_add_words(b->out, "evaluator", e->name);
	recording_add_words(b->out, "from", verdict_word(before));
	recording_add_words(b->out, "to", verdict_word(f.verdict));
	recording_add_words(b->out, "state", evaluator_state(evaluator, at_ms));
	recording_add_number(b->out, "value", f.value);
	recording_add_number(b->out, "limit", f.limit);
	recording_add_words(b->out, "unit", evaluator_unit(e));
	recording_add_int(b->out, "since_ms", f.since_ms);
	if (f.verdict == VERDICT_TRIPPED)
		recording_add_int(b->out, "began_ms", f.began_ms);
	recording_add_int(b->out, "samples", (int64_t)f.samples);
	recording_add_words(b->out, "missing", missing);
	end(b->out);
}

void
backtest_tell_evaluators(
    struct backtest *b, struct backtest_service *t, int64_t at_ms)
{
	for (unsigned i = 0; i < t->settings->evaluator_count; i++) {
		struct evaluator *e = service_evaluator(t->core, i);
		enum verdict v = service_finding(t->core, i).verdict;
		const char *state = evaluator_state(e, at_ms);
		struct backtest_told before = t->told[i];

		if (v == before.verdict && state == before.state)
			continue;
		t->told[i] = (struct backtest_told){ v, state };
		/* Its first state is no change. */
		if (v != before.verdict || before.state != NULL)
			tell_evaluator(b, t, i, before.verdict, at_ms);
	}
}

static void
add_evidence(
    struct text *out, const struct backtest_service *t, unsigned evaluator)
{
	struct evaluator *e = service_evaluator(t->core, evaluator);
	struct sample samples[EVIDENCE_MAX];
	size_t count = evaluator_evidence(e, samples, EVIDENCE_MAX);

	text_addf(out,
	    "%s{\"evaluator\":", out->data[out->length - 1] == '[' ? "" : ",");
	recording_write_words(out, t->settings->evaluators[evaluator].name);
	recording_add_number(out, "value", evaluator_finding(e).value);
	recording_add_number(out, "limit", evaluator_finding(e).limit);
	text_add(out, ",\"samples\":[");
	for (size_t i = 0; i < count; i++) {
		const struct sample *s = &samples[i];

		text_addf(out, "%s{\"at_ms\":%" PRId64, i == 0 ? "" : ",",
		    s->answered_ms);
		recording_add_words(
		    out, "probe", t->settings->probes[s->probe].name);
		recording_add_words(
		    out, "outcome", sample_outcome_word(s->outcome));
		recording_add_words(out, "class", s->failure);
		recording_add_number(out, "latency_ms", s->latency_ms);
		if (s->has_value)
			recording_add_number(out, "value", s->value);
		text_add_char(out, '}');
	}
	text_add(out, "]}");
}

/* Of the rule's evaluators, those that speak for it. */
static void
add_reasons(struct text *out, const struct backtest_service *t, unsigned rule)
{
	const struct rule_settings *r = &t->settings->rules[rule];
	const struct strings *names = rule_evaluators(r);

	text_add(out, ",\"evidence\":[");
	for (unsigned i = 0; i < t->settings->evaluator_count; i++)
		if (strings_contain(names, t->settings->evaluators[i].name) &&
		    service_finding(t->core, i).verdict == VERDICT_TRIPPED)
			add_evidence(out, t, i);
	text_add_char(out, ']');
}

void
backtest_tell_decision(struct backtest *b, struct backtest_service *t,
    const struct service_decision *d, int64_t at_ms)
{
	const struct decision *now = &d->decision;
	int64_t bad_ms;

	begin(b->out, t, at_ms);
	if (now->action != ACTION_NONE)
		recording_add_words(
		    b->out, "rule", t->settings->rules[d->rule].name);
	recording_add_words(b->out, "action", action_word(now->action));
	if (now->action != ACTION_NONE) {
		bad_ms = service_first_bad_ms(t->core, d->rule);
		if (now->guard != GUARD_NONE)
			recording_add_words(
			    b->out, "guard", guard_word(now->guard));
		if (now->until_ms != NEVER_MS)
			recording_add_int(b->out, "until_ms", now->until_ms);
		recording_add_words(b->out, "reason", now->reason);
		if (bad_ms != NEVER_MS)
			recording_add_int(b->out, "first_bad_ms", bad_ms);
		add_reasons(b->out, t, d->rule);
	}
	end(b->out);
}

static const struct procedure_settings *
procedure_of(const struct backtest *b, const struct rule_settings *rule)
{
	for (size_t i = 0; i < b->settings.procedure_count; i++)
		if (strcmp(b->settings.procedures[i].name, rule->procedure) ==
		    0)
			return &b->settings.procedures[i];
	return NULL;
}

static void
add_steps(struct text *out, const struct plan *plan)
{
	text_add(out, ",\"steps\":[");
	for (unsigned i = 0; i < plan_step_count(plan); i++) {
		text_add(out, i == 0 ? "" : ",");
		recording_write_words(out, plan_step(plan, i)->label);
	}
	text_add_char(out, ']');
}

void
backtest_tell_execution(struct backtest *b, const struct backtest_service *t,
    const struct service_decision *d, int64_t at_ms)
{
	const struct rule_settings *rule = &t->settings->rules[d->rule];
	const struct procedure_settings *p = procedure_of(b, rule);
	struct error err = { "its procedure is not configured" };
	struct plan *plan =
	    p == NULL ? NULL : plan_new(p, &t->settings->params, &err);

	begin(b->out, t, at_ms);
	recording_add_words(b->out, "executes", rule->procedure);
	recording_add_words(b->out, "rule", rule->name);
	recording_add_words(b->out, "version", service_version(t->core));
	recording_add_words(
	    b->out, "target_version", service_rule_target(t->core, d->rule));
	recording_add_words(b->out, "lock", t->locks[d->rule].name);
	if (plan != NULL)
		add_steps(b->out, plan);
	else
		recording_add_words(b->out, "trouble", err.text);
	if (p != NULL)
		recording_add_words(b->out, "escalate", p->escalate);
	end(b->out);
	plan_free(plan);
}

void
backtest_tell_difference(struct backtest *b, const struct backtest_service *t,
    const char *by, const char *rule, const char *action, const char *guard,
    int64_t at_ms)
{
	bool none = strcmp(action, "none") == 0;

	b->differences++;
	begin(b->out, t, at_ms);
	recording_add_words(b->out, "only_in", by);
	recording_add_words(b->out, "rule", none ? NULL : rule);
	recording_add_words(b->out, "action", action);
	if (guard != NULL && strcmp(guard, guard_word(GUARD_NONE)) != 0)
		recording_add_words(b->out, "guard", guard);
	end(b->out);
}
