#include "report/drill_markdown.h"

#include "report/markdown.h"
#include "report/words.h"

#define UNKNOWN "-"

static void
add_fact(struct text *out, const char *name, struct json_object *data,
    const char *key)
{
	const char *words = json_text(data, key);

	if (words == NULL || *words == '\0')
		return;
	text_addf(out, "| %s | ", name);
	markdown_code(out, words);
	text_add(out, " |\n");
}

static void
add_moment(struct text *out, const char *name, struct json_object *data,
    const char *key)
{
	char moment[MOMENT_TEXT_MAX];
	int64_t wall_ms;

	if (json_int(data, key, &wall_ms))
		text_addf(
		    out, "| %s | %s |\n", name, moment_text(wall_ms, moment));
}

static void
add_span(struct text *out, struct json_object *line, const char *key)
{
	char span[SPAN_TEXT_MAX];
	int64_t ms;

	text_add(out, json_int(line, key, &ms) ? span_text(ms, span) : UNKNOWN);
}

static void
add_line(struct text *out, struct json_object *line)
{
	bool has_objective = json_member(line, "objective_ms") != NULL;
	bool has_come = json_member(line, "took_ms") != NULL;

	text_add(out, "| ");
	markdown_words(out, json_text(line, "what"));
	text_add(out, " | ");
	add_span(out, line, "took_ms");
	text_add(out, " | ");
	add_span(out, line, "objective_ms");
	text_addf(out, " | %s |\n",
	    !has_objective                    ? "" :
		!has_come                     ? "**never**" :
		json_flag(line, "met", false) ? "met" :
						"**missed**");
}

static void
add_times(struct text *out, struct json_object *data)
{
	struct json_object *times = json_array(data, "times");
	size_t count = times == NULL ? 0 : json_object_array_length(times);

	text_add(out,
	    "\n## Times\n\n| what | took | objective | |\n|---|---|---|---|\n");
	for (size_t i = 0; i < count; i++)
		add_line(out, json_object_array_get_idx(times, i));
	text_add(out,
	    "\nFirst step and decided count from detected, steps done from the "
	    "first step,\nwell again from healed, all else from the fault.\n");
}

void
drill_markdown(struct text *out, struct json_object *data)
{
	const char *reason = json_text(data, "reason");

	text_add(out, "# Drill of ");
	markdown_words(out, json_text(data, "service"));
	text_add(out, ": ");
	markdown_words(out, json_text(data, "result"));
	text_add(out, "\n\n");
	if (reason != NULL && *reason != '\0') {
		markdown_words(out, reason);
		text_add(out, "\n\n");
	}
	if (json_flag(data, "broken", false))
		text_add(out,
		    "**The service is broken still: mend it by hand.**\n\n");
	text_add(out, "| | |\n|---|---|\n");
	add_fact(out, "drill", data, "id");
	add_fact(out, "environment", data, "environment");
	add_fact(out, "fault", data, "fault");
	add_fact(out, "bad version", data, "version");
	add_fact(out, "in place before", data, "before");
	add_fact(out, "by", data, "by");
	add_fact(out, "why", data, "purpose");
	add_fact(out, "incident", data, "incident");
	add_moment(out, "began", data, "began_ms");
	add_moment(out, "ended", data, "ended_ms");
	add_times(out, data);
}
