/* A sample of a service: who takes it in, and what follows from it. */
#include "service/service_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void
service_hear(struct service *s, const struct service_input *in)
{
	if (s->heard != NULL)
		s->heard(s->heard_arg, in);
}

void
service_note_verdict(struct service *s, int64_t at_ms)
{
	enum verdict v = service_worst_verdict(s);

	s->is_unsettled = false;
	if (v == (enum verdict)s->verdict && s->verdict_since_ms != NEVER_MS)
		return;
	s->verdict = (uint8_t)v;
	s->verdict_since_ms = at_ms;
}

/* Only what is surely normal may be learned. */
static enum learning
learning(const struct service *s, int64_t at_ms)
{
	if (s->has_incident)
		return LEARNING_INCIDENT;
	if (s->verdict == VERDICT_TRIPPED)
		return LEARNING_TRIPPED;
	if (s->changed_ms != NEVER_MS &&
	    at_ms - s->changed_ms < s->settings->settle_ms)
		return LEARNING_SETTLING;
	return LEARNING_ON;
}

/* Has any of them come to another verdict? */
static bool
feed(struct service *s, const struct sample *sample)
{
	enum learning now = learning(s, sample->answered_ms);
	bool has_changed = false;

	for (size_t i = 0; i < s->settings->evaluator_count; i++) {
		struct evaluator *e = s->evaluators[i];
		enum verdict before;

		if ((s->feeds[i].probes >> sample->probe & 1) == 0)
			continue;
		before = evaluator_verdict(e);
		evaluator_learn(e, now);
		evaluator_hear(e, sample);
		has_changed = has_changed || evaluator_verdict(e) != before;
	}
	return has_changed;
}

static bool
combine_one(struct service *s, size_t index, int64_t at_ms)
{
	const struct feed *f = &s->feeds[index];
	enum verdict before = evaluator_verdict(s->evaluators[index]);
	struct finding parts[EVALUATOR_PARTS_MAX];

	for (size_t k = 0; k < f->part_count; k++)
		parts[k] = evaluator_finding(s->evaluators[f->parts[k]]);
	(void)evaluator_combine(s->evaluators[index], parts, at_ms);
	return evaluator_verdict(s->evaluators[index]) != before;
}

bool
service_combine(struct service *s, int64_t at_ms)
{
	bool has_changed = false;

	for (size_t i = 0; s->is_combined && i < s->settings->evaluator_count;
	     i++)
		if (s->feeds[i].part_count > 0 && combine_one(s, i, at_ms))
			has_changed = true;
	return has_changed;
}

static uint64_t
absent_values(const struct sample *s)
{
	uint64_t absent = 0;

	for (unsigned i = 0; i < s->value_count && i < METRIC_NAMES_MAX; i++)
		if (isnan(s->values[i]))
			absent |= UINT64_C(1) << i;
	return absent;
}

/* For people: they do without where memory is short. */
static void
keep_detail(struct probe_state *p, const char *detail)
{
	if (detail[0] == '\0') {
		free(p->detail);
		p->detail = NULL;
		return;
	}
	if (p->detail == NULL)
		p->detail = malloc(SAMPLE_DETAIL_MAX);
	if (p->detail != NULL)
		memcpy(p->detail, detail, SAMPLE_DETAIL_MAX);
}

static void
keep_newest(struct service *s, unsigned probe, const struct sample *sample)
{
	struct probe_state *p = &s->probes[probe];

	p->asked_ms = sample->asked_ms;
	p->answered_ms = sample->answered_ms;
	p->latency_ms = sample->latency_ms;
	p->phases = sample->phases;
	p->failure = sample->failure;
	p->status = sample->status;
	p->outcome = (uint8_t)sample->outcome;
	p->has_value = sample->has_value;
	p->value = sample->value;
	if (p->detail != NULL || sample->detail[0] != '\0')
		keep_detail(p, sample->detail);
	if (sample->value_count > 0 &&
	    probe_traits(&s->settings->probes[probe])->has_value) {
		p->has_value = true;
		p->value = sample->values[0];
	}
	p->is_known = true;
	if (sample->outcome != SAMPLE_LOST &&
	    sample->asked_ms >= s->afresh_ms && !sample->is_recheck)
		p->fresh++;
	if (sample->outcome == SAMPLE_OK)
		p->absent = absent_values(sample);
}

/* Of a probe of ours, with no version. */
static void
observe(struct service *s, const struct sample *sample)
{
	bool has_changed;

	keep_newest(s, sample->probe, sample);
	service_note_failing(s, sample->probe, sample->outcome);
	has_changed = feed(s, sample);
	has_changed = service_combine(s, sample->answered_ms) || has_changed;
	service_rules_settle(s);
	if (has_changed || s->is_unsettled || s->verdict_since_ms == NEVER_MS)
		service_note_verdict(s, sample->answered_ms);
	service_rules_look(s, sample->answered_ms);
	service_soak(s, sample);
}

/* It may name a version, and need not know which probe it is of. */
static void
observe_copy(struct service *s, unsigned probe, const struct sample *sample)
{
	struct sample here = *sample;

	here.probe = probe;
	if (probe == s->discover_probe && !sample->is_recheck)
		service_discover(s, &here);
	here.version = NULL;
	observe(s, &here);
}

void
service_take(struct service *s, unsigned probe, const struct sample *sample)
{
	if (sample->probe == probe && sample->version == NULL)
		observe(s, sample);
	else
		observe_copy(s, probe, sample);
}

void
service_observe(struct service *s, unsigned probe, const struct sample *sample)
{
	/* One from a recording, of other settings than these. */
	if (sample->is_recheck && s->settings->probes[probe].recheck_ms == 0)
		return;
	service_hear(s,
	    &(struct service_input){
		.kind = SERVICE_SAMPLE, .probe = probe, .sample = sample });
	service_take(s, probe, sample);
}

/* Failures in a row of one that counts them, and has not enough yet. */
bool
service_wants_recheck(const struct service *s, unsigned probe)
{
	if (s->settings->probes[probe].recheck_ms == 0 || s->has_incident ||
	    s->probes[probe].outcome != SAMPLE_FAILED)
		return false;
	for (size_t i = 0; i < s->settings->evaluator_count; i++)
		if ((s->feeds[i].probes >> probe & 1) != 0 &&
		    evaluator_takes_rechecks(&s->settings->evaluators[i]) &&
		    evaluator_verdict(s->evaluators[i]) != VERDICT_TRIPPED)
			return true;
	return false;
}

/* One that combines others is when it would not say that without those. */
static bool
is_hasty(const struct service *s, unsigned evaluator)
{
	const struct feed *f = &s->feeds[evaluator];
	struct finding parts[EVALUATOR_PARTS_MAX];
	bool is_any = false;

	if (f->part_count == 0)
		return evaluator_is_hasty(s->evaluators[evaluator]);
	for (size_t k = 0; k < f->part_count; k++) {
		parts[k] = service_finding(s, f->parts[k]);
		if (!evaluator_is_hasty(s->evaluators[f->parts[k]]))
			continue;
		parts[k].verdict = VERDICT_UNKNOWN;
		is_any = true;
	}
	return is_any && !evaluator_upholds(s->evaluators[evaluator], parts);
}

bool
service_is_hasty_for(const struct service *s, unsigned rule)
{
	const struct rule_state *r = &s->rules[rule];
	struct tally tally = { 0 };
	bool is_any = false;

	for (size_t i = 0; i < r->part_count; i++) {
		unsigned index = r->parts[i];
		enum verdict v = evaluator_verdict(s->evaluators[index]);

		if (is_hasty(s, index)) {
			v = VERDICT_UNKNOWN;
			is_any = true;
		}
		tally_add(&tally, v);
	}
	return is_any &&
	    rule_tallied(&s->settings->rules[rule], tally) != VERDICT_TRIPPED;
}

bool
service_rule_is_hasty(const struct service *s, unsigned rule)
{
	return s->settings->rules[rule].when == RULE_WHEN_TRIPPED &&
	    service_is_hasty_for(s, rule);
}

bool
service_has_surely_tripped(const struct service *s)
{
	for (unsigned i = 0; i < s->settings->rule_count; i++)
		if (s->settings->rules[i].when != RULE_WHEN_CLEARED &&
		    service_rule_verdict(s, i) == VERDICT_TRIPPED &&
		    !service_rule_is_hasty(s, i))
			return true;
	return false;
}

bool
service_sample(const struct service *s, unsigned probe, struct sample *newest)
{
	const struct probe_state *p = &s->probes[probe];

	if (!p->is_known)
		return false;
	*newest = (struct sample){
		.probe = probe,
		.asked_ms = p->asked_ms,
		.answered_ms = p->answered_ms,
		.outcome = (enum sample_outcome)p->outcome,
		.latency_ms = p->latency_ms,
		.phases = p->phases,
		.status = p->status,
		.failure = p->failure,
		.has_value = p->has_value,
		.value = p->value,
	};
	if (p->detail != NULL)
		memcpy(newest->detail, p->detail, sizeof(newest->detail));
	return true;
}

unsigned
service_rests(const struct service *s, unsigned probe)
{
	const struct probe_settings *p = &s->settings->probes[probe];

	if (p->down_ms <= p->interval_ms || s->has_incident ||
	    s->verdict != VERDICT_TRIPPED ||
	    s->probes[probe].outcome != SAMPLE_FAILED)
		return 0;
	for (unsigned i = 0; i < s->settings->rule_count; i++)
		if (service_rule_is_hasty(s, i))
			return 0;
	return (unsigned)(p->down_ms / p->interval_ms) - 1;
}
