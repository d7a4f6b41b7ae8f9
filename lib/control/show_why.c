#include <string.h>

#include "base/units.h"
#include "control/show_impl.h"

static const char *
show_quantity(
    struct json_object *o, const char *key, char buffer[QUANTITY_TEXT_MAX])
{
	double value;

	if (!json_number(o, key, &value))
		return "-";
	return quantity_text(value, json_text(o, "unit"), buffer);
}

/* "half-open; missing: 2 more samples" below its evaluator. */
static void
note_state(struct table *t, struct json_object *e)
{
	const char *state = json_text(e, "state");
	const char *missing = json_text(e, "missing");
	struct text note = text_new(ERROR_TEXT_MAX);

	if (state != NULL)
		text_add(&note, state);
	if (missing != NULL)
		text_addf(
		    &note, "%smissing: %s", state == NULL ? "" : "; ", missing);
	if (note.length > 0)
		table_note(t, text_str(&note), TINT_NONE);
	text_clear(&note);
	show_baseline_note(
	    &note, json_member(e, "baseline"), json_text(e, "unit"));
	table_note(t, text_str(&note), TINT_NONE);
	text_free(&note);
}

static void
show_evaluators(struct text *out, const struct show_style *style,
    struct json_object *result, int64_t now_ms)
{
	static const char *const headings[] = { "EVALUATOR", "TYPE", "PROBE",
		"VERDICT", "SINCE", "VALUE", "LIMIT", "SAMPLES", NULL };
	struct table *t = table_new(headings);
	char buffer[SPAN_MAX + NUMBER_MAX + QUANTITY_TEXT_MAX];

	for (size_t i = 0; t != NULL && i < show_count(result, "evaluators");
	     i++) {
		struct json_object *e = show_at(result, "evaluators", i);

		show_cell(t, e, "name");
		show_cell(t, e, "type");
		show_cell(t, e, "probe");
		show_word_cell(t, e, "verdict");
		table_cell(
		    t, show_age(e, "since_wall_ms", now_ms, buffer), TINT_NONE);
		table_cell(t, show_quantity(e, "value", buffer), TINT_NONE);
		table_cell(t, show_quantity(e, "limit", buffer), TINT_NONE);
		table_cell(t, show_number(e, "samples", buffer), TINT_NONE);
		note_state(t, e);
	}
	show_table(out, style, "Evaluators", t);
}

/* "settling: deployed 8s ago (for 22s more)" below its rule. */
static void
add_decision(struct table *t, struct json_object *decision, int64_t now_ms)
{
	const char *guard = json_text(decision, "guard");
	const char *reason = json_text(decision, "reason");
	struct text note = text_new(ERROR_TEXT_MAX * 4);
	char more[SPAN_MAX];
	int64_t until_ms, left_ms;

	show_objection(&note, guard, reason);
	if (json_int(decision, "until_wall_ms", &until_ms) &&
	    !__builtin_sub_overflow(until_ms, now_ms, &left_ms) && left_ms > 0)
		text_addf(&note, " (for %s more)", show_span(left_ms, more));
	show_guard(&note, decision, now_ms);
	table_note(t, text_str(&note), TINT_NONE);
	text_free(&note);
}

/* Such a rule holds when what it names is well again. */
static const char *
what_of(struct json_object *rule)
{
	const char *when = json_text(rule, "when");

	if (when == NULL || strcmp(when, "cleared") != 0)
		return "";
	return json_flag(rule, "armed", false) ? "cleared (armed), " :
						 "cleared, ";
}

static void
add_rule(struct table *t, struct json_object *rule, int64_t now_ms)
{
	struct json_object *decision = json_member(rule, "decision");
	const char *combines = json_text(rule, "combines");
	struct text of = show_list(json_array(rule, "evaluators"));
	struct text when = text_new(of.length + 64);

	text_addf(&when, "%s%s%s%s", what_of(rule),
	    combines == NULL ? "-" : combines, of.length == 0 ? "" : ": ",
	    text_str(&of));
	show_cell(t, rule, "name");
	show_word_cell(t, rule, "verdict");
	show_cell(t, rule, "severity");
	show_cell(t, rule, "mode");
	show_cell(t, rule, "arm_window");
	show_cell(t, rule, "procedure");
	show_word_cell(t, decision, "action");
	table_cell(t, text_str(&when), TINT_NONE);
	add_decision(t, decision, now_ms);
	table_note(t, json_text(rule, "trouble"), TINT_BAD);
	text_free(&when);
	text_free(&of);
}

static void
show_rules(struct text *out, const struct show_style *style,
    struct json_object *result, int64_t now_ms)
{
	static const char *const headings[] = { "RULE", "VERDICT", "SEVERITY",
		"MODE", "ARMED", "PROCEDURE", "DECISION", "WHEN", NULL };
	struct table *t = table_new(headings);

	for (size_t i = 0; t != NULL && i < show_count(result, "rules"); i++)
		add_rule(t, show_at(result, "rules", i), now_ms);
	show_table(out, style, "Rules", t);
}

static void
show_evidence(struct text *out, const struct show_style *style,
    struct json_object *result)
{
	static const char *const headings[] = { "AT (UTC)", "PROBE", "OUTCOME",
		"STATUS", "TOOK", "VALUE", "FAILURE", "DETAIL", NULL };
	struct table *t = table_new(headings);
	char buffer[MOMENT_MAX + NUMBER_MAX];

	for (size_t i = 0; t != NULL && i < show_count(result, "evidence");
	     i++) {
		struct json_object *s = show_at(result, "evidence", i);

		table_cell(t, show_moment(s, "at_wall_ms", buffer), TINT_NONE);
		show_cell(t, s, "probe");
		show_word_cell(t, s, "outcome");
		table_cell(t, show_number(s, "status", buffer), TINT_NONE);
		table_cell(t, show_ms(s, "latency_ms", buffer), TINT_NONE);
		table_cell(t, show_number(s, "value", buffer), TINT_NONE);
		show_cell(t, s, "failure");
		show_cell(t, s, "detail");
	}
	show_table(out, style, "Samples", t);
}

static void
show_would(
    struct text *out, const struct show_style *style, struct json_object *would)
{
	const char *procedure = json_text(would, "procedure");
	const char *target = json_text(would, "target_version");
	const char *escalate = json_text(would, "escalate");
	struct text steps = show_list(json_array(would, "steps"));

	if (procedure == NULL)
		goto out;
	text_add(out, "\n");
	tint_add(out, style, TINT_STRONG, "Would run");
	text_add(out, "\n    ");
	tint_add(out, style, TINT_NONE, procedure);
	text_add(out, target == NULL ? ", target version not known" : " to ");
	tint_add(out, style, TINT_NONE, target == NULL ? "" : target);
	if (steps.length > 0)
		text_add(out, ": ");
	tint_add(out, style, TINT_NONE, text_str(&steps));
	if (escalate != NULL)
		text_add(out, "; if that does not help: ");
	tint_add(out, style, TINT_NONE, escalate == NULL ? "" : escalate);
	text_add_char(out, '\n');
out:
	text_free(&steps);
}

void
show_why(struct text *out, struct json_object *result,
    const struct show_style *style)
{
	char age[SPAN_MAX];
	int64_t now_ms = 0;

	(void)json_int(result, "wall_ms", &now_ms);
	show_fact(out, style, "service", json_text(result, "service"));
	show_fact(out, style, "environment", json_text(result, "environment"));
	show_fact(out, style, "state", json_text(result, "state"));
	show_fact(out, style, "since",
	    show_age(result, "since_wall_ms", now_ms, age));
	show_fact(out, style, "version", json_text(result, "version"));
	show_fact(
	    out, style, "previous", json_text(result, "previous_version"));
	show_fact(out, style, "incident", json_text(result, "incident"));
	show_fact(out, style, "reason", json_text(result, "reason"));
	show_evaluators(out, style, result, now_ms);
	show_rules(out, style, result, now_ms);
	show_evidence(out, style, result);
	show_would(out, style, json_member(result, "would"));
	show_holds(out, style, result, "holds", now_ms);
}
