/* A pin from the configuration files, and from its text. */
#include <string.h>

#include "config/file.h"
#include "config/loading.h"
#include "config/main_options.h"
#include "config/parse.h"
#include "config/pin_impl.h"
#include "config/templates.h"
#include "service/authority.h"

#define ARENA_MAX_BYTES ((size_t)16 * 1024 * 1024)

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

/* As the whole configuration would have it: a file, or all of a folder. */
static bool
is_included(const struct config *c, const char *path)
{
	for (size_t i = 0; i < c->include.count; i++) {
		const char *entry = c->include.items[i];
		size_t length = strlen(entry);

		while (length > 1 && entry[length - 1] == '/')
			length--;
		if (strncmp(path, entry, length) != 0)
			continue;
		if (path[length] == '\0' ||
		    (path[length] == '/' &&
			folder_has_wanted(path + length + 1)))
			return true;
	}
	return false;
}

/* What the main file says of roles and limits, and which files belong to it. */
static bool
read_main(struct loading *l, struct error *err)
{
	const struct config *c = l->config;

	if (l->parsed_count == 0)
		return error_set(err, "no file is named");
	reader_fill(&l->reader, config_root_setting(&l->parsed[0]->tree),
	    &main_options, l->config);
	for (size_t i = 1; i < c->file_count; i++)
		if (!is_included(c, c->files[i].path))
			return error_set(err, "%s is not included by %s",
			    c->files[i].path, c->files[0].path);
	return true;
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
	else if (read_main(l, err) &&
	    write_pin(l, service, procedure, &out, err))
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

const struct strings *
pin_gate_groups(const struct pin *p, const char *role)
{
	enum severity severity;

	if (role == NULL || !authority_of_role(role, &severity))
		return NULL;
	return &p->authority.gates[severity];
}
