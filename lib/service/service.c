#include "service/service.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/pages.h"
#include "service/inputs.h"
#include "service/learned.h"
#include "service/service_private.h"

static bool
make_evaluator(struct service *s, size_t index)
{
	const struct evaluator_settings *e = &s->settings->evaluators[index];
	const char *parts[EVALUATOR_PARTS_MAX];
	size_t part_count = evaluator_parts(e, parts);
	struct evaluator_source sources[EVALUATOR_INPUTS_MAX];
	struct evaluator_input culprit;
	struct feed *feed = &s->feeds[index];
	size_t count = 0;

	/* The configuration check has made sure that there is no trouble. */
	(void)service_sources(s->settings, e, sources, &count, &culprit);
	for (size_t i = 0; i < count; i++)
		feed->probes |= UINT64_C(1) << sources[i].probe_index;
	for (size_t i = 0; i < part_count; i++)
		feed->parts[feed->part_count++] =
		    service_evaluator_index(s, parts[i]);
	s->evaluators[index] = evaluator_new(e, sources, count);
	return s->evaluators[index] != NULL;
}

static bool
take_memory(struct service *s)
{
	const struct service_settings *settings = s->settings;

	/* One more each: a service may have none, calloc(0) may give NULL. */
	s->evaluators =
	    calloc(settings->evaluator_count + 1, sizeof(struct evaluator *));
	s->feeds = calloc(settings->evaluator_count + 1, sizeof(*s->feeds));
	s->probes = calloc(settings->probe_count + 1, sizeof(*s->probes));
	s->rules = calloc(settings->rule_count + 1, sizeof(*s->rules));
	if (s->evaluators == NULL || s->feeds == NULL || s->probes == NULL ||
	    s->rules == NULL)
		return false;
	for (size_t i = 0; i < settings->rule_count; i++)
		s->rules[i] = (struct rule_state){
			.has_lead = clearing_has_lead(&settings->rules[i],
			    settings->rules, settings->rule_count),
			.clearing = { .acted_ms = NEVER_MS },
		};
	for (size_t i = 0; i < settings->evaluator_count; i++)
		if (!make_evaluator(s, i))
			return false;
	service_note_judged(s);
	return true;
}

struct service *
service_new(const struct service_settings *settings)
{
	/* Its registry is large, and mostly empty. */
	struct service *s = pages_new(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->settings = settings;
	s->discovery = discovery_new();
	s->discover_probe = service_discover_probe(settings);
	versions_choose(&s->versions);
	s->deployed_ms = s->changed_ms = s->acted_ms = NEVER_MS;
	s->verdict_since_ms = NEVER_MS;
	s->witnessed_ms = s->soak_ticked_ms = NEVER_MS;
	service_acts_begin(s);
	if (!take_memory(s)) {
		service_free(s);
		return NULL;
	}
	return s;
}

void
service_free(struct service *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0;
	     s->evaluators != NULL && i < s->settings->evaluator_count; i++)
		evaluator_free(s->evaluators[i]);
	free(s->evaluators);
	free(s->feeds);
	free(s->probes);
	free(s->rules);
	pages_free(s, 1, sizeof(*s));
}

const struct service_settings *
service_settings(const struct service *s)
{
	return s->settings;
}

void
service_resettle(struct service *s, const struct service_settings *settings)
{
	s->settings = settings;
}

void
service_note_verdict(struct service *s, int64_t at_ms)
{
	enum verdict v = service_worst_verdict(s);

	if (v == s->verdict && s->verdict_since_ms != NEVER_MS)
		return;
	s->verdict = v;
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

static void
feed(struct service *s, const struct sample *sample)
{
	enum learning now = learning(s, sample->answered_ms);

	for (size_t i = 0; i < s->settings->evaluator_count; i++) {
		if ((s->feeds[i].probes >> sample->probe & 1) == 0)
			continue;
		evaluator_learn(s->evaluators[i], now);
		(void)evaluator_observe(s->evaluators[i], sample);
	}
}

/* Those that judge by what others found. */
static void
combine(struct service *s, int64_t at_ms)
{
	for (size_t i = 0; i < s->settings->evaluator_count; i++) {
		const struct feed *f = &s->feeds[i];
		struct finding parts[EVALUATOR_PARTS_MAX];

		for (size_t k = 0; k < f->part_count; k++)
			parts[k] =
			    evaluator_finding(s->evaluators[f->parts[k]]);
		if (f->part_count > 0)
			(void)evaluator_combine(s->evaluators[i], parts, at_ms);
	}
}

void
service_hear(struct service *s, struct service_input in)
{
	if (s->heard != NULL)
		s->heard(s->heard_arg, &in);
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

void
service_observe(struct service *s, unsigned probe, const struct sample *sample)
{
	struct sample *newest = &s->probes[probe].sample;
	struct sample here = *sample;

	service_hear(s,
	    (struct service_input){
		.kind = SERVICE_SAMPLE, .probe = probe, .sample = sample });
	here.probe = probe;
	if (probe == s->discover_probe)
		service_discover(s, &here);
	here.version = NULL;
	*newest = here;
	newest->values = NULL;
	newest->value_count = 0;
	if (sample->value_count > 0 &&
	    probe_traits(&s->settings->probes[probe])->has_value) {
		newest->has_value = true;
		newest->value = sample->values[0];
	}
	s->probes[probe].is_known = true;
	if (sample->outcome != SAMPLE_LOST && sample->asked_ms >= s->afresh_ms)
		s->probes[probe].fresh++;
	if (sample->outcome == SAMPLE_OK)
		s->probes[probe].absent = absent_values(sample);
	service_note_failing(s, probe, sample->outcome);
	feed(s, &here);
	combine(s, sample->answered_ms);
	service_rules_settle(s);
	service_note_verdict(s, sample->answered_ms);
	service_rules_look(s, sample->answered_ms);
	service_soak(s, sample);
}

void
service_incident(struct service *s, bool is_open)
{
	service_hear(s,
	    (struct service_input){
		.kind = SERVICE_INCIDENT, .is_open = is_open });
	s->has_incident = is_open;
}

void
service_witnessed(struct service *s, int64_t asked_ms)
{
	if (asked_ms <= s->witnessed_ms)
		return;
	service_hear(s,
	    (struct service_input){
		.kind = SERVICE_WITNESSED, .at_ms = asked_ms });
	s->witnessed_ms = asked_ms;
}

const struct sample *
service_sample(const struct service *s, unsigned probe)
{
	return s->probes[probe].is_known ? &s->probes[probe].sample : NULL;
}

static void
forget(struct service *s, int64_t now_ms)
{
	for (size_t i = 0; i < s->settings->evaluator_count; i++)
		evaluator_reset(s->evaluators[i], now_ms);
	service_note_nothing(s);
	s->soak_ticked_ms = NEVER_MS;
	combine(s, now_ms);
	service_note_verdict(s, now_ms);
}

void
service_forget(struct service *s, int64_t now_ms)
{
	service_hear(s,
	    (struct service_input){ .kind = SERVICE_FORGET, .at_ms = now_ms });
	forget(s, now_ms);
}

void
service_start_over(struct service *s, int64_t at_ms)
{
	s->changed_ms = at_ms;
	said_changed(&s->said, at_ms);
	if (!BUG(KEEP_SAMPLES_AT_DEPLOYMENT))
		forget(s, at_ms);
}

void
service_inherit(struct service *to, const struct service *from)
{
	learned_inherit(
	    to->settings, to->evaluators, from->settings, from->evaluators);
	versions_copy(&to->versions, &from->versions);
	to->discovery = discovery_new();
	discovery_head(&to->discovery, from->discovery.heading);
	to->soaked_ms = from->soaked_ms;
	to->soak_ticked_ms = NEVER_MS; /* what is new has not been watched */
	to->deployed_ms = from->deployed_ms;
	to->changed_ms = from->changed_ms;
	to->acted_ms = from->acted_ms;
	service_acts_inherit(to, from);
	to->said = from->said;
	service_rules_inherit(to, from);
}

void
service_listen(struct service *s, service_heard *heard, void *arg)
{
	s->heard = heard;
	s->heard_arg = arg;
}

struct service_memory
service_memory(const struct service *s)
{
	struct service_memory m = { .versions = s->versions,
		.discovery = s->discovery,
		.soaked_ms = s->soaked_ms,
		.soak_ticked_ms = s->soak_ticked_ms,
		.deployed_ms = s->deployed_ms,
		.changed_ms = s->changed_ms,
		.acted_ms = s->acted_ms,
		.witnessed_ms = s->witnessed_ms,
		.has_incident = s->has_incident,
		.said = s->said };

	service_acts_memory(s, &m);
	for (size_t i = 0; i < s->settings->rule_count; i++) {
		m.clearings[i] = s->rules[i].clearing;
		m.illnesses[i] = s->rules[i].illness;
	}
	return m;
}

void
service_remember(struct service *s, const struct service_memory *m)
{
	s->versions = m->versions;
	s->discovery = m->discovery;
	s->soaked_ms = m->soaked_ms;
	s->soak_ticked_ms = m->soak_ticked_ms;
	s->deployed_ms = m->deployed_ms;
	s->changed_ms = m->changed_ms;
	s->acted_ms = m->acted_ms;
	s->witnessed_ms = m->witnessed_ms;
	s->has_incident = m->has_incident;
	service_acts_remember(s, m);
	s->said = m->said;
	for (size_t i = 0; i < s->settings->rule_count; i++) {
		s->rules[i].clearing = m->clearings[i];
		s->rules[i].illness = m->illnesses[i];
	}
}

struct finding
service_finding(const struct service *s, unsigned evaluator)
{
	return evaluator_finding(s->evaluators[evaluator]);
}

struct evaluator *
service_evaluator(const struct service *s, unsigned evaluator)
{
	return s->evaluators[evaluator];
}

enum verdict
service_verdict(const struct service *s)
{
	return s->verdict;
}

int64_t
service_verdict_since_ms(const struct service *s)
{
	return s->verdict_since_ms;
}
