#include "config/compact.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/derive.h"
#include "config/value.h"

#define ARENA_MAX_BYTES ((size_t)1024 * 1024 * 1024)

/* A field, which its table says is there and of its type. */
static void *
at(void *base, size_t offset)
{
	return (char *)base + offset;
}

static void
move_text(struct reader *r, const char **text)
{
	if (*text != NULL)
		*text = value_keep(r, *text);
}

/* To be changed and then given to value_end(), NULL where there is nothing. */
static void *
copy_of(struct reader *r, const void *items, size_t count, size_t bytes)
{
	void *copy = count == 0 ? NULL : value_begin(r, count, bytes);

	if (copy != NULL)
		memcpy(copy, items, count * bytes);
	return copy;
}

static void
move_strings(struct reader *r, struct strings *list)
{
	const char **items =
	    copy_of(r, list->items, list->count, sizeof(*items));

	for (size_t i = 0; items != NULL && i < list->count; i++)
		move_text(r, &items[i]);
	list->items = value_end(r, items, list->count, sizeof(*items));
}

static void
move_params(struct reader *r, struct params *params)
{
	struct param *items =
	    copy_of(r, params->items, params->count, sizeof(*items));

	for (size_t i = 0; items != NULL && i < params->count; i++) {
		move_text(r, &items[i].name);
		move_strings(r, &items[i].values);
	}
	params->items = value_end(r, items, params->count, sizeof(*items));
}

static void move_group(
    struct reader *r, const struct option_table *table, void *group);

static void
move_list(struct reader *r, const struct option_table *table,
    enum option_type type, struct option_list *list)
{
	char *items = copy_of(r, list->items, list->count, table->size);
	char *item = items;

	for (size_t i = 0; items != NULL && i < list->count;
	     i++, item += table->size) {
		if (type == OPTION_NAMED)
			move_text(r, at(item, table->name));
		move_group(r, table, item);
	}
	list->items = value_end(r, items, list->count, table->size);
}

static void
move_option(struct reader *r, const struct option *o, void *field)
{
	switch (o->type) {
	case OPTION_TEXT:
	case OPTION_NAME:
	case OPTION_PATH:
		move_text(r, field);
		return;
	case OPTION_STRINGS:
	case OPTION_NAMES:
		move_strings(r, field);
		return;
	case OPTION_PARAMS:
		move_params(r, field);
		return;
	case OPTION_GROUP:
		move_group(r, o->detail, field);
		return;
	case OPTION_LIST:
	case OPTION_NAMED:
		move_list(r, o->detail, o->type, field);
		return;
	case OPTION_BOOL:
	case OPTION_COUNT:
	case OPTION_NUMBER:
	case OPTION_RATIO:
	case OPTION_DURATION:
	case OPTION_SIZE:
	case OPTION_WORD:
		return;
	}
}

static void
move_options(struct reader *r, const struct option_table *table, void *group)
{
	for (size_t i = 0; i < table->count; i++)
		move_option(
		    r, &table->options[i], at(group, table->options[i].offset));
}

static void
move_kind(struct reader *r, const struct option_table *table, void *group)
{
	const struct option_kind *const *kind = at(group, table->kind_offset);
	const void **settings = at(group, table->settings_offset);
	const struct option_table *own = (*kind)->table;
	void *copy = copy_of(r, *settings, 1, own->size);

	if (copy != NULL)
		move_options(r, own, copy);
	*settings = value_end(r, copy, 1, own->size);
}

/* What it points to is moved; it itself was before. */
static void
move_group(struct reader *r, const struct option_table *table, void *group)
{
	if (table->source >= 0)
		*(struct source *)at(group, (size_t)table->source) =
		    (struct source){ 0 };
	if (table->kinds != NULL)
		move_kind(r, table, group);
	move_options(r, table, group);
}

/* What was derived points to what is to go. */
static void
move_service(struct reader *r, struct service_settings *s)
{
	struct rule_settings *rules =
	    copy_of(r, s->rules, s->rule_count, sizeof(*rules));
	struct probe_settings *probes =
	    copy_of(r, s->probes, s->probe_count, sizeof(*probes));
	struct source source = s->source;

	for (size_t i = 0; rules != NULL && i < s->rule_count; i++)
		rules[i].when_open = (struct calendar){ 0 };
	for (size_t i = 0; probes != NULL && i < s->probe_count; i++)
		probes[i].version = NULL;
	s->rules = rules;
	s->probes = probes;
	if (!r->short_of_memory)
		move_group(r, &service_options, s);
	s->source = source; /* a pin needs to know of which file it is */
	move_text(r, &s->digest);
	free(rules);
	free(probes);
}

/* Equal rules have one calendar: who came first has made it. */
static void
derive_again(
    struct reader *r, struct spans_zones *zones, struct service_settings *s)
{
	derive_maintenance(r, zones, s);
	derive_drill(r, zones, s);
	for (size_t i = 0; i < s->rule_count; i++)
		if (s->rules[i].when_open.count == 0)
			derive_window(r, zones, &s->rules[i]);
	derive_discover(r, s);
}

static struct service_settings *
move_all(struct reader *r, const struct config *c)
{
	struct service_settings *services =
	    value_alloc(r, c->service_count, sizeof(*services));
	struct spans_zones zones = { 0 };

	if (services == NULL)
		return NULL;
	for (size_t i = 0; i < c->service_count && !r->short_of_memory; i++) {
		services[i] = c->services[i];
		move_service(r, &services[i]);
	}
	for (size_t i = 0; i < c->service_count && !r->short_of_memory; i++)
		derive_again(r, &zones, &services[i]);
	return services;
}

void
compact_services(struct config *c)
{
	struct complaints *nobody = complaints_new();
	struct arena *arena = arena_new(ARENA_MAX_BYTES);
	struct reader r = { .arena = arena, .complaints = nobody };
	struct service_settings *services = NULL;

	if (arena != NULL)
		r.equal = intern_new(arena);
	if (nobody != NULL && r.equal != NULL && c->service_count > 0)
		services = move_all(&r, c);
	intern_free(r.equal);
	if (services == NULL || r.short_of_memory ||
	    complaints_are_fatal(nobody)) {
		arena_free(arena);
	} else {
		arena_free(c->of_services);
		c->of_services = arena;
		c->services = services;
	}
	complaints_free(nobody);
}
