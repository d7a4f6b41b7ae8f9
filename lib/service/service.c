#include "service/service.h"

#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "service/inputs.h"
#include "service/learned.h"
#include "service/service_private.h"

/* Into bytes: the indexes of those named; returns how many. */
static uint8_t
take_parts(const struct service *s, uint8_t **bytes, const char *const *names,
    size_t count)
{
	for (size_t i = 0; i < count; i++)
		*(*bytes)++ = (uint8_t)service_evaluator_index(s, names[i]);
	return (uint8_t)count;
}

static bool
make_evaluator(struct service *s, size_t index, uint8_t **bytes)
{
	const struct evaluator_settings *e = &s->settings->evaluators[index];
	const char *parts[EVALUATOR_PARTS_MAX];
	struct evaluator_source sources[EVALUATOR_INPUTS_MAX];
	struct evaluator_input culprit;
	struct feed *feed = &s->feeds[index];
	size_t count = 0;

	/* The configuration check has made sure that there is no trouble. */
	(void)service_sources(s->settings, e, sources, &count, &culprit);
	for (size_t i = 0; i < count; i++)
		feed->probes |= UINT64_C(1) << sources[i].probe_index;
	feed->parts = *bytes;
	feed->part_count =
	    take_parts(s, bytes, parts, evaluator_parts(e, parts));
	s->is_combined = s->is_combined || feed->part_count > 0;
	s->evaluators[index] = evaluator_new(e, sources, count);
	return s->evaluators[index] != NULL;
}

static void
make_rule(struct service *s, size_t index, uint8_t **bytes)
{
	const struct rule_settings *r = &s->settings->rules[index];
	const struct strings *names = rule_evaluators(r);
	struct rule_state *state = &s->rules[index];

	*state = (struct rule_state){
		.parts = *bytes,
		.has_lead = clearing_has_lead(
		    r, s->settings->rules, s->settings->rule_count),
		.clearing = { .acted_ms = NEVER_MS },
	};
	state->part_count = take_parts(s, bytes, names->items, names->count);
	s->has_cleared = s->has_cleared || r->when == RULE_WHEN_CLEARED;
}

/* All that its arrays take, the indexes of evaluators at the end. */
static size_t
arrays_bytes(const struct service_settings *settings)
{
	size_t bytes = settings->evaluator_count *
		(sizeof(struct evaluator *) + sizeof(struct feed)) +
	    settings->probe_count * sizeof(struct probe_state) +
	    settings->rule_count * sizeof(struct rule_state);
	const char *parts[EVALUATOR_PARTS_MAX];

	for (size_t i = 0; i < settings->evaluator_count; i++)
		bytes += evaluator_parts(&settings->evaluators[i], parts);
	for (size_t i = 0; i < settings->rule_count; i++)
		bytes += rule_evaluators(&settings->rules[i])->count;
	return bytes;
}

/* Where each begins; returns where the indexes do. */
static uint8_t *
place_arrays(struct service *s)
{
	const struct service_settings *settings = s->settings;

	s->evaluators = (struct evaluator **)(void *)(s + 1);
	s->feeds =
	    (struct feed *)(void *)(s->evaluators + settings->evaluator_count);
	s->probes = (struct probe_state *)(void *)(s->feeds +
	    settings->evaluator_count);
	s->rules =
	    (struct rule_state *)(void *)(s->probes + settings->probe_count);
	return (uint8_t *)(s->rules + settings->rule_count);
}

struct service *
service_new(const struct service_settings *settings)
{
	struct service *s = calloc(1, sizeof(*s) + arrays_bytes(settings));
	bool ok;
	uint8_t *bytes;

	if (s == NULL)
		return NULL;
	s->settings = settings;
	s->discover_probe = service_discover_probe(settings);
	s->deployed_ms = s->changed_ms = s->acted_ms = NEVER_MS;
	s->verdict_since_ms = NEVER_MS;
	s->witnessed_ms = s->soak_ticked_ms = NEVER_MS;
	bytes = place_arrays(s);
	ok = service_lore_begin(s);
	for (size_t i = 0; ok && i < settings->evaluator_count; i++)
		ok = make_evaluator(s, i, &bytes);
	for (size_t i = 0; ok && i < settings->rule_count; i++)
		make_rule(s, i, &bytes);
	if (!ok) {
		service_free(s);
		return NULL;
	}
	service_note_judged(s);
	return s;
}

void
service_free(struct service *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->settings->evaluator_count; i++)
		evaluator_free(s->evaluators[i]);
	for (size_t i = 0; i < s->settings->probe_count; i++)
		free(s->probes[i].detail);
	service_lore_end(s);
	free(s);
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
service_incident(struct service *s, bool is_open)
{
	service_hear(s,
	    &(struct service_input){
		.kind = SERVICE_INCIDENT, .is_open = is_open });
	s->has_incident = is_open;
}

void
service_witnessed(struct service *s, int64_t asked_ms)
{
	if (asked_ms <= s->witnessed_ms)
		return;
	service_hear(s,
	    &(struct service_input){
		.kind = SERVICE_WITNESSED, .at_ms = asked_ms });
	s->witnessed_ms = asked_ms;
}

static void
forget(struct service *s, int64_t now_ms)
{
	for (size_t i = 0; i < s->settings->evaluator_count; i++)
		evaluator_reset(s->evaluators[i], now_ms);
	service_note_nothing(s);
	s->soak_ticked_ms = NEVER_MS;
	service_combine(s, now_ms);
	service_note_verdict(s, now_ms);
}

void
service_forget(struct service *s, int64_t now_ms)
{
	service_hear(s,
	    &(struct service_input){ .kind = SERVICE_FORGET, .at_ms = now_ms });
	forget(s, now_ms);
}

void
service_start_over(struct service *s, int64_t at_ms)
{
	s->changed_ms = at_ms;
	said_changed(&service_lore_own(s)->said, at_ms);
	s->is_unsettled = true;
	if (!BUG(KEEP_SAMPLES_AT_DEPLOYMENT))
		forget(s, at_ms);
}

static void
inherit_lore(struct service *to, const struct service *from)
{
	struct lore *lore = service_lore_own(to);

	versions_copy(&lore->versions, &from->lore->versions);
	discovery_head(&lore->discovery, from->lore->discovery.heading);
	service_acts_inherit(to, from);
	said_inherit(&lore->said, &from->lore->said);
}

static void
inherit_rules(struct service *to, const struct service *from)
{
	to->may_be_dismissed = from->may_be_dismissed;
	for (size_t i = 0; i < to->settings->rule_count; i++) {
		const struct rule_settings *r = &to->settings->rules[i];
		size_t before;

		if (service_find_rule(from->settings, r->name, &before) == NULL)
			continue;
		to->rules[i].clearing = from->rules[before].clearing;
		to->rules[i].illness = from->rules[before].illness;
		if (from->may_be_dismissed)
			service_lore_own(to)->said.dismissals[i] =
			    from->lore->said.dismissals[before];
	}
}

void
service_inherit(struct service *to, const struct service *from)
{
	learned_inherit(
	    to->settings, to->evaluators, from->settings, from->evaluators);
	if (from->has_lore)
		inherit_lore(to, from);
	to->soaked_ms = from->soaked_ms;
	to->soak_ticked_ms = NEVER_MS; /* what is new has not been watched */
	to->deployed_ms = from->deployed_ms;
	to->changed_ms = from->changed_ms;
	to->acted_ms = from->acted_ms;
	inherit_rules(to, from);
	to->is_unsettled = true;
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
	const struct lore *lore = service_lore(s);
	struct service_memory m = { .versions = lore->versions,
		.discovery = lore->discovery,
		.soaked_ms = s->soaked_ms,
		.soak_ticked_ms = s->soak_ticked_ms,
		.deployed_ms = s->deployed_ms,
		.changed_ms = s->changed_ms,
		.acted_ms = s->acted_ms,
		.witnessed_ms = s->witnessed_ms,
		.has_incident = s->has_incident,
		.said = lore->said };

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
	struct lore *lore = service_lore_own(s);

	lore->versions = m->versions;
	lore->discovery = m->discovery;
	lore->said = m->said;
	s->soaked_ms = m->soaked_ms;
	s->soak_ticked_ms = m->soak_ticked_ms;
	s->deployed_ms = m->deployed_ms;
	s->changed_ms = m->changed_ms;
	s->acted_ms = m->acted_ms;
	s->witnessed_ms = m->witnessed_ms;
	s->has_incident = m->has_incident;
	service_acts_remember(s, m);
	for (size_t i = 0; i < s->settings->rule_count; i++) {
		s->rules[i].clearing = m->clearings[i];
		s->rules[i].illness = m->illnesses[i];
	}
	s->may_be_dismissed = true;
	s->is_unsettled = true;
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
