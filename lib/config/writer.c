#include "config/writer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"

#define NUMBER_MAX 64
#define DIGITS_MAX 15

static void
write_indent(struct text *out, unsigned indent)
{
	for (unsigned i = 0; i < indent; i++)
		text_add_char(out, '\t');
}

static void
write_text(struct text *out, const char *text)
{
	text_add_char(out, '"');
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			text_addf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			text_addf(out, "\\x%02x", c);
		else
			text_add_char(out, *text);
	}
	text_add_char(out, '"');
}

static void
write_strings(struct text *out, const struct strings *list)
{
	text_add(out, "[ ");
	for (size_t i = 0; i < list->count; i++) {
		if (i > 0)
			text_add(out, ", ");
		write_text(out, list->items[i]);
	}
	text_add(out, list->count > 0 ? " ]" : "]");
}

/* With a point, so that it is no integer that might not fit. */
static void
write_number(struct text *out, double value)
{
	char buffer[NUMBER_MAX];
	char *exponent;

	(void)snprintf(buffer, sizeof(buffer), "%.17g", value);
	exponent = strchr(buffer, 'e');
	if (strchr(buffer, '.') != NULL)
		text_add(out, buffer);
	else if (exponent == NULL)
		text_addf(out, "%s.0", buffer);
	else
		text_addf(out, "%.*s.0%s", (int)(exponent - buffer), buffer,
		    exponent);
}

/* The fewest digits that mean the same. */
static void
write_ratio(struct text *out, double value)
{
	char buffer[NUMBER_MAX] = "0%";

	for (int digits = 0; digits <= DIGITS_MAX; digits++) {
		double back;

		(void)snprintf(
		    buffer, sizeof(buffer), "%.*f%%", digits, value * 100);
		if (ratio_parse(buffer, &back) && back <= value &&
		    back >= value)
			break;
	}
	write_text(out, buffer);
}

static void
write_word(struct text *out, const struct option_word *words, int value)
{
	for (; words->word != NULL; words++)
		if (words->value == value) {
			write_text(out, words->word);
			return;
		}
}

static void
write_params(struct text *out, const struct params *params)
{
	text_add(out, "{");
	for (size_t i = 0; i < params->count; i++) {
		const struct param *p = &params->items[i];

		text_addf(out, " %s = ", p->name);
		if (p->is_list)
			write_strings(out, &p->values);
		else
			write_text(out, p->values.items[0]);
		text_add(out, ";");
	}
	text_add(out, " }");
}

static void
write_items(struct text *out, const struct option *o,
    const struct option_list *list, unsigned indent)
{
	const struct option_table *table = o->detail;
	const char *item = list->items;

	text_add(out, o->type == OPTION_NAMED ? "{\n" : "(\n");
	for (size_t i = 0; i < list->count; i++, item += table->size) {
		write_indent(out, indent + 1);
		if (o->type == OPTION_NAMED)
			text_addf(out, "%s = ",
			    *(const char *const *)(const void *)(item +
				table->name));
		text_add(out, "{\n");
		writer_options(out, table, item, indent + 2);
		write_indent(out, indent + 1);
		text_add(out,
		    o->type == OPTION_NAMED ? "};\n" :
			i + 1 < list->count ? "},\n" :
					      "}\n");
	}
	write_indent(out, indent);
	text_add(out, o->type == OPTION_NAMED ? "}" : ")");
}

/* Zero where it could not have been written, or a default of "nan". */
static bool
is_unsaid_number(const struct option *o, double value)
{
	if (isnan(value))
		return true;
	return value == 0 && o->min > 0 && o->fallback == NULL && !o->required;
}

static bool
is_empty(const struct option *o, const void *field)
{
	switch (o->type) {
	case OPTION_TEXT:
	case OPTION_NAME:
	case OPTION_PATH:
		return *(const char *const *)field == NULL;
	case OPTION_STRINGS:
	case OPTION_NAMES:
		return ((const struct strings *)field)->count == 0;
	case OPTION_PARAMS:
		return ((const struct params *)field)->count == 0;
	case OPTION_LIST:
	case OPTION_NAMED:
		return ((const struct option_list *)field)->count == 0;
	case OPTION_GROUP: {
		const struct option_table *t = o->detail;

		return t->presence >= 0 && !((const char *)field)[t->presence];
	}
	case OPTION_DURATION:
	case OPTION_SIZE:
		/* Zero is what is not said, unless something else is. */
		return o->fallback == NULL && !o->required &&
		    *(const int64_t *)field == 0;
	case OPTION_COUNT:
		return o->fallback == NULL && !o->required &&
		    *(const unsigned *)field == 0;
	case OPTION_NUMBER:
	case OPTION_RATIO:
		return is_unsaid_number(o, *(const double *)field);
	case OPTION_BOOL:
	case OPTION_WORD:
		return false;
	}
	return false;
}

static void
write_nested(struct text *out, const struct option *o, const void *field,
    unsigned indent)
{
	if (o->type == OPTION_PARAMS)
		write_params(out, field);
	else if (o->type == OPTION_GROUP) {
		text_add(out, "{\n");
		writer_options(out, o->detail, field, indent + 1);
		write_indent(out, indent);
		text_add(out, "}");
	} else
		write_items(out, o, field, indent);
}

static void
write_value(struct text *out, const struct option *o, const void *field,
    unsigned indent)
{
	char buffer[DURATION_TEXT_MAX];

	switch (o->type) {
	case OPTION_BOOL:
		text_add(out, *(const bool *)field ? "true" : "false");
		break;
	case OPTION_COUNT:
		text_addf(out, "%u", *(const unsigned *)field);
		break;
	case OPTION_NUMBER:
		write_number(out, *(const double *)field);
		break;
	case OPTION_RATIO:
		write_ratio(out, *(const double *)field);
		break;
	case OPTION_DURATION:
		write_text(out, duration_text(*(const int64_t *)field, buffer));
		break;
	case OPTION_SIZE:
		write_text(out, size_text(*(const int64_t *)field, buffer));
		break;
	case OPTION_TEXT:
	case OPTION_NAME:
	case OPTION_PATH:
		write_text(out, *(const char *const *)field);
		break;
	case OPTION_WORD:
		write_word(out, o->detail, *(const int *)field);
		break;
	case OPTION_STRINGS:
	case OPTION_NAMES:
		write_strings(out, field);
		break;
	case OPTION_PARAMS:
	case OPTION_GROUP:
	case OPTION_LIST:
	case OPTION_NAMED:
		write_nested(out, o, field, indent);
		break;
	}
}

static void
write_table(struct text *out, const struct option_table *table,
    const void *settings, unsigned indent)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct option *o = &table->options[i];
		const void *field = (const char *)settings + o->offset;

		if (is_empty(o, field))
			continue;
		write_indent(out, indent);
		text_add(out, o->key);
		text_add(out, " = ");
		write_value(out, o, field, indent);
		text_add(out, ";\n");
	}
}

void
writer_options(struct text *out, const struct option_table *table,
    const void *settings, unsigned indent)
{
	const char *base = settings;
	const struct option_kind *kind = NULL;

	write_table(out, table, settings, indent);
	if (table->kinds != NULL)
		kind = *(const struct option_kind *const *)(const void *)(base +
		    table->kind_offset);
	if (kind == NULL)
		return;
	write_indent(out, indent);
	text_addf(out, "type = \"%s\";\n", kind->name);
	write_table(out, kind->table,
	    *(const void *const *)(const void *)(base + table->settings_offset),
	    indent);
}

void
writer_group(struct text *out, const char *key,
    const struct option_table *table, const void *settings)
{
	text_addf(out, "%s = {\n", key);
	writer_options(out, table, settings, 1);
	text_add(out, "};\n");
}
