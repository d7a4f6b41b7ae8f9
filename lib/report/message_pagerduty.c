/*
 * Events as PagerDuty's interface has them, version 2.  All of an incident
 * have its id as dedup_key, so that they are one alert; sent twice they are
 * still one.  What a person has to see to is an alert of its own: the first
 * one is acknowledged while the daemon acts, and so would page nobody.
 */
#include <string.h>

#include "decision/rule_settings.h"
#include "report/message_impl.h"

/* What is taken, in characters. */
#define SUMMARY_CHARS 1024
#define DETAIL_CHARS 2000
#define KEY_CHARS 255
#define PERSON ".person"

static const char *
severity_of(
    const struct notifier_pagerduty *settings, struct json_object *notice)
{
	const char *word = json_text(notice, "severity");
	enum severity severity;

	/* The daemon's own trouble. */
	if (word == NULL || !severity_parse(word, &severity))
		return "error";
	return pagerduty_severities[settings->severity[severity]];
}

static void
set_words(
    struct json_object *o, const char *key, const char *words, size_t max_chars)
{
	struct text line = text_new(MESSAGE_BYTES_MAX);

	if (words == NULL || *words == '\0')
		return;
	message_words(&line, words, max_chars, MESSAGE_LINE);
	json_set_text(o, key, text_str(&line));
	text_free(&line);
}

static struct json_object *
details(struct json_object *notice)
{
	struct json_object *o = json_object_new_object();

	for (size_t i = 0; message_fields[i] != NULL; i++)
		if (strcmp(message_fields[i], "summary") != 0)
			set_words(o, message_fields[i],
			    json_text(notice, message_fields[i]), DETAIL_CHARS);
	return o;
}

static struct json_object *
payload(const struct notifier_pagerduty *settings, struct json_object *notice)
{
	struct json_object *o = json_object_new_object();
	struct text summary = text_new(MESSAGE_BYTES_MAX);
	const char *host = json_text(notice, "host");

	message_headline(&summary, notice);
	text_addf(&summary, ": %s", json_text(notice, "summary"));
	set_words(o, "summary", text_str(&summary), SUMMARY_CHARS);
	text_free(&summary);
	json_set_text(o, "source", host == NULL ? "rollbackd" : host);
	json_set_text(o, "severity", severity_of(settings, notice));
	json_set_text(o, "timestamp", json_text(notice, "at"));
	set_words(o, "component", json_text(notice, "service"), DETAIL_CHARS);
	set_words(o, "group", json_text(notice, "environment"), DETAIL_CHARS);
	set_words(o, "class", json_text(notice, "rule"), DETAIL_CHARS);
	json_set(o, "custom_details", details(notice));
	return o;
}

static bool
needs_person(struct json_object *notice)
{
	enum message_state state = message_state(notice);

	return state == MESSAGE_TROUBLE || state == MESSAGE_ENDED ||
	    message_is(notice, "approval") ||
	    message_is(notice, "approval_escalated");
}

static void
set_key(struct json_object *o, struct json_object *notice, bool for_person)
{
	const char *incident = json_text(notice, "incident");
	struct text key = text_new(MESSAGE_BYTES_MAX);

	if (incident == NULL || *incident == '\0')
		text_add(&key, json_text(notice, "dedup_key"));
	else
		text_addf(&key, "%s%s", incident, for_person ? PERSON : "");
	set_words(o, "dedup_key", text_str(&key), KEY_CHARS);
	text_free(&key);
}

static void
add(struct message_request *r, const struct notifier_settings *n,
    const struct message *m, const char *action, struct json_object *notice,
    bool for_person)
{
	struct json_object *o = json_object_new_object();

	json_set_text(o, "routing_key", m->secret == NULL ? "" : m->secret);
	json_set_text(o, "event_action", action);
	set_key(o, notice, for_person);
	if (strcmp(action, "trigger") == 0) {
		json_set(o, "payload", payload(n->settings, notice));
		json_set_text(o, "client", "rollbackd");
	}
	r->method = HTTP_POST;
	message_add_json(&r->body, o);
}

/* Who is paged for it?  What has ended well is not worth waking anybody. */
static struct json_object *
to_trigger(const struct message *m)
{
	for (size_t i = m->count; i > 0; i--) {
		enum message_state state = message_state(m->notices[i - 1]);

		if (state != MESSAGE_WELL &&
		    !message_is(m->notices[i - 1], "approved"))
			return m->notices[i - 1];
	}
	return NULL;
}

size_t
message_pagerduty(const struct notifier_settings *n, const struct message *m,
    struct message_request requests[MESSAGE_REQUESTS_MAX])
{
	struct json_object *last = message_last(m), *bad = to_trigger(m);
	bool is_over = message_state(last) == MESSAGE_WELL;
	size_t count = 0;

	if (message_is(last, "test")) {
		add(&requests[count++], n, m, "trigger", last, false);
		add(&requests[count++], n, m, "resolve", last, false);
		return count;
	}
	if (bad != NULL)
		add(&requests[count++], n, m, "trigger", bad,
		    needs_person(bad));
	if (is_over) {
		add(&requests[count++], n, m, "resolve", last, false);
		add(&requests[count++], n, m, "resolve", last, true);
	} else if (message_find(m, MESSAGE_ACTS) != NULL &&
	    message_state(last) == MESSAGE_ACTS)
		add(&requests[count++], n, m, "acknowledge", last, false);
	return count;
}
