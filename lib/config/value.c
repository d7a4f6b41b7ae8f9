#include "config/value.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "config/suggest.h"

static bool
is_whole(const config_setting_t *s)
{
	int type = config_setting_type(s);

	return type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64;
}

static bool
is_text(const config_setting_t *s)
{
	return config_setting_type(s) == CONFIG_TYPE_STRING;
}

static void
read_bool(struct reader *r, config_setting_t *s, bool *field)
{
	if (config_setting_type(s) == CONFIG_TYPE_BOOL)
		*field = config_setting_get_bool(s) != 0;
	else
		value_wrong(r, s, "write true or false, without quotes");
}

static void
read_count(struct reader *r, const struct option *o, config_setting_t *s,
    unsigned *field)
{
	double max = o->max > 0 ? o->max : (double)INT_MAX;
	uint64_t quoted;
	long long value;

	if (is_text(s) && count_parse(config_setting_get_string(s), &quoted)) {
		value_wrong(r, s, "write the number without quotes");
		return;
	}
	if (!is_whole(s)) {
		value_wrong(r, s, "write a whole number from %.0f to %.0f",
		    o->min, max);
		return;
	}
	value = config_setting_get_int64(s);
	if ((double)value < o->min || (double)value > max)
		value_wrong(r, s, "must be from %.0f to %.0f", o->min, max);
	else
		*field = (unsigned)value;
}

static void
read_number(struct reader *r, const struct option *o, config_setting_t *s,
    double *field)
{
	double value = 0;

	if (is_whole(s))
		value = (double)config_setting_get_int64(s);
	else if (config_setting_type(s) == CONFIG_TYPE_FLOAT)
		value = config_setting_get_float(s);
	else {
		value_wrong(r, s, "write a number, without quotes");
		return;
	}
	if (!isfinite(value) ||
	    ((o->min < o->max) && (value < o->min || value > o->max)))
		value_wrong(r, s, "must be from %g to %g", o->min, o->max);
	else
		*field = value;
}

static void
read_ratio(struct reader *r, const struct option *o, config_setting_t *s,
    double *field)
{
	double max = o->max > 0 ? o->max : 1;
	double value;

	if (config_setting_type(s) == CONFIG_TYPE_FLOAT) {
		value_wrong(r, s, "a ratio is written with %%: \"%g%%\"",
		    config_setting_get_float(s) * 100);
		return;
	}
	if (!is_text(s) || !ratio_parse(config_setting_get_string(s), &value)) {
		value_wrong(r, s, "write a ratio such as \"50%%\"");
		return;
	}
	if (value < o->min || value > max)
		value_wrong(
		    r, s, "must be from %g%% to %g%%", o->min * 100, max * 100);
	else
		*field = value;
}

static void
read_duration(struct reader *r, const struct option *o, config_setting_t *s,
    int64_t *field)
{
	char low[DURATION_TEXT_MAX], high[DURATION_TEXT_MAX];
	const char *text = config_setting_get_string(s);
	uint64_t bare;
	int64_t ms;

	if (is_whole(s) && config_setting_get_int64(s) >= 0)
		value_wrong(r, s,
		    "a duration needs a unit: write \"%llds\" or \"%lldms\"",
		    config_setting_get_int64(s), config_setting_get_int64(s));
	else if (is_text(s) && count_parse(text, &bare))
		value_wrong(r, s,
		    "a duration needs a unit: write \"%ss\" or \"%sms\"", text,
		    text);
	else if (!is_text(s) || !duration_parse(text, &ms))
		value_wrong(r, s,
		    "write a duration such as \"500ms\", \"30s\", \"1m30s\", "
		    "\"2h\"");
	else if ((double)ms < o->min || (o->max > 0 && (double)ms > o->max))
		value_wrong(r, s, "must be from %s to %s",
		    duration_text((int64_t)o->min, low),
		    o->max > 0 ? duration_text((int64_t)o->max, high) : "any");
	else
		*field = ms;
}

static void
read_size(struct reader *r, const struct option *o, config_setting_t *s,
    int64_t *field)
{
	char low[DURATION_TEXT_MAX], high[DURATION_TEXT_MAX];
	int64_t bytes;

	if (!is_text(s) || !size_parse(config_setting_get_string(s), &bytes))
		value_wrong(r, s,
		    "write a size with its unit, such as \"512B\", "
		    "\"64KiB\", \"1MiB\"");
	else if ((double)bytes < o->min ||
	    (o->max > 0 && (double)bytes > o->max))
		value_wrong(r, s, "must be from %s to %s",
		    size_text((int64_t)o->min, low),
		    o->max > 0 ? size_text((int64_t)o->max, high) : "any");
	else
		*field = bytes;
}

static void
read_word(
    struct reader *r, const struct option *o, config_setting_t *s, int *field)
{
	const char *text = is_text(s) ? config_setting_get_string(s) : "";
	struct suggestion near = suggest_new(text);
	struct text all = text_new(256);
	char buffer[128];

	for (const struct option_word *w = o->detail; w->word != NULL; w++) {
		if (strcmp(w->word, text) == 0) {
			*field = w->value;
			text_free(&all);
			return;
		}
		suggest_consider(&near, w->word);
		text_addf(
		    &all, "%s\"%s\"", all.length == 0 ? "" : ", ", w->word);
	}
	value_wrong(r, s, "write one of %s%s", text_str(&all),
	    suggest_text(&near, buffer));
	text_free(&all);
}

void
value_read(
    struct reader *r, const struct option *o, config_setting_t *s, void *field)
{
	switch (o->type) {
	case OPTION_BOOL:
		read_bool(r, s, field);
		break;
	case OPTION_COUNT:
		read_count(r, o, s, field);
		break;
	case OPTION_NUMBER:
		read_number(r, o, s, field);
		break;
	case OPTION_RATIO:
		read_ratio(r, o, s, field);
		break;
	case OPTION_DURATION:
		read_duration(r, o, s, field);
		break;
	case OPTION_SIZE:
		read_size(r, o, s, field);
		break;
	case OPTION_TEXT:
	case OPTION_NAME:
	case OPTION_PATH:
		value_text(r, o, s, field);
		break;
	case OPTION_WORD:
		read_word(r, o, s, field);
		break;
	case OPTION_STRINGS:
	case OPTION_NAMES:
		value_strings(r, o, s, field);
		break;
	case OPTION_PARAMS:
	case OPTION_GROUP:
	case OPTION_LIST:
	case OPTION_NAMED:
		break; /* the reader fills groups itself */
	}
}

/* Texts of the table itself: they are static and need no copy. */
static void
default_strings(struct reader *r, const struct option *o, struct strings *field)
{
	const char **items = value_begin(r, 1, sizeof(*items));

	if (items != NULL)
		items[0] = o->fallback;
	field->items = value_end(r, items, 1, sizeof(*items));
	field->count = field->items != NULL;
}

static int
word_value(const struct option_word *words, const char *text)
{
	while (words->word != NULL && strcmp(words->word, text) != 0)
		words++;
	assert(words->word != NULL);
	return words->value;
}

void
value_default(struct reader *r, const struct option *o, void *field)
{
	uint64_t count = 0;

	if (o->fallback == NULL)
		return;
	switch (o->type) {
	case OPTION_BOOL:
		*(bool *)field = strcmp(o->fallback, "true") == 0;
		break;
	case OPTION_COUNT:
		(void)count_parse(o->fallback, &count);
		*(unsigned *)field = (unsigned)count;
		break;
	case OPTION_RATIO:
		(void)ratio_parse(o->fallback, field);
		break;
	case OPTION_DURATION:
		(void)duration_parse(o->fallback, field);
		break;
	case OPTION_SIZE:
		(void)size_parse(o->fallback, field);
		break;
	case OPTION_TEXT:
	case OPTION_NAME:
	case OPTION_PATH:
		*(const char **)field = o->fallback;
		break;
	case OPTION_WORD:
		*(int *)field = word_value(o->detail, o->fallback);
		break;
	case OPTION_STRINGS:
	case OPTION_NAMES:
		default_strings(r, o, field);
		break;
	case OPTION_NUMBER: /* "nan": not given, where zero is a number */
		*(double *)field = strtod(o->fallback, NULL);
		break;
	case OPTION_PARAMS:
	case OPTION_GROUP:
	case OPTION_LIST:
	case OPTION_NAMED:
		break; /* no table has such a default */
	}
}
