/*
 * Grafana: an annotation from the first bad sample on, which becomes a region
 * when the incident ends.
 */
#include "report/message_impl.h"

#define TEXT_CHARS 4000
#define TAG_CHARS 100

static void
add_tag(struct json_object *tags, const char *word)
{
	struct text words = text_new(MESSAGE_BYTES_MAX);

	if (word == NULL || *word == '\0')
		return;
	message_words(&words, word, TAG_CHARS, MESSAGE_LINE);
	(void)json_object_array_add(
	    tags, json_object_new_string(text_str(&words)));
	text_free(&words);
}

static struct json_object *
tags_of(const struct notifier_grafana *settings, struct json_object *notice)
{
	struct json_object *tags = json_object_new_array();

	add_tag(tags, "rollbackd");
	add_tag(tags, json_text(notice, "service"));
	add_tag(tags, json_text(notice, "environment"));
	add_tag(tags, json_text(notice, "severity"));
	add_tag(tags, json_text(notice, "outcome"));
	if (message_state(notice) == MESSAGE_TRIAL)
		add_tag(tags, "shadow");
	for (size_t i = 0; i < settings->tags.count; i++)
		add_tag(tags, settings->tags.items[i]);
	return tags;
}

static void
set_text(struct json_object *o, const struct message *m)
{
	struct text words = text_new(MESSAGE_BYTES_MAX);
	const char *incident = json_text(message_last(m), "incident");

	for (size_t i = 0; i < m->count; i++) {
		const char *summary = json_text(m->notices[i], "summary");

		message_words(&words, summary == NULL ? "" : summary,
		    TEXT_CHARS / m->count, MESSAGE_HTML);
		text_add_char(&words, '\n');
	}
	if (incident != NULL)
		text_addf(&words, "incident %s", incident);
	json_set_text(o, "text", text_str(&words));
	text_free(&words);
}

/* The earliest and latest moment that they know. */
static void
set_times(struct json_object *o, const struct message *m, bool is_new)
{
	struct json_object *last = message_last(m);
	int64_t from_ms, to_ms, at_ms;

	if (!json_int(m->notices[0], "at_ms", &at_ms))
		at_ms = 0;
	if (!json_int(last, "first_bad_ms", &from_ms))
		from_ms = at_ms;
	if (is_new)
		json_set_int(o, "time", from_ms);
	if (!message_is(last, "closed"))
		return;
	if (!json_int(last, "recovered_ms", &to_ms) &&
	    !json_int(last, "at_ms", &to_ms))
		to_ms = at_ms;
	json_set_int(o, "timeEnd", to_ms < from_ms ? from_ms : to_ms);
}

size_t
message_grafana(const struct notifier_settings *n, const struct message *m,
    struct message_request requests[MESSAGE_REQUESTS_MAX])
{
	const struct notifier_grafana *settings = n->settings;
	struct json_object *o = json_object_new_object();
	bool is_new = m->handle == NULL;

	if (is_new && settings->dashboard != NULL)
		json_set_text(o, "dashboardUID", settings->dashboard);
	if (is_new && settings->panel > 0)
		json_set_int(o, "panelId", settings->panel);
	set_times(o, m, is_new);
	json_set(o, "tags", tags_of(settings, message_last(m)));
	set_text(o, m);
	message_add_json(&requests[0].body, o);
	text_add(&requests[0].tail, "/api/annotations");
	if (!is_new)
		text_addf(&requests[0].tail, "/%s", m->handle);
	requests[0].method = is_new ? HTTP_POST : HTTP_PATCH;
	requests[0].names_thread = is_new;
	requests[0].may_be_gone = !is_new;
	return 1;
}
