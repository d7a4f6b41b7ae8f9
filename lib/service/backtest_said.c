/* What people said of a service, in a recording. */
#include <string.h>

#include "base/json.h"
#include "service/backtest_impl.h"

static bool
take_report(
    struct said_report *r, struct json_object *o, const char *at, int64_t at_ms)
{
	const char *id = json_text(o, "id");
	const char *severity = json_text(o, "severity");
	const char *class = json_text(o, "class");

	*r = (struct said_report){
		.has_authority = json_flag(o, "authority", false),
		.at_ms = backtest_time(o, at, at_ms),
	};
	if (id == NULL || strlen(id) >= sizeof(r->id) || severity == NULL ||
	    !severity_parse(severity, &r->severity))
		return false;
	backtest_copy(r->id, sizeof(r->id), id);
	return class == NULL || report_class_parse(class, &r->class);
}

bool
backtest_reported(
    struct backtest *b, const struct backtest_event *e, struct error *err)
{
	struct said_report report;
	struct service_input in = { .kind = SERVICE_REPORTED,
		.report = &report };

	(void)b;
	if (!take_report(&report, e->json, "reported_ms", e->at_ms))
		return backtest_incomplete(
		    e, "an id, a severity and a class that there is", err);
	in.at_ms = report.at_ms;
	service_input(e->service->core, &in);
	return true;
}

bool
backtest_withdrawn(
    struct backtest *b, const struct backtest_event *e, struct error *err)
{
	struct service_input in = { .kind = SERVICE_WITHDRAWN,
		.at_ms = e->at_ms,
		.id = json_text(e->json, "id") };

	(void)b;
	if (in.id == NULL)
		return backtest_incomplete(e, "an id", err);
	service_input(e->service->core, &in);
	return true;
}

static struct dismissal
dismissal_of(struct json_object *o, int64_t at_ms)
{
	return (struct dismissal){ .is_on = true,
		.expired = json_flag(o, "expired", false),
		.at_ms = backtest_time(o, "dismissed_ms", at_ms),
		.until_ms = backtest_time(o, "until_ms", at_ms) };
}

bool
backtest_dismissed(
    struct backtest *b, const struct backtest_event *e, struct error *err)
{
	struct dismissal d = dismissal_of(e->json, e->at_ms);
	struct service_input in = { .kind = SERVICE_DISMISSED,
		.rule = json_text(e->json, "rule"),
		.expired = d.expired,
		.at_ms = d.at_ms,
		.until_ms = d.until_ms };

	if (in.rule == NULL)
		return backtest_incomplete(e, "a rule", err);
	if (b->settings.acts == BACKTEST_AS_RECORDED)
		service_input(e->service->core, &in);
	return true;
}

static size_t
count_of(struct json_object *list)
{
	return list == NULL ? 0 : json_object_array_length(list);
}

void
backtest_take_said(const struct service_settings *s, struct said *said,
    struct json_object *state, int64_t at_ms)
{
	struct json_object *reports = json_array(state, "reports");
	struct json_object *dismissed = json_array(state, "dismissed");

	*said = (struct said){ .report_count = 0 };
	for (size_t i = 0; i < count_of(reports); i++) {
		struct said_report report;

		if (take_report(&report, json_object_array_get_idx(reports, i),
			"reported_ms", at_ms))
			(void)said_report(said, &report);
	}
	for (size_t k = 0; k < count_of(dismissed); k++) {
		struct json_object *o = json_object_array_get_idx(dismissed, k);
		const char *rule = json_text(o, "rule");

		for (size_t i = 0; rule != NULL && i < s->rule_count; i++)
			if (strcmp(s->rules[i].name, rule) == 0)
				said->dismissals[i] = dismissal_of(o, at_ms);
	}
}
