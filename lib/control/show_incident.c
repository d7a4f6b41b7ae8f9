#include "control/show_impl.h"

#include <stdio.h>
#include <string.h>

#define OFFSET_MAX 32
#define RESPONSE_MAX 128

static const char *
outcome_of(struct json_object *incident)
{
	const char *outcome = json_text(incident, "outcome");

	return outcome != NULL ? outcome : json_text(incident, "state");
}

void
show_history(struct text *out, struct json_object *result,
    const struct show_style *style)
{
	static const char *const headings[] = { "OPENED (UTC)", "INCIDENT",
		"SERVICE", "SEVERITY", "CAUSE", "ACTION", "VERSION", "TARGET",
		"DOWN", "OUTCOME", NULL };
	struct table *t = table_new(headings);
	size_t count = show_count(result, "incidents");

	for (size_t i = 0; t != NULL && i < count; i++) {
		struct json_object *o = show_at(result, "incidents", i);
		char buffer[MOMENT_MAX + SPAN_MAX];
		int64_t down_ms;

		table_cell(
		    t, show_moment(o, "opened_wall_ms", buffer), TINT_NONE);
		show_cell(t, o, "id");
		show_cell(t, o, "service");
		show_cell(t, o, "severity");
		show_cell(t, o, "cause");
		show_cell(t, o, "action");
		show_cell(t, o, "version");
		show_cell(t, o, "target_version");
		table_cell(t,
		    json_int(o, "down_ms", &down_ms) ?
			show_span(down_ms, buffer) :
			"-",
		    TINT_NONE);
		table_cell(t, outcome_of(o), show_tint(outcome_of(o)));
	}
	if (count == 0)
		text_add(out, "no incidents\n");
	show_table(out, style, NULL, t);
	if (json_flag(result, "more", false))
		text_add(out, "(there are older ones: --limit)\n");
}

static void
show_moment_fact(struct text *out, const struct show_style *style,
    const char *name, struct json_object *o, const char *key)
{
	char moment[MOMENT_MAX];
	int64_t wall_ms;

	if (json_int(o, key, &wall_ms))
		show_fact(out, style, name, show_moment(o, key, moment));
}

/* "4m10s, met" */
static void
show_response(
    struct text *out, const struct show_style *style, struct json_object *o)
{
	const char *word = json_text(o, "response");
	struct text words = text_new(RESPONSE_MAX);
	char span[SPAN_MAX];
	int64_t ms;

	if (json_int(o, "response_ms", &ms))
		text_add(&words, show_span(ms, span));
	if (word != NULL)
		text_addf(&words, "%s%s", words.length > 0 ? ", " : "", word);
	show_fact(out, style, "response", text_str(&words));
	text_free(&words);
}

/* What to type, where somebody is waited for. */
static void
show_wanted(
    struct text *out, const struct show_style *style, struct json_object *o)
{
	const char *outcome = outcome_of(o);
	const char *action = json_text(o, "action");
	const char *id = json_text(o, "id");
	struct text words;

	if (id == NULL || outcome == NULL ||
	    (strcmp(outcome, "awaiting") != 0 &&
		(strcmp(outcome, "open") != 0 || action == NULL ||
		    strcmp(action, "propose") != 0)))
		return;
	words = text_new(ERROR_TEXT_MAX);
	text_addf(&words,
	    "rollbackctl approve %s; or rollbackctl reject %s --reason TEXT",
	    id, id);
	show_fact(out, style, "wanted", text_str(&words));
	text_free(&words);
}

static void
show_facts(
    struct text *out, const struct show_style *style, struct json_object *o)
{
	static const char *const facts[][2] = {
		{ "incident", "id" },
		{ "service", "service" },
		{ "environment", "environment" },
		{ "severity", "severity" },
		{ "rule", "rule" },
		{ "cause", "cause" },
		{ "by", "by" },
		{ "reason", "reason" },
		{ "action", "action" },
		{ "procedure", "procedure" },
		{ "version", "version" },
		{ "target", "target_version" },
		{ "report", "report" },
	};
	char span[SPAN_MAX];
	int64_t down_ms;

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		show_fact(out, style, facts[i][0], json_text(o, facts[i][1]));
	show_moment_fact(out, style, "opened", o, "opened_wall_ms");
	show_moment_fact(out, style, "closed", o, "closed_wall_ms");
	if (json_int(o, "down_ms", &down_ms))
		show_fact(out, style, "down", show_span(down_ms, span));
	show_response(out, style, o);
	show_fact(out, style, "outcome", outcome_of(o));
	show_wanted(out, style, o);
}

static const char *
offset_of(struct json_object *entry, char buffer[OFFSET_MAX])
{
	int64_t ms;

	(void)snprintf(buffer, OFFSET_MAX, "-");
	if (json_int(entry, "offset_ms", &ms))
		(void)snprintf(
		    buffer, OFFSET_MAX, "%+.3fs", (double)ms / 1000.0);
	return buffer;
}

static void
show_timeline(struct text *out, const struct show_style *style,
    struct json_object *document)
{
	static const char *const headings[] = { "AT", "OFFSET", "WHAT", NULL };
	struct table *t = table_new(headings);

	for (size_t i = 0; t != NULL && i < show_count(document, "timeline");
	     i++) {
		struct json_object *e = show_at(document, "timeline", i);
		char offset[OFFSET_MAX];

		show_cell(t, e, "at");
		table_cell(t, offset_of(e, offset), TINT_NONE);
		show_cell(t, e, "text");
	}
	show_table(out, style, "Timeline", t);
}

/* Line by line: only the newlines of the page are obeyed. */
static void
show_lines(struct text *out, const char *page)
{
	while (*page != '\0') {
		size_t length = strcspn(page, "\n");

		/* Its own escapes are part of the page. */
		for (size_t i = 0; i < length;) {
			size_t n = strcspn(page + i, "\\");

			if (n > length - i)
				n = length - i;
			text_add_escaped(out, page + i, n);
			i += n;
			if (i < length)
				text_add_char(out, page[i++]);
		}
		text_add_char(out, '\n');
		page += length + (page[length] == '\n');
	}
}

void
show_incident(struct text *out, struct json_object *result,
    const struct show_style *style)
{
	const char *markdown = json_text(result, "markdown");

	if (markdown != NULL) {
		show_lines(out, markdown);
		return;
	}
	show_facts(out, style, json_member(result, "incident"));
	show_timeline(out, style, json_member(result, "document"));
}
