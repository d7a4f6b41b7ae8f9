#include "daemon/recorder_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "service/recording.h"

#define FILE_MODE 0640
#define TRY_AGAIN_MS 1000
#define NUMBER_BYTES 16

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail */
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A crash may have left part of a line at the end. */
static off_t
end_of_lines(int fd, off_t size)
{
	static char tail[RECORDING_LINE_MAX_BYTES + 1];
	off_t from =
	    size > (off_t)sizeof(tail) ? size - (off_t)sizeof(tail) : 0;
	ssize_t n = pread(fd, tail, sizeof(tail), from);

	while (n > 0 && tail[n - 1] != '\n')
		n--;
	return n < 0 ? size : from + n;
}

/* A slip in a path must not cost another file its end. */
static bool
is_recording(int fd)
{
	static const char start[] = "{\"at_ms\":";
	char bytes[sizeof(start) - 1];

	return pread(fd, bytes, sizeof(bytes), 0) == (ssize_t)sizeof(bytes) &&
	    memcmp(bytes, start, sizeof(bytes)) == 0;
}

static bool
prepare(struct recorder_disk *d, struct error *err)
{
	struct stat st;
	off_t end;

	if (fstat(d->fd, &st) != 0)
		return error_set(err, "%s: %s", d->path, strerror(errno));
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
		return error_set(
		    err, "%s: not a file that is ours alone", d->path);
	if (st.st_size > 0 && !is_recording(d->fd))
		return error_set(err, "%s: holds something else", d->path);
	/* Whoever reads the state folder's group may read it. */
	if (fchmod(d->fd, FILE_MODE) != 0)
		return error_set(err, "%s: %s", d->path, strerror(errno));
	end = end_of_lines(d->fd, st.st_size);
	if (end != st.st_size && ftruncate(d->fd, end) != 0)
		return error_set(err, "%s: %s", d->path, strerror(errno));
	d->size = (size_t)end;
	return true;
}

static bool
open_file(struct recorder_disk *d, struct error *err)
{
	d->fd = open(d->path,
	    O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
		O_CLOEXEC,
	    FILE_MODE);
	if (d->fd < 0)
		return error_set(err, "%s: %s", d->path,
		    errno == ELOOP ? "is a symbolic link" : strerror(errno));
	if (prepare(d, err))
		return true;
	recorder_disk_close(d);
	return false;
}

/* Not with each line while it cannot be opened. */
static bool
is_open(struct recorder_disk *d, struct error *err)
{
	if (d->fd >= 0)
		return true;
	if (d->why.text[0] != '\0' && now_ms() - d->tried_ms < TRY_AGAIN_MS) {
		*err = d->why;
		return false;
	}
	d->why.text[0] = '\0';
	if (open_file(d, err))
		return true;
	d->why = *err;
	d->tried_ms = now_ms();
	return false;
}

void
recorder_disk_close(struct recorder_disk *d)
{
	if (d->fd >= 0)
		/* Lost here is what the disk loses: nothing waits for it. */
		(void)close(d->fd);
	d->fd = -1;
	d->size = 0;
}

void
recorder_disk_open(struct recorder_disk *d, const char *path, unsigned keep)
{
	recorder_disk_close(d);
	(void)snprintf(d->path, sizeof(d->path), "%s", path);
	d->keep = keep;
	d->why.text[0] = '\0';
	/* Now, so that its size is known. */
	if (path[0] != '\0' && !open_file(d, &d->why))
		d->tried_ms = now_ms();
}

static void
name_of(const struct recorder_disk *d, unsigned number,
    char name[RECORDER_DISK_PATH_MAX + NUMBER_BYTES])
{
	if (number == 0)
		(void)snprintf(
		    name, RECORDER_DISK_PATH_MAX + NUMBER_BYTES, "%s", d->path);
	else
		(void)snprintf(name, RECORDER_DISK_PATH_MAX + NUMBER_BYTES,
		    "%s.%u", d->path, number);
}

void
recorder_disk_rotate(struct recorder_disk *d)
{
	char from[RECORDER_DISK_PATH_MAX + NUMBER_BYTES];
	char to[RECORDER_DISK_PATH_MAX + NUMBER_BYTES];

	recorder_disk_close(d);
	if (d->path[0] == '\0')
		return;
	if (d->keep == 0)
		(void)unlink(d->path); /* else it grows */
	for (unsigned i = d->keep; i > 0; i--) {
		name_of(d, i - 1, from);
		name_of(d, i, to);
		/* Most are not there; what cannot be moved stays longer. */
		(void)rename(from, to);
	}
}

static bool
write_all(struct recorder_disk *d, const char *bytes, size_t length,
    struct error *err)
{
	while (length > 0) {
		ssize_t n = write(d->fd, bytes, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return error_set(err, "%s: %s", d->path,
			    n == 0 ? "takes nothing" : strerror(errno));
		bytes += n;
		length -= (size_t)n;
	}
	return true;
}

bool
recorder_disk_write(struct recorder_disk *d, const char *lines, size_t length,
    struct error *err)
{
	if (d->path[0] == '\0')
		return true;
	if (!is_open(d, err))
		return false;
	if (write_all(d, lines, length, err)) {
		d->size += length;
		return true;
	}
	/* What was written of it is no whole line. */
	if (ftruncate(d->fd, (off_t)d->size) != 0)
		recorder_disk_close(d);
	return false;
}

size_t
recorder_disk_size(const struct recorder_disk *d)
{
	return d->size;
}
