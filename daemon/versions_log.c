#include "daemon/versions_log.h"

#include <string.h>

#include "daemon/events.h"
#include "daemon/log.h"
#include "daemon/together.h"

#define OURSELVES "rollbackd" /* as who says so */

static struct json_object *
ill_json(struct watched *w, const struct service_ill *found, size_t count)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < count; i++) {
		struct json_object *o = json_object_new_object();

		json_set_text(o, "rule", found[i].rule);
		json_set_int(o, "since_ms",
		    events_wall_ms(watched_monitor(w), found[i].since_ms));
		(void)json_object_array_add(list, o);
	}
	return list;
}

struct json_object *
versions_deploy_json(
    struct watched *w, const struct service_deployment *d, int64_t began_ms)
{
	struct json_object *o = json_object_new_object();
	struct service_ill ill[SERVICE_RULES_MAX];
	size_t count = service_ill(watched_core(w), began_ms, ill);

	json_set_text(o, "version", d->version);
	json_set_text(o, "previous", d->previous);
	json_set_bool(o, "verified", d->verified);
	json_set_text(o, "incompatible", d->incompatible);
	json_set_text(o, "by", d->by);
	json_set(o, "ill", ill_json(w, ill, count));
	return o;
}

struct json_object *
versions_mark_json(const char *version, enum version_mark mark, const char *why)
{
	struct json_object *o = json_object_new_object();

	json_set_text(o, "version", version);
	json_set_text(o, "mark", version_mark_word(mark));
	json_set_text(o, "why", why);
	return o;
}

static size_t
take_ill(struct watched *w, struct json_object *data,
    struct service_ill ill[SERVICE_RULES_MAX])
{
	struct json_object *list = json_array(data, "ill");
	size_t count = list == NULL ? 0 : json_object_array_length(list);
	int64_t boot_ms = loop_now_ms(watched_monitor(w)->loop);
	size_t taken = 0;

	for (size_t i = 0; i < count && taken < SERVICE_RULES_MAX; i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		int64_t wall_ms;

		ill[taken].rule = json_text(o, "rule");
		if (ill[taken].rule == NULL ||
		    !json_int(o, "since_ms", &wall_ms))
			continue;
		ill[taken++].since_ms = boot_ms - (loop_wall_ms() - wall_ms);
	}
	return taken;
}

static void
take_deploy(struct watched *w, struct json_object *data, int64_t at_ms)
{
	struct service_ill ill[SERVICE_RULES_MAX];
	struct service_deployment d = {
		.version = json_text(data, "version"),
		.previous = json_text(data, "previous"),
		.by = json_text(data, "by"),
		.incompatible = json_text(data, "incompatible"),
		.verified = json_flag(data, "verified", false),
		.ill = ill,
		.ill_count = take_ill(w, data, ill),
		.at_ms = at_ms,
	};

	if (d.version != NULL)
		service_deploy(watched_core(w), &d);
}

static void
take_mark(struct watched *w, struct json_object *data, int64_t at_ms)
{
	const char *word = json_text(data, "mark");
	struct service_mark mark = {
		.version = json_text(data, "version"),
		.why = json_text(data, "why"),
		.at_ms = at_ms,
	};
	struct error err = { "" };

	if (mark.version == NULL || word == NULL ||
	    !version_mark_parse(word, &mark.mark))
		return;
	if (!service_mark(watched_core(w), &mark, &err))
		log_service(LOG_LEVEL_INFO, LOG_ID_NONE, watched_name(w),
		    "a mark of the log is of no use: %s", err.text);
}

void
versions_take(struct watched *w, const char *kind, struct json_object *data,
    int64_t at_ms)
{
	const char *version = json_text(data, "version");

	if (strcmp(kind, EVENT_DEPLOY) == 0)
		take_deploy(w, data, at_ms);
	else if (strcmp(kind, EVENT_MARK) == 0)
		take_mark(w, data, at_ms);
	else if (strcmp(kind, EVENT_GOOD) == 0 && version != NULL)
		service_soaked(
		    watched_core(w), version, json_text(data, "why"), at_ms);
	else if (strcmp(kind, EVENT_WELL) == 0)
		service_recovered(watched_core(w));
	else if (strcmp(kind, EVENT_FOUND) == 0 && version != NULL)
		service_found(watched_core(w), version, at_ms);
}

static void
append(struct watched *w, const char *kind, struct json_object *data)
{
	struct event_draft draft = {
		.kind = kind,
		.service = watched_name(w),
		.data = data,
	};

	events_append(watched_monitor(w), &draft, 1, NULL, NULL, NULL, NULL);
}

static void
tell_soaked(struct watched *w, const struct service_news *news)
{
	struct json_object *data = json_object_new_object();

	json_set_text(data, "version", news->version);
	json_set_text(data, "why", news->why);
	json_set_text(data, "by", OURSELVES);
	append(w, EVENT_GOOD, data);
	log_service(LOG_LEVEL_NOTICE, LOG_ID_DEPLOYED, watched_name(w),
	    "version %s is good: it %s", news->version, news->why);
}

static void
tell_found(struct watched *w, const struct service_news *news)
{
	struct json_object *data = json_object_new_object();

	json_set_text(data, "version", news->version);
	json_set_text(data, "by", SERVICE_DISCOVERED);
	append(w, EVENT_FOUND, data);
	log_service(LOG_LEVEL_NOTICE, LOG_ID_DEPLOYED, watched_name(w),
	    "version %s is in place, as its answers say", news->version);
}

/* It has taken effect already, as of the first answer that named it. */
static void
tell_discovered(struct watched *w, const struct service_news *news)
{
	struct json_object *data = json_object_new_object();
	struct service_ill ill[SERVICE_RULES_MAX];
	size_t count = service_still_ill(watched_core(w), ill);

	json_set_text(data, "version", news->version);
	json_set_bool(data, "verified", false);
	json_set_text(data, "by", SERVICE_DISCOVERED);
	json_set(data, "ill", ill_json(w, ill, count));
	json_set_int(
	    data, "as_of_ms", events_wall_ms(watched_monitor(w), news->at_ms));
	json_set_int(data, "as_of_boot_ms", news->at_ms);
	append(w, EVENT_DEPLOY, data);
	watched_forget_answers(w);
	together_deployed(watched_monitor(w)->together, w, news->at_ms);
	log_service(LOG_LEVEL_NOTICE, LOG_ID_DEPLOYED, watched_name(w),
	    "version %s was deployed, as its answers say", news->version);
}

void
versions_tell_news(struct watched *w)
{
	struct service_news news;

	while (service_take_news(watched_core(w), &news))
		switch (news.kind) {
		case NEWS_SOAKED:
			tell_soaked(w, &news);
			break;
		case NEWS_FOUND:
			tell_found(w, &news);
			break;
		case NEWS_DISCOVERED:
			tell_discovered(w, &news);
			break;
		case NEWS_WELL:
			append(w, EVENT_WELL, json_object_new_object());
			break;
		case NEWS_MALFORMED:
			log_service(LOG_LEVEL_WARNING, LOG_ID_NONE,
			    watched_name(w),
			    "what answers names no version: \"%s\"", news.why);
			break;
		}
}

/* The incident that says so may be forgotten before the version is. */
static void
tell_judged(struct watched *w, const char *version, int64_t at_ms)
{
	const struct version *x =
	    versions_find(service_versions(watched_core(w)), version);
	enum version_mark mark = MARK_ROLLED_BACK;
	struct json_object *data;

	if (x == NULL || x->judged_ms != at_ms)
		return;
	if (x->state == VERSION_TRIED)
		mark = MARK_NOT_RECOVERED;
	else if (x->state == VERSION_WITHDRAWN)
		mark = MARK_FAILED;
	else if (x->state != VERSION_FAILED)
		return;
	data = versions_mark_json(version, mark, x->why);
	json_set_text(data, "by", OURSELVES);
	append(w, EVENT_MARK, data);
}

void
versions_tell_act(struct watched *w, const struct service_act *act)
{
	tell_judged(w, act->from, act->at_ms);
	if (act->now_at != NULL && strcmp(act->now_at, act->from) != 0)
		tell_judged(w, act->now_at, act->at_ms);
}
