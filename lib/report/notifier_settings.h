/*
 * notifier_settings.h - who is told, and how he is reached.
 *
 * A kind adds its own table and struct.  Checked once, by lib/config; secrets
 * are files, and what stands in them is known to nobody but the sender.
 */
#ifndef REPORT_NOTIFIER_SETTINGS_H
#define REPORT_NOTIFIER_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/option.h"
#include "base/source.h"
#include "base/strings.h"
#include "decision/severity_settings.h"
#include "probe/http_settings.h"

#define NOTIFIER_BODY_MAX_BYTES (64 * 1024)

struct notifier_settings {
	struct source source;
	const char *name;
	struct strings events;     /* words of notice_events; empty: all */
	bool drills;               /* of those it hears, too */
	struct strings severities; /* "P0"; empty: all */
	int64_t timeout_ms;
	const struct option_kind *kind;
	const void *settings; /* of the kind */
};

extern const struct option_table notifier_options;

enum notifier_form {
	NOTIFIER_COMMAND,
	NOTIFIER_SLACK,
	NOTIFIER_WEBHOOK,
	NOTIFIER_MAIL,
	NOTIFIER_PAGERDUTY,
	NOTIFIER_STATUSPAGE,
	NOTIFIER_GRAFANA,
	NOTIFIER_JOURNAL,
};

/* The ops of its option_kind. */
struct notifier_traits {
	enum notifier_form form;
	bool is_http; /* its settings begin with struct notifier_http */
	bool merges;  /* several notices of one incident make one message */
};

const struct notifier_traits *notifier_traits(
    const struct notifier_settings *n);

/* What all that are told over HTTP have in common. */
struct notifier_http {
	const char *url;        /* NULL: url_file */
	const char *url_file;   /* its first line is the URL, a secret */
	const char *token_file; /* NULL: none is sent */
	const char *ca_file;
	bool allow_local;
};

/* NULL: it is not told over HTTP. */
const struct notifier_http *notifier_http(const struct notifier_settings *n);

struct notifier_command {
	struct strings command;
};

struct notifier_slack {
	struct notifier_http http; /* url_file: webhook; token_file: bot */
	const char *channel;       /* of the bot; NULL: a webhook */
};

struct notifier_webhook {
	struct notifier_http http;
	int method; /* enum http_method */
	struct strings headers;
	struct strings header_files; /* "Name: /path" */
	const char *body;            /* NULL: the notice as it is */
	const char *content_type;
	struct strings expect_status;
};

struct notifier_mail {
	struct strings sendmail;
	const char *from;
	struct strings to;
};

struct notifier_pagerduty {
	struct notifier_http http;     /* token_file: the routing key */
	int severity[SEVERITY_P3 + 1]; /* index into pagerduty_severities */
};
extern const char *const pagerduty_severities[];

struct notifier_statuspage {
	struct notifier_http http;
	const char *page_id;
	struct strings component_ids;
	const char *component_status; /* while it is bad */
	const char *title;
	const char *text;
};

struct notifier_grafana {
	struct notifier_http http;
	const char *dashboard; /* NULL: of the whole organisation */
	unsigned panel;        /* 0: of the dashboard */
	struct strings tags;
};

#endif
