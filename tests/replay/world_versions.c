/* What a world keeps of versions, and how that comes back at a restart. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/replay/world_private.h"

static struct memory *
remember(struct world *w, enum service_input_kind kind)
{
	struct memory *log = realloc(w->log, (w->log_count + 1) * sizeof(*log));

	if (log == NULL)
		abort();
	w->log = log;
	log[w->log_count] = (struct memory){ .kind = kind, .at_ms = w->now_ms };
	return &log[w->log_count++];
}

void
world_recall(struct world *w, const struct memory *m)
{
	bool deploys = m->kind == SERVICE_DEPLOYED;
	struct service_input in = {
		.kind = m->kind,
		.at_ms = m->at_ms,
		.version = m->version,
		.by = m->by,
		.previous = m->previous,
		.incompatible = m->is_incompatible ? m->why : NULL,
		.verified = m->verified,
		.ill = m->ill,
		.ill_count = deploys ? m->ill_count : 0,
		.rule = m->rule,
		.procedure = m->procedure,
		.from = m->from,
		.had_tripped = m->had_tripped,
		.not_recovered = m->not_recovered,
		.why = m->why,
		.mark = m->mark,
	};

	service_input(w->service, &in);
}

static void
copy(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from == NULL ? "" : from);
}

static void
deploy(struct world *w, const char *version, const char *previous,
    bool verified, const char *incompatible)
{
	struct memory *m = remember(w, SERVICE_DEPLOYED);

	m->verified = verified;
	m->is_incompatible = incompatible != NULL;
	copy(m->version, sizeof(m->version), version);
	copy(m->previous, sizeof(m->previous), previous);
	copy(m->why, sizeof(m->why), incompatible);
	m->ill_count = service_ill(w->service, w->now_ms, m->ill);
	world_recall(w, m);
	world_think(w);
}

void
world_deploy(
    struct world *w, const char *version, const char *previous, bool verified)
{
	deploy(w, version, previous, verified, NULL);
}

void
world_deploy_incompatible(
    struct world *w, const char *version, const char *previous, const char *why)
{
	deploy(w, version, previous, false, why);
}

bool
world_mark(
    struct world *w, const char *version, const char *mark, const char *why)
{
	enum version_mark which;
	struct error err = { "" };
	struct memory *m;

	if (!version_mark_parse(mark, &which) ||
	    !versions_may_be_marked(
		service_versions(w->service), version, which, &err))
		return false;
	m = remember(w, SERVICE_MARK);
	m->mark = which;
	copy(m->version, sizeof(m->version), version);
	copy(m->why, sizeof(m->why), why);
	world_recall(w, m);
	world_think(w);
	return true;
}

void
world_acted(struct world *w, const char *now_at, enum incident_outcome outcome)
{
	const struct rule_settings *rule = &w->settings->rules[w->rule];
	struct memory *m;

	if (now_at == NULL) {
		m = remember(w, SERVICE_HEADING);
		copy(m->version, sizeof(m->version), w->target);
	}
	m = remember(w, SERVICE_ACTED);
	copy(m->rule, sizeof(m->rule), w->by_operator ? "" : rule->name);
	copy(m->procedure, sizeof(m->procedure), rule->procedure);
	m->had_tripped = w->had_tripped;
	m->not_recovered = outcome == INCIDENT_NOT_RECOVERED;
	copy(m->version, sizeof(m->version), now_at);
	copy(m->from, sizeof(m->from), w->version);
	world_recall(w, m);
}

void
world_answers(struct world *w, const char *version)
{
	copy(w->answers, sizeof(w->answers), version);
}

static void
keep(struct world *w, enum service_input_kind kind,
    const struct service_news *news)
{
	struct memory *m = remember(w, kind);

	copy(m->version, sizeof(m->version), news->version);
	copy(m->why, sizeof(m->why), news->why);
	m->at_ms = news->at_ms;
	if (kind == SERVICE_DEPLOYED) {
		m->why[0] = '\0';
		copy(m->by, sizeof(m->by), SERVICE_DISCOVERED);
		m->ill_count = service_still_ill(w->service, m->ill);
	}
}

void
world_hear_news(struct world *w)
{
	struct service_news news;

	while (service_take_news(w->service, &news))
		switch (news.kind) {
		case NEWS_SOAKED:
			keep(w, SERVICE_SOAKED, &news);
			tell(w, "good %s, %s", news.version, news.why);
			break;
		case NEWS_FOUND:
			keep(w, SERVICE_FOUND, &news);
			tell(w, "found %s", news.version);
			break;
		case NEWS_DISCOVERED:
			keep(w, SERVICE_DEPLOYED, &news);
			tell(w, "discovered %s, first seen %llds ago",
			    news.version,
			    (long long)(w->now_ms - news.at_ms) / 1000);
			break;
		case NEWS_WELL:
			(void)remember(w, SERVICE_RECOVERED);
			break;
		case NEWS_MALFORMED:
			tell(w, "malformed %s", news.why);
			break;
		}
}

static bool
is_same(const struct version *a, const struct version *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->by, b->by) == 0 &&
	    strcmp(a->why, b->why) == 0 &&
	    strcmp(a->incompatible, b->incompatible) == 0 &&
	    a->state == b->state && a->seq == b->seq &&
	    a->wall_seq == b->wall_seq && a->placed_ms == b->placed_ms &&
	    a->judged_ms == b->judged_ms;
}

void
world_compare_versions(struct world *w, const struct versions *before)
{
	const struct versions *v = service_versions(w->service);

	if (v->count != before->count || v->seq != before->seq ||
	    v->is_back != before->is_back ||
	    v->is_astray != before->is_astray ||
	    strcmp(v->now, before->now) != 0 ||
	    strcmp(v->previous, before->previous) != 0 ||
	    strcmp(v->hint, before->hint) != 0 ||
	    strcmp(v->suspect, before->suspect) != 0 ||
	    strcmp(v->way.target, before->way.target) != 0 ||
	    strcmp(v->way_of_ill.target, before->way_of_ill.target) != 0 ||
	    strcmp(v->way.no_target, before->way.no_target) != 0)
		tell(w, "the registry is another one");
	for (unsigned i = 0; i < v->count && i < before->count; i++)
		if (!is_same(&v->items[i], &before->items[i]))
			tell(w, "version %s is not what it was",
			    before->items[i].name);
}

void
world_tell_versions(struct world *w)
{
	const struct versions *v = service_versions(w->service);

	for (unsigned i = v->count; i-- > 0;) {
		const struct version *x = &v->items[i];

		tell(w, "version %s %s%s%s%s%s", x->name,
		    version_state_word(x->state),
		    strcmp(x->name, v->now) == 0 ? ", in place" : "",
		    strcmp(x->name, v->way.target) == 0 ? ", the way back" : "",
		    x->why[0] == '\0' ? "" : ": ", x->why);
	}
}
