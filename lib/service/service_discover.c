/* Deployments that nobody tells of: answers name another version. */
#include "service/service_private.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

unsigned
service_discover_probe(const struct service_settings *settings)
{
	for (unsigned i = 0;
	     settings->discover.probe != NULL && i < settings->probe_count; i++)
		if (strcmp(settings->probes[i].name,
			settings->discover.probe) == 0)
			return i;
	return UINT_MAX;
}

/* It began at the earliest when what was in place had answered last. */
static void
was_deployed(struct service *s, int64_t asked_ms)
{
	const struct discovery seen = service_lore(s)->discovery;
	struct service_ill ill[SERVICE_RULES_MAX];
	int64_t begun_ms =
	    seen.before_ms == NEVER_MS ? seen.first_ms : seen.before_ms;
	struct service_deployment d = {
		.version = seen.candidate,
		.by = SERVICE_DISCOVERED,
		.ill = ill,
		.ill_count = service_ill(s, begun_ms, ill),
		.at_ms = seen.first_ms,
	};

	(void)service_add_news(s, NEWS_DISCOVERED, d.version, d.at_ms);
	service_take_deployment(s, &d);
	discovery_changed(&service_lore_own(s)->discovery, asked_ms);
}

static void
was_found(struct service *s, const struct sample *sample)
{
	const struct discovery seen = service_lore(s)->discovery;

	(void)service_add_news(
	    s, NEWS_FOUND, seen.candidate, sample->answered_ms);
	service_take_found(s, seen.candidate, sample->answered_ms);
	discovery_changed(&service_lore_own(s)->discovery, sample->asked_ms);
}

static void
was_malformed(struct service *s, const struct sample *sample)
{
	struct service_news *n =
	    service_add_news(s, NEWS_MALFORMED, "", sample->answered_ms);
	struct text words = text_over(n->why, sizeof(n->why));

	text_add_escaped(&words, sample->version, strlen(sample->version));
}

void
service_discover(struct service *s, const struct sample *sample)
{
	struct lore *lore;

	if (sample->version == NULL || sample->outcome == SAMPLE_LOST ||
	    s->discover_probe == UINT_MAX)
		return;
	/* What was asked before a deployment or a rollback is old news. */
	if (s->changed_ms != NEVER_MS && sample->asked_ms < s->changed_ms)
		return;
	lore = service_lore_own(s);
	switch (discovery_observe(&lore->discovery, &s->settings->discover,
	    &lore->versions, sample->version, sample->asked_ms)) {
	case DISCOVERED_NOTHING:
		return;
	case DISCOVERED_MALFORMED:
		was_malformed(s, sample);
		return;
	case DISCOVERED_FOUND:
		was_found(s, sample);
		return;
	case DISCOVERED_DEPLOYED:
		was_deployed(s, sample->asked_ms);
		return;
	}
}

const char *
service_seen_version(const struct service *s)
{
	return service_lore(s)->discovery.seen;
}
