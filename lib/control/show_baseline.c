#include <inttypes.h>
#include <string.h>

#include "base/units.h"
#include "control/show_impl.h"

#define NOTE_MAX_BYTES 1024

static const char *
quantity(struct json_object *o, const char *key, const char *unit,
    char buffer[QUANTITY_TEXT_MAX])
{
	double value;

	if (!json_number(o, key, &value))
		return "-";
	return quantity_text(value, unit, buffer);
}

static const char *
span(struct json_object *o, const char *key, char buffer[SPAN_MAX])
{
	int64_t ms = 0;

	(void)json_int(o, key, &ms);
	return show_span(ms, buffer);
}

/* "pinned by uid 1000 (lead), 3h ago"; "" when it is not. */
static void
add_pin(struct text *note, struct json_object *baseline)
{
	const char *by = json_text(baseline, "pinned_by");

	if (json_flag(baseline, "pinned", false))
		text_addf(note, "pinned by %s", by == NULL ? "somebody" : by);
}

void
show_baseline_note(
    struct text *note, struct json_object *baseline, const char *unit)
{
	char value[QUANTITY_TEXT_MAX], spread[QUANTITY_TEXT_MAX];
	const char *learning = json_text(baseline, "learning");
	char age[SPAN_MAX];

	if (baseline == NULL)
		return;
	text_addf(note, "baseline %s, spread %s, %s old, %s",
	    quantity(baseline, "value", unit, value),
	    quantity(baseline, "spread", unit, spread),
	    span(baseline, "age_ms", age), learning == NULL ? "-" : learning);
	if (json_flag(baseline, "pinned", false))
		text_add(note, "; ");
	add_pin(note, baseline);
}

/* What is there and what is wanted, where it is not enough. */
static void
note_youth(struct table *t, struct json_object *baseline)
{
	char age[SPAN_MAX], least[SPAN_MAX];
	struct text note = text_new(NOTE_MAX_BYTES);
	int64_t samples = 0, min_samples = 0;

	(void)json_int(baseline, "samples", &samples);
	(void)json_int(baseline, "min_samples", &min_samples);
	if (!json_flag(baseline, "may_judge", false))
		text_addf(&note,
		    "judges when %s old (now %s), with %" PRId64
		    " samples (now %" PRId64 ")",
		    span(baseline, "min_age_ms", least),
		    span(baseline, "age_ms", age), min_samples, samples);
	table_note(t, text_str(&note), TINT_BUSY);
	text_clear(&note);
	add_pin(&note, baseline);
	table_note(t, text_str(&note), TINT_NONE);
	text_free(&note);
}

static void
add_row(struct table *t, struct json_object *e)
{
	struct json_object *b = json_member(e, "baseline");
	const char *unit = json_text(e, "unit");
	char buffer[QUANTITY_TEXT_MAX + SPAN_MAX + NUMBER_MAX];

	show_cell(t, e, "name");
	table_cell(t, quantity(b, "value", unit, buffer), TINT_STRONG);
	table_cell(t, quantity(b, "learned", unit, buffer), TINT_NONE);
	table_cell(t, quantity(b, "spread", unit, buffer), TINT_NONE);
	table_cell(t, span(b, "age_ms", buffer), TINT_NONE);
	table_cell(t, show_number(b, "samples", buffer), TINT_NONE);
	table_cell(t, show_number(b, "held_back", buffer), TINT_NONE);
	show_cell(t, b, "learning");
	note_youth(t, b);
}

static void
show_acts(struct text *out, const struct show_style *style,
    struct json_object *result)
{
	static const char *const headings[] = { "AT", "EVALUATOR", "ACT",
		"VALUE", "BY", "REASON", NULL };
	struct table *t = table_new(headings);
	char buffer[MOMENT_MAX + NUMBER_MAX];

	for (size_t i = 0; t != NULL && i < show_count(result, "acts"); i++) {
		struct json_object *a = show_at(result, "acts", i);

		table_cell(t, show_moment(a, "at_wall_ms", buffer), TINT_NONE);
		show_cell(t, a, "evaluator");
		show_cell(t, a, "act");
		table_cell(t, show_number(a, "value", buffer), TINT_NONE);
		show_cell(t, a, "by");
		show_cell(t, a, "reason");
	}
	show_table(out, style, "Changes", t);
}

void
show_baseline(struct text *out, struct json_object *result,
    const struct show_style *style)
{
	static const char *const headings[] = { "EVALUATOR", "VALUE", "LEARNED",
		"SPREAD", "AGE", "SAMPLES", "HELD BACK", "LEARNING", NULL };
	struct table *t = table_new(headings);

	show_fact(out, style, "service", json_text(result, "service"));
	show_fact(out, style, "done", json_text(result, "act"));
	for (size_t i = 0; t != NULL && i < show_count(result, "evaluators");
	     i++)
		add_row(t, show_at(result, "evaluators", i));
	if (show_count(result, "evaluators") == 0)
		text_add(out, "none of its evaluators learns a baseline\n");
	show_table(out, style, "Baselines", t);
	show_acts(out, style, result);
}
