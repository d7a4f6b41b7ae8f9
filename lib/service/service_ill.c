/* What was bad before a release came does not condemn it. */
#include "service/service_private.h"

#include <string.h>

size_t
service_ill(const struct service *s, int64_t at_ms,
    struct service_ill ill[SERVICE_RULES_MAX])
{
	size_t count = 0;

	for (unsigned i = 0; i < s->settings->rule_count; i++) {
		const struct illness *still = &s->rules[i].illness;
		int64_t since_ms =
		    still->is_on ? still->since_ms : service_first_bad_ms(s, i);

		if (s->settings->rules[i].when != RULE_WHEN_TRIPPED ||
		    since_ms == NEVER_MS || since_ms >= at_ms ||
		    (!still->is_on && service_rule_is_hasty(s, i)))
			continue;
		ill[count++] = (struct service_ill){
			.rule = s->settings->rules[i].name,
			.since_ms = since_ms,
		};
	}
	return count;
}

size_t
service_still_ill(
    const struct service *s, struct service_ill ill[SERVICE_RULES_MAX])
{
	size_t count = 0;

	for (unsigned i = 0; i < s->settings->rule_count; i++)
		if (s->rules[i].illness.is_on)
			ill[count++] = (struct service_ill){
				.rule = s->settings->rules[i].name,
				.since_ms = s->rules[i].illness.since_ms,
			};
	return count;
}

static void
fall_ill(struct service *s, unsigned rule, int64_t since_ms)
{
	struct illness *ill = &s->rules[rule].illness;

	/* One that was ill before stays so, with the deployment before that. */
	if (ill->is_on)
		return;
	*ill = (struct illness){ .is_on = true,
		.since_ms = since_ms,
		.deployed_ms = s->deployed_ms };
}

void
service_rules_deployed(
    struct service *s, const struct service_ill *ill, size_t count)
{
	for (unsigned i = 0; i < s->settings->rule_count; i++) {
		const char *name = s->settings->rules[i].name;
		size_t k = 0;

		while (k < count && strcmp(ill[k].rule, name) != 0)
			k++;
		if (k < count)
			fall_ill(s, i, ill[k].since_ms);
		else
			s->rules[i].illness.is_on = false;
	}
}

void
service_rules_look(struct service *s, int64_t now_ms)
{
	bool was_ill = false, is_ill = false;
	struct versions *versions;

	for (unsigned i = 0; i < s->settings->rule_count; i++) {
		struct illness *ill = &s->rules[i].illness;

		was_ill = was_ill || ill->is_on;
		if (ill->is_on &&
		    service_combination(s, i, true) == VERDICT_HEALTHY)
			ill->is_on = false;
		is_ill = is_ill || ill->is_on;
	}
	if (!was_ill || is_ill)
		return;
	versions = &service_lore_own(s)->versions;
	versions_well(versions);
	(void)service_add_news(s, NEWS_WELL, versions->now, now_ms);
}

/* A rule on trial has no say in what becomes of a version. */
static bool
is_on_trial(const struct rule_settings *rule)
{
	return rule->mode == MODE_SHADOW;
}

/* ... unless none but those on trial are there to say anything. */
static bool
has_a_say(const struct service *s, const struct rule_settings *rule)
{
	bool others = false;

	for (size_t i = 0; i < s->settings->rule_count; i++)
		others = others ||
		    (s->settings->rules[i].when == RULE_WHEN_TRIPPED &&
			!is_on_trial(&s->settings->rules[i]));
	return !others || !is_on_trial(rule);
}

bool
service_condemns(
    const struct service *s, const struct service_ill *ill, size_t count)
{
	const struct rule_settings *rule;
	size_t index;

	for (size_t i = 0; i < count; i++) {
		rule = service_find_rule(s->settings, ill[i].rule, &index);
		if (rule != NULL && has_a_say(s, rule))
			return true;
	}
	return false;
}

bool
service_is_bad(const struct service *s)
{
	for (unsigned i = 0; i < s->settings->rule_count; i++) {
		const struct rule_settings *r = &s->settings->rules[i];

		if (r->when != RULE_WHEN_CLEARED && has_a_say(s, r) &&
		    service_rule_verdict(s, i) == VERDICT_TRIPPED)
			return true;
	}
	return false;
}

/* What has no say may be as it likes; the others must all be well. */
static bool
is_well(const struct service *s, unsigned rule, int64_t now_ms)
{
	const struct rule_settings *r = &s->settings->rules[rule];

	if (!has_a_say(s, r) || r->when == RULE_WHEN_CLEARED)
		return true;
	if (r->when == RULE_WHEN_REPORTED)
		return service_rule_verdict(s, rule) != VERDICT_TRIPPED;
	return service_combination(s, rule, false) == VERDICT_HEALTHY &&
	    service_stale_for(s, rule, VERDICT_HEALTHY, now_ms) == NULL;
}

bool
service_is_well(const struct service *s, int64_t now_ms)
{
	bool is_judged = false;

	for (unsigned i = 0; i < s->settings->rule_count; i++) {
		if (!is_well(s, i, now_ms))
			return false;
		is_judged = is_judged ||
		    (s->settings->rules[i].when == RULE_WHEN_TRIPPED &&
			has_a_say(s, &s->settings->rules[i]));
	}
	return is_judged;
}
