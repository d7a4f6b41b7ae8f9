#include "report/notifier_settings.h"

#include "probe/http_rows.h"

#define ARGUMENTS_MAX 64
#define EVENTS_MAX 32
#define RECIPIENTS_MAX 64
#define COMPONENTS_MAX 32
#define TAGS_MAX 32
#define TEXT_MAX_BYTES 1000
#define NAME_BYTES 200

/* clang-format off */
#define HTTP(kind, member) offsetof(struct kind, http.member)
#define URL_ROW(kind, usual, meaning) \
	{ .key = "url", .type = OPTION_TEXT, .offset = HTTP(kind, url), \
	  .max = HTTP_URL_MAX_BYTES, .fallback = usual, .help = meaning }
#define URL_FILE_ROW(kind, meaning) \
	{ .key = "url_file", .type = OPTION_PATH, \
	  .offset = HTTP(kind, url_file), .help = meaning }
#define REACH_ROWS(kind) \
	{ .key = "ca_file", .type = OPTION_PATH, \
	  .offset = HTTP(kind, ca_file), \
	  .help = "certificates to trust in place of the system's" }, \
	{ .key = "allow_local", .type = OPTION_BOOL, \
	  .offset = HTTP(kind, allow_local), .fallback = "false", \
	  .help = "the name may resolve to loopback or link-local" }
#define TABLE(rows, kind) { \
	.what = "notifier", .options = rows, \
	.count = OPTION_COUNT_OF(rows), .size = sizeof(struct kind), \
	.source = -1, .presence = -1 }

#define COMMAND(member) offsetof(struct notifier_command, member)
static const struct option command[] = {
	{ .key = "command", .type = OPTION_STRINGS, .required = true,
	  .offset = COMMAND(command), .min = 1, .max = ARGUMENTS_MAX,
	  .help = "program and arguments, as they are: there is no shell" },
};
static const struct option_table command_table =
	TABLE(command, notifier_command);

#define SLACK(member) offsetof(struct notifier_slack, member)
static const struct option slack[] = {
	URL_FILE_ROW(notifier_slack,
	    "file whose first line is the URL of an incoming webhook"),
	{ .key = "token_file", .type = OPTION_PATH,
	  .offset = SLACK(http.token_file),
	  .help = "file whose first line is the token of a bot, which can "
	  "keep one thread an incident" },
	{ .key = "channel", .type = OPTION_TEXT, .offset = SLACK(channel),
	  .max = NAME_BYTES,
	  .help = "where the bot writes: the channel's id" },
	URL_ROW(notifier_slack, NULL,
	    "where the bot's calls go; default: https://slack.com"),
	REACH_ROWS(notifier_slack),
};
static const struct option_table slack_table = TABLE(slack, notifier_slack);

#define WEBHOOK(member) offsetof(struct notifier_webhook, member)
static const struct option_word methods[] = {
	{ "POST", HTTP_POST },
	{ "PUT", HTTP_PUT },
	{ "PATCH", HTTP_PATCH },
	{ NULL, 0 },
};
static const struct option webhook[] = {
	URL_ROW(notifier_webhook, NULL, "where it is sent; http or https"),
	URL_FILE_ROW(notifier_webhook,
	    "file whose first line is the URL, where that is a secret"),
	{ .key = "method", .type = OPTION_WORD, .offset = WEBHOOK(method),
	  .detail = methods, .fallback = "POST",
	  .help = "how it is sent" },
	{ .key = "headers", .type = OPTION_STRINGS,
	  .offset = WEBHOOK(headers), .max = HTTP_HEADERS_MAX,
	  .help = "sent along, each as \"Name: value\"" },
	{ .key = "header_files", .type = OPTION_STRINGS,
	  .offset = WEBHOOK(header_files), .max = HTTP_HEADERS_MAX,
	  .help = "each as \"Name: /path\": the value is the file's first "
	  "line" },
	{ .key = "token_file", .type = OPTION_PATH,
	  .offset = WEBHOOK(http.token_file),
	  .help = "file whose first line is sent as bearer token" },
	{ .key = "body", .type = OPTION_TEXT, .offset = WEBHOOK(body),
	  .max = NOTIFIER_BODY_MAX_BYTES,
	  .help = "what is sent, with ${NAME} for the notice's fields; "
	  "default: the notice itself" },
	{ .key = "content_type", .type = OPTION_TEXT,
	  .offset = WEBHOOK(content_type), .max = NAME_BYTES,
	  .fallback = "application/json",
	  .help = "what the body is; in JSON the fields are escaped" },
	{ .key = "expect_status", .type = OPTION_STRINGS,
	  .offset = WEBHOOK(expect_status), .min = 1, .max = 16,
	  .fallback = "200-299",
	  .help = "status codes and ranges that say it was taken" },
	REACH_ROWS(notifier_webhook),
};
static const struct option_table webhook_table =
	TABLE(webhook, notifier_webhook);

#define MAIL(member) offsetof(struct notifier_mail, member)
static const struct option mail[] = {
	{ .key = "sendmail", .type = OPTION_STRINGS,
	  .offset = MAIL(sendmail), .required = true,
	  .min = 1, .max = ARGUMENTS_MAX,
	  .help = "program and arguments that take a mail on standard "
	  "input: [\"/usr/sbin/sendmail\", \"-t\", \"-i\"]" },
	{ .key = "from", .type = OPTION_TEXT, .offset = MAIL(from),
	  .required = true, .max = NAME_BYTES,
	  .help = "whom it is from: one address" },
	{ .key = "to", .type = OPTION_STRINGS, .offset = MAIL(to),
	  .required = true, .min = 1, .max = RECIPIENTS_MAX,
	  .help = "whom it goes to: addresses" },
};
static const struct option_table mail_table = TABLE(mail, notifier_mail);

#define DUTY(member) offsetof(struct notifier_pagerduty, member)
#define DUTY_ROW(word, nth, usual) \
	{ .key = word, .type = OPTION_WORD, .offset = DUTY(severity[nth]), \
	  .detail = duty_words, .fallback = usual, \
	  .help = "what " word " is called there" }
const char *const pagerduty_severities[] = {
	"critical", "error", "warning", "info", NULL,
};
static const struct option_word duty_words[] = {
	{ "critical", 0 }, { "error", 1 }, { "warning", 2 }, { "info", 3 },
	{ NULL, 0 },
};
static const struct option pagerduty[] = {
	{ .key = "routing_key_file", .type = OPTION_PATH,
	  .offset = DUTY(http.token_file), .required = true,
	  .help = "file whose first line is the integration's key" },
	URL_ROW(notifier_pagerduty, "https://events.pagerduty.com/v2/enqueue",
	    "where events go, in version 2 of that interface"),
	DUTY_ROW("P0", SEVERITY_P0, "critical"),
	DUTY_ROW("P1", SEVERITY_P1, "error"),
	DUTY_ROW("P2", SEVERITY_P2, "warning"),
	DUTY_ROW("P3", SEVERITY_P3, "info"),
	REACH_ROWS(notifier_pagerduty),
};
static const struct option_table pagerduty_table =
	TABLE(pagerduty, notifier_pagerduty);

#define PAGE(member) offsetof(struct notifier_statuspage, member)
static const struct option statuspage[] = {
	{ .key = "page_id", .type = OPTION_NAME, .offset = PAGE(page_id),
	  .required = true,
	  .help = "which page" },
	{ .key = "token_file", .type = OPTION_PATH,
	  .offset = PAGE(http.token_file), .required = true,
	  .help = "file whose first line is the key of the interface" },
	{ .key = "component_ids", .type = OPTION_NAMES,
	  .offset = PAGE(component_ids), .max = COMPONENTS_MAX,
	  .help = "components that are bad while the incident is open" },
	{ .key = "component_status", .type = OPTION_TEXT,
	  .offset = PAGE(component_status), .fallback = "major_outage",
	  .max = NAME_BYTES,
	  .help = "what they are then: \"degraded_performance\", "
	  "\"partial_outage\", \"major_outage\"" },
	{ .key = "title", .type = OPTION_TEXT, .offset = PAGE(title),
	  .fallback = "${service}: we are looking into a problem",
	  .max = NAME_BYTES,
	  .help = "what the public reads, with ${NAME} for the notice's "
	  "fields" },
	{ .key = "text", .type = OPTION_TEXT, .offset = PAGE(text),
	  .fallback = "We noticed a problem after a change and are acting "
	  "on it.",
	  .max = TEXT_MAX_BYTES,
	  .help = "the same below the title, while the incident is open" },
	URL_ROW(notifier_statuspage, "https://api.statuspage.io",
	    "the interface, without /v1"),
	REACH_ROWS(notifier_statuspage),
};
static const struct option_table statuspage_table =
	TABLE(statuspage, notifier_statuspage);

#define GRAFANA(member) offsetof(struct notifier_grafana, member)
static const struct option grafana[] = {
	URL_ROW(notifier_grafana, NULL, "the server, without /api"),
	{ .key = "token_file", .type = OPTION_PATH,
	  .offset = GRAFANA(http.token_file), .required = true,
	  .help = "file whose first line is the token of a service account" },
	{ .key = "dashboard", .type = OPTION_NAME,
	  .offset = GRAFANA(dashboard),
	  .help = "uid of the one it belongs to; default: all" },
	{ .key = "panel", .type = OPTION_COUNT, .offset = GRAFANA(panel),
	  .min = 0, .max = 1000000,
	  .help = "id of one panel of it; default: all" },
	{ .key = "tags", .type = OPTION_STRINGS, .offset = GRAFANA(tags),
	  .max = TAGS_MAX,
	  .help = "beside rollbackd, service, environment and severity" },
	REACH_ROWS(notifier_grafana),
};
static const struct option_table grafana_table =
	TABLE(grafana, notifier_grafana);

static const struct option_table journal_table = {
	.what = "notifier", .options = NULL, .count = 0, .size = 1,
	.source = -1, .presence = -1,
};

#define KIND(kind, word, form_, http_, merges_) \
	static const struct notifier_traits kind##_traits = { \
		.form = form_, .is_http = http_, .merges = merges_ }; \
	static const struct option_kind kind##_kind = { \
		.name = word, .table = &kind##_table, .ops = &kind##_traits }

KIND(command, "command", NOTIFIER_COMMAND, false, false);
KIND(slack, "slack", NOTIFIER_SLACK, true, true);
KIND(webhook, "webhook", NOTIFIER_WEBHOOK, true, false);
KIND(mail, "mail", NOTIFIER_MAIL, false, true);
KIND(pagerduty, "pagerduty", NOTIFIER_PAGERDUTY, true, true);
KIND(statuspage, "statuspage", NOTIFIER_STATUSPAGE, true, true);
KIND(grafana, "grafana", NOTIFIER_GRAFANA, true, true);
KIND(journal, "journal", NOTIFIER_JOURNAL, false, false);

static const struct option_kind *const kinds[] = {
	&command_kind,
	&slack_kind,
	&webhook_kind,
	&mail_kind,
	&pagerduty_kind,
	&statuspage_kind,
	&grafana_kind,
	&journal_kind,
	NULL,
};

#define NOTIFIER(member) offsetof(struct notifier_settings, member)
static const struct option options[] = {
	{ .key = "name", .type = OPTION_NAME, .offset = NOTIFIER(name),
	  .required = true,
	  .help = "what status and reports call it" },
	{ .key = "events", .type = OPTION_STRINGS, .offset = NOTIFIER(events),
	  .max = EVENTS_MAX,
	  .help = "what it wants to hear of; default: everything" },
	{ .key = "severities", .type = OPTION_STRINGS,
	  .offset = NOTIFIER(severities), .max = SEVERITY_COUNT,
	  .help = "of which severities; default: all; what has none, it "
	  "hears of in any case" },
	{ .key = "drills", .type = OPTION_BOOL, .offset = NOTIFIER(drills),
	  .fallback = "true",
	  .help = "also of drills; in any case of one that failed" },
	{ .key = "timeout", .type = OPTION_DURATION,
	  .offset = NOTIFIER(timeout_ms), .fallback = "30s",
	  .min = 1000, .max = 600000,
	  .help = "then it is given up and tried again" },
};

const struct option_table notifier_options = {
	.what = "notifier", .options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct notifier_settings),
	.source = NOTIFIER(source), .presence = -1, .kinds = kinds,
	.kind_offset = NOTIFIER(kind), .settings_offset = NOTIFIER(settings),
};
/* clang-format on */

const struct notifier_traits *
notifier_traits(const struct notifier_settings *n)
{
	return n->kind->ops;
}

const struct notifier_http *
notifier_http(const struct notifier_settings *n)
{
	return notifier_traits(n)->is_http ? n->settings : NULL;
}
