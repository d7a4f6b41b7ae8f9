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
		    since_ms == NEVER_MS || since_ms >= at_ms)
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
	versions_well(&s->versions);
	(void)service_add_news(s, NEWS_WELL, s->versions.now, now_ms);
}

bool
service_is_well(const struct service *s, int64_t now_ms)
{
	if (s->verdict != VERDICT_HEALTHY)
		return false;
	for (unsigned i = 0; i < s->settings->rule_count; i++)
		if (s->settings->rules[i].when == RULE_WHEN_TRIPPED &&
		    service_stale_for(s, i, VERDICT_HEALTHY, now_ms) != NULL)
			return false;
	return true;
}
