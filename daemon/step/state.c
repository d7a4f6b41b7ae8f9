#include "daemon/step/state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/units.h"
#include "daemon/host/files.h"
#include "daemon/host/host.h"
#include "daemon/step/who.h"

#define MODE_SECRET 0700
#define MODE_SHOWN 0750      /* to the monitor's group */
#define MODE_APPROVALS 01730 /* its members leave files, and see none */
#define MODE_FILE_SHOWN 0640
#define MODE_FILE_SECRET 0600

/* What the runner believes must be writable for nobody else. */
static bool
is_ours(int folder, const char *name, struct error *err)
{
	struct stat st;

	if (fstat(folder, &st) != 0 || st.st_uid != geteuid())
		return error_set(err, "%s belongs to another user", name);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return error_set(err, "%s may be written by others", name);
	return true;
}

static bool
open_own(int parent, const char *name, int *folder, struct error *err)
{
	*folder = files_open_folder(parent, name, true, err);
	return *folder >= 0 && is_ours(*folder, name, err);
}

/* Set at every start: whoever made it may have made it otherwise. */
static bool
set_mode(const struct state *s, int folder, mode_t mode, struct error *err)
{
	gid_t group = mode == MODE_SECRET ? 0 : s->monitor_gid;

	if (!s->is_system ||
	    (fchown(folder, 0, group) == 0 && fchmod(folder, mode) == 0))
		return true;
	return error_set(err, "the runner's folder: %s", strerror(errno));
}

static bool
open_folders(struct state *s, int parent, struct error *err)
{
	return open_own(parent, "claims", &s->claims, err) &&
	    open_own(parent, "pins", &s->pins, err) &&
	    open_own(parent, "results", &s->results, err) &&
	    open_own(parent, "output", &s->outputs, err) &&
	    set_mode(s, s->claims, MODE_SHOWN, err) &&
	    set_mode(s, s->pins, MODE_SECRET, err) &&
	    set_mode(s, s->results, MODE_SHOWN, err) &&
	    set_mode(s, s->outputs, MODE_SECRET, err);
}

static bool
open_direct(struct state *s, struct error *err)
{
	struct stat st;
	int step = -1;
	bool ok;

	s->requests = files_open_folder(s->root, "requests", true, err);
	if (s->requests < 0 || fstat(s->requests, &st) != 0)
		return false;
	s->monitor_uid = st.st_uid;
	ok =
	    open_own(s->root, "step", &step, err) && open_folders(s, step, err);
	if (step >= 0)
		(void)close(step);
	return ok;
}

/* Sticky and shared: root's, and nobody there but deletes his own. */
static bool
open_approvals(struct state *s, struct error *err)
{
	struct stat st;

	s->approvals = files_open_folder(s->root, "approvals", true, err);
	if (s->approvals < 0)
		return false;
	if (fstat(s->approvals, &st) != 0 || st.st_uid != 0)
		return error_set(err, "approvals belongs to another user");
	/* Whose members leave files there may be another group. */
	return (st.st_mode & 07777) == MODE_APPROVALS ||
	    set_mode(s, s->approvals, MODE_APPROVALS, err);
}

/* All but the last part is root's; the last may be anything by now. */
static bool
open_requests(struct state *s, const char *path, struct error *err)
{
	const char *slash = strrchr(path, '/');
	char above[PATH_MAX];
	struct stat st;
	int parent;

	if (slash == NULL || slash == path || slash[1] == '\0' ||
	    (size_t)(slash - path) >= sizeof(above))
		return error_set(err, "%s is no path of a folder", path);
	(void)snprintf(above, sizeof(above), "%.*s", (int)(slash - path), path);
	parent = files_open_folder(AT_FDCWD, above, false, err);
	if (parent < 0)
		return false;
	s->requests = files_open_folder(parent, slash + 1, false, err);
	(void)close(parent);
	if (s->requests < 0)
		return false;
	if (fstat(s->requests, &st) != 0 || st.st_uid != s->monitor_uid)
		return error_set(err, "%s is not the monitor's", path);
	return true;
}

/* By its number alone in tests, where it needs no name. */
static bool
find_monitor(struct state *s, const char *monitor, struct error *err)
{
	struct who w;
	uint64_t number;
	bool found;

	if (count_parse(monitor, &number) && number < UINT32_MAX) {
		s->monitor_uid = (uid_t)number;
		s->monitor_gid = (gid_t)number;
		found = true;
	} else {
		found = who_named(&w, monitor, err);
		s->monitor_uid = w.uid;
		s->monitor_gid = w.gid;
		who_clear(&w);
	}
	if (found && s->monitor_uid == 0)
		return error_set(err, "root cannot be the monitor");
	return found;
}

static bool
open_system(
    struct state *s, const struct state_settings *settings, struct error *err)
{
	s->is_system = true;
	if (geteuid() != 0)
		return error_set(err, "it is root's, and this is not root");
	return find_monitor(s, settings->monitor, err) &&
	    is_ours(s->root, settings->folder, err) &&
	    open_requests(s, settings->requests, err) &&
	    open_folders(s, s->root, err) &&
	    open_own(s->root, "config", &s->configs, err) &&
	    set_mode(s, s->configs, MODE_SECRET, err) && open_approvals(s, err);
}

bool
state_open(
    struct state *s, const struct state_settings *settings, struct error *err)
{
	bool ok;

	*s = (struct state){ .root = -1,
		.requests = -1,
		.claims = -1,
		.pins = -1,
		.results = -1,
		.outputs = -1,
		.configs = -1,
		.approvals = -1 };
	if (!host_boot_id(s->boot_id))
		return error_set(err, "the kernel does not tell its boot id");
	s->root = files_open_folder(AT_FDCWD, settings->folder, false, err);
	if (s->root < 0)
		return false;
	ok = settings->monitor == NULL ? open_direct(s, err) :
					 open_system(s, settings, err);
	if (!ok)
		state_close(s);
	return ok;
}

void
state_close(struct state *s)
{
	int folders[] = { s->root, s->requests, s->claims, s->pins, s->results,
		s->outputs, s->configs, s->approvals };

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (folders[i] >= 0)
			(void)close(folders[i]);
}

static int
lock_file(int folder, const char *name, int how)
{
	int fd = openat(folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
	    MODE_FILE_SECRET);
	int status = -1;

	if (fd < 0)
		return -1;
	do
		status = flock(fd, how);
	while (status != 0 && errno == EINTR);
	if (status == 0)
		return fd;
	(void)close(fd); /* with errno of the lock */
	errno = EWOULDBLOCK;
	return -1;
}

int
state_lock(const struct state *s, struct error *err)
{
	/* Where nobody but us may open it, nobody can keep us waiting. */
	int fd = lock_file(s->pins, ".lock", LOCK_EX);

	if (fd < 0)
		(void)error_set(
		    err, "the claims cannot be locked: %s", strerror(errno));
	return fd;
}

void
state_unlock(int lock)
{
	if (lock >= 0)
		(void)close(lock); /* holds nothing but the lock */
}

int
state_lock_key(const struct state *s, const char *key)
{
	char name[KEY_BYTES + 8];

	(void)snprintf(name, sizeof(name), ".%s.lock", key);
	return lock_file(s->outputs, name, LOCK_EX | LOCK_NB);
}

bool
state_show(const struct state *s, int fd)
{
	return !s->is_system ||
	    (fchown(fd, 0, s->monitor_gid) == 0 &&
		fchmod(fd, MODE_FILE_SHOWN) == 0);
}

bool
state_read_result(const struct state *s, const char *key, struct result *result,
    char buffer[RESULT_MAX_BYTES + 1])
{
	struct error err;
	size_t length;

	return file_read(s->results, key, geteuid(), buffer, RESULT_MAX_BYTES,
		   &length, &err) == FILE_OK &&
	    result_parse(result, buffer, length, &err) &&
	    strcmp(result->key, key) == 0;
}

bool
state_read_claim(const struct state *s, const char *key, struct claim *claim,
    char buffer[CLAIM_MAX_BYTES + 1])
{
	struct error err;
	size_t length;

	return file_read(s->claims, key, geteuid(), buffer, CLAIM_MAX_BYTES,
		   &length, &err) == FILE_OK &&
	    claim_parse(claim, buffer, length, &err) &&
	    strcmp(claim->key, key) == 0;
}
