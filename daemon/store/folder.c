#include "daemon/store/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "daemon/files.h"

#define SAME_SECOND_MAX 100
#define MARK_MAX_BYTES 1024

int
folder_open(const char *directory, struct error *err)
{
	struct stat st;
	int fd;

	if (mkdir(directory, 0700) != 0 && errno != EEXIST) {
		error_set(
		    err, "cannot make %s: %s", directory, strerror(errno));
		return -1;
	}
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0) {
		error_set(err, "cannot open the state folder %s: %s", directory,
		    errno == ELOOP || errno == ENOTDIR ?
			"it is a link or not a folder" :
			strerror(errno));
		goto fail;
	}
	if (st.st_uid != geteuid()) {
		error_set(err, "the state folder %s belongs to uid %u, not %u",
		    directory, st.st_uid, geteuid());
		goto fail;
	}
	if (st.st_mode & (S_IWGRP | S_IWOTH)) {
		error_set(err,
		    "others may write in the state folder %s: chmod go-w it",
		    directory);
		goto fail;
	}
	return fd;
fail:
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

/* Who says to hold the lock; for the message alone. */
static long
holder(int fd)
{
	char pid[32] = "";
	ssize_t n = pread(fd, pid, sizeof(pid) - 1, 0);

	return n > 0 ? strtol(pid, NULL, 10) : 0;
}

enum folder_lock
folder_lock(int folder, int *fd, struct error *err)
{
	char pid[32];
	int length;

	*fd = openat(folder, FOLDER_LOCK,
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (*fd < 0) {
		error_set(
		    err, "cannot open the lock file: %s", strerror(errno));
		return FOLDER_TROUBLE;
	}
	if (flock(*fd, LOCK_EX | LOCK_NB) != 0) {
		enum folder_lock result = FOLDER_TROUBLE;

		if (errno == EWOULDBLOCK) {
			error_set(err,
			    "another rollbackd has the state folder open, "
			    "pid %ld",
			    holder(*fd));
			result = FOLDER_TAKEN;
		} else
			error_set(err, "cannot lock: %s", strerror(errno));
		(void)close(*fd);
		*fd = -1;
		return result;
	}
	/* The number only helps a person: a full disk may refuse it. */
	length = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	if (ftruncate(*fd, 0) == 0)
		(void)!pwrite(*fd, pid, (size_t)length, 0);
	return FOLDER_LOCKED;
}

static bool
mark(int folder, const char *aside, const char *reason, struct error *err)
{
	struct text t = text_new(MARK_MAX_BYTES);
	bool ok;

	text_addf(&t, "the database was set aside as %s: ", aside);
	text_add_escaped(&t, reason, strlen(reason));
	ok = file_write_durably(folder, FOLDER_MARK, text_str(&t), t.length,
	    FILE_REPLACE, NULL, err);
	text_free(&t);
	return ok;
}

/* A name that nothing has yet, with room left for "-wal". */
static bool
find_name(int folder, const char *label, char name[NAME_MAX], struct error *err)
{
	time_t now = time(NULL);
	struct tm utc;
	char when[32];

	if (gmtime_r(&now, &utc) == NULL ||
	    strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &utc) == 0)
		return error_set(err, "the clock cannot be told");
	for (int i = 1; i < SAME_SECOND_MAX; i++) {
		char again[16] = "";
		struct stat st;

		if (i > 1)
			(void)snprintf(again, sizeof(again), ".%d", i);
		(void)snprintf(name, NAME_MAX, FOLDER_DATABASE ".%s-%s%s",
		    label, when, again);
		if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0 &&
		    errno == ENOENT)
			return true;
	}
	return error_set(err, "too many databases set aside in one second");
}

static bool
move(int folder, const char *suffix, const char *aside, struct error *err)
{
	char from[NAME_MAX], to[NAME_MAX + 8];

	(void)snprintf(from, sizeof(from), FOLDER_DATABASE "%s", suffix);
	(void)snprintf(to, sizeof(to), "%s%s", aside, suffix);
	if (renameat2(folder, from, folder, to, RENAME_NOREPLACE) == 0 ||
	    errno == ENOENT)
		return true;
	return error_set(err, "cannot set %s aside: %s", from, strerror(errno));
}

bool
folder_set_aside(
    int folder, const char *label, const char *reason, struct error *err)
{
	char aside[NAME_MAX];

	if (!find_name(folder, label, aside, err) ||
	    !mark(folder, aside, reason, err))
		return false;
	/* The log first: one left alone must not be read into a new file. */
	if (!move(folder, "-wal", aside, err) ||
	    !move(folder, "-shm", aside, err) || !move(folder, "", aside, err))
		return false;
	if (fsync(folder) != 0)
		return error_set(
		    err, "cannot sync the state folder: %s", strerror(errno));
	return true;
}
