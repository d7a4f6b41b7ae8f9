/* Lines of a recording that tell what became of versions. */
#include <string.h>

#include "base/json.h"
#include "service/backtest_impl.h"

bool
backtest_acts_itself(const struct backtest *b)
{
	return b->settings.acts != BACKTEST_AS_RECORDED;
}

/* False with the reason where it is no version. */
static bool
take_version(
    const struct backtest_event *e, struct service_input *in, struct error *err)
{
	in->version = json_text(e->json, "version");
	if (in->version == NULL || !name_is_valid(in->version))
		return backtest_incomplete(
		    e, "a version of up to 128 letters, digits and ._+:-", err);
	in->why = json_text(e->json, "why");
	in->at_ms = backtest_time(e->json, "as_of_ms", e->at_ms);
	return true;
}

/* NULL where the line does not say: then the service looks for itself. */
static size_t
take_ill(const struct backtest_event *e, struct service_ill *ill)
{
	struct json_object *list = json_array(e->json, "ill");
	size_t count = list == NULL ? 0 : json_object_array_length(list);
	size_t taken = 0;

	for (size_t i = 0; i < count && taken < SERVICE_RULES_MAX; i++) {
		struct json_object *o = json_object_array_get_idx(list, i);

		ill[taken].rule = json_text(o, "rule");
		ill[taken].since_ms = backtest_time(o, "since_ms", 0);
		taken += ill[taken].rule != NULL;
	}
	return taken;
}

bool
backtest_deploy(
    struct backtest *b, const struct backtest_event *e, struct error *err)
{
	struct service_ill ill[SERVICE_RULES_MAX];
	struct service_input in = { .kind = SERVICE_DEPLOYED,
		.previous = json_text(e->json, "previous"),
		.by = json_text(e->json, "by"),
		.incompatible = json_text(e->json, "incompatible"),
		.verified = json_flag(e->json, "verified", false) };

	if (!take_version(e, &in, err))
		return false;
	in.at_ms = backtest_time(e->json, "deployed_ms", e->at_ms);
	if (json_array(e->json, "ill") != NULL) {
		in.ill = ill;
		in.ill_count = take_ill(e, ill);
	}
	service_input(e->service->core, &in);
	groups_deployed(b->groups, e->service->index, in.at_ms);
	return true;
}

void
backtest_hear_news(struct backtest *b, struct backtest_service *t)
{
	struct service_news news;

	while (service_take_news(t->core, &news))
		if (news.kind == NEWS_DISCOVERED)
			groups_deployed(b->groups, t->index, news.at_ms);
}

bool
backtest_acted(
    struct backtest *b, const struct backtest_event *e, struct error *err)
{
	struct service_input in = { .kind = SERVICE_ACTED,
		.at_ms = backtest_time(e->json, "acted_ms", e->at_ms),
		.rule = json_text(e->json, "rule"),
		.procedure = json_text(e->json, "procedure"),
		.from = json_text(e->json, "from"),
		.version = json_text(e->json, "version"),
		.why = json_text(e->json, "why"),
		.not_recovered = json_flag(e->json, "not_recovered", false),
		.had_tripped = json_flag(e->json, "had_tripped", false) };

	(void)err;
	if (!backtest_acts_itself(b))
		service_input(e->service->core, &in);
	return true;
}

bool
backtest_mark(
    struct backtest *b, const struct backtest_event *e, struct error *err)
{
	struct service_input in = { .kind = SERVICE_MARK };
	const char *word = json_text(e->json, "mark");

	(void)b;
	if (word == NULL || !version_mark_parse(word, &in.mark))
		return backtest_incomplete(e,
		    "a mark: verified, failed, incompatible or compatible",
		    err);
	if (!take_version(e, &in, err))
		return false;
	service_input(e->service->core, &in);
	return true;
}

/* What it concludes itself is in no line: this was read from the log. */
bool
backtest_soaked(
    struct backtest *b, const struct backtest_event *e, struct error *err)
{
	struct service_input in = { .kind = SERVICE_SOAKED };

	(void)b;
	if (!take_version(e, &in, err))
		return false;
	service_input(e->service->core, &in);
	return true;
}

bool
backtest_found(
    struct backtest *b, const struct backtest_event *e, struct error *err)
{
	struct service_input in = { .kind = SERVICE_FOUND };

	(void)b;
	if (!take_version(e, &in, err))
		return false;
	service_input(e->service->core, &in);
	return true;
}

bool
backtest_heading(
    struct backtest *b, const struct backtest_event *e, struct error *err)
{
	struct service_input in = { .kind = SERVICE_HEADING };

	if (!take_version(e, &in, err))
		return false;
	if (!backtest_acts_itself(b))
		service_input(e->service->core, &in);
	return true;
}

bool
backtest_recovered(
    struct backtest *b, const struct backtest_event *e, struct error *err)
{
	struct service_input in = { .kind = SERVICE_RECOVERED };

	(void)b;
	(void)err;
	service_input(e->service->core, &in);
	return true;
}
