#include "config/reader.h"

#include <string.h>

#include "base/text.h"
#include "config/suggest.h"
#include "config/value.h"

#define TYPE_KEY "type"
#define KINDS_TEXT_MAX 512

/* A field, which its table says is there and of its type. */
static void *
at(void *base, size_t offset)
{
	return (char *)base + offset;
}

static config_setting_t *
first_said(const struct layers *layers, const char *key)
{
	config_setting_t *s = NULL;

	for (size_t i = 0; i < layers->count && s == NULL; i++)
		s = config_setting_get_member(layers->groups[i], key);
	return s;
}

/* What all the layers say of one key, as layers or as items. */
static struct layers
layers_below(struct reader *r, const struct layers *layers, const char *key)
{
	struct layers below = { .count = 0 };

	for (size_t i = 0; i < layers->count; i++) {
		config_setting_t *s =
		    config_setting_get_member(layers->groups[i], key);

		if (s == NULL)
			continue;
		if (config_setting_is_group(s))
			below.groups[below.count++] = s;
		else
			value_wrong(r, s, "write a group: { ... }");
	}
	return below;
}

static bool
gather_layers(struct reader *r, const struct layers *layers,
    const struct option *o, struct items *items)
{
	bool good = true;

	for (size_t i = layers->count; i-- > 0;) {
		config_setting_t *s =
		    config_setting_get_member(layers->groups[i], o->key);

		if (s != NULL && !reader_gather(r, s, o, items, items->count))
			good = false;
	}
	return good;
}

static void
set_name(struct reader *r, config_setting_t *s,
    const struct option_table *table, void *item)
{
	*(const char **)at(item, table->name) =
	    value_keep(r, config_setting_name(s));
}

void
reader_items(struct reader *r, const struct items *items,
    const struct option *o, struct source where, struct option_list *out)
{
	const struct option_table *table = o->detail;
	char *filled, *item;

	if (((double)items->count < o->min && !r->is_template) ||
	    (o->max > 0 && (double)items->count > o->max)) {
		complain(r->complaints, COMPLAINT_ERROR, where,
		    "%s must have from %.0f to %.0f items, has %zu", o->key,
		    o->min, o->max, items->count);
		return;
	}
	filled = item = value_begin(r, items->count, table->size);
	for (size_t i = 0; item != NULL && i < items->count;
	     i++, item += table->size) {
		if (o->type == OPTION_NAMED)
			set_name(r, items->settings[i], table, item);
		reader_one(r, items->settings[i], table, item);
	}
	out->items = value_end(r, filled, items->count, table->size);
	out->count = out->items == NULL ? 0 : items->count;
}

static void
read_list(struct reader *r, const struct layers *layers, const struct option *o,
    void *field)
{
	config_setting_t *first = first_said(layers, o->key);
	struct items items = { 0 };

	if (first == NULL)
		return;
	if (!gather_layers(r, layers, o, &items))
		;
	else if (o->type == OPTION_PARAMS)
		value_params(r, o, &items, field);
	else
		reader_items(r, &items, o, reader_source(first), field);
	items_free(&items);
}

static void
miss(struct reader *r, const struct layers *layers, const char *what,
    const char *key, const char *help)
{
	config_setting_t *group = layers->groups[0];
	const char *name = reader_name(group);

	if (r->is_template)
		return;
	complain(r->complaints, COMPLAINT_ERROR, reader_source(group),
	    "%s%s%s%s has no \"%s\": %s", what, name == NULL ? "" : " \"",
	    name == NULL ? "" : name, name == NULL ? "" : "\"", key, help);
}

static void
miss_option(struct reader *r, const struct layers *layers, const char *what,
    const struct option *o)
{
	struct text all = text_new(KINDS_TEXT_MAX);

	if (o->type == OPTION_WORD) {
		text_add(&all, "write one of ");
		for (const struct option_word *w = o->detail; w->word; w++)
			text_addf(&all, "\"%s\"%s", w->word,
			    w[1].word == NULL ? ": " : ", ");
	}
	text_add(&all, o->help);
	miss(r, layers, what, o->key, text_str(&all));
	text_free(&all);
}

static void
read_options(struct reader *r, const struct layers *layers,
    const struct option_table *table, const char *what, void *out)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct option *o = &table->options[i];
		config_setting_t *s = first_said(layers, o->key);
		void *field = at(out, o->offset);

		if (s == NULL && o->required && layers->count > 0)
			miss_option(r, layers, what, o);
		if (o->type == OPTION_GROUP) {
			struct layers below = layers_below(r, layers, o->key);

			reader_group(r, &below, o->detail, field);
		} else if (o->type == OPTION_LIST || o->type == OPTION_NAMED ||
		    o->type == OPTION_PARAMS)
			read_list(r, layers, o, field);
		else {
			value_default(r, o, field);
			if (s != NULL)
				value_read(r, o, s, field);
		}
	}
}

static const struct option_kind *
find_kind(
    struct reader *r, config_setting_t *group, const struct option_table *table)
{
	config_setting_t *type = config_setting_get_member(group, TYPE_KEY);
	const char *word =
	    type == NULL ? NULL : config_setting_get_string(type);
	struct suggestion near = suggest_new(word == NULL ? "" : word);
	struct text all = text_new(KINDS_TEXT_MAX);
	char buffer[128];

	for (size_t i = 0; table->kinds[i] != NULL; i++) {
		const char *known = table->kinds[i]->name;

		if (word != NULL && strcmp(known, word) == 0) {
			text_free(&all);
			return table->kinds[i];
		}
		suggest_consider(&near, known);
		text_addf(&all, "%s\"%s\"", i == 0 ? "" : ", ", known);
	}
	if (type == NULL)
		miss(r, &(struct layers){ .groups = { group }, .count = 1 },
		    table->what, TYPE_KEY, text_str(&all));
	else
		value_wrong(r, type, "no such type of %s; write one of %s%s",
		    table->what, text_str(&all), suggest_text(&near, buffer));
	text_free(&all);
	return NULL;
}

/* A group of a type: its kind's options stand beside the common ones. */
static void
read_kind(struct reader *r, const struct layers *layers,
    const struct option_table *table, void *out)
{
	const struct option_table *tables[2] = { table, NULL };
	const struct option_kind *kind = find_kind(r, layers->groups[0], table);
	void *settings;

	if (kind == NULL)
		return;
	tables[1] = kind->table;
	reader_check_keys(r, layers->groups[0], table->what, tables, 2);
	settings = value_begin(r, 1, kind->table->size);
	if (settings == NULL)
		return;
	read_options(r, layers, kind->table, table->what, settings);
	settings = value_end(r, settings, 1, kind->table->size);
	if (settings == NULL)
		return;
	*(const struct option_kind **)at(out, table->kind_offset) = kind;
	*(const void **)at(out, table->settings_offset) = settings;
}

/* Field by field: what lies between them stays as zero as it was. */
static void
set_source(struct source *field, config_setting_t *group)
{
	struct source source = reader_source(group);

	field->file = source.file;
	field->line = source.line;
}

void
reader_group(struct reader *r, const struct layers *layers,
    const struct option_table *table, void *out)
{
	char *base = out;

	if (layers->count > 0 && table->source >= 0)
		set_source(at(out, (size_t)table->source), layers->groups[0]);
	if (layers->count > 0 && table->presence >= 0)
		base[table->presence] = true;
	if (table->kinds != NULL && layers->count > 0)
		read_kind(r, layers, table, out);
	else
		for (size_t i = 0; i < layers->count; i++)
			reader_check_keys(
			    r, layers->groups[i], table->what, &table, 1);
	read_options(r, layers, table, table->what, out);
}

void
reader_fill(struct reader *r, config_setting_t *group,
    const struct option_table *table, void *out)
{
	struct layers layers = { .groups = { group }, .count = 1 };

	read_options(r, &layers, table, table->what, out);
}

void
reader_one(struct reader *r, config_setting_t *group,
    const struct option_table *table, void *out)
{
	struct layers layers = { .groups = { group }, .count = 1 };

	reader_group(r, &layers, table, out);
}
