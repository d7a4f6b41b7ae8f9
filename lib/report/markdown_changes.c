#include "report/sections.h"

#include "report/markdown.h"

static void
add_code(struct text *out, struct json_object *o, const char *key)
{
	const char *words = json_text(o, key);

	text_add_char(out, ' ');
	if (words != NULL && *words != '\0')
		markdown_code(out, words);
	text_add(out, " |");
}

/* "45.000 s before", "3.000 s after" */
static void
add_distance(struct text *out, struct json_object *o)
{
	char span[SPAN_TEXT_MAX];
	int64_t before_ms;

	if (!json_int(o, "before_ms", &before_ms) || before_ms == INT64_MIN)
		text_add(out, " |");
	else if (before_ms >= 0)
		text_addf(out, " %s before |", span_text(before_ms, span));
	else
		text_addf(out, " %s after |", span_text(-before_ms, span));
}

static void
add_change(struct text *out, struct json_object *o)
{
	char moment[MOMENT_TEXT_MAX];
	int64_t at_ms = story_moment(o, "deployed_ms");

	text_add_char(out, '|');
	add_code(out, o, "service");
	add_code(out, o, "version");
	add_code(out, o, "by");
	text_addf(out, " %s |",
	    at_ms == UNKNOWN_MS ? "" : moment_text_short(at_ms, moment));
	add_distance(out, o);
	text_add_char(out, '\n');
}

void
markdown_changes(struct text *out, const struct story *s)
{
	struct json_object *all = json_array(s->opened, "changes");
	size_t count = all == NULL ? 0 : json_object_array_length(all);

	if (all == NULL)
		return; /* it was not looked for then */
	text_add(out, "## What had changed\n\n");
	if (count == 0) {
		text_add(out, "Nothing is known to have been deployed.\n\n");
		return;
	}
	text_add(out,
	    "| Service | Version | By | Deployed, UTC | To the first bad sample "
	    "|\n|---|---|---|---|---:|\n");
	for (size_t i = 0; i < count; i++)
		add_change(out, json_object_array_get_idx(all, i));
	text_add_char(out, '\n');
}
