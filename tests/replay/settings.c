#include "tests/replay/settings.h"

#include <ftw.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/replay/story.h"

#define BASE_FILES "tests/replay/base/*.conf"

bool
settings_file(const char *path, struct text *to, struct error *err)
{
	FILE *f = fopen(path, "re");
	char bytes[4096];
	size_t got;

	if (f == NULL)
		return error_set(err, "%s cannot be read", path);
	while ((got = fread(bytes, 1, sizeof(bytes), f)) > 0)
		text_add_bytes(to, bytes, got);
	fclose(f);
	return text_ok(to) || error_set(err, "%s is too long", path);
}

static bool
write_file(
    const char *path, const char *bytes, size_t length, struct error *err)
{
	FILE *f = fopen(path, "we");
	bool ok;

	if (f == NULL)
		return error_set(err, "%s cannot be written", path);
	ok = fwrite(bytes, 1, length, f) == length;
	ok = fclose(f) == 0 && ok;
	return ok || error_set(err, "%s cannot be written", path);
}

/* What all replays share goes beside of the configuration of this one. */
static bool
copy_base(const char *folder, struct error *err)
{
	bool ok = true;
	glob_t found;
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/base", folder);
	if (mkdir(path, 0700) != 0 || glob(BASE_FILES, 0, NULL, &found) != 0)
		return error_set(err, "no " BASE_FILES);
	for (size_t i = 0; ok && i < found.gl_pathc; i++) {
		struct text bytes = text_new(STORY_MAX_BYTES);

		(void)snprintf(path, sizeof(path), "%s/base/%s", folder,
		    strrchr(found.gl_pathv[i], '/') + 1);
		ok = settings_file(found.gl_pathv[i], &bytes, err) &&
		    write_file(path, text_str(&bytes), bytes.length, err);
		text_free(&bytes);
	}
	globfree(&found);
	return ok;
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *at)
{
	(void)st;
	(void)flag;
	(void)at;
	return remove(path);
}

struct config *
settings_load(const char *text, size_t length, struct error *err)
{
	struct config_rules rules = { .owner_uid = getuid() };
	struct complaints *complaints = complaints_new();
	char folder[] = "/tmp/replay-XXXXXX", path[512];
	struct config *c = NULL;

	if (complaints == NULL || mkdtemp(folder) == NULL) {
		(void)error_set(err, "no folder in /tmp");
		return NULL;
	}
	(void)snprintf(path, sizeof(path), "%s/rollbackd.conf", folder);
	if (copy_base(folder, err) && write_file(path, text, length, err)) {
		c = config_load(path, &rules, complaints);
		if (c == NULL)
			(void)error_set(
			    err, "%s", complaints_line(complaints, 0));
	}
	(void)nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	complaints_free(complaints);
	return c;
}
