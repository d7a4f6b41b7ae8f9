#include <inttypes.h>
#include <string.h>

#include "evaluator/baseline.h"

#define SUBJECT_MAX_BYTES ((size_t)64 * 1024)

/* Options of kinds that say what is measured; all others say how to judge. */
static const char *const measuring[] = { "of", "statistic", "window" };

static bool
says_what(const struct option *o)
{
	for (size_t i = 0; i < sizeof(measuring) / sizeof(measuring[0]); i++)
		if (strcmp(o->key, measuring[i]) == 0)
			return true;
	return false;
}

static void
add_option(struct text *out, const struct option *o, const void *settings)
{
	const void *field = (const char *)settings + o->offset;

	text_addf(out, "%s=", o->key);
	if (o->type == OPTION_DURATION)
		text_addf(out, "%" PRId64, *(const int64_t *)field);
	else if (o->type == OPTION_WORD)
		text_addf(out, "%d", *(const int *)field);
	else if (o->type == OPTION_TEXT && *(char *const *)field != NULL)
		text_add(out, *(char *const *)field);
	text_add_char(out, '\n');
}

static void
add_input(struct text *out, const struct evaluator_input *in)
{
	text_addf(out, "probe=%s", in->probe == NULL ? "" : in->probe);
	if (in->wants_value)
		text_addf(out, " value=%s%s",
		    in->metric.text == NULL ? "" : in->metric.text,
		    in->metric.is_counter ? " counter" : "");
	text_add_char(out, '\n');
}

void
baseline_subject(
    const struct evaluator_settings *e, char digest[DIGEST_TEXT_BYTES])
{
	const struct option_table *table = e->kind->table;
	struct evaluator_input inputs[EVALUATOR_INPUTS_MAX];
	size_t count = evaluator_inputs(e, inputs);
	struct text out = text_new(SUBJECT_MAX_BYTES);

	text_addf(&out, "type=%s\n", e->kind->name);
	for (size_t i = 0; i < count; i++)
		add_input(&out, &inputs[i]);
	for (size_t i = 0; i < table->count; i++)
		if (says_what(&table->options[i]))
			add_option(&out, &table->options[i], e->settings);
	digest_text(text_str(&out), out.length, digest);
	text_free(&out);
}
