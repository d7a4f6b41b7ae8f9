#include "control/show_impl.h"

static void
add(struct text *out, const char *words)
{
	const struct show_style plain = { .colour = false };

	tint_add(out, &plain, TINT_NONE, words == NULL ? "?" : words);
}

/* "in place", "way back", or what speaks against going back to it. */
static const char *
way_back(struct json_object *x)
{
	const char *obstacle = json_text(x, "obstacle");

	if (json_flag(x, "in_place", false))
		return "in place";
	if (json_flag(x, "target", false))
		return "the way back";
	return obstacle != NULL ? obstacle : "possible";
}

static void
add_version(struct table *t, struct json_object *x)
{
	const char *incompatible = json_text(x, "incompatible");
	struct text note = text_new(ERROR_TEXT_MAX * 2);
	char moment[MOMENT_MAX];

	show_cell(t, x, "version");
	show_word_cell(t, x, "state");
	table_cell(t, show_moment(x, "deployed_wall_ms", moment), TINT_NONE);
	show_cell(t, x, "by");
	table_cell(t, way_back(x), TINT_NONE);
	show_cell(t, x, "why");
	if (incompatible != NULL)
		text_addf(
		    &note, "incompatible with all before it: %s", incompatible);
	table_note(t, text_str(&note), TINT_BAD);
	text_free(&note);
}

static void
show_soak(struct text *out, const struct show_style *style,
    struct json_object *result)
{
	char soaked[SPAN_MAX], soak[SPAN_MAX];
	struct text words = text_new(ERROR_TEXT_MAX);
	int64_t soaked_ms, soak_ms;

	if (!json_int(result, "soak_ms", &soak_ms) ||
	    !json_int(result, "soaked_ms", &soaked_ms))
		return;
	text_addf(&words, "%s of %s", show_span(soaked_ms, soaked),
	    show_span(soak_ms, soak));
	show_fact(out, style, "has soaked", text_str(&words));
	text_free(&words);
}

void
show_versions(struct text *out, struct json_object *result,
    const struct show_style *style)
{
	static const char *const headings[] = { "VERSION", "STATE",
		"DEPLOYED (UTC)", "BY", "WAY BACK", "WHY", NULL };
	const char *target = json_text(result, "target_version");
	struct table *t = table_new(headings);

	show_fact(out, style, "service", json_text(result, "service"));
	show_fact(out, style, "version", json_text(result, "version"));
	show_fact(
	    out, style, "previous", json_text(result, "previous_version"));
	show_soak(out, style, result);
	show_fact(out, style, target != NULL ? "goes back to" : "way back",
	    target != NULL ? target : json_text(result, "no_target"));
	for (size_t i = 0; t != NULL && i < show_count(result, "versions"); i++)
		add_version(t, show_at(result, "versions", i));
	show_table(out, style, "Versions", t);
	if (show_count(result, "versions") == 0)
		text_add(out, "no version is known: say deploy\n");
}

void
show_mark(struct text *out, struct json_object *result,
    const struct show_style *style)
{
	(void)style;
	add(out, json_text(result, "service"));
	text_add(out, " version ");
	add(out, json_text(result, "version"));
	text_add(out, " is marked ");
	add(out, json_text(result, "mark"));
	text_add(out, ": ");
	add(out, json_text(result, "why"));
	text_add_char(out, '\n');
}
