/*
 * Slack: one attachment with a colour and blocks in it.  Nothing is parsed
 * but what is ours: texts are escaped and sent verbatim.
 */
#include <stdio.h>
#include <string.h>

#include "report/message_impl.h"

/* What Slack takes, in characters. */
#define SECTION_CHARS 3000
#define FIELD_CHARS 2000
#define FIELDS_MAX 10
#define CONTEXT_CHARS 1000
#define FALLBACK_CHARS 1000
#define HEADLINE_CHARS 300
/* Where there are many, so that all of them fit a message. */
#define BRIEF_CHARS 600
/* A block each, and two: of 50. */
_Static_assert(MESSAGE_NOTICES_MAX + 2 <= 50, "blocks of a message");

static const char *const colours[] = {
	[MESSAGE_INFORMS] = "#57606a",
	[MESSAGE_TRIAL] = "#8c959f",
	[MESSAGE_WAITS] = "#e3b341",
	[MESSAGE_ACTS] = "#d9822b",
	[MESSAGE_TROUBLE] = "#cf222e",
	[MESSAGE_WELL] = "#2da44e",
	[MESSAGE_ENDED] = "#a40e26",
};

static struct json_object *
mrkdwn(const struct text *words)
{
	struct json_object *o = json_object_new_object();

	json_set_text(o, "type", "mrkdwn");
	json_set_text(o, "text", text_str(words));
	json_set_bool(o, "verbatim", true);
	return o;
}

static void
add_section(
    struct json_object *blocks, struct json_object *notice, size_t max_chars)
{
	struct text words = text_new(MESSAGE_BYTES_MAX);
	struct text head = text_new(MESSAGE_BYTES_MAX);
	struct json_object *o = json_object_new_object();
	const char *summary = json_text(notice, "summary");

	message_headline(&head, notice);
	text_add(&words, "*");
	message_words(&words, text_str(&head), HEADLINE_CHARS, MESSAGE_SLACK);
	text_add(&words, "*\n");
	message_words(&words, summary == NULL ? "" : summary,
	    max_chars - HEADLINE_CHARS - 3, MESSAGE_SLACK);
	json_set_text(o, "type", "section");
	json_set(o, "text", mrkdwn(&words));
	(void)json_object_array_add(blocks, o);
	text_free(&head);
	text_free(&words);
}

static void
add_fields(struct json_object *blocks, struct json_object *notice)
{
	struct json_object *o = json_object_new_object();
	struct json_object *fields = json_object_new_array();
	struct text words = text_new(MESSAGE_BYTES_MAX);

	for (size_t i = 0; message_facts[i].key != NULL; i++) {
		const char *value = json_text(notice, message_facts[i].key);
		size_t used;

		if (value == NULL || *value == '\0' ||
		    json_object_array_length(fields) == FIELDS_MAX)
			continue;
		text_clear(&words);
		text_addf(&words, "*%s*\n", message_facts[i].label);
		used = words.length;
		message_words(&words, value, FIELD_CHARS - used, MESSAGE_SLACK);
		(void)json_object_array_add(fields, mrkdwn(&words));
	}
	text_free(&words);
	if (json_object_array_length(fields) == 0) {
		json_object_put(fields);
		json_object_put(o);
		return;
	}
	json_set_text(o, "type", "section");
	json_set(o, "fields", fields);
	(void)json_object_array_add(blocks, o);
}

static void
add_context(struct json_object *blocks, struct json_object *notice)
{
	static const struct message_fact facts[] = {
		{ "at", "" },
		{ "incident", "incident " },
		{ "report", "report " },
		{ "host", "rollbackd on " },
	};
	struct json_object *o = json_object_new_object();
	struct json_object *elements = json_object_new_array();
	struct text words = text_new(MESSAGE_BYTES_MAX);

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		const char *value = json_text(notice, facts[i].key);

		if (value == NULL || *value == '\0')
			continue;
		text_addf(&words, "%s%s", words.length == 0 ? "" : " | ",
		    facts[i].label);
		message_words(&words, value, CONTEXT_CHARS, MESSAGE_SLACK);
	}
	if (words.length == 0)
		text_add(&words, "rollbackd");
	(void)json_object_array_add(elements, mrkdwn(&words));
	text_free(&words);
	json_set_text(o, "type", "context");
	json_set(o, "elements", elements);
	(void)json_object_array_add(blocks, o);
}

static void
add_fallback(struct json_object *o, const char *key, struct json_object *notice)
{
	struct text words = text_new(MESSAGE_BYTES_MAX);
	struct text head = text_new(MESSAGE_BYTES_MAX);
	const char *summary = json_text(notice, "summary");

	message_headline(&head, notice);
	message_words(&words, text_str(&head), HEADLINE_CHARS, MESSAGE_SLACK);
	text_add(&words, ": ");
	message_words(&words, summary == NULL ? "" : summary, FALLBACK_CHARS,
	    MESSAGE_SLACK);
	json_set_text(o, key, text_str(&words));
	text_free(&head);
	text_free(&words);
}

/* brief: of the last notice alone, as the first message of a thread shows. */
static void
add_message(struct json_object *o, const struct message *m, bool brief)
{
	struct json_object *last = message_last(m);
	struct json_object *attachment = json_object_new_object();
	struct json_object *attachments = json_object_new_array();
	struct json_object *blocks = json_object_new_array();
	size_t max_chars = m->count == 1 || brief ? SECTION_CHARS : BRIEF_CHARS;

	for (size_t i = brief ? m->count - 1 : 0; i < m->count; i++)
		add_section(blocks, m->notices[i], max_chars);
	add_fields(blocks, last);
	add_context(blocks, last);
	add_fallback(o, "text", last);
	json_set_text(attachment, "color", colours[message_state(last)]);
	add_fallback(attachment, "fallback", last);
	json_set(attachment, "blocks", blocks);
	(void)json_object_array_add(attachments, attachment);
	json_set(o, "attachments", attachments);
}

static void
finish(struct message_request *r, struct json_object *o, const char *tail)
{
	r->method = HTTP_POST;
	text_add(&r->tail, tail);
	message_add_json(&r->body, o);
}

/* "C024BE91L:1503435956.000247": the channel's id, and when it was written. */
static bool
read_handle(
    const char *handle, char channel[NAME_MAX_BYTES + 1], const char **moment)
{
	const char *colon = handle == NULL ? NULL : strrchr(handle, ':');

	if (colon == NULL || colon - handle > NAME_MAX_BYTES)
		return false;
	(void)snprintf(
	    channel, NAME_MAX_BYTES + 1, "%.*s", (int)(colon - handle), handle);
	*moment = colon + 1;
	return true;
}

static size_t
of_bot(const struct notifier_slack *slack, const struct message *m,
    struct message_request requests[MESSAGE_REQUESTS_MAX])
{
	struct json_object *o = json_object_new_object();
	char channel[NAME_MAX_BYTES + 1];
	const char *moment;
	bool is_first = !read_handle(m->handle, channel, &moment);
	size_t count = 0;

	if (!is_first) {
		struct json_object *first = json_object_new_object();

		json_set_text(first, "channel", channel);
		json_set_text(first, "ts", moment);
		add_message(first, m, true);
		requests[count].may_be_gone = true;
		finish(&requests[count++], first, "/api/chat.update");
	}
	json_set_text(o, "channel", is_first ? slack->channel : channel);
	if (!is_first)
		json_set_text(o, "thread_ts", moment);
	add_message(o, m, false);
	json_set_bool(o, "unfurl_links", false);
	json_set_bool(o, "unfurl_media", false);
	requests[count].names_thread = is_first;
	finish(&requests[count++], o, "/api/chat.postMessage");
	return count;
}

size_t
message_slack(const struct notifier_settings *n, const struct message *m,
    struct message_request requests[MESSAGE_REQUESTS_MAX])
{
	const struct notifier_slack *slack = n->settings;
	struct json_object *o;

	if (slack->channel != NULL)
		return of_bot(slack, m, requests);
	o = json_object_new_object();
	add_message(o, m, false);
	finish(&requests[0], o, "");
	return 1;
}
