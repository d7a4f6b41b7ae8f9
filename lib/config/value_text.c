#include "config/value.h"

#include <string.h>

#include "base/units.h"
#include "base/utf8.h"

#define TEXT_DEFAULT_MAX_BYTES 4096
#define STRINGS_DEFAULT_MAX 256

static bool
is_text(const config_setting_t *s)
{
	return config_setting_type(s) == CONFIG_TYPE_STRING;
}

static bool
has_control(const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c < 0x20 && strchr("\t\n\r", c) == NULL) || c == 0x7f)
			return true;
	}
	return false;
}

/* The text of a setting where it may be kept, or NULL after complaining. */
static const char *
good_text(struct reader *r, config_setting_t *s, size_t max_bytes)
{
	const char *text;

	if (!is_text(s)) {
		value_wrong(r, s, "write a text in double quotes");
		return NULL;
	}
	text = config_setting_get_string(s);
	if (strlen(text) > max_bytes) {
		value_wrong(r, s, "longer than %zu bytes", max_bytes);
		return NULL;
	}
	if (!utf8_is_valid(text, strlen(text)) || has_control(text)) {
		value_wrong(
		    r, s, "holds a control character or is not valid UTF-8");
		return NULL;
	}
	return value_keep(r, text);
}

static const char *
good_name(struct reader *r, config_setting_t *s)
{
	const char *text = good_text(r, s, TEXT_DEFAULT_MAX_BYTES);

	if (text == NULL || name_is_valid(text))
		return text;
	value_wrong(r, s,
	    "a name begins with a letter or digit, goes on with these and "
	    ". _ + : - and has at most %d characters",
	    NAME_MAX_BYTES);
	return NULL;
}

void
value_text(struct reader *r, const struct option *o, config_setting_t *s,
    const char **field)
{
	size_t max_bytes = o->max > 0 ? (size_t)o->max : TEXT_DEFAULT_MAX_BYTES;
	const char *text = o->type == OPTION_NAME ? good_name(r, s) :
						    good_text(r, s, max_bytes);

	if (text == NULL)
		return;
	if (*text == '\0' && !o->may_be_empty)
		value_wrong(r, s, "is empty; leave the line out");
	else if (o->type == OPTION_PATH && *text != '/')
		value_wrong(r, s, "write the absolute path");
	else
		*field = text;
}

static void
read_one(struct reader *r, config_setting_t *s, struct strings *field)
{
	const char **items = value_begin(r, 1, sizeof(*items));
	size_t count = 0;

	if (items != NULL) {
		items[0] = good_text(r, s, TEXT_DEFAULT_MAX_BYTES);
		count = items[0] != NULL;
	}
	field->items = value_end(r, items, count, sizeof(*items));
	field->count = field->items == NULL ? 0 : count;
}

static bool
is_list_of_words(const config_setting_t *s)
{
	int type = config_setting_type(s);

	return type == CONFIG_TYPE_ARRAY || type == CONFIG_TYPE_LIST;
}

void
value_strings(struct reader *r, const struct option *o, config_setting_t *s,
    struct strings *field)
{
	size_t max = o->max > 0 ? (size_t)o->max : STRINGS_DEFAULT_MAX;
	size_t count, good = 0;
	const char **items;

	/* Where one word is usual, it needs no brackets. */
	if (is_text(s) && o->fallback != NULL) {
		read_one(r, s, field);
		return;
	}
	if (!is_list_of_words(s)) {
		value_wrong(r, s, "write a list: [ \"...\", \"...\" ]");
		return;
	}
	count = (size_t)config_setting_length(s);
	if ((double)count < o->min || count > max) {
		value_wrong(r, s, "must have from %.0f to %zu items, has %zu",
		    o->min, max, count);
		return;
	}
	items = value_begin(r, count, sizeof(*items));
	for (size_t i = 0; items != NULL && i < count; i++) {
		config_setting_t *item =
		    config_setting_get_elem(s, (unsigned)i);
		const char *text = o->type == OPTION_NAMES ?
		    good_name(r, item) :
		    good_text(r, item, TEXT_DEFAULT_MAX_BYTES);

		if (text != NULL)
			items[good++] = text;
	}
	/* The default was there before. */
	field->items = value_end(r, items, good, sizeof(*items));
	field->count = field->items == NULL ? 0 : good;
}

static void
read_param(struct reader *r, config_setting_t *s, struct param *param)
{
	static const struct option one = { .type = OPTION_STRINGS };

	param->name = config_setting_name(s);
	if (!name_is_valid(param->name))
		value_wrong(r, s, "a name may not hold \"*\"");
	param->name = value_keep(r, param->name);
	if (is_list_of_words(s)) {
		param->is_list = true;
		value_strings(r, &one, s, &param->values);
		return;
	}
	if (!is_text(s)) {
		value_wrong(
		    r, s, "write a text in double quotes, or a list of them");
		return;
	}
	read_one(r, s, &param->values);
}

void
value_params(struct reader *r, const struct option *o,
    const struct items *members, struct params *field)
{
	struct param *items;

	if (o->max > 0 && (double)members->count > o->max) {
		value_wrong(r, members->settings[0],
		    "one of more than %.0f in its group", o->max);
		return;
	}
	items = value_begin(r, members->count, sizeof(*items));
	for (size_t i = 0; items != NULL && i < members->count; i++)
		read_param(r, members->settings[i], &items[i]);
	field->items = value_end(r, items, members->count, sizeof(*items));
	field->count = field->items == NULL ? 0 : members->count;
}
