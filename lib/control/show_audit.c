#include "control/show_impl.h"

#include "control/caller.h"

#define NAME_TEXT_MAX 64

/* "alice (uid 1000)", as rollbackctl has found the name; else who it was. */
static void
add_who(struct table *t, struct json_object *act)
{
	struct text who = text_new(CALLER_TEXT_MAX + NAME_TEXT_MAX);
	const char *name = json_text(act, "name");
	const char *by = json_text(act, "by");

	if (name != NULL)
		text_addf(&who, "%s, ", name);
	text_add(&who, by == NULL ? "-" : by);
	table_cell(t, text_str(&who), TINT_NONE);
	text_free(&who);
}

void
show_audit(struct text *out, struct json_object *result,
    const struct show_style *style)
{
	static const char *const headings[] = { "AT (UTC)", "ACT", "SERVICE",
		"WHO", NULL };
	static const char *const notes[] = { "what", "reason", "incident" };
	struct table *t = table_new(headings);
	size_t count = show_count(result, "acts");

	for (size_t i = 0; t != NULL && i < count; i++) {
		struct json_object *act = show_at(result, "acts", i);
		bool refused = json_flag(act, "refused", false);
		char moment[MOMENT_MAX];

		table_cell(
		    t, show_moment(act, "at_wall_ms", moment), TINT_NONE);
		table_cell(
		    t, json_text(act, "act"), refused ? TINT_BAD : TINT_NONE);
		show_cell(t, act, "service");
		add_who(t, act);
		for (size_t k = 0; k < sizeof(notes) / sizeof(notes[0]); k++)
			table_note(t, json_text(act, notes[k]), TINT_FAINT);
	}
	if (count == 0)
		text_add(out, "nobody did anything\n");
	show_table(out, style, NULL, t);
	if (json_flag(result, "more", false))
		text_add(out, "(there are older ones: --limit)\n");
}
