#include "daemon/step/keep.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config.h"
#include "daemon/host/files.h"
#include "daemon/step/generation.h"

#define SEEN_MAX 64 /* in one go; what is beyond goes the next time */
#define DEPTH_FDS 8
#define HALF ".new" /* of one that is being made */
#define NAME_BYTES (DIGEST_TEXT_BYTES + sizeof(HALF))

struct copy {
	char name[NAME_BYTES];
	struct timespec kept;
};

static bool
is_copy(const char *name)
{
	char digest[DIGEST_TEXT_BYTES];
	size_t length = strlen(name);

	if (length >= DIGEST_TEXT_BYTES &&
	    strcmp(name + DIGEST_TEXT_BYTES - 1, HALF) != 0)
		return false;
	(void)snprintf(
	    digest, sizeof(digest), "%.*s", DIGEST_TEXT_BYTES - 1, name);
	return generation_is_valid(digest);
}

static int
newest_first(const void *a, const void *b)
{
	const struct timespec *x = &((const struct copy *)a)->kept;
	const struct timespec *y = &((const struct copy *)b)->kept;

	if (x->tv_sec != y->tv_sec)
		return x->tv_sec < y->tv_sec ? 1 : -1;
	return (x->tv_nsec < y->tv_nsec) - (x->tv_nsec > y->tv_nsec);
}

static size_t
list(const struct state *s, struct copy copies[SEEN_MAX])
{
	int fd = openat(s->configs, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	size_t count = 0;
	struct stat st;

	if (entries == NULL && fd >= 0)
		(void)close(fd); /* was only read */
	while (entries != NULL && count < SEEN_MAX &&
	    (entry = readdir(entries)) != NULL) {
		if (!is_copy(entry->d_name) ||
		    fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		(void)snprintf(copies[count].name, NAME_BYTES, "%.*s",
		    (int)NAME_BYTES - 1, entry->d_name);
		copies[count++].kept = st.st_mtim;
	}
	if (entries != NULL)
		(void)closedir(entries); /* was only read */
	return count;
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	(void)kind;
	(void)where;
	(void)remove(path); /* what stays is tried again the next time */
	return 0;
}

static void
forget(const struct state *s, const char *name)
{
	char path[NAME_BYTES + 64];

	(void)snprintf(
	    path, sizeof(path), "/proc/self/fd/%d/%s", s->configs, name);
	(void)nftw(path, remove_one, DEPTH_FDS, FTW_DEPTH | FTW_PHYS);
}

static void
forget_old(const struct state *s)
{
	struct copy copies[SEEN_MAX];
	size_t count = list(s, copies);

	qsort(copies, count, sizeof(*copies), newest_first);
	for (size_t i = KEEP_COPIES_MAX; i < count; i++)
		forget(s, copies[i].name);
}

/* The folder of a file, made where it is missing; its name in *name. */
static int
open_parent(int folder, const char *path, const char **name, struct error *err)
{
	int at = fcntl(folder, F_DUPFD_CLOEXEC, 3);
	const char *slash;

	while (at >= 0 && (slash = strchr(path, '/')) != NULL) {
		char part[NAME_MAX + 1];
		int next;

		(void)snprintf(
		    part, sizeof(part), "%.*s", (int)(slash - path), path);
		next = files_open_folder(at, part, true, err);
		(void)close(at); /* was only passed through */
		at = next;
		path = slash + 1;
	}
	*name = path;
	return at;
}

static bool
copy_file(int folder, const struct config_file *f, struct error *err)
{
	const char *name;
	int parent = open_parent(folder, f->path, &name, err);
	bool ok;

	if (parent < 0)
		return false;
	ok = file_put(parent, name, f->bytes, f->length, FILE_REPLACE, err) ==
	    FILE_STORED;
	(void)close(parent); /* synced with the file */
	return ok;
}

static bool
copy_all(const struct state *s, const struct config *c, struct error *err)
{
	char half[NAME_BYTES];
	int folder;
	bool ok;

	(void)snprintf(half, sizeof(half), "%s" HALF, c->digest);
	forget(s, half);
	folder = files_open_folder(s->configs, half, true, err);
	ok = folder >= 0;
	for (size_t i = 0; ok && i < c->file_count; i++)
		ok = copy_file(folder, &c->files[i], err);
	if (folder >= 0)
		(void)close(folder); /* what is in it is synced */
	if (!ok)
		return false;
	/* Only a whole copy bears the digest's name. */
	if (renameat(s->configs, half, s->configs, c->digest) != 0)
		return error_set(err, "%s: %s", c->digest, strerror(errno));
	return files_sync(&s->configs, 1, err);
}

/* One that is there is the newest from now on. */
static bool
store(const struct state *s, const struct config *c, struct error *err)
{
	return utimensat(s->configs, c->digest, NULL, 0) == 0 ||
	    copy_all(s, c, err);
}

static bool
is_kept(const struct state *s, const char *digest)
{
	struct stat st;

	return fstatat(s->configs, digest, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static enum step_exit
keep_live(const struct state *s, const struct config *live, const char *digest,
    struct error *err)
{
	if (strcmp(live->digest, digest) != 0) {
		(void)error_set(err, "it is another configuration by now");
		return STEP_EXIT_CHANGED;
	}
	if (!store(s, live, err))
		return STEP_EXIT_STORAGE;
	forget_old(s);
	return STEP_EXIT_OK;
}

enum step_exit
keep_run(const struct state *s, const char *config, const char *digest)
{
	char path[2 * GENERATION_PATH_MAX + 1];
	struct generation_place place;
	enum step_exit status = STEP_EXIT_CHANGED;
	struct config *live = NULL;
	struct error why;

	if (generation_place(&place, config, &why)) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", place.folder, place.main_file);
		live = config_files(path, geteuid(), &why);
	}
	if (live != NULL)
		status = keep_live(s, live, digest, &why);
	config_free(live);
	/* Edited since, and kept before: it does not become newer by that. */
	if (status == STEP_EXIT_CHANGED && is_kept(s, digest))
		return STEP_EXIT_OK;
	if (status != STEP_EXIT_OK)
		warnx("%s is not kept: %s", config, why.text);
	return status;
}
