#include "report/sections.h"

#include "base/units.h"
#include "report/markdown.h"

static void
add_quantity(struct text *out, struct json_object *o, const char *key)
{
	const char *unit = json_text(o, "unit");
	char words[QUANTITY_TEXT_MAX];
	double number;

	if (json_number(o, key, &number))
		text_addf(out, " %s |", quantity_text(number, unit, words));
	else
		text_add(out, " |");
}

static void
add_moment(struct text *out, struct json_object *o, const char *key)
{
	char moment[MOMENT_TEXT_MAX];
	int64_t at_ms = story_moment(o, key);

	if (at_ms == UNKNOWN_MS)
		text_add(out, " |");
	else
		text_addf(out, " %s |", moment_text_short(at_ms, moment));
}

static void
add_code(struct text *out, struct json_object *o, const char *key)
{
	const char *words = json_text(o, key);

	text_add_char(out, ' ');
	if (words != NULL && *words != '\0')
		markdown_code(out, words);
	text_add(out, " |");
}

static void
add_finding(struct text *out, struct json_object *finding)
{
	text_add_char(out, '|');
	add_code(out, finding, "evaluator");
	add_code(out, finding, "kind");
	add_code(out, finding, "probe");
	add_quantity(out, finding, "value");
	add_quantity(out, finding, "limit");
	add_moment(out, finding, "since_ms");
	text_add_char(out, '\n');
}

static void
add_sample(struct text *out, struct json_object *sample)
{
	int64_t status = 0;
	double latency_ms;

	text_add_char(out, '|');
	add_moment(out, sample, "at_ms");
	add_code(out, sample, "outcome");
	add_code(out, sample, "failure");
	if (json_int(sample, "status", &status) && status != 0)
		text_addf(out, " %lld |", (long long)status);
	else
		text_add(out, " |");
	if (json_number(sample, "latency_ms", &latency_ms))
		text_addf(out, " %.1f |", latency_ms);
	else
		text_add(out, " |");
	add_code(out, sample, "detail");
	text_add_char(out, '\n');
}

static void
add_samples(struct text *out, struct json_object *finding)
{
	struct json_object *samples = json_array(finding, "samples");
	size_t count = samples == NULL ? 0 : json_object_array_length(samples);

	if (count == 0)
		return;
	text_add(out, "\nSamples behind ");
	markdown_code(out, json_text(finding, "evaluator"));
	text_add(out,
	    ":\n\n| UTC | Outcome | Failure | Status | "
	    "Latency, ms | Detail |\n|---|---|---|---:|---:|---|\n");
	for (size_t i = 0; i < count; i++)
		add_sample(out, json_object_array_get_idx(samples, i));
}

static void
add_report(struct text *out, struct json_object *finding)
{
	const char *by = json_text(finding, "by");

	if (by == NULL)
		return;
	text_add(out, "\nReported by ");
	markdown_code(out, by);
	text_add(out, " as ");
	markdown_words(out, json_text(finding, "severity"));
	text_add(out, " (");
	markdown_words(out, json_text(finding, "class"));
	text_add(out, "): ");
	markdown_words(out, json_text(finding, "reason"));
	text_add_char(out, '\n');
}

void
markdown_evidence(struct text *out, const struct story *s)
{
	struct json_object *all = json_array(s->opened, "evidence");
	size_t count = all == NULL ? 0 : json_object_array_length(all);

	text_add(out, "## Evidence\n\n");
	if (count == 0) {
		text_add(out,
		    story_is_by_operator(s) ?
			"None: an operator asked for it.\n\n" :
			"None was recorded.\n\n");
		return;
	}
	text_add(out,
	    "| Evaluator | Kind | Probe | Value | Limit | "
	    "Since, UTC |\n|---|---|---|---:|---:|---|\n");
	for (size_t i = 0; i < count; i++)
		add_finding(out, json_object_array_get_idx(all, i));
	for (size_t i = 0; i < count; i++)
		add_report(out, json_object_array_get_idx(all, i));
	for (size_t i = 0; i < count; i++)
		add_samples(out, json_object_array_get_idx(all, i));
	text_add_char(out, '\n');
}
