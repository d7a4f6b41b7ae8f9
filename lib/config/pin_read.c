/* A pin from the configuration files, and from its text. */
#include <string.h>

#include "config/file.h"
#include "config/loading.h"
#include "config/main_options.h"
#include "config/parse.h"
#include "config/pin_impl.h"
#include "config/templates.h"
#include "procedure/flatten.h"
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

/* A procedure that was read, for the next time that it is named. */
struct found {
	struct procedure_settings procedure;
	struct found *next;
};

struct finding {
	struct loading *l;
	struct found *found;
	struct error err; /* why the last one was not */
};

static const struct procedure_settings *
find_procedure(const char *name, void *arg)
{
	struct finding *f = arg;
	struct found *found;
	config_setting_t *group;

	for (found = f->found; found != NULL; found = found->next)
		if (strcmp(found->procedure.name, name) == 0)
			return &found->procedure;
	group = find_one(f->l, "procedures", name, &f->err);
	found = group == NULL ? NULL :
				arena_alloc(f->l->reader.arena, sizeof(*found));
	if (found == NULL)
		return NULL;
	reader_one(&f->l->reader, group, &procedure_options, &found->procedure);
	if (f->l->reader.short_of_memory ||
	    complaints_are_fatal(f->l->reader.complaints))
		return NULL;
	found->next = f->found;
	f->found = found;
	return &found->procedure;
}

/* With the steps of those that it names in the place of its own. */
static bool
flatten(struct loading *l, struct procedure_settings *p, struct error *err)
{
	struct finding finding = { .l = l };
	struct procedure_settings flat = { .name = NULL };
	struct source where = { .file = NULL };

	if (complaints_are_fatal(l->reader.complaints) ||
	    l->reader.short_of_memory)
		return true; /* which is said next */
	if (!procedure_flatten(p, find_procedure, &finding, l->reader.arena,
		&flat, &where, err))
		return complaints_are_fatal(l->reader.complaints);
	*p = flat;
	return true;
}

static bool
write_pin(struct loading *l, const char *service, const char *procedure,
    struct text *out, bool *is_nested, struct error *err)
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
	*is_nested = l->wish.procedure != NULL && procedure_is_nested(&p);
	if (*is_nested)
		return error_set(err, "others stand in it");
	if (!flatten(l, &p, err))
		return false;
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

/* What a pin is made from. */
struct making {
	const char *folder;
	const struct strings *files;
	const char *service;
	const char *procedure;
	uint32_t owner_uid;
};

static const char *
why_not_read(struct complaints *complaints)
{
	if (complaints_count(complaints, COMPLAINT_ERROR) +
		complaints_count(complaints, COMPLAINT_UNREADABLE) ==
	    0)
		return "memory is short";
	return complaints_line(complaints, 0);
}

/* is_nested: it was not made, for other procedures are needed as well. */
static bool
make_text(const struct making *m, struct thin_wish wish, struct text *out,
    bool *is_nested, struct error *err)
{
	struct complaints *complaints = complaints_new();
	struct loading *l = NULL;
	struct config *c = NULL;
	bool made = false;

	*is_nested = false;
	if (complaints != NULL)
		l = loading_new(m->owner_uid, complaints);
	if (l == NULL) {
		error_set(err, "memory is short");
		goto out;
	}
	c = l->config;
	l->wish = wish;
	if (!loading_read_files(l, m->folder, m->files))
		error_set(err, "%s", why_not_read(complaints));
	else
		made = read_main(l, err) &&
		    write_pin(l, m->service, m->procedure, out, is_nested, err);
out:
	loading_free(l);
	config_free(c);
	complaints_free(complaints);
	return made;
}

struct pin *
pin_from_files(const char *folder, const struct strings *files,
    const char *service, const char *procedure, uint32_t owner_uid,
    struct text *canonical, struct error *err)
{
	const struct making m = { folder, files, service, procedure,
		owner_uid };
	struct text out = text_new(PIN_MAX_BYTES);
	struct pin *pin = NULL;
	bool is_nested;
	bool made = make_text(&m, (struct thin_wish){ service, procedure },
	    &out, &is_nested, err);

	/* Seldom, and then all procedures of these files are looked at. */
	if (!made && is_nested)
		made = make_text(&m, (struct thin_wish){ service, NULL }, &out,
		    &is_nested, err);
	if (made)
		pin = pin_parse(text_str(&out), out.length, err);
	if (pin != NULL && canonical != NULL)
		text_add_bytes(canonical, text_str(&out), out.length);
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
