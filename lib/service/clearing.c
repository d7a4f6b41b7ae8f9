#include "service/clearing.h"

#include <string.h>

#include "decision/decision.h"

bool
clearing_acts_alone(const struct rule_settings *rule)
{
	return rule->severity == SEVERITY_P0 && rule->mode == MODE_ENFORCE;
}

bool
clearing_is_led_by(
    const struct rule_settings *rule, const struct rule_settings *tripped)
{
	const struct strings *names = rule_evaluators(tripped);
	size_t foreign = 0;

	if (tripped->when != RULE_WHEN_TRIPPED)
		return false;
	for (size_t i = 0; i < names->count; i++)
		foreign +=
		    !strings_contain(rule_evaluators(rule), names->items[i]);
	/* At worst it tripped by those that the other does not name. */
	return rule_needed(tripped) >= foreign + rule_needed(rule);
}

bool
clearing_has_lead(const struct rule_settings *rule,
    const struct rule_settings *rules, size_t rule_count)
{
	for (size_t i = 0; i < rule_count; i++)
		if (clearing_acts_alone(&rules[i]) &&
		    clearing_is_led_by(rule, &rules[i]))
			return true;
	return false;
}

enum verdict
clearing_judge(const struct clearing *c, enum verdict combination)
{
	if (!c->is_armed || combination == VERDICT_TRIPPED)
		return VERDICT_HEALTHY;
	if (combination == VERDICT_HEALTHY)
		return VERDICT_TRIPPED;
	return VERDICT_UNKNOWN;
}

static void
disarm(struct clearing *c, int64_t at_ms)
{
	c->is_armed = false;
	c->acted_ms = at_ms;
}

void
clearing_acted(struct clearing *c, const struct rule_settings *rule,
    const struct rule_settings *by, int64_t at_ms)
{
	if (by == rule)
		disarm(c, at_ms);
	else if (clearing_is_led_by(rule, by))
		c->is_armed = true;
}

void
clearing_ordered(struct clearing *c, const struct rule_settings *rule,
    const char *procedure, bool has_tripped, const struct rule_settings *rules,
    size_t rule_count, int64_t at_ms)
{
	if (strcmp(rule->procedure, procedure) == 0) {
		disarm(c, at_ms);
		return;
	}
	for (size_t i = 0; has_tripped && i < rule_count; i++)
		if (strcmp(rules[i].procedure, procedure) == 0 &&
		    clearing_is_led_by(rule, &rules[i]))
			c->is_armed = true;
}
