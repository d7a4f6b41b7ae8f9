#include "daemon/host/retention.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ulid.h"
#include "daemon/host/files.h"
#include "daemon/host/host.h"
#include "executor/result.h"

#define RUNS_MAX 65536 /* in one go; what is beyond goes the next time */

struct seen {
	char run[ULID_BYTES];
	bool stays;
};

struct sweep {
	int64_t older_than_ms;
	char boot_id[BOOT_ID_BYTES];
	int claims;
	struct seen *runs;
	size_t count;
	size_t capacity;
};

/* The run that a file belongs to, also one that is being written. */
static bool
run_of(const char *name, char run[ULID_BYTES])
{
	if (name[0] == '.')
		name++;
	if (strlen(name) < ULID_BYTES - 1)
		return false;
	memcpy(run, name, ULID_BYTES - 1);
	run[ULID_BYTES - 1] = '\0';
	return ulid_is_valid(run);
}

typedef void saw_file(
    struct sweep *s, int folder, const char *name, const char *run);

static void
each_file(struct sweep *s, int folder, saw_file *saw)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	char run[ULID_BYTES];

	if (entries == NULL) {
		if (fd >= 0)
			(void)close(fd); /* was only read */
		return;
	}
	while ((entry = readdir(entries)) != NULL)
		if (run_of(entry->d_name, run))
			saw(s, folder, entry->d_name, run);
	(void)closedir(entries); /* was only read */
}

static int
by_run(const void *a, const void *b)
{
	return strcmp(
	    ((const struct seen *)a)->run, ((const struct seen *)b)->run);
}

static struct seen *
find(struct sweep *s, const char *run)
{
	struct seen key = { .stays = false };

	if (s->count == 0)
		return NULL;
	memcpy(key.run, run, ULID_BYTES);
	return bsearch(&key, s->runs, s->count, sizeof(key), by_run);
}

static void
remember(struct sweep *s, int folder, const char *name, const char *run)
{
	(void)folder;
	(void)name;
	if (s->count == s->capacity) {
		size_t capacity = s->capacity == 0 ? 256 : 2 * s->capacity;
		struct seen *runs = NULL;

		if (capacity <= RUNS_MAX)
			runs = realloc(s->runs, capacity * sizeof(*runs));
		if (runs == NULL)
			return;
		s->runs = runs;
		s->capacity = capacity;
	}
	memcpy(s->runs[s->count].run, run, ULID_BYTES);
	s->runs[s->count++].stays = false;
}

static void
sort_runs(struct sweep *s)
{
	size_t kept = 0;

	if (s->count > 0)
		qsort(s->runs, s->count, sizeof(*s->runs), by_run);
	for (size_t i = 0; i < s->count; i++)
		if (kept == 0 ||
		    strcmp(s->runs[kept - 1].run, s->runs[i].run) != 0)
			s->runs[kept++] = s->runs[i];
	s->count = kept;
}

static void
spare_young(struct sweep *s, int folder, const char *name, const char *run)
{
	struct seen *seen = find(s, run);
	struct stat st;

	if (seen == NULL || seen->stays)
		return;
	/* What cannot be looked at stays. */
	seen->stays = fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    host_wall_ms() - (int64_t)st.st_mtim.tv_sec * 1000 <
		s->older_than_ms;
}

static void
spare_asked(struct sweep *s, int folder, const char *name, const char *run)
{
	struct seen *seen = find(s, run);

	(void)folder;
	(void)name;
	if (seen != NULL)
		seen->stays = true;
}

/* The wall clock may be wrong by years; the other one is not. */
static void
spare_of_this_boot(
    struct sweep *s, int folder, const char *name, const char *run)
{
	static char bytes[CLAIM_MAX_BYTES + 1];
	struct seen *seen = find(s, run);
	struct claim claim;
	struct error err;
	size_t length;

	if (seen == NULL || seen->stays ||
	    file_read(folder, name, geteuid(), bytes, CLAIM_MAX_BYTES, &length,
		&err) != FILE_OK ||
	    !claim_parse(&claim, bytes, length, &err))
		return;
	if (strcmp(claim.boot_id, s->boot_id) == 0 &&
	    host_boot_ms() - claim.claimed_ms < s->older_than_ms)
		seen->stays = true;
}

static void
forget(struct sweep *s, int folder, const char *name, const char *run)
{
	const struct seen *seen = find(s, run);

	if (seen != NULL && !seen->stays)
		(void)unlinkat(folder, name, 0);
}

size_t
retention_sweep(const struct retention_folders *f, int64_t older_than_ms)
{
	/* The claim last: what is left over then is found the next time. */
	const int own[] = { f->outputs, f->results, f->pins, f->claims };
	const size_t folders = sizeof(own) / sizeof(own[0]);
	struct sweep s = { .older_than_ms = older_than_ms };
	size_t forgotten = 0;

	if (!host_boot_id(s.boot_id))
		return 0;
	for (size_t i = 0; i < folders; i++)
		each_file(&s, own[i], remember);
	sort_runs(&s);
	for (size_t i = 0; i < folders; i++)
		each_file(&s, own[i], spare_young);
	each_file(&s, f->claims, spare_of_this_boot);
	/* Asked last: what is asked for only now is new and thus young. */
	each_file(&s, f->requests, spare_asked);
	for (size_t i = 0; i < folders; i++)
		each_file(&s, own[i], forget);
	for (size_t i = 0; i < s.count; i++)
		forgotten += !s.runs[i].stays;
	free(s.runs);
	return forgotten;
}
