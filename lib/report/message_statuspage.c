/*
 * A status page: what the public may know.  Nothing of a notice gets there
 * but by the settings' title and text.
 */
#include "report/message_impl.h"
#include "report/template.h"

#define TITLE_CHARS 200
#define TEXT_CHARS 5000
#define WELL_TEXT "This is resolved."
#define ENDED_TEXT "The problem is not solved yet. We are working on it."

static void
set_filled(struct json_object *o, const char *key, const char *template,
    struct json_object *notice, size_t max_chars)
{
	struct text filled = text_new(MESSAGE_BYTES_MAX);
	struct text words = text_new(MESSAGE_BYTES_MAX);

	template_fill(&filled, template, TEMPLATE_PLAIN, message_field, notice);
	message_words(&words, text_str(&filled), max_chars, MESSAGE_LINE);
	json_set_text(o, key, text_str(&words));
	text_free(&filled);
	text_free(&words);
}

static const char *
status_of(const struct message *m)
{
	enum message_state state = message_state(message_last(m));

	if (state == MESSAGE_WELL)
		return "resolved";
	return state == MESSAGE_WAITS ? "investigating" : "identified";
}

static void
add_components(struct json_object *o,
    const struct notifier_statuspage *settings, bool is_well)
{
	struct json_object *ids = json_object_new_array();
	struct json_object *states = json_object_new_object();
	const char *status =
	    is_well ? "operational" : settings->component_status;

	for (size_t i = 0; i < settings->component_ids.count; i++) {
		const char *id = settings->component_ids.items[i];

		(void)json_object_array_add(ids, json_object_new_string(id));
		json_set_text(states, id, status);
	}
	json_set(o, "component_ids", ids);
	json_set(o, "components", states);
}

static struct json_object *
incident_json(const struct notifier_statuspage *settings,
    const struct message *m, bool is_new)
{
	struct json_object *o = json_object_new_object();
	struct json_object *last = message_last(m);
	enum message_state state = message_state(last);

	if (is_new)
		set_filled(o, "name", settings->title, last, TITLE_CHARS);
	json_set_text(o, "status", status_of(m));
	if (state == MESSAGE_WELL)
		json_set_text(o, "body", WELL_TEXT);
	else if (state == MESSAGE_ENDED)
		json_set_text(o, "body", ENDED_TEXT);
	else
		set_filled(o, "body", settings->text, last, TEXT_CHARS);
	if (settings->component_ids.count > 0)
		add_components(o, settings, state == MESSAGE_WELL);
	return o;
}

size_t
message_statuspage(const struct notifier_settings *n, const struct message *m,
    struct message_request requests[MESSAGE_REQUESTS_MAX])
{
	const struct notifier_statuspage *settings = n->settings;
	struct json_object *o;

	/* The public need not see that the key works. */
	if (message_is(message_last(m), "test")) {
		text_addf(&requests[0].tail,
		    "/v1/pages/%s/incidents/unresolved", settings->page_id);
		requests[0].method = HTTP_GET;
		return 1;
	}
	/* Nobody was told that it was bad: then nobody is told that it ended.
	 */
	if (m->handle == NULL && message_state(message_last(m)) == MESSAGE_WELL)
		return 0;
	o = json_object_new_object();
	json_set(o, "incident", incident_json(settings, m, m->handle == NULL));
	message_add_json(&requests[0].body, o);
	text_addf(
	    &requests[0].tail, "/v1/pages/%s/incidents", settings->page_id);
	if (m->handle != NULL)
		text_addf(&requests[0].tail, "/%s", m->handle);
	requests[0].method = m->handle == NULL ? HTTP_POST : HTTP_PATCH;
	requests[0].names_thread = m->handle == NULL;
	requests[0].may_be_gone = m->handle != NULL;
	return 1;
}
