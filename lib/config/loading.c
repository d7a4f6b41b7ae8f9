#include "config/loading.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "config/file.h"
#include "config/main_options.h"

#define ARENA_MAX_BYTES ((size_t)1024 * 1024 * 1024)

static void
unreadable(
    struct loading *l, struct source where, const char *shown, const char *why)
{
	l->reader.is_incomplete = true;
	if (where.file == NULL)
		where.file = shown;
	complain(l->reader.complaints, COMPLAINT_UNREADABLE, where, "%s%s%s",
	    where.file == shown ? "" : shown, where.file == shown ? "" : ": ",
	    why);
}

/* All of it, or what the wish leaves of it. */
static char *
copy_bytes(struct loading *l, const struct file *file, size_t *length)
{
	struct arena *arena = l->config->texts;
	char *copy;

	if (l->wish.service == NULL)
		return parse_copy(arena, file->bytes, file->length);
	copy = arena_alloc(arena, file->length + sizeof("\n"));
	if (copy == NULL)
		return NULL;
	*length = thin_bytes(file->bytes, file->length, l->wish, copy);
	copy[*length] = '\n';
	copy[*length + 1] = '\0';
	return copy;
}

/* Keeps the bytes in the arena: they are the last-known-good copy. */
static struct config_file *
keep(struct loading *l, const char *path, struct file *file)
{
	struct config *c = l->config;
	struct config_file *kept = &c->files[c->file_count];

	kept->path = arena_strdup(c->arena, path);
	kept->shown = arena_printf(c->arena, "%s%s", l->prefix, path);
	kept->length = file->length;
	kept->bytes = copy_bytes(l, file, &kept->length);
	free(file->bytes);
	if (kept->path == NULL || kept->shown == NULL || kept->bytes == NULL) {
		l->reader.short_of_memory = true;
		return NULL;
	}
	c->file_count++;
	return kept;
}

static config_setting_t *
parse(struct loading *l, const struct config_file *file)
{
	struct parsed *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		l->reader.short_of_memory = true;
		return NULL;
	}
	l->parsed[l->parsed_count++] = p;
	if (!parse_bytes(p, file->shown, file->bytes, file->length,
		l->reader.complaints)) {
		l->reader.is_incomplete = true;
		return NULL;
	}
	return config_root_setting(&p->tree);
}

static void
check_top(struct loading *l, config_setting_t *root, bool is_main)
{
	const struct option_table *tables[] = { &file_options, &main_options };

	reader_check_keys(&l->reader, root,
	    is_main ? "main file" : "included file", tables, is_main ? 2 : 1);
}

static bool
was_read(const struct config *c, const char *path)
{
	for (size_t i = 0; i < c->file_count; i++)
		if (strcmp(c->files[i].path, path) == 0)
			return true;
	return false;
}

static void
include_file(struct loading *l, const char *path, struct source where)
{
	char *shown = arena_printf(l->config->arena, "%s%s", l->prefix, path);
	struct config_file *kept;
	struct error err;
	struct file file;
	config_setting_t *root;

	if (l->config->file_count == CONFIG_FILES_MAX) {
		complain(l->reader.complaints, COMPLAINT_ERROR, where,
		    "more than %d files", CONFIG_FILES_MAX);
		return;
	}
	if (was_read(l->config, path)) {
		complain(l->reader.complaints, COMPLAINT_ERROR, where,
		    "%s is included twice", path);
		return;
	}
	if (!config_file_read(l->folder, path, l->owner_uid, &file, &err)) {
		unreadable(l, file.is_missing ? where : (struct source){ 0 },
		    shown, err.text);
		return;
	}
	kept = keep(l, path, &file);
	root = kept == NULL ? NULL : parse(l, kept);
	if (root != NULL)
		check_top(l, root, false);
}

static void
include_folder(
    struct loading *l, const char *path, int folder, struct source where)
{
	struct error err;
	char **names;
	size_t count;

	if (!folder_list(folder, &names, &count, &err)) {
		unreadable(l, where, path, err.text);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		char *file =
		    arena_printf(l->config->arena, "%s/%s", path, names[i]);

		if (file == NULL)
			l->reader.short_of_memory = true;
		else
			include_file(l, file, where);
	}
	folder_list_free(names, count);
}

static void
include(struct loading *l, const char *entry, struct source where)
{
	size_t length = strlen(entry);
	struct error err;
	struct stat st;
	char *path;
	int folder;

	while (length > 1 && entry[length - 1] == '/')
		length--;
	path = arena_strndup(l->config->arena, entry, length);
	if (path == NULL)
		l->reader.short_of_memory = true;
	else if (fstatat(l->folder, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode))
		include_file(l, path, where);
	else {
		folder = config_folder_open_beneath(
		    l->folder, path, l->owner_uid, &err);
		if (folder < 0) {
			unreadable(l, where, entry, err.text);
			return;
		}
		include_folder(l, path, folder, where);
		close(folder);
	}
}

static bool
open_folder(struct loading *l, const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	struct config *c = l->config;
	const char *folder = ".";
	struct error err;

	*name = slash == NULL ? path : slash + 1;
	l->prefix = "";
	if (slash != NULL) {
		l->prefix =
		    arena_strndup(c->arena, path, (size_t)(slash + 1 - path));
		folder = l->prefix;
	}
	if (folder == NULL)
		return false;
	l->folder = config_folder_open(folder, l->owner_uid, &err);
	if (l->folder >= 0)
		return true;
	unreadable(
	    l, (struct source){ 0 }, arena_strdup(c->arena, path), err.text);
	return false;
}

/* The main file, and then what it includes. */
static bool
read_main(struct loading *l, const char *name, struct file *file)
{
	struct config *c = l->config;
	struct config_file *kept = keep(l, name, file);
	config_setting_t *root = kept == NULL ? NULL : parse(l, kept);

	if (root == NULL)
		return false;
	check_top(l, root, true);
	reader_fill(&l->reader, root, &main_options, c);
	for (size_t i = 0; i < c->include.count; i++)
		include(l, c->include.items[i],
		    reader_source(config_setting_get_member(root, "include")));
	return true;
}

bool
loading_read(struct loading *l, const char *path)
{
	struct config *c = l->config;
	struct error err;
	const char *name;
	struct file file;

	c->files = arena_array(c->arena, CONFIG_FILES_MAX, sizeof(*c->files));
	if (c->files == NULL || !open_folder(l, path, &name))
		return false;
	if (config_file_read(l->folder, name, l->owner_uid, &file, &err))
		return read_main(l, name, &file);
	unreadable(
	    l, (struct source){ 0 }, arena_strdup(c->arena, path), err.text);
	return false;
}

bool
loading_read_bytes(struct loading *l, const char *bytes, size_t length)
{
	struct config *c = l->config;
	struct file file = { .bytes = malloc(length + 1), .length = length };

	c->files = arena_array(c->arena, CONFIG_FILES_MAX, sizeof(*c->files));
	l->prefix = "";
	if (file.bytes == NULL || c->files == NULL) {
		free(file.bytes);
		l->reader.short_of_memory = true;
		return false;
	}
	memcpy(file.bytes, bytes, length);
	file.bytes[length] = '\0';
	return read_main(l, "memory", &file);
}

void
loading_gather(struct loading *l, const char *key, struct items *items,
    const struct option **option)
{
	const struct option *o = file_options.options;

	while (strcmp(o->key, key) != 0)
		o++;
	*option = o;
	for (size_t i = 0; i < l->parsed_count; i++) {
		config_setting_t *root =
		    config_root_setting(&l->parsed[i]->tree);
		config_setting_t *list = config_setting_get_member(root, key);

		if (list != NULL)
			(void)reader_gather(&l->reader, list, o, items, 0);
	}
}

bool
loading_read_files(
    struct loading *l, const char *folder, const struct strings *files)
{
	struct config *c = l->config;
	struct error err;

	c->files = arena_array(c->arena, CONFIG_FILES_MAX, sizeof(*c->files));
	l->prefix = "";
	l->folder = config_folder_open(folder, l->owner_uid, &err);
	if (l->folder < 0)
		unreadable(l, (struct source){ 0 },
		    arena_strdup(c->arena, folder), err.text);
	if (l->folder < 0 || c->files == NULL)
		return false;
	for (size_t i = 0; i < files->count && i < CONFIG_FILES_MAX; i++) {
		struct config_file *kept;
		struct file file;

		if (!config_file_read(l->folder, files->items[i], l->owner_uid,
			&file, &err)) {
			unreadable(
			    l, (struct source){ 0 }, files->items[i], err.text);
			return false;
		}
		kept = keep(l, files->items[i], &file);
		if (kept == NULL || parse(l, kept) == NULL)
			return false;
	}
	return true;
}

static bool
begin(struct loading *l, struct arena *arena)
{
	l->reader.equal = intern_new(arena);
	l->config = arena_alloc(arena, sizeof(*l->config));
	if (l->reader.equal == NULL || l->config == NULL)
		return false;
	l->config->arena = arena;
	l->config->texts = arena_new(ARENA_MAX_BYTES);
	l->config->of_services = arena_new(ARENA_MAX_BYTES);
	return l->config->texts != NULL && l->config->of_services != NULL;
}

struct loading *
loading_new(uint32_t owner_uid, struct complaints *complaints)
{
	struct arena *arena = arena_new(ARENA_MAX_BYTES);
	struct loading *l = calloc(1, sizeof(*l));

	if (arena == NULL || l == NULL || !begin(l, arena)) {
		if (l != NULL) {
			intern_free(l->reader.equal);
			config_free(l->config);
		}
		if (l == NULL || l->config == NULL)
			arena_free(arena);
		free(l);
		return NULL;
	}
	l->folder = -1;
	l->owner_uid = owner_uid;
	l->reader.arena = arena;
	l->reader.complaints = complaints;
	return l;
}

void
loading_free(struct loading *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < l->parsed_count; i++) {
		parse_free(l->parsed[i]);
		free(l->parsed[i]);
	}
	if (l->folder >= 0)
		close(l->folder);
	intern_free(l->reader.equal);
	free(l);
}

void
config_forget(struct config *c)
{
	for (size_t i = 0; i < c->file_count; i++)
		c->files[i].bytes = NULL;
	arena_free(c->texts);
	c->texts = NULL;
}

void
config_free(struct config *c)
{
	if (c == NULL)
		return;
	arena_free(c->texts);
	arena_free(c->of_services);
	arena_free(c->arena);
}
