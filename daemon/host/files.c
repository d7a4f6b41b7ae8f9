#include "daemon/host/files.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_SAFELY (O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)

int
files_open_folder(int parent, const char *name, bool make, struct error *err)
{
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	int fd;

	/* The state folder itself may be reached through a link. */
	if (parent != AT_FDCWD)
		flags |= O_NOFOLLOW;
	if (make && mkdirat(parent, name, 0700) != 0 && errno != EEXIST) {
		(void)error_set(
		    err, "cannot make %s: %s", name, strerror(errno));
		return -1;
	}
	fd = openat(parent, name, flags);
	if (fd < 0)
		(void)error_set(
		    err, "cannot open %s: %s", name, strerror(errno));
	return fd;
}

struct syncing {
	pthread_t thread;
	int fd;
	int code; /* errno of the sync; 0: done */
};

static void *
sync_one(void *arg)
{
	struct syncing *s = arg;

	s->code = fsync(s->fd) == 0 ? 0 : errno;
	return NULL;
}

bool
files_sync(const int fds[], size_t count, struct error *err)
{
	struct syncing s[SYNC_MAX];
	bool threaded[SYNC_MAX] = { false };
	int code = 0;

	assert(count <= SYNC_MAX);
	for (size_t i = 0; i < count; i++) {
		s[i] = (struct syncing){ .fd = fds[i] };
		threaded[i] = i + 1 < count &&
		    pthread_create(&s[i].thread, NULL, sync_one, &s[i]) == 0;
		if (!threaded[i])
			(void)sync_one(&s[i]);
	}
	for (size_t i = 0; i < count; i++) {
		if (threaded[i])
			(void)pthread_join(s[i].thread, NULL);
		if (s[i].code != 0)
			code = s[i].code;
	}
	return code == 0 || error_set(err, "cannot sync: %s", strerror(code));
}

bool
write_all(int fd, const void *bytes, size_t length)
{
	const char *at = bytes;

	while (length > 0) {
		ssize_t n = write(fd, at, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		length -= (size_t)n;
	}
	return true;
}

/* Up to max bytes; -1 when it fails. */
static ssize_t
read_all(int fd, char *bytes, size_t max)
{
	size_t length = 0;

	while (length < max) {
		ssize_t n = read(fd, bytes + length, max - length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		length += (size_t)n;
	}
	return (ssize_t)length;
}

/* Whose it may be, and how many names it may have. */
struct expected {
	uid_t owner;
	bool is_anyones; /* whose it is, is told in owner */
	bool is_foreign; /* root's is no better, nor one with other names */
	size_t max;
};

static bool
is_acceptable(int fd, struct expected *x, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return error_set(err, "fstat: %s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return error_set(err, "it is no regular file");
	if (x->is_anyones)
		x->owner = st.st_uid;
	if (st.st_uid != x->owner && (x->is_foreign || st.st_uid != 0))
		return error_set(
		    err, "it belongs to uid %u", (unsigned)st.st_uid);
	if (x->is_foreign && st.st_nlink != 1)
		return error_set(err, "it has %u names and may have one",
		    (unsigned)st.st_nlink);
	if (st.st_size > (off_t)x->max)
		return error_set(err, "it has more than %zu bytes", x->max);
	return true;
}

static enum file_status
read_expected(int folder, const char *name, struct expected *x, char *bytes,
    size_t *length, struct error *err)
{
	int fd = openat(folder, name, O_RDONLY | OPEN_SAFELY);
	ssize_t n;

	*length = 0;
	if (fd < 0) {
		(void)error_set(err, "%s", strerror(errno));
		return errno == ENOENT ? FILE_MISSING : FILE_BAD;
	}
	if (!is_acceptable(fd, x, err)) {
		(void)close(fd); /* was only read */
		return FILE_BAD;
	}
	n = read_all(fd, bytes, x->max);
	if (n < 0)
		(void)error_set(err, "%s", strerror(errno));
	(void)close(fd); /* was only read */
	if (n < 0)
		return FILE_BAD;
	bytes[n] = '\0';
	*length = (size_t)n;
	return FILE_OK;
}

enum file_status
file_read(int folder, const char *name, uid_t owner, char *bytes, size_t max,
    size_t *length, struct error *err)
{
	struct expected x = { .owner = owner, .max = max };

	return read_expected(folder, name, &x, bytes, length, err);
}

enum file_status
file_read_foreign(int folder, const char *name, uid_t owner, char *bytes,
    size_t max, size_t *length, struct error *err)
{
	struct expected x = { .owner = owner, .is_foreign = true, .max = max };

	return read_expected(folder, name, &x, bytes, length, err);
}

enum file_status
file_read_signed(int folder, const char *name, uid_t *owner, char *bytes,
    size_t max, size_t *length, struct error *err)
{
	struct expected x = {
		.is_anyones = true, .is_foreign = true, .max = max
	};
	enum file_status status =
	    read_expected(folder, name, &x, bytes, length, err);

	*owner = x.owner;
	return status;
}

bool
file_exists(int folder, const char *name)
{
	struct stat st;

	return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ||
	    errno != ENOENT;
}

bool
draft_open(struct draft *d, int folder, const char *name, size_t reserve_bytes,
    struct error *err)
{
	int status = 0;

	d->folder = folder;
	(void)snprintf(d->name, sizeof(d->name), "%s", name);
	(void)snprintf(d->temporary, sizeof(d->temporary), DRAFT_NAME_FORMAT,
	    d->name, (long long)getpid());
	d->fd = openat(folder, d->temporary,
	    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (d->fd < 0)
		return error_set(err, "cannot make a file for %s: %s", name,
		    strerror(errno));
	if (reserve_bytes > 0)
		status = posix_fallocate(d->fd, 0, (off_t)reserve_bytes);
	if (status == 0 || status == EOPNOTSUPP || status == EINVAL)
		return true;
	draft_drop(d);
	return error_set(
	    err, "cannot take room for %s: %s", name, strerror(status));
}

void
draft_drop(struct draft *d)
{
	if (d->fd < 0)
		return;
	(void)close(d->fd); /* its content is not wanted */
	(void)unlinkat(d->folder, d->temporary, 0);
	d->fd = -1;
}

static bool
fill(struct draft *d, const void *bytes, size_t length)
{
	return lseek(d->fd, 0, SEEK_SET) == 0 &&
	    write_all(d->fd, bytes, length) &&
	    ftruncate(d->fd, (off_t)length) == 0;
}

/* Where the file system knows no rename without replacing, a link does it. */
static bool
move(struct draft *d, enum file_mode mode)
{
	unsigned flags = mode == FILE_NEW ? RENAME_NOREPLACE : 0;

	if (renameat2(d->folder, d->temporary, d->folder, d->name, flags) == 0)
		return true;
	if (flags == 0 || (errno != EINVAL && errno != ENOSYS))
		return false;
	return linkat(d->folder, d->temporary, d->folder, d->name, 0) == 0 &&
	    unlinkat(d->folder, d->temporary, 0) == 0;
}

/* Leaves the draft open where it stored it. */
static enum file_put
place(struct draft *d, const void *bytes, size_t length, enum file_mode mode,
    struct error *err)
{
	enum file_put status = FILE_FAILED;

	if (fill(d, bytes, length) &&
	    (mode == FILE_REPLACE_CHECKSUMMED || fsync(d->fd) == 0)) {
		if (move(d, mode))
			return FILE_STORED;
		if (errno == EEXIST)
			status = FILE_EXISTS;
	}
	(void)error_set(err, "cannot write %s: %s", d->name, strerror(errno));
	draft_drop(d);
	return status;
}

static void
finish(struct draft *d)
{
	(void)close(d->fd); /* synced before */
	d->fd = -1;
}

enum file_put
draft_commit(struct draft *d, const void *bytes, size_t length,
    enum file_mode mode, struct error *err)
{
	enum file_put status = place(d, bytes, length, mode, err);
	const int fds[] = { d->folder, d->fd };
	size_t count = mode == FILE_REPLACE_CHECKSUMMED ? 2 : 1;

	if (status != FILE_STORED)
		return status;
	if (!files_sync(fds, count, err))
		status = FILE_FAILED;
	finish(d);
	return status;
}

enum file_put
file_put(int folder, const char *name, const void *bytes, size_t length,
    enum file_mode mode, struct error *err)
{
	struct draft d;

	if (!draft_open(&d, folder, name, 0, err))
		return FILE_FAILED;
	return draft_commit(&d, bytes, length, mode, err);
}

enum file_put
file_place(int folder, const char *name, const void *bytes, size_t length,
    enum file_mode mode, struct error *err)
{
	struct draft d;
	enum file_put status;

	if (!draft_open(&d, folder, name, 0, err))
		return FILE_FAILED;
	status = place(&d, bytes, length, mode, err);
	if (status == FILE_STORED)
		finish(&d);
	return status;
}
