#include "config/reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/parse.h"
#include "config/suggest.h"
#include "config/value.h"

#define TYPE_KEY "type"
#define KEYS_LISTED_MAX 16
#define KEYS_TEXT_MAX 256

bool
items_add(struct items *items, config_setting_t *setting)
{
	if (items->count == items->capacity) {
		size_t capacity =
		    items->capacity == 0 ? 8 : items->capacity * 2;
		config_setting_t **grown =
		    realloc(items->settings, capacity * sizeof(setting));

		if (grown == NULL)
			return false;
		items->settings = grown;
		items->capacity = capacity;
	}
	items->settings[items->count++] = setting;
	return true;
}

void
items_free(struct items *items)
{
	free(items->settings);
	*items = (struct items){ 0 };
}

struct source
reader_source(const config_setting_t *setting)
{
	const config_setting_t *root = setting;
	const struct parsed *parsed;

	while (!config_setting_is_root(root))
		root = config_setting_parent(root);
	parsed = config_setting_get_hook(root);
	return (struct source){
		.file = parsed == NULL ? NULL : parsed->shown,
		.line = config_setting_is_root(setting) ?
		    0 :
		    config_setting_source_line(setting),
	};
}

const char *
reader_name(config_setting_t *group)
{
	config_setting_t *name = NULL;

	if (config_setting_is_group(group))
		name = config_setting_get_member(group, "name");
	if (name == NULL || config_setting_type(name) != CONFIG_TYPE_STRING)
		return NULL;
	return config_setting_get_string(name);
}

static const struct option *
find_option(const struct option_table *const tables[], size_t count,
    const char *key, struct suggestion *near)
{
	for (size_t t = 0; t < count; t++)
		for (size_t i = 0; i < tables[t]->count; i++) {
			const struct option *o = &tables[t]->options[i];

			if (strcmp(o->key, key) == 0)
				return o;
			if (near != NULL)
				suggest_consider(near, o->key);
		}
	return NULL;
}

/* Where nothing is near, what there is may help, unless it is a lot. */
static void
list_keys(
    struct text *out, const struct option_table *const tables[], size_t count)
{
	size_t all = 0;

	for (size_t t = 0; t < count; t++)
		all += tables[t]->count;
	if (all > KEYS_LISTED_MAX)
		return;
	text_add(out,
	    tables[0]->kinds == NULL ? "; there is " : "; there is type, ");
	for (size_t t = 0; t < count; t++)
		for (size_t i = 0; i < tables[t]->count; i++)
			text_addf(out, "%s%s", t + i == 0 ? "" : ", ",
			    tables[t]->options[i].key);
}

static void
unknown_key(struct reader *r, config_setting_t *s, const char *what,
    const struct option_table *const tables[], size_t count)
{
	struct suggestion near = suggest_new(config_setting_name(s));
	struct text all = text_new(KEYS_TEXT_MAX);
	char buffer[128];

	(void)find_option(tables, count, near.wrong, &near);
	if (tables[0]->kinds != NULL)
		suggest_consider(&near, TYPE_KEY);
	if (near.best == NULL)
		list_keys(&all, tables, count);
	complain(r->complaints, COMPLAINT_ERROR, reader_source(s),
	    "%s: there is no \"%s\"%s%s", what, near.wrong,
	    suggest_text(&near, buffer), text_str(&all));
	text_free(&all);
}

void
reader_check_keys(struct reader *r, config_setting_t *group, const char *what,
    const struct option_table *const tables[], size_t count)
{
	for (int i = 0; i < config_setting_length(group); i++) {
		config_setting_t *s =
		    config_setting_get_elem(group, (unsigned)i);
		const char *key = config_setting_name(s);

		if (tables[0]->kinds != NULL && strcmp(key, TYPE_KEY) == 0)
			continue;
		if (find_option(tables, count, key, NULL) == NULL)
			unknown_key(r, s, what, tables, count);
	}
}

/* Later layers are the base: what an earlier one names again replaces it. */
static bool
merge(struct items *items, size_t from_base, config_setting_t *s,
    const char *(*name_of)(config_setting_t *))
{
	const char *name = name_of(s);

	for (size_t i = 0; name != NULL && i < from_base; i++) {
		const char *known = name_of(items->settings[i]);

		if (known != NULL && strcmp(known, name) == 0) {
			items->settings[i] = s;
			return true;
		}
	}
	return items_add(items, s);
}

static const char *
key_name(config_setting_t *s)
{
	return config_setting_name(s);
}

bool
reader_gather(struct reader *r, config_setting_t *list, const struct option *o,
    struct items *items, size_t from_base)
{
	bool named = o->type == OPTION_NAMED || o->type == OPTION_PARAMS;
	int type = config_setting_type(list);

	if (named ? type != CONFIG_TYPE_GROUP :
		    type != CONFIG_TYPE_LIST && type != CONFIG_TYPE_ARRAY) {
		value_wrong(r, list,
		    o->type == OPTION_PARAMS ?
			"write a group: { name = \"...\"; }" :
			named ? "write a group of groups: { NAME = { ... }; }" :
				"write a list of groups: ( { ... }, { ... } )");
		return false;
	}
	for (int i = 0; i < config_setting_length(list); i++) {
		config_setting_t *s =
		    config_setting_get_elem(list, (unsigned)i);

		if (o->type != OPTION_PARAMS && !config_setting_is_group(s)) {
			value_wrong(r, s, "write a group here: { ... }");
			continue;
		}
		if (!merge(items, from_base, s, named ? key_name : reader_name))
			r->short_of_memory = true;
	}
	return true;
}
