#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ulid.h"
#include "daemon/steps_files.h"

#define FOLDERS 5

struct pruning {
	int folders[FOLDERS];
	char run[ULID_BYTES];
};

/* The run's own, and what was left of one that was being written. */
static bool
is_of_run(const char *name, const char *run)
{
	if (name[0] == '.')
		name++;
	return strncmp(name, run, ULID_BYTES - 1) == 0;
}

static void
prune_folder(int folder, const char *run)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (entries == NULL) {
		if (fd >= 0)
			(void)close(fd);
		return;
	}
	while ((entry = readdir(entries)) != NULL)
		if (is_of_run(entry->d_name, run))
			(void)unlinkat(folder, entry->d_name, 0);
	(void)closedir(entries); /* was only read */
}

/* On the store's thread; what is left over is found the next time. */
static bool
prune(void *arg)
{
	struct pruning *p = arg;

	for (size_t i = 0; i < FOLDERS; i++)
		if (p->folders[i] >= 0) {
			prune_folder(p->folders[i], p->run);
			(void)close(p->folders[i]);
		}
	free(p);
	return true;
}

void
steps_files_prune(
    const struct steps_files *f, struct store *store, const char *run)
{
	/* The claim last: without a request nobody may want it any more. */
	const int folders[FOLDERS] = { f->requests, f->outputs, f->results,
		f->pins, f->claims };
	struct pruning *p;

	if (!ulid_is_valid(run))
		return;
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return;
	for (size_t i = 0; i < FOLDERS; i++)
		p->folders[i] = fcntl(folders[i], F_DUPFD_CLOEXEC, 3);
	memcpy(p->run, run, ULID_BYTES);
	store_run(store, prune, NULL, p);
}
