#include <string.h>

#include "control/show_impl.h"

static void
add_fact(struct text *out, const struct show_style *style, const char *name,
    struct json_object *o, const char *key)
{
	const char *words = json_text(o, key);

	if (words != NULL && *words != '\0')
		show_fact(out, style, name, words);
}

static const char *
span(struct json_object *line, const char *key, char buffer[SPAN_MAX])
{
	int64_t ms;

	if (!json_int(line, key, &ms))
		return "-";
	return show_span(ms, buffer);
}

static void
add_line(struct table *t, struct json_object *line)
{
	bool has_come = json_member(line, "took_ms") != NULL;
	bool met = json_flag(line, "met", false);
	char took[SPAN_MAX], objective[SPAN_MAX];

	show_cell(t, line, "what");
	table_cell(t, span(line, "took_ms", took), TINT_NONE);
	table_cell(t, span(line, "objective_ms", objective), TINT_NONE);
	if (json_member(line, "objective_ms") == NULL)
		table_cell(t, "", TINT_NONE);
	else
		table_cell(t,
		    met          ? "met" :
			has_come ? "missed" :
				   "never",
		    met ? TINT_GOOD : TINT_BAD);
}

static void
add_times(
    struct text *out, const struct show_style *style, struct json_object *o)
{
	static const char *const headings[] = { "WHAT", "TOOK", "OBJECTIVE", "",
		NULL };
	struct table *t = table_new(headings);

	for (size_t i = 0; t != NULL && i < show_count(o, "times"); i++)
		add_line(t, show_at(o, "times", i));
	show_table(out, style, "Times", t);
}

static void
show_one(
    struct text *out, const struct show_style *style, struct json_object *o)
{
	char moment[MOMENT_MAX];

	add_fact(out, style, "drill", o, "id");
	add_fact(out, style, "stage", o, "stage");
	add_fact(out, style, "result", o, "result");
	add_fact(out, style, "because", o, "reason");
	add_fact(out, style, "fault", o, "fault");
	add_fact(out, style, "bad version", o, "version");
	add_fact(out, style, "before", o, "before");
	add_fact(out, style, "incident", o, "incident");
	add_fact(out, style, "by", o, "by");
	show_fact(out, style, "began", show_moment(o, "began_ms", moment));
	add_fact(out, style, "report", o, "report");
	if (json_flag(o, "broken", false))
		show_fact(out, style, "BROKEN", "mend it by hand");
	add_times(out, style, o);
}

void
show_drill(struct text *out, struct json_object *result,
    const struct show_style *style)
{
	struct json_object *on = json_member(result, "on");
	struct json_object *last = json_member(result, "last");
	const char *id = json_text(result, "drill");

	if (id != NULL) {
		tint_add(out, style, TINT_NONE, json_text(result, "service"));
		text_add(out, ": drill ");
		tint_add(out, style, TINT_BUSY, id);
		text_add_char(out, ' ');
		tint_add(out, style, TINT_NONE, json_text(result, "state"));
		text_add(out, "; see drill --last\n");
		return;
	}
	if (on == NULL && last == NULL)
		text_add(out, "no drill of it is known\n");
	if (on != NULL)
		show_one(out, style, on);
	if (on != NULL && last != NULL)
		text_add_char(out, '\n');
	if (last != NULL)
		show_one(out, style, last);
}
