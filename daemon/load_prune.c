#include "daemon/load_prune.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/digest.h"

#define PATH_BYTES 4096
#define SEEN_MAX 256 /* in one go; what is beyond goes the next time */
#define DEPTH_FDS 8
#define COPY_NAME_BYTES (DIGEST_TEXT_BYTES + 4) /* ".new" */

struct copy {
	char name[COPY_NAME_BYTES];
	int64_t changed_ns;
};

static bool
is_in_use(const struct digests *in_use, const char *name)
{
	for (size_t i = 0; i < in_use->count; i++)
		if (strcmp(in_use->items[i], name) == 0)
			return true;
	return false;
}

/* DIGEST, or DIGEST.new of a copy that a crash has left half made. */
static bool
is_copy(const char *name)
{
	size_t length = strspn(name, "0123456789abcdef");

	return length == DIGEST_TEXT_BYTES - 1 &&
	    (name[length] == '\0' || strcmp(name + length, ".new") == 0);
}

static int
newest_first(const void *a, const void *b)
{
	const struct copy *x = a, *y = b;

	return (x->changed_ns < y->changed_ns) -
	    (x->changed_ns > y->changed_ns);
}

static size_t
look(const char *folder, const struct digests *in_use, struct copy *copies)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	struct stat st;
	size_t count = 0;

	while (
	    dir != NULL && count < SEEN_MAX && (entry = readdir(dir)) != NULL) {
		if (!is_copy(entry->d_name) ||
		    is_in_use(in_use, entry->d_name) ||
		    fstatat(dirfd(dir), entry->d_name, &st,
			AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		(void)snprintf(copies[count].name, COPY_NAME_BYTES, "%.*s",
		    COPY_NAME_BYTES - 1, entry->d_name);
		copies[count++].changed_ns =
		    (int64_t)st.st_mtim.tv_sec * 1000000000 +
		    st.st_mtim.tv_nsec;
	}
	if (dir != NULL)
		(void)closedir(dir); /* was only read */
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

void
load_prune(const char *folder, const struct digests *in_use)
{
	struct copy *copies = calloc(SEEN_MAX, sizeof(*copies));
	char path[PATH_BYTES];
	size_t count;

	if (copies == NULL)
		return;
	count = look(folder, in_use, copies);
	qsort(copies, count, sizeof(*copies), newest_first);
	for (size_t i = COPIES_KEPT; i < count; i++)
		if (snprintf(path, sizeof(path), "%s/%s", folder,
			copies[i].name) < (int)sizeof(path))
			(void)nftw(
			    path, remove_one, DEPTH_FDS, FTW_DEPTH | FTW_PHYS);
	free(copies);
}
