#include <inttypes.h>
#include <string.h>

#include "control/show_impl.h"

#define WORDS_MAX_BYTES 1024

static void
add_letter(struct table *t, struct json_object *x, int64_t now_ms)
{
	const char *state = json_text(x, "state");
	bool is_dead = state != NULL && strcmp(state, "dead") == 0;
	const char *summary = json_text(x, "summary");
	char words[SPAN_MAX];
	int64_t id = 0, tries = 0;
	struct text number = text_new(WORDS_MAX_BYTES);

	(void)json_int(x, "id", &id);
	(void)json_int(x, "tries", &tries);
	text_addf(&number, "%" PRId64, id);
	table_cell(t, text_str(&number), TINT_STRONG);
	show_cell(t, x, "channel");
	table_cell(t, state, is_dead ? TINT_BAD : TINT_BUSY);
	show_cell(t, x, "event");
	show_cell(t, x, "service");
	table_cell(t, show_age(x, "made_wall_ms", now_ms, words), TINT_NONE);
	text_clear(&number);
	text_addf(&number, "%" PRId64, tries);
	table_cell(t, text_str(&number), TINT_NONE);
	table_note(t, summary, TINT_FAINT);
	table_note(t, json_text(x, "reason"), TINT_BAD);
	text_free(&number);
}

static void
show_letters(struct text *out, const struct show_style *style,
    struct json_object *result)
{
	static const char *const headings[] = { "ID", "NOTIFIER", "STATE",
		"EVENT", "SERVICE", "AGE", "TRIES", NULL };
	struct table *t = table_new(headings);
	int64_t now_ms = 0;

	(void)json_int(result, "wall_ms", &now_ms);
	if (t == NULL)
		return;
	for (size_t i = 0; i < show_count(result, "letters"); i++)
		add_letter(t, show_at(result, "letters", i), now_ms);
	if (table_rows(t) == 0)
		text_add(out, "everything was delivered\n");
	else
		table_write(t, out, style);
	table_free(t);
}

void
show_notify(struct text *out, struct json_object *result,
    const struct show_style *style)
{
	const char *act = json_text(result, "act");
	const char *channel = json_text(result, "channel");
	struct text failing = show_list(json_array(result, "failing"));
	char span[SPAN_MAX];
	int64_t count = 0, took_ms = 0;

	(void)json_int(result, "count", &count);
	(void)json_int(result, "took_ms", &took_ms);
	if (act != NULL && strcmp(act, "test") == 0) {
		tint_add(
		    out, style, TINT_GOOD, channel == NULL ? "?" : channel);
		text_addf(
		    out, " was told, within %s\n", show_span(took_ms, span));
	} else if (act != NULL && strcmp(act, "list") == 0) {
		if (failing.length > 0)
			show_fact(out, style, "failing", text_str(&failing));
		show_letters(out, style, result);
	} else
		text_addf(out, "%" PRId64 " %s\n", count,
		    act != NULL && strcmp(act, "drop") == 0 ?
			"dropped" :
			"will be sent once more");
	text_free(&failing);
}
