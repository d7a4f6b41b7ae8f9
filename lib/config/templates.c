#include "config/templates.h"

#include <stdlib.h>
#include <string.h>

#include "config/suggest.h"
#include "config/value.h"
#include "service/service_settings.h"

struct template
{
	const char *name;
	config_setting_t *group;
	bool is_used;
};

static int
by_name(const void *a, const void *b)
{
	const struct template *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static struct template *
find(const struct templates *t, const char *name)
{
	struct template key = { .name = name };

	if (t->count == 0)
		return NULL;
	return bsearch(&key, t->items, t->count, sizeof(key), by_name);
}

static config_setting_t *
like_of(config_setting_t *group)
{
	config_setting_t *like = config_setting_get_member(group, "like");

	/* Another type gets its complaint when the option is read. */
	if (like == NULL || config_setting_type(like) != CONFIG_TYPE_STRING)
		return NULL;
	return like;
}

static void
unknown(struct templates *t, struct reader *r, config_setting_t *like)
{
	struct suggestion near = suggest_new(config_setting_get_string(like));
	char buffer[128];

	if (r->is_incomplete)
		return; /* it may be where nothing could be read */
	for (size_t i = 0; i < t->count; i++)
		suggest_consider(&near, t->items[i].name);
	value_wrong(r, like, "there is no such template%s",
	    suggest_text(&near, buffer));
}

bool
templates_layers(struct templates *t, struct reader *r,
    config_setting_t *service, struct layers *layers)
{
	config_setting_t *like;

	*layers = (struct layers){ .groups = { service }, .count = 1 };
	while ((like = like_of(layers->groups[layers->count - 1])) != NULL) {
		struct template *next =
		    find(t, config_setting_get_string(like));

		if (next == NULL) {
			unknown(t, r, like);
			return false;
		}
		if (layers->count == READER_LAYERS_MAX) {
			value_wrong(r, like,
			    "templates like each other in a circle, or more "
			    "than %d deep",
			    READER_LAYERS_MAX - 1);
			return false;
		}
		next->is_used = true;
		layers->groups[layers->count++] = next->group;
	}
	return true;
}

static bool
keep(struct loading *l, struct templates *t)
{
	struct config *c = l->config;

	c->templates = value_alloc(&l->reader, t->count, sizeof(*c->templates));
	if (c->templates == NULL)
		return t->count == 0;
	for (size_t i = 0; i < t->count; i++) {
		config_setting_t *like = like_of(t->items[i].group);
		struct config_template *kept = &c->templates[i];

		kept->name = arena_strdup(c->arena, t->items[i].name);
		if (like != NULL)
			kept->like = arena_strdup(
			    c->arena, config_setting_get_string(like));
		kept->source = reader_source(t->items[i].group);
	}
	c->template_count = t->count;
	return true;
}

/* Also those that nobody uses should have no misspelt keys. */
static void
check(struct loading *l, struct templates *t)
{
	struct reader r = l->reader;

	r.is_template = true;
	for (size_t i = 0; i < t->count; i++) {
		struct service_settings scratch = { 0 };
		config_setting_t *group = t->items[i].group;

		reader_one(&r, group, &service_options, &scratch);
		if (scratch.name != NULL)
			value_wrong(&r,
			    config_setting_get_member(group, "name"),
			    "a template has the name of its key");
		if (i > 0 &&
		    strcmp(t->items[i - 1].name, t->items[i].name) == 0)
			value_wrong(
			    &r, group, "there are two templates of that name");
	}
	l->reader.short_of_memory |= r.short_of_memory;
}

bool
templates_read(struct templates *t, struct loading *l)
{
	struct items items = { 0 };
	const struct option *option;

	loading_gather(l, "templates", &items, &option);
	t->count = 0;
	t->items = calloc(items.count + 1, sizeof(*t->items));
	for (size_t i = 0; t->items != NULL && i < items.count; i++)
		t->items[t->count++] = (struct template){
			.name = config_setting_name(items.settings[i]),
			.group = items.settings[i],
		};
	items_free(&items);
	if (t->items == NULL)
		return false;
	qsort(t->items, t->count, sizeof(*t->items), by_name);
	check(l, t);
	return keep(l, t);
}

void
templates_free(struct templates *t)
{
	free(t->items);
}

void
templates_warn(const struct templates *t, struct reader *r)
{
	for (size_t i = 0; i < t->count; i++)
		if (!t->items[i].is_used)
			complain(r->complaints, COMPLAINT_WARNING,
			    reader_source(t->items[i].group),
			    "no service is like template \"%s\"",
			    t->items[i].name);
}
