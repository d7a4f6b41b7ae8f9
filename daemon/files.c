#include "daemon/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MODE 0640

static bool
is_component(const char *name)
{
	return name[0] != '\0' && strcmp(name, ".") != 0 &&
	    strcmp(name, "..") != 0 && strchr(name, '/') == NULL;
}

static bool
write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, bytes, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		length -= (size_t)n;
	}
	return true;
}

/* A file of its own with the bytes on stable storage, or none. */
static bool
write_temporary(int folder, const char *name, const void *bytes, size_t length)
{
	bool ok;
	int fd, saved;

	/* One may be left of a crash; nobody else writes by this name. */
	(void)unlinkat(folder, name, 0);
	fd = openat(folder, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	if (fd < 0)
		return false;
	ok = write_all(fd, bytes, length) && fsync(fd) == 0;
	saved = errno;
	if (close(fd) != 0 && ok) {
		saved = errno;
		ok = false;
	}
	if (!ok)
		(void)unlinkat(folder, name, 0);
	errno = saved;
	return ok;
}

bool
file_write_durably(int folder, const char *name, const void *bytes,
    size_t length, enum file_write how, bool *exists, struct error *err)
{
	unsigned flags = how == FILE_KEEP_EXISTING ? RENAME_NOREPLACE : 0;
	char temporary[NAME_MAX + 1];
	int n;

	if (exists != NULL)
		*exists = false;
	n = snprintf(temporary, sizeof(temporary), ".%s.tmp", name);
	if (!is_component(name) || n < 0 || (size_t)n >= sizeof(temporary))
		return error_set(err, "\"%s\" cannot be a file name", name);
	if (length > FILES_MAX_BYTES)
		return error_set(err, "%s would be larger than %zu bytes", name,
		    FILES_MAX_BYTES);
	if (!write_temporary(folder, temporary, bytes, length))
		return error_set(
		    err, "cannot write %s: %s", temporary, strerror(errno));
	if (renameat2(folder, temporary, folder, name, flags) != 0) {
		int why = errno;

		(void)unlinkat(folder, temporary, 0);
		if (exists != NULL)
			*exists = why == EEXIST;
		return error_set(
		    err, "cannot make %s: %s", name, strerror(why));
	}
	if (fsync(folder) != 0)
		return error_set(err, "cannot sync the folder of %s: %s", name,
		    strerror(errno));
	return true;
}

static char *
read_all(int fd, size_t max_bytes, size_t *length, struct error *err)
{
	char *bytes = NULL;
	struct stat st;
	size_t size, have = 0;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		error_set(err, "is not a regular file");
		return NULL;
	}
	size = (size_t)st.st_size;
	if (st.st_size < 0 || (uintmax_t)st.st_size > max_bytes) {
		error_set(err, "is larger than %zu bytes", max_bytes);
		return NULL;
	}
	bytes = malloc(size + 1);
	if (bytes == NULL)
		error_set(err, "no memory for it");
	while (bytes != NULL && have < size) {
		ssize_t n = read(fd, bytes + have, size - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			error_set(err, "%s", strerror(errno));
			free(bytes);
			return NULL;
		}
		if (n == 0)
			break; /* shrank meanwhile: what is there counts */
		have += (size_t)n;
	}
	if (bytes != NULL)
		bytes[have] = '\0';
	*length = have;
	return bytes;
}

char *
file_read_whole(int folder, const char *name, size_t max_bytes, size_t *length,
    bool *missing, struct error *err)
{
	struct error why;
	char *bytes;
	int fd = -1;

	*length = 0;
	if (missing != NULL)
		*missing = false;
	if (!is_component(name)) {
		error_set(err, "\"%s\" cannot be a file name", name);
		return NULL;
	}
	/* O_NONBLOCK: a pipe put in its place must not hold us up. */
	fd = openat(
	    folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		if (missing != NULL)
			*missing = errno == ENOENT;
		error_set(err, "cannot read %s: %s", name, strerror(errno));
		return NULL;
	}
	bytes = read_all(fd, max_bytes, length, &why);
	(void)close(fd); /* only read */
	if (bytes == NULL)
		error_set(err, "cannot read %s: %.200s", name, why.text);
	return bytes;
}

bool
file_remove_durably(int folder, const char *name, struct error *err)
{
	if (!is_component(name))
		return error_set(err, "\"%s\" cannot be a file name", name);
	if (unlinkat(folder, name, 0) != 0 && errno != ENOENT)
		return error_set(
		    err, "cannot remove %s: %s", name, strerror(errno));
	if (fsync(folder) != 0)
		return error_set(err, "cannot sync the folder of %s: %s", name,
		    strerror(errno));
	return true;
}
