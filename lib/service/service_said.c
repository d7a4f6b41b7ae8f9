/* What people say of a service, and whether it was looked at since. */
#include "service/service_private.h"

#include <string.h>

void
service_rules_settle(struct service *s)
{
	struct dismissal *dismissals;

	if (!s->may_be_dismissed)
		return;
	s->may_be_dismissed = false;
	dismissals = service_lore_own(s)->said.dismissals;
	for (unsigned i = 0; i < s->settings->rule_count; i++) {
		if (dismissals[i].is_on &&
		    service_rule_verdict(s, i) == VERDICT_HEALTHY)
			dismissals[i].is_on = false;
		s->may_be_dismissed |= dismissals[i].is_on;
	}
}

/* Would it ask a person the same as the other one? */
static bool
asks_the_same(const struct rule_settings *r, const struct rule_settings *by)
{
	return !clearing_acts_alone(r) && r->when == by->when &&
	    r->severity >= by->severity &&
	    strcmp(r->procedure, by->procedure) == 0;
}

static void
rules_dismiss(
    struct service *s, const char *rule, const struct dismissal *dismissal)
{
	const struct service_settings *set = s->settings;
	const struct rule_settings *by;
	size_t at;

	by = service_find_rule(set, rule, &at);
	s->may_be_dismissed = true;
	for (size_t i = 0; by != NULL && i < set->rule_count; i++)
		if (i == at || asks_the_same(&set->rules[i], by))
			service_lore_own(s)->said.dismissals[i] = *dismissal;
}

/* Of the probes that feed an evaluator, or its parts, the one asked most. */
static unsigned
fresh_of(const struct service *s, unsigned evaluator)
{
	const struct feed *f = &s->feeds[evaluator];
	unsigned most = 0;

	for (unsigned i = 0; i < s->settings->probe_count; i++)
		if ((f->probes >> i & 1) != 0 && s->probes[i].fresh > most)
			most = s->probes[i].fresh;
	for (size_t k = 0; k < f->part_count; k++) {
		unsigned part = fresh_of(s, f->parts[k]);

		if (part > most)
			most = part;
	}
	return most;
}

bool
service_has_looked(const struct service *s, unsigned rule, unsigned count)
{
	const struct rule_settings *r = &s->settings->rules[rule];
	const struct rule_state *state = &s->rules[rule];
	enum verdict wanted =
	    r->when == RULE_WHEN_CLEARED ? VERDICT_HEALTHY : VERDICT_TRIPPED;

	for (size_t i = 0; i < state->part_count; i++) {
		unsigned index = state->parts[i];

		if (evaluator_verdict(s->evaluators[index]) == wanted &&
		    fresh_of(s, index) < count)
			return false;
	}
	return true;
}

void
service_look_afresh(struct service *s, int64_t now_ms)
{
	s->afresh_ms = now_ms;
	for (size_t i = 0; i < s->settings->probe_count; i++)
		s->probes[i].fresh = 0;
}

bool
service_reported(struct service *s, const struct said_report *report)
{
	struct said *said;

	service_hear(s,
	    &(struct service_input){ .kind = SERVICE_REPORTED,
		.at_ms = report->at_ms,
		.report = report });
	said = &service_lore_own(s)->said;
	if (!said_report(said, report))
		return false;
	/* What was said no to was said of something else. */
	for (size_t i = 0; i < s->settings->rule_count; i++)
		if (s->settings->rules[i].when == RULE_WHEN_REPORTED)
			said->dismissals[i].is_on = false;
	service_note_verdict(s, report->at_ms);
	return true;
}

void
service_withdrawn(struct service *s, const char *id, int64_t at_ms)
{
	service_hear(s,
	    &(struct service_input){
		.kind = SERVICE_WITHDRAWN, .at_ms = at_ms, .id = id });
	/* It may be over already. */
	(void)said_withdraw(&service_lore_own(s)->said, id);
	service_rules_settle(s);
	service_note_verdict(s, at_ms);
}

void
service_dismiss(struct service *s, const char *rule, bool expired,
    int64_t at_ms, int64_t until_ms)
{
	service_hear(s,
	    &(struct service_input){ .kind = SERVICE_DISMISSED,
		.at_ms = at_ms,
		.rule = rule,
		.expired = expired,
		.until_ms = until_ms });
	rules_dismiss(
	    s, rule, &(struct dismissal){ true, expired, at_ms, until_ms });
}

const struct said_report *
service_report(const struct service *s, unsigned rule)
{
	return said_match(&service_lore(s)->said, &s->settings->rules[rule]);
}

bool
service_has_report(const struct service *s, const char *id)
{
	const struct said *said = &service_lore(s)->said;

	for (size_t i = 0; i < said->report_count; i++)
		if (strcmp(said->reports[i].id, id) == 0)
			return true;
	return false;
}
