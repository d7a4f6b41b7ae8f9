#include "daemon/executors/trusted.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
is_writable_by_others(const struct stat *st)
{
	bool is_sticky = S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) != 0;

	if (is_sticky)
		return false;
	return (st->st_mode & S_IWOTH) != 0 ||
	    ((st->st_mode & S_IWGRP) != 0 && st->st_gid != 0);
}

static bool
is_trusted(int fd, const char *shown, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return error_set(err, "%s: %s", shown, strerror(errno));
	if (S_ISLNK(st.st_mode))
		return error_set(err,
		    "%s is a symbolic link: write where it leads to", shown);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return error_set(err,
		    "%s belongs to user %u, not to root or to the step's user",
		    shown, (unsigned)st.st_uid);
	if (is_writable_by_others(&st))
		return error_set(err, "%s may be written by others", shown);
	return true;
}

/* The entry of that name beneath fd, which is closed; -1 with the reason. */
static int
step_into(int fd, const char *name, const char *shown, struct error *err)
{
	int next = openat(fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (next < 0)
		(void)error_set(err, "%s: %s", shown, strerror(errno));
	(void)close(fd); /* was only read */
	if (next >= 0 && !is_trusted(next, shown, err)) {
		(void)close(next); /* was only read */
		return -1;
	}
	return next;
}

static bool
is_file(int fd, const char *path, struct error *err)
{
	struct stat st;

	return (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) ||
	    error_set(err, "%s is no regular file", path);
}

bool
trusted_file(const char *path, struct error *err)
{
	char shown[PATH_MAX], *slash = shown;
	int fd;
	bool good;

	if (path[0] != '/' || strlen(path) >= sizeof(shown))
		return error_set(err, "%.64s is no absolute path", path);
	if (strstr(path, "/../") != NULL)
		return error_set(err, "%s: write it without \"..\"", path);
	(void)strncpy(shown, path, sizeof(shown));
	fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	while (fd >= 0 && slash != NULL) {
		char *name = slash + 1;

		slash = strchr(name, '/');
		if (slash != NULL)
			*slash = '\0';
		if (*name != '\0')
			fd = step_into(fd, name, shown, err);
		if (slash != NULL)
			*slash = '/';
	}
	if (fd < 0)
		return false;
	good = is_file(fd, path, err);
	(void)close(fd); /* was only read */
	return good;
}
