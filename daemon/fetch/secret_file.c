#include "daemon/fetch/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct secret_file {
	char *path;
	struct stat seen; /* of what is in text */
	bool is_read;
	char text[SECRET_BYTES_MAX + 1];
};

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	    a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	    a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static void
forget(struct secret_file *f)
{
	explicit_bzero(f->text, sizeof(f->text));
	f->is_read = false;
}

/* A secret goes into a header: no CR, LF or the like may get there. */
static bool
clean(char *text, size_t length)
{
	if (length > 0 && text[length - 1] == '\n')
		text[--length] = '\0';
	if (length > 0 && text[length - 1] == '\r')
		text[--length] = '\0';
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return false;
	return length > 0;
}

static bool
read_all(struct secret_file *f, int fd)
{
	size_t length = 0;
	ssize_t n;

	while (length < sizeof(f->text)) {
		n = read(fd, f->text + length, sizeof(f->text) - length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (n == 0)
			break;
		length += (size_t)n;
	}
	if (length > SECRET_BYTES_MAX)
		return false;
	f->text[length] = '\0';
	return clean(f->text, length);
}

struct secret_file *
secret_file_new(const char *path)
{
	struct secret_file *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->path = strdup(path);
	if (f->path == NULL) {
		free(f);
		return NULL;
	}
	return f;
}

const char *
secret_file_read(struct secret_file *f)
{
	struct stat now;
	int fd;

	if (f->is_read && stat(f->path, &now) == 0 && is_same(&now, &f->seen))
		return f->text;
	forget(f);
	/* A FIFO in its place must not hold up the loop. */
	fd = open(f->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	if (fstat(fd, &f->seen) == 0 && S_ISREG(f->seen.st_mode))
		f->is_read = read_all(f, fd);
	(void)close(fd); /* was only read */
	if (!f->is_read)
		forget(f);
	return f->is_read ? f->text : NULL;
}

void
secret_file_free(struct secret_file *f)
{
	if (f == NULL)
		return;
	forget(f);
	free(f->path);
	free(f);
}
