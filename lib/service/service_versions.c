/* What a service knows of its versions: deployments, acts, marks, soaks. */
#include "service/service_private.h"

#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "probe/probe_settings.h"

/* So many intervals without an answer, and it was not watched meanwhile. */
#define SOAK_GAP_INTERVALS 3

static void
soak_anew(struct service *s)
{
	s->soaked_ms = 0;
	s->soak_ticked_ms = NEVER_MS;
}

void
service_take_deployment(struct service *s, const struct service_deployment *d)
{
	struct lore *lore = service_lore_own(s);

	versions_deployed(&lore->versions,
	    &(struct versions_deployment){ .version = d->version,
		.previous = d->previous,
		.by = d->by,
		.incompatible = d->incompatible,
		.verified = d->verified,
		.was_ill = service_condemns(s, d->ill, d->ill_count),
		.at_ms = d->at_ms });
	service_rules_deployed(s, d->ill, d->ill_count);
	s->deployed_ms = d->at_ms;
	soak_anew(s);
	discovery_changed(&lore->discovery, NEVER_MS);
	if (!s->has_incident)
		discovery_head(&lore->discovery, "");
	service_start_over(s, d->at_ms);
}

void
service_deploy(struct service *s, const struct service_deployment *d)
{
	struct service_ill ill[SERVICE_RULES_MAX];
	struct service_deployment told = *d;

	if (told.ill == NULL) {
		told.ill = ill;
		told.ill_count = service_ill(s, d->at_ms, ill);
	}
	service_hear(s,
	    &(struct service_input){ .kind = SERVICE_DEPLOYED,
		.at_ms = d->at_ms,
		.version = d->version,
		.previous = d->previous,
		.by = d->by,
		.incompatible = d->incompatible,
		.verified = d->verified,
		.ill = told.ill,
		.ill_count = told.ill_count });
	service_take_deployment(s, &told);
}

void
service_deployed(struct service *s, const char *version, const char *previous,
    bool verified, int64_t at_ms)
{
	service_deploy(s,
	    &(struct service_deployment){ .version = version,
		.previous = previous,
		.verified = verified,
		.at_ms = at_ms });
}

static void
forget_illness(struct service *s)
{
	for (size_t i = 0; i < s->settings->rule_count; i++)
		s->rules[i].illness.is_on = false;
}

void
service_recovered(struct service *s)
{
	service_hear(s, &(struct service_input){ .kind = SERVICE_RECOVERED });
	forget_illness(s);
	versions_well(&service_lore_own(s)->versions);
}

void
service_acted(struct service *s, const struct service_act *act)
{
	bool ordered = act->rule == NULL || act->rule[0] == '\0';
	struct lore *lore = service_lore_own(s);

	service_hear(s,
	    &(struct service_input){ .kind = SERVICE_ACTED,
		.at_ms = act->at_ms,
		.rule = act->rule,
		.procedure = act->procedure,
		.from = act->from,
		.version = act->now_at,
		.why = act->why,
		.not_recovered = act->not_recovered,
		.had_tripped = act->had_tripped });
	versions_acted(&lore->versions,
	    &(struct versions_act){ .from = act->from,
		.now_at = act->now_at,
		.why = act->why,
		.ordered = ordered,
		.not_recovered = act->not_recovered,
		.at_ms = act->at_ms });
	if (lore->versions.is_back)
		forget_illness(s); /* it was of what is gone */
	service_rules_acted(s, act);
	service_count_act(s, act);
	s->acted_ms = act->at_ms;
	soak_anew(s);
	discovery_changed(&lore->discovery, NEVER_MS);
	if (!lore->versions.is_astray)
		discovery_head(&lore->discovery, "");
	service_start_over(s, act->at_ms);
}

bool
service_mark(
    struct service *s, const struct service_mark *mark, struct error *err)
{
	if (!versions_may_be_marked(
		&service_lore(s)->versions, mark->version, mark->mark, err))
		return false;
	service_hear(s,
	    &(struct service_input){ .kind = SERVICE_MARK,
		.at_ms = mark->at_ms,
		.version = mark->version,
		.mark = mark->mark,
		.why = mark->why });
	versions_mark(&service_lore_own(s)->versions, mark->version, mark->mark,
	    mark->why, mark->at_ms);
	return true;
}

void
service_soaked(
    struct service *s, const char *version, const char *why, int64_t at_ms)
{
	service_hear(s,
	    &(struct service_input){ .kind = SERVICE_SOAKED,
		.at_ms = at_ms,
		.version = version,
		.why = why });
	versions_soaked(&service_lore_own(s)->versions, version, why, at_ms);
}

void
service_take_found(struct service *s, const char *version, int64_t at_ms)
{
	struct lore *lore = service_lore_own(s);

	versions_found(&lore->versions, version, at_ms);
	soak_anew(s);
	discovery_changed(&lore->discovery, NEVER_MS);
	discovery_head(&lore->discovery, "");
}

void
service_found(struct service *s, const char *version, int64_t at_ms)
{
	service_hear(s,
	    &(struct service_input){
		.kind = SERVICE_FOUND, .at_ms = at_ms, .version = version });
	service_take_found(s, version, at_ms);
}

void
service_heading(struct service *s, const char *version)
{
	if (version == NULL ||
	    strcmp(version, service_lore(s)->discovery.heading) == 0)
		return;
	service_hear(s,
	    &(struct service_input){
		.kind = SERVICE_HEADING, .version = version });
	discovery_head(&service_lore_own(s)->discovery, version);
}

struct service_news *
service_add_news(struct service *s, enum service_news_kind kind,
    const char *version, int64_t at_ms)
{
	struct service_news *news = service_lore_own(s)->news, *n;

	/* One that nobody takes makes room for the next. */
	if (s->news_count == SERVICE_NEWS_MAX)
		memmove(news, news + 1, --s->news_count * sizeof(news[0]));
	n = &news[s->news_count++];
	*n = (struct service_news){ .kind = kind, .at_ms = at_ms };
	(void)snprintf(n->version, sizeof(n->version), "%s", version);
	return n;
}

static void
has_soaked(struct service *s, int64_t at_ms)
{
	struct versions *versions = &service_lore_own(s)->versions;
	struct service_news *n =
	    service_add_news(s, NEWS_SOAKED, versions->now, at_ms);
	char span[DURATION_TEXT_MAX];

	(void)snprintf(n->why, sizeof(n->why), "did well for %s",
	    duration_text(s->settings->soak_ms, span));
	versions_soaked(versions, n->version, n->why, at_ms);
}

/* The longest time between two answers that still is watching. */
static int64_t
soak_gap_ms(const struct service *s)
{
	int64_t shortest_ms = INT64_MAX;

	for (size_t i = 0; i < s->settings->probe_count; i++) {
		const struct probe_settings *p = &s->settings->probes[i];
		int64_t ms = p->interval_ms + probe_wait_ms(p);

		if (ms < shortest_ms)
			shortest_ms = ms;
	}
	return shortest_ms < INT64_MAX / SOAK_GAP_INTERVALS ?
	    shortest_ms * SOAK_GAP_INTERVALS :
	    INT64_MAX;
}

/*
 * What is lost says nothing; a failure, that the time before it is not to be
 * counted; a trip or an incident, that it all begins anew.
 */
static bool
does_well(struct service *s, const struct sample *sample)
{
	if (s->has_incident || service_is_bad(s))
		soak_anew(s);
	if (sample->outcome == SAMPLE_LOST)
		return false;
	if (!s->has_incident && sample->outcome == SAMPLE_OK &&
	    service_is_well(s, sample->answered_ms))
		return true;
	s->soak_ticked_ms = NEVER_MS;
	return false;
}

void
service_soak(struct service *s, const struct sample *sample)
{
	int64_t now_ms = sample->answered_ms;
	int64_t since_ms = s->soak_ticked_ms;

	if (s->settings->soak_ms == SOAK_NONE || !s->has_lore ||
	    !versions_soaks(&s->lore->versions) || !does_well(s, sample))
		return;
	if (s->soak_gap_ms == 0)
		s->soak_gap_ms = soak_gap_ms(s);
	if (since_ms != NEVER_MS && now_ms <= since_ms)
		return;
	s->soak_ticked_ms = now_ms;
	if (since_ms != NEVER_MS && now_ms - since_ms <= s->soak_gap_ms)
		s->soaked_ms += now_ms - since_ms;
	if (s->soaked_ms >= s->settings->soak_ms)
		has_soaked(s, now_ms);
}

int64_t
service_soaked_ms(const struct service *s)
{
	return s->soaked_ms;
}

bool
service_has_news(const struct service *s)
{
	return s->news_count > 0;
}

bool
service_take_news(struct service *s, struct service_news *news)
{
	struct service_news *all;

	if (s->news_count == 0)
		return false;
	all = service_lore_own(s)->news;
	*news = all[0];
	s->news_count--;
	memmove(all, all + 1, s->news_count * sizeof(all[0]));
	return true;
}

const struct versions *
service_versions(const struct service *s)
{
	return &service_lore(s)->versions;
}

const char *
service_version(const struct service *s)
{
	return service_lore(s)->versions.now;
}

const char *
service_previous_version(const struct service *s)
{
	return service_lore(s)->versions.previous;
}

const char *
service_target_version(const struct service *s)
{
	return service_lore(s)->versions.way.target;
}

const struct versions_way *
service_rule_way(const struct service *s, unsigned rule)
{
	const struct versions *v = &service_lore(s)->versions;

	return s->rules[rule].illness.is_on ? &v->way_of_ill : &v->way;
}

const char *
service_rule_target(const struct service *s, unsigned rule)
{
	return service_rule_way(s, rule)->target;
}

int64_t
service_deployed_ms(const struct service *s)
{
	return s->deployed_ms;
}
