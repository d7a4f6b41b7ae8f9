#include "config/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "base/units.h"
#include "config/check.h"
#include "config/loading.h"
#include "config/templates.h"
#include "config/value.h"
#include "config/writer.h"

#define CANONICAL_MAX_BYTES ((size_t)4 * 1024 * 1024)
#define WHO_MAX (NAME_MAX_BYTES + 64)
#define ARM_WINDOW_MAX_MS ((int64_t)30 * 24 * 3600 * 1000)
#define SOAK_MAX_MS ARM_WINDOW_MAX_MS

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
	c->services = arena_array(c->arena, items.count, sizeof(*c->services));
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

static void
derive_rule(struct reader *r, struct rule_settings *rule)
{
	rule->arm_window_ms = ARM_WINDOW_NONE;
	if (rule->arm_window == NULL || strcmp(rule->arm_window, "none") == 0)
		return;
	if (duration_parse(rule->arm_window, &rule->arm_window_ms) &&
	    rule->arm_window_ms > 0 && rule->arm_window_ms <= ARM_WINDOW_MAX_MS)
		return;
	complain(r->complaints, COMPLAINT_ERROR, rule->source,
	    "rule \"%s\": arm_window = \"%s\": write a duration up to \"30d\", "
	    "or \"none\" to act without a deployment",
	    rule->name == NULL ? "?" : rule->name, rule->arm_window);
	rule->arm_window_ms = ARM_WINDOW_NONE;
}

static void
derive_spans(struct loading *l, struct service_settings *s)
{
	char who[WHO_MAX];

	(void)snprintf(who, sizeof(who), "service \"%s\": maintenance",
	    s->name == NULL ? "?" : s->name);
	spans_read(&l->reader, &l->zones, &s->maintenance, s->source, who,
	    &s->when_maintained);
	for (size_t i = 0; i < s->rule_count; i++) {
		struct rule_settings *rule = &s->rules[i];

		(void)snprintf(who, sizeof(who), "rule \"%s\": window",
		    rule->name == NULL ? "?" : rule->name);
		spans_read(&l->reader, &l->zones, &rule->window, rule->source,
		    who, &rule->when_open);
	}
}

static void
derive_soak(struct reader *r, struct service_settings *s)
{
	s->soak_ms = SOAK_NONE;
	if (s->soak == NULL || strcmp(s->soak, "none") == 0)
		return;
	if (duration_parse(s->soak, &s->soak_ms) && s->soak_ms > 0 &&
	    s->soak_ms <= SOAK_MAX_MS)
		return;
	complain(r->complaints, COMPLAINT_ERROR, s->source,
	    "service \"%s\": soak = \"%s\": write a duration up to \"30d\", "
	    "or \"none\" where only deploy --verified and mark make a version "
	    "good",
	    s->name == NULL ? "?" : s->name, s->soak);
	s->soak_ms = SOAK_NONE;
}

/*
 * When services are where they stay.  Equal probes of others say nothing of
 * versions.
 */
static void
derive_discover(struct reader *r, struct service_settings *s)
{
	size_t bytes = s->probe_count * sizeof(*s->probes);
	struct probe_settings *own;

	if (s->discover.probe == NULL || s->probe_count == 0)
		return;
	own = value_alloc(r, 1, bytes);
	if (own == NULL)
		return;
	memcpy(own, s->probes, bytes);
	s->probes = own;
	for (size_t i = 0; i < s->probe_count; i++)
		if (s->probes[i].name != NULL &&
		    strcmp(s->probes[i].name, s->discover.probe) == 0)
			s->probes[i].version = &s->discover.from;
}

/* Equal digests mean that nothing of a service has changed. */
static void
derive_service(
    struct loading *l, struct service_settings *s, struct text *canonical)
{
	struct service_settings written = *s;
	char digest[DIGEST_TEXT_BYTES];

	if (s->group == NULL)
		s->group = s->name;
	derive_soak(&l->reader, s);
	for (size_t i = 0; i < s->rule_count; i++)
		derive_rule(&l->reader, &s->rules[i]);
	derive_spans(l, s);
	if (complaints_are_fatal(l->reader.complaints))
		return;
	written.group = s->group;
	written.like = NULL;
	text_clear(canonical);
	writer_options(canonical, &service_options, &written, 0);
	digest_text(text_str(canonical), canonical->length, digest);
	s->digest = arena_strdup(l->config->arena, digest);
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
	if (!complaints_are_fatal(complaints))
		return c;
	config_free(c);
	return NULL;
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
