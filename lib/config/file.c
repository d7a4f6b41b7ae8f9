#include "config/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config.h"

#define FOLDERS_ABOVE_MAX 64
#define PATH_PART_MAX 255
#define SUFFIX ".conf"

static bool
may_be_trusted(const struct stat *st, uint32_t owner_uid, const char *what,
    struct error *err)
{
	bool sticky = S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) != 0;

	if (st->st_uid != 0 && st->st_uid != owner_uid)
		return error_set(err,
		    "%s belongs to user %u; it must belong to root%s: chown it",
		    what, st->st_uid, owner_uid == 0 ? "" : " or to this user");
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0 && !sticky)
		return error_set(err,
		    "others may write to %s (mode %04o); chmod go-w it", what,
		    st->st_mode & 07777);
	return true;
}

/* Each folder above could be renamed and replaced by whoever may write it. */
static bool
check_above(int folder, uint32_t owner_uid, struct error *err)
{
	int at = fcntl(folder, F_DUPFD_CLOEXEC, 0);
	struct stat st = { 0 }, above;
	bool good = at >= 0 && fstat(at, &st) == 0;

	if (!good)
		error_set(err, "%s", strerror(errno));
	for (int i = 0; good && i < FOLDERS_ABOVE_MAX; i++) {
		int up;

		good = may_be_trusted(&st, owner_uid,
		    i == 0 ? "its folder" : "a folder above it", err);
		if (!good)
			break;
		up = openat(at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (up < 0) {
			good = error_set(
			    err, "a folder above it: %s", strerror(errno));
			break;
		}
		close(at);
		at = up;
		if (fstat(at, &above) != 0 ||
		    (above.st_dev == st.st_dev && above.st_ino == st.st_ino))
			break;
		st = above;
	}
	if (at >= 0)
		close(at);
	return good;
}

int
config_folder_open(const char *path, uint32_t owner_uid, struct error *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0) {
		error_set(err, "its folder %s: %s", path, strerror(errno));
		return -1;
	}
	if (check_above(fd, owner_uid, err))
		return fd;
	close(fd);
	return -1;
}

/* The part before the next slash; false when it is not a plain name. */
static bool
take_part(const char **path, char part[PATH_PART_MAX + 1])
{
	size_t length = strcspn(*path, "/");

	if (length == 0 || length > PATH_PART_MAX)
		return false;
	memcpy(part, *path, length);
	part[length] = '\0';
	*path += length;
	*path += strspn(*path, "/");
	return strcmp(part, ".") != 0 && strcmp(part, "..") != 0;
}

static bool
not_beneath(struct error *err)
{
	return error_set(err,
	    "name a folder or file beneath the main file's folder, without "
	    "\"..\" and not beginning with \"/\"");
}

int
config_folder_open_beneath(
    int folder, const char *path, uint32_t owner_uid, struct error *err)
{
	int at = fcntl(folder, F_DUPFD_CLOEXEC, 0);
	char part[PATH_PART_MAX + 1];
	struct stat st;

	if (at < 0)
		error_set(err, "%s", strerror(errno));
	while (at >= 0 && *path != '\0') {
		int next = -1;

		if (!take_part(&path, part))
			(void)not_beneath(err);
		else {
			next = openat(at, part,
			    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			if (next < 0)
				error_set(err, "%s", strerror(errno));
		}
		close(at);
		at = next;
		if (at >= 0 &&
		    (fstat(at, &st) != 0 ||
			!may_be_trusted(&st, owner_uid, "its folder", err))) {
			close(at);
			at = -1;
		}
	}
	return at;
}

static bool
read_all(int fd, size_t size, struct file *file, struct error *err)
{
	/* One more, to see that it grew. */
	char *bytes = malloc(size + 1);
	size_t length = 0;

	if (bytes == NULL)
		return error_set(err, "memory is short");
	while (length <= size) {
		ssize_t n = read(fd, bytes + length, size + 1 - length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			if (n == 0)
				break;
			error_set(err, "cannot be read: %s", strerror(errno));
			free(bytes);
			return false;
		}
		length += (size_t)n;
	}
	if (length > size) {
		free(bytes);
		return error_set(err, "grew while it was read; try again");
	}
	bytes[length] = '\0';
	file->bytes = bytes;
	file->length = length;
	return true;
}

static bool
check_file(const struct stat *st, uint32_t owner_uid, struct error *err)
{
	if (S_ISDIR(st->st_mode))
		return error_set(err, "is a folder, not a file");
	if (!S_ISREG(st->st_mode))
		return error_set(err, "is not a regular file");
	if (!may_be_trusted(st, owner_uid, "it", err))
		return false;
	if (st->st_size > CONFIG_FILE_MAX_BYTES)
		return error_set(err, "is larger than %d MiB",
		    CONFIG_FILE_MAX_BYTES / (1024 * 1024));
	return true;
}

static bool
read_name(int folder, const char *name, uint32_t owner_uid, struct file *file,
    struct error *err)
{
	int fd = openat(folder, name,
	    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	bool good;

	file->is_missing = fd < 0 && errno == ENOENT;
	if (fd < 0 && errno == ELOOP)
		return error_set(err,
		    "is a symbolic link, which is not followed; name the file "
		    "itself");
	if (fd < 0)
		return error_set(err, "cannot be opened: %s", strerror(errno));
	if (fstat(fd, &st) != 0)
		good = error_set(err, "%s", strerror(errno));
	else
		good = check_file(&st, owner_uid, err) &&
		    read_all(fd, (size_t)st.st_size, file, err);
	close(fd);
	return good;
}

bool
config_file_read(int folder, const char *path, uint32_t owner_uid,
    struct file *file, struct error *err)
{
	const char *name = strrchr(path, '/');
	char *above;
	bool good;
	int at;

	*file = (struct file){ 0 };
	if (name == NULL)
		return take_part(&(const char *){ path },
			   (char[PATH_PART_MAX + 1]){ 0 }) ?
		    read_name(folder, path, owner_uid, file, err) :
		    not_beneath(err);
	above = strndup(path, (size_t)(name - path));
	if (above == NULL)
		return error_set(err, "memory is short");
	at = *above == '\0' ?
	    -1 :
	    config_folder_open_beneath(folder, above, owner_uid, err);
	if (*above == '\0')
		(void)not_beneath(err);
	free(above);
	if (at < 0)
		return false;
	good = config_file_read(at, name + 1, owner_uid, file, err);
	close(at);
	return good;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

bool
folder_has_wanted(const char *name)
{
	size_t length = strlen(name);

	return name[0] != '.' && strchr(name, '/') == NULL &&
	    length > strlen(SUFFIX) &&
	    strcmp(name + length - strlen(SUFFIX), SUFFIX) == 0;
}

void
folder_list_free(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

bool
folder_list(int folder, char ***names, size_t *count, struct error *err)
{
	/* Its own description: reading moves the place in the folder. */
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	bool good = true;

	*count = 0;
	*names = calloc(CONFIG_FILES_MAX, sizeof(**names));
	if (dir == NULL || *names == NULL) {
		good = error_set(err, "cannot be listed: %s", strerror(errno));
		if (dir == NULL && fd >= 0)
			close(fd);
	}
	while (good && (entry = readdir(dir)) != NULL) {
		if (!folder_has_wanted(entry->d_name))
			continue;
		if (*count == CONFIG_FILES_MAX)
			good = error_set(
			    err, "holds more than %d files", CONFIG_FILES_MAX);
		else if (((*names)[*count] = strdup(entry->d_name)) == NULL)
			good = error_set(err, "memory is short");
		else
			(*count)++;
	}
	if (dir != NULL)
		closedir(dir);
	if (good)
		qsort(*names, *count, sizeof(**names), by_name);
	else {
		folder_list_free(*names, *count);
		*names = NULL;
		*count = 0;
	}
	return good;
}
