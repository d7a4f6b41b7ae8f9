#include "config/pin.h"

#include <stdlib.h>
#include <string.h>

#include "config/loading.h"
#include "config/parse.h"
#include "config/templates.h"
#include "config/writer.h"
#include "decision/cooldown.h"

#define ARENA_MAX_BYTES ((size_t)16 * 1024 * 1024)
#define PROCEDURES_MAX 4096
#define WEEK_MS 604800000

/* clang-format off */
#define SERVICE(member) offsetof(struct service_settings, member)
static const struct option service_part[] = {
	{ .key = "name", .type = OPTION_NAME, .offset = SERVICE(name),
	  .required = true, .help = "the service" },
	{ .key = "environment", .type = OPTION_NAME,
	  .offset = SERVICE(environment), .required = true,
	  .help = "where it runs" },
	{ .key = "group", .type = OPTION_NAME, .offset = SERVICE(group),
	  .required = true, .help = "its group" },
	{ .key = "params", .type = OPTION_PARAMS, .offset = SERVICE(params),
	  .help = "its parameters" },
	{ .key = "cooldown", .type = OPTION_DURATION,
	  .offset = SERVICE(cooldown_ms), .required = true, .max = WEEK_MS,
	  .help = "between two rollbacks" },
	{ .key = "cooldown_max", .type = OPTION_DURATION,
	  .offset = SERVICE(cooldown_max_ms), .fallback = "8h", .max = WEEK_MS,
	  .help = "so far it grows" },
	{ .key = "budget", .type = OPTION_COUNT, .offset = SERVICE(budget),
	  .fallback = "4", .max = BUDGET_MAX,
	  .help = "automatic rollbacks an hour" },
	{ .key = "procedures", .type = OPTION_NAMES,
	  .offset = SERVICE(procedures), .max = PROCEDURES_MAX,
	  .help = "all that may be run for it" },
};

static const struct option_table service_table = {
	.what = "service", .options = service_part,
	.count = OPTION_COUNT_OF(service_part),
	.size = sizeof(struct service_settings), .source = -1, .presence = -1,
};

static const struct option rules_part[] = {
	{ .key = "cleared", .type = OPTION_NAMES, .offset = 0,
	  .max = PROCEDURES_MAX,
	  .help = "what is run when all is well again" },
};

static const struct option_table rules_table = {
	.what = "rules", .options = rules_part,
	.count = OPTION_COUNT_OF(rules_part),
	.size = sizeof(struct strings), .source = -1, .presence = -1,
};

static const struct option parts[] = {
	{ .key = "service", .type = OPTION_GROUP,
	  .offset = offsetof(struct pin, service), .required = true,
	  .detail = &service_table, .help = "the service" },
	{ .key = "procedure", .type = OPTION_GROUP,
	  .offset = offsetof(struct pin, procedure), .required = true,
	  .detail = &procedure_options, .help = "the procedure" },
	{ .key = "rules", .type = OPTION_GROUP,
	  .offset = offsetof(struct pin, cleared),
	  .detail = &rules_table, .help = "what its rules say of it" },
};

static const struct option_table pin_table = {
	.what = "pin", .options = parts, .count = OPTION_COUNT_OF(parts),
	.size = sizeof(struct pin), .source = -1, .presence = -1,
};
/* clang-format on */

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t
sort(const char **names, size_t count)
{
	size_t kept = 0;

	if (count > 0)
		qsort(names, count, sizeof(*names), by_text);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || strcmp(names[kept - 1], names[i]) != 0)
			names[kept++] = names[i];
	return kept;
}

/* Sorted, each once: what its rules name and what it lists itself. */
static size_t
allowed_procedures(const struct service_settings *s, const char **names)
{
	size_t count = 0;

	for (size_t i = 0; i < s->procedures.count; i++)
		names[count++] = s->procedures.items[i];
	for (size_t i = 0; i < s->rule_count; i++)
		names[count++] = s->rules[i].procedure;
	return sort(names, count);
}

static bool
is_for_tripped(const struct service_settings *s, const char *procedure)
{
	for (size_t i = 0; i < s->rule_count; i++)
		if (s->rules[i].when == RULE_WHEN_TRIPPED &&
		    strcmp(s->rules[i].procedure, procedure) == 0)
			return true;
	return false;
}

static size_t
cleared_procedures(const struct service_settings *s, const char **names)
{
	size_t count = 0;

	for (size_t i = 0; i < s->rule_count; i++)
		if (s->rules[i].when == RULE_WHEN_CLEARED &&
		    !is_for_tripped(s, s->rules[i].procedure))
			names[count++] = s->rules[i].procedure;
	return sort(names, count);
}

void
pin_text(struct text *out, const struct config *c,
    const struct service_settings *service,
    const struct procedure_settings *procedure)
{
	size_t most = service->procedures.count + service->rule_count;
	const char **names = calloc(most + 1, sizeof(*names));
	struct service_settings written = *service;
	struct strings cleared = { .items = names };

	(void)c; /* templates are resolved already */
	if (names == NULL) {
		out->cut = true;
		return;
	}
	written.procedures.items = names;
	written.procedures.count = allowed_procedures(service, names);
	writer_group(out, "service", &service_table, &written);
	writer_group(out, "procedure", &procedure_options, procedure);
	cleared.count = cleared_procedures(service, names);
	if (cleared.count > 0)
		writer_group(out, "rules", &rules_table, &cleared);
	free(names);
}

static bool
add_file(const struct config *c, const struct source *source,
    const char **files, size_t max, size_t *count)
{
	const char *path = NULL;

	for (size_t i = 0; i < c->file_count; i++)
		if (source->file == c->files[i].shown)
			path = c->files[i].path;
	if (path == NULL)
		return false;
	for (size_t i = 0; i < *count; i++)
		if (files[i] == path)
			return true;
	if (*count == max)
		return false;
	files[(*count)++] = path;
	return true;
}

static const struct config_template *
find_template(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->template_count; i++)
		if (strcmp(c->templates[i].name, name) == 0)
			return &c->templates[i];
	return NULL;
}

bool
pin_files(const struct config *c, const struct service_settings *service,
    const struct procedure_settings *procedure, const char **files, size_t max,
    size_t *count)
{
	const char *like = service->like;

	*count = 0;
	if (!add_file(c, &service->source, files, max, count) ||
	    !add_file(c, &procedure->source, files, max, count))
		return false;
	while (like != NULL) {
		const struct config_template *t = find_template(c, like);

		if (t == NULL || !add_file(c, &t->source, files, max, count))
			return false;
		like = t->like;
	}
	return true;
}

/* The one group of that name in a list of any of the files. */
static config_setting_t *
find_one(
    struct loading *l, const char *key, const char *name, struct error *err)
{
	config_setting_t *found = NULL;
	const struct option *option;
	struct items items = { 0 };
	size_t count = 0;

	loading_gather(l, key, &items, &option);
	for (size_t i = 0; i < items.count; i++) {
		const char *its = reader_name(items.settings[i]);

		if (its == NULL || strcmp(its, name) != 0)
			continue;
		found = items.settings[i];
		count++;
	}
	items_free(&items);
	if (count == 1)
		return found;
	error_set(err, "%s \"%s\" is %s in these files", key, name,
	    count == 0 ? "not" : "more than once");
	return NULL;
}

static bool
write_pin(struct loading *l, const char *service, const char *procedure,
    struct text *out, struct error *err)
{
	struct service_settings s = { 0 };
	struct procedure_settings p = { 0 };
	struct templates templates = { 0 };
	config_setting_t *group = find_one(l, "services", service, err);
	config_setting_t *steps = find_one(l, "procedures", procedure, err);
	struct layers layers;

	if (group == NULL || steps == NULL)
		return false;
	if (!templates_read(&templates, l))
		return error_set(err, "memory is short");
	(void)templates_layers(&templates, &l->reader, group, &layers);
	reader_group(&l->reader, &layers, &service_options, &s);
	reader_one(&l->reader, steps, &procedure_options, &p);
	templates_free(&templates);
	if (l->reader.short_of_memory)
		return error_set(err, "memory is short");
	if (complaints_are_fatal(l->reader.complaints))
		return error_set(
		    err, "%s", complaints_line(l->reader.complaints, 0));
	if (s.group == NULL)
		s.group = s.name;
	pin_text(out, l->config, &s, &p);
	return text_ok(out) || error_set(err, "the pin is too large");
}

struct pin *
pin_from_files(const char *folder, const struct strings *files,
    const char *service, const char *procedure, uint32_t owner_uid,
    struct text *canonical, struct error *err)
{
	struct complaints *complaints = complaints_new();
	struct text out = text_new(PIN_MAX_BYTES);
	struct loading *l = NULL;
	struct config *c = NULL;
	struct pin *pin = NULL;

	if (complaints != NULL)
		l = loading_new(owner_uid, complaints);
	if (l == NULL) {
		error_set(err, "memory is short");
		goto out;
	}
	c = l->config;
	l->wish = (struct thin_wish){ service, procedure };
	if (!loading_read_files(l, folder, files))
		error_set(err, "%s",
		    complaints_count(complaints, COMPLAINT_ERROR) +
				complaints_count(
				    complaints, COMPLAINT_UNREADABLE) ==
			    0 ?
			"memory is short" :
			complaints_line(complaints, 0));
	else if (write_pin(l, service, procedure, &out, err))
		pin = pin_parse(text_str(&out), out.length, err);
	if (pin != NULL && canonical != NULL)
		text_add_bytes(canonical, text_str(&out), out.length);
out:
	loading_free(l);
	config_free(c);
	complaints_free(complaints);
	text_free(&out);
	return pin;
}

static bool
read_pin(struct pin *pin, const char *bytes, size_t length,
    struct complaints *complaints)
{
	struct reader r = { .arena = pin->arena, .complaints = complaints };
	struct parsed parsed;
	const char *copy = parse_copy(pin->arena, bytes, length);

	if (copy == NULL)
		return false;
	if (parse_bytes(&parsed, "pin", copy, length, complaints))
		reader_one(
		    &r, config_root_setting(&parsed.tree), &pin_table, pin);
	parse_free(&parsed);
	return !r.short_of_memory;
}

struct pin *
pin_parse(const char *bytes, size_t length, struct error *err)
{
	struct complaints *complaints = NULL;
	struct arena *arena = arena_new(ARENA_MAX_BYTES);
	struct pin *pin = NULL;
	bool good = false;

	if (arena != NULL)
		pin = arena_alloc(arena, sizeof(*pin));
	if (pin != NULL) {
		pin->arena = arena;
		complaints = complaints_new();
	}
	if (complaints == NULL)
		error_set(err, "memory is short");
	else if (length > PIN_MAX_BYTES)
		error_set(
		    err, "the pin is larger than %d bytes", PIN_MAX_BYTES);
	else if (!read_pin(pin, bytes, length, complaints))
		error_set(err, "memory is short");
	else if (complaints_are_fatal(complaints))
		error_set(err, "%s", complaints_line(complaints, 0));
	else
		good = true;
	complaints_free(complaints);
	if (good)
		return pin;
	arena_free(arena);
	return NULL;
}

void
pin_free(struct pin *p)
{
	if (p != NULL)
		arena_free(p->arena);
}
