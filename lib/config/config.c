#include "config/config.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "base/units.h"
#include "config/check.h"
#include "config/compact.h"
#include "config/derive.h"
#include "config/loading.h"
#include "config/templates.h"
#include "config/writer.h"

#define CANONICAL_MAX_BYTES ((size_t)4 * 1024 * 1024)

static void
read_items(struct loading *l, const char *key)
{
	struct items items = { 0 };
	const struct option *option;

	loading_gather(l, key, &items, &option);
	if (items.count > 0)
		reader_items(&l->reader, &items, option,
		    reader_source(items.settings[0]),
		    (void *)((char *)l->config + option->offset));
	items_free(&items);
}

static void
read_services(struct loading *l, struct templates *t)
{
	struct config *c = l->config;
	struct items items = { 0 };
	const struct option *option;

	loading_gather(l, "services", &items, &option);
	if (items.count > CONFIG_SERVICES_MAX) {
		complain(l->reader.complaints, COMPLAINT_ERROR,
		    reader_source(items.settings[CONFIG_SERVICES_MAX]),
		    "more than %d services", CONFIG_SERVICES_MAX);
		items.count = CONFIG_SERVICES_MAX;
	}
	c->services =
	    arena_array(c->of_services, items.count, sizeof(*c->services));
	if (c->services == NULL && items.count > 0)
		l->reader.short_of_memory = true;
	for (size_t i = 0; c->services != NULL && i < items.count; i++) {
		struct layers layers;

		l->reader.is_template = !templates_layers(
		    t, &l->reader, items.settings[i], &layers);
		reader_group(&l->reader, &layers, &service_options,
		    &c->services[c->service_count++]);
		l->reader.is_template = false;
	}
	items_free(&items);
}

/* Equal digests mean that nothing of a service has changed. */
static void
derive_service(
    struct loading *l, struct service_settings *s, struct text *canonical)
{
	struct service_settings written = *s;
	char digest[DIGEST_TEXT_BYTES];

	derive_settings(&l->reader, &l->zones, s);
	if (complaints_are_fatal(l->reader.complaints))
		return;
	written.group = s->group;
	written.like = NULL;
	text_clear(canonical);
	writer_options(canonical, &service_options, &written, 0);
	digest_text(text_str(canonical), canonical->length, digest);
	s->digest = arena_strdup(l->reader.arena, digest);
	if (s->digest == NULL || !text_ok(canonical))
		l->reader.short_of_memory = true;
}

static int
by_service_name(const void *a, const void *b)
{
	const struct service_settings *x = a, *y = b;

	return strcmp(
	    x->name == NULL ? "" : x->name, y->name == NULL ? "" : y->name);
}

static int
by_procedure_name(const void *a, const void *b)
{
	const struct procedure_settings *x = a, *y = b;

	return strcmp(
	    x->name == NULL ? "" : x->name, y->name == NULL ? "" : y->name);
}

static void
derive(struct loading *l)
{
	struct text canonical = text_new(CANONICAL_MAX_BYTES);
	struct config *c = l->config;

	for (size_t i = 0; i < c->service_count; i++)
		derive_service(l, &c->services[i], &canonical);
	text_free(&canonical);
	if (c->service_count > 0)
		qsort(c->services, c->service_count, sizeof(*c->services),
		    by_service_name);
	for (size_t i = 0; i < c->service_count; i++)
		derive_discover(&l->reader, &c->services[i]);
	if (c->procedure_count > 0)
		qsort(c->procedures, c->procedure_count, sizeof(*c->procedures),
		    by_procedure_name);
	derive_procedures(&l->reader, c);
}

/* What is read from now on stays only until it is known to be good. */
static bool
for_services(struct reader *r, struct arena *arena)
{
	intern_free(r->equal);
	r->arena = arena;
	r->equal = intern_new(arena);
	r->short_of_memory = r->short_of_memory || r->equal == NULL;
	return r->equal != NULL;
}

static void
read_all(struct loading *l)
{
	struct templates templates = { 0 };

	if (!templates_read(&templates, l)) {
		l->reader.short_of_memory = true;
		return;
	}
	read_items(l, "witnesses");
	read_items(l, "notifiers");
	read_items(l, "procedures");
	if (for_services(&l->reader, l->config->of_services))
		read_services(l, &templates);
	if (!complaints_are_fatal(l->reader.complaints))
		templates_warn(&templates, &l->reader);
	templates_free(&templates);
	derive(l);
	loading_digest(l->config);
}

static struct config *
out_of_memory(struct complaints *complaints)
{
	complain(complaints, COMPLAINT_ERROR, (struct source){ 0 },
	    "memory is short, or the configuration too large");
	return NULL;
}

/* Takes the loading over. */
static struct config *
finish(struct loading *l, bool main_was_read, const struct config_rules *rules)
{
	struct complaints *complaints = l->reader.complaints;
	struct config *c = l->config;

	if (main_was_read)
		read_all(l);
	if (l->reader.short_of_memory)
		(void)out_of_memory(complaints);
	else if (main_was_read && !l->reader.is_incomplete)
		check_all(c, rules, complaints);
	loading_free(l);
	if (complaints_are_fatal(complaints)) {
		config_free(c);
		return NULL;
	}
	compact_services(c);
	return c;
}

struct config *
config_load(const char *path, const struct config_rules *rules,
    struct complaints *complaints)
{
	struct loading *l = loading_new(rules->owner_uid, complaints);

	if (l == NULL)
		return out_of_memory(complaints);
	return finish(l, loading_read(l, path), rules);
}

struct config *
config_from_bytes(const char *bytes, size_t length,
    const struct config_rules *rules, struct complaints *complaints)
{
	struct loading *l = loading_new(rules->owner_uid, complaints);

	if (l == NULL)
		return out_of_memory(complaints);
	return finish(l, loading_read_bytes(l, bytes, length), rules);
}

const struct service_settings *
config_service(const struct config *c, const char *name)
{
	struct service_settings key = { .name = name };

	if (c->service_count == 0)
		return NULL;
	return bsearch(
	    &key, c->services, c->service_count, sizeof(key), by_service_name);
}

const struct procedure_settings *
config_procedure(const struct config *c, const char *name)
{
	struct procedure_settings key = { .name = name };

	if (c->procedure_count == 0)
		return NULL;
	return bsearch(&key, c->procedures, c->procedure_count, sizeof(key),
	    by_procedure_name);
}
