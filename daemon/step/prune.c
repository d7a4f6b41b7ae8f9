#include "daemon/step/prune.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ulid.h"
#include "daemon/host/host.h"
#include "daemon/host/retention.h"

#define STAMP ".pruned"
#define DAY_MS INT64_C(86400000)

static int64_t
age_ms(int folder, const char *name)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return INT64_MAX;
	return host_wall_ms() - (int64_t)st.st_mtim.tv_sec * 1000;
}

/* True once a day, and when the clock says what cannot be. */
static bool
is_due(const struct state *s)
{
	int64_t age = age_ms(s->pins, STAMP);

	return age < 0 || age >= DAY_MS;
}

static void
stamp(const struct state *s)
{
	int fd = openat(
	    s->pins, STAMP, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return;
	(void)futimens(fd, NULL);
	(void)close(fd); /* holds nothing */
}

/* What operators left: those of incidents long over. */
static void
prune_approvals(const struct state *s)
{
	int fd = openat(s->approvals, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (entries == NULL) {
		if (fd >= 0)
			(void)close(fd); /* was only read */
		return;
	}
	while ((entry = readdir(entries)) != NULL)
		if (entry->d_name[0] != '.' &&
		    age_ms(fd, entry->d_name) != INT64_MAX &&
		    age_ms(fd, entry->d_name) > RETENTION_MS)
			(void)unlinkat(fd, entry->d_name, 0);
	(void)closedir(entries); /* was only read */
}

void
prune_run(const struct state *s, bool is_asked_for)
{
	const struct retention_folders folders = { s->requests, s->claims,
		s->pins, s->results, s->outputs };

	if (!is_asked_for && !is_due(s))
		return;
	stamp(s);
	(void)retention_sweep(&folders, RETENTION_MS);
	prune_approvals(s);
}
