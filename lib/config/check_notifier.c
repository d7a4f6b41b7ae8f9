/* Who is told: what his kind needs, and that nothing stands in its way. */
#include <string.h>

#include "base/units.h"
#include "config/check_impl.h"
#include "config/suggest.h"
#include "probe/probe_check.h"
#include "report/message.h"
#include "report/notice.h"
#include "report/notifier_settings.h"
#include "report/template.h"

#define HINT_BYTES 128

static void
check_events(struct check *c, const struct notifier_settings *n)
{
	for (size_t i = 0; i < n->events.count; i++) {
		const char *event = n->events.items[i];
		struct suggestion near = suggest_new(event);
		char buffer[HINT_BYTES];
		bool known = false;

		for (size_t k = 0; notice_events[k] != NULL; k++) {
			known = known || strcmp(notice_events[k], event) == 0;
			suggest_consider(&near, notice_events[k]);
		}
		if (!known)
			check_wrong(c, n->source,
			    "notifier \"%s\": there is no event \"%s\"%s",
			    n->name, event, suggest_text(&near, buffer));
	}
	for (size_t i = 0; i < n->severities.count; i++) {
		enum severity severity;

		if (!severity_parse(n->severities.items[i], &severity))
			check_wrong(c, n->source,
			    "notifier \"%s\": there is no severity \"%s\"; "
			    "write \"P0\" to \"P3\"",
			    n->name, n->severities.items[i]);
	}
}

struct about {
	struct check *check;
	const struct notifier_settings *notifier;
};

static void
object(enum probe_objection objection, const char *text, void *arg)
{
	const struct about *a = arg;

	if (objection == PROBE_WRONG)
		check_wrong(a->check, a->notifier->source,
		    "notifier \"%s\": %s", a->notifier->name, text);
	else
		check_doubt(a->check, a->notifier->source,
		    "notifier \"%s\": %s", a->notifier->name, text);
}

static void
check_reach(struct check *c, const struct notifier_settings *n)
{
	const struct notifier_http *http = notifier_http(n);
	struct about about = { c, n };
	struct http_settings h = {
		.url = http->url,
		.bearer_file = http->token_file,
		.ca_file = http->ca_file,
		.verify_tls = true,
	};

	if (notifier_traits(n)->form == NOTIFIER_WEBHOOK)
		h.headers =
		    ((const struct notifier_webhook *)n->settings)->headers;
	probe_check_http(&h, "url", object, &about);
	if (http->url != NULL && http->url_file != NULL)
		check_wrong(c, n->source,
		    "notifier \"%s\": url and url_file: write only one of "
		    "them",
		    n->name);
}

static void
check_slack(struct check *c, const struct notifier_settings *n)
{
	const struct notifier_slack *s = n->settings;

	if (s->http.url_file != NULL &&
	    (s->http.token_file != NULL || s->channel != NULL))
		check_wrong(c, n->source,
		    "notifier \"%s\": url_file is for a webhook, token_file "
		    "and channel are for a bot: write only one of the two",
		    n->name);
	else if (s->http.url_file == NULL &&
	    (s->http.token_file == NULL || s->channel == NULL))
		check_wrong(c, n->source,
		    "notifier \"%s\": add url_file, for a webhook, or "
		    "token_file and channel, for a bot",
		    n->name);
	else if (s->channel != NULL && !name_is_valid(s->channel))
		check_wrong(c, n->source,
		    "notifier \"%s\": channel = \"%s\": write the channel's "
		    "id, as in \"C024BE91L\"",
		    n->name, s->channel);
}

static void
check_template(struct check *c, const struct notifier_settings *n,
    const char *key, const char *template)
{
	struct error err;

	if (template != NULL && !template_check(template, message_fields, &err))
		check_wrong(c, n->source, "notifier \"%s\": %s: %s", n->name,
		    key, err.text);
}

static void
check_header_file(
    struct check *c, const struct notifier_settings *n, const char *header)
{
	const char *colon = strchr(header, ':');
	size_t length = colon == NULL ? 0 : (size_t)(colon - header);
	const char *path = colon == NULL ? "" : colon + 1;

	path += strspn(path, " ");
	if (length == 0 || strcspn(header, " \t\r\n\"") < length ||
	    *path != '/' || strpbrk(path, "\r\n") != NULL) {
		check_wrong(c, n->source,
		    "notifier \"%s\": header_files: \"%s\": write \"Name: "
		    "/path\"",
		    n->name, header);
		return;
	}
	check_file(c, n->source, "header_files", path);
}

static void
check_webhook(struct check *c, const struct notifier_settings *n)
{
	const struct notifier_webhook *w = n->settings;
	uint64_t first, last;

	if (w->http.url == NULL && w->http.url_file == NULL)
		check_wrong(c, n->source,
		    "notifier \"%s\": add url, or url_file where it is a "
		    "secret",
		    n->name);
	for (size_t i = 0; i < w->header_files.count; i++)
		check_header_file(c, n, w->header_files.items[i]);
	for (size_t i = 0; i < w->expect_status.count; i++)
		if (!count_range_parse(
			w->expect_status.items[i], &first, &last) ||
		    first < 100 || last > 599)
			check_wrong(c, n->source,
			    "notifier \"%s\": expect_status: \"%s\": write "
			    "\"200\" or \"200-299\"",
			    n->name, w->expect_status.items[i]);
	if (w->content_type != NULL && strpbrk(w->content_type, "\r\n") != NULL)
		check_wrong(c, n->source,
		    "notifier \"%s\": content_type holds a line break",
		    n->name);
	check_template(c, n, "body", w->body);
}

/* One address and nothing else: what follows could be a header. */
static void
check_address(struct check *c, const struct notifier_settings *n,
    const char *key, const char *address)
{
	const char *at = strrchr(address, '@');
	bool is_clean = true;
	bool ok =
	    at != NULL && at != address && at[1] != '\0' && *address != '-';

	for (const char *a = address; *a != '\0'; a++) {
		is_clean = is_clean && *a >= ' ' && *a <= '~';
		ok = ok && *a > ' ' && *a <= '~' &&
		    strchr("<>,;:\"()[]\\", *a) == NULL;
	}
	if (!ok)
		check_wrong(c, n->source,
		    "notifier \"%s\": %s: \"%s\": write an address, as in "
		    "\"ops@example.org\"",
		    n->name, key, is_clean ? address : "...");
}

static void
check_mail(struct check *c, const struct notifier_settings *n)
{
	const struct notifier_mail *m = n->settings;

	check_program(c, n->source, "sendmail", &m->sendmail);
	if (m->from != NULL)
		check_address(c, n, "from", m->from);
	for (size_t i = 0; i < m->to.count; i++)
		check_address(c, n, "to", m->to.items[i]);
}

static void
check_statuspage(struct check *c, const struct notifier_settings *n)
{
	static const char *const known[] = { "degraded_performance",
		"partial_outage", "major_outage", "under_maintenance" };
	const struct notifier_statuspage *s = n->settings;
	struct suggestion near;
	char buffer[HINT_BYTES];

	check_template(c, n, "title", s->title);
	check_template(c, n, "text", s->text);
	if (s->component_status == NULL)
		return;
	near = suggest_new(s->component_status);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i], s->component_status) == 0)
			return;
		suggest_consider(&near, known[i]);
	}
	check_wrong(c, n->source,
	    "notifier \"%s\": component_status: there is no \"%s\"%s", n->name,
	    s->component_status, suggest_text(&near, buffer));
}

static void
check_grafana(struct check *c, const struct notifier_settings *n)
{
	const struct notifier_grafana *g = n->settings;

	if (g->http.url == NULL)
		check_wrong(c, n->source, "notifier \"%s\": add url", n->name);
	if (g->panel > 0 && g->dashboard == NULL)
		check_wrong(c, n->source,
		    "notifier \"%s\": panel is one of a dashboard: add "
		    "dashboard",
		    n->name);
}

static void
check_kind(struct check *c, const struct notifier_settings *n)
{
	const struct notifier_command *command = n->settings;

	switch (notifier_traits(n)->form) {
	case NOTIFIER_COMMAND:
		check_program(c, n->source, "command", &command->command);
		break;
	case NOTIFIER_SLACK:
		check_slack(c, n);
		break;
	case NOTIFIER_WEBHOOK:
		check_webhook(c, n);
		break;
	case NOTIFIER_MAIL:
		check_mail(c, n);
		break;
	case NOTIFIER_STATUSPAGE:
		check_statuspage(c, n);
		break;
	case NOTIFIER_GRAFANA:
		check_grafana(c, n);
		break;
	case NOTIFIER_PAGERDUTY:
	case NOTIFIER_JOURNAL:
		break;
	}
}

void
check_notifiers(struct check *c)
{
	const struct config *config = c->config;

	check_duplicates(c, config->notifiers, config->notifier_count,
	    sizeof(*config->notifiers), "notifier");
	for (size_t i = 0; i < config->notifier_count; i++) {
		const struct notifier_settings *n = &config->notifiers[i];

		if (n->name == NULL)
			continue;
		check_events(c, n);
		if (n->kind == NULL)
			continue;
		if (notifier_traits(n)->is_http)
			check_reach(c, n);
		check_files(c, n->source, n->kind->table, n->settings);
		check_kind(c, n);
	}
}
