/* Programs and files that the configuration names, are they there? */
#include "config/check_impl.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/*
 * Where nothing may be executed at all, because a sandbox is around us, the
 * one who will execute it is another one.
 */
static bool
may_be_executed(const char *path, const struct stat *st)
{
	struct statvfs here;

	if (!S_ISREG(st->st_mode))
		return false;
	if (statvfs("/", &here) == 0 && (here.f_flag & ST_NOEXEC) != 0)
		return (st->st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0;
	return access(path, X_OK) == 0;
}

void
check_program_path(struct check *c, struct source where, const char *key,
    const struct strings *command)
{
	if (command->count > 0 && *command->items[0] != '/')
		check_wrong(c, where,
		    "%s: \"%s\" is no absolute path; there is no search path "
		    "and no shell",
		    key, command->items[0]);
}

void
check_program_is_there(struct check *c, struct source where, const char *key,
    const struct strings *command)
{
	const char *path;
	struct stat st;

	if (!c->rules->check_programs || command->count == 0)
		return;
	path = command->items[0];
	if (*path != '/' || strstr(path, "${") != NULL)
		return;
	if (stat(path, &st) != 0)
		check_doubt(c, where, "%s: %s: %s", key, path, strerror(errno));
	else if (!may_be_executed(path, &st))
		check_doubt(c, where, "%s: %s cannot be executed; chmod +x it",
		    key, path);
	else if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		check_doubt(c, where,
		    "%s: others may write to %s; chmod go-w it", key, path);
}

void
check_program(struct check *c, struct source where, const char *key,
    const struct strings *command)
{
	check_program_path(c, where, key, command);
	check_program_is_there(c, where, key, command);
}

void
check_file(
    struct check *c, struct source where, const char *key, const char *path)
{
	struct stat st;

	if (c->rules->check_programs && stat(path, &st) != 0)
		check_doubt(c, where, "%s: %s: %s", key, path, strerror(errno));
}

void
check_files(struct check *c, struct source where,
    const struct option_table *table, const void *group)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct option *o = &table->options[i];
		const void *field;
		const char *path;

		if (o->type != OPTION_PATH)
			continue;
		field = (const char *)group + o->offset;
		path = *(const char *const *)field;
		if (path != NULL)
			check_file(c, where, o->key, path);
	}
}
