/*
 * Preloaded: the call that FAIL_CALL names fails with FAIL_ERRNO from the
 * FAIL_AT-th time on, FAIL_TIMES times.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;

static long
number(const char *name)
{
	const char *text = getenv(name);

	return text == NULL ? 0 : strtol(text, NULL, 10);
}

static int
fails(const char *call)
{
	const char *wanted = getenv("FAIL_CALL");
	long n;

	if (wanted == NULL || strcmp(wanted, call) != 0)
		return 0;
	n = atomic_fetch_add(&calls, 1) + 1 - number("FAIL_AT");
	if (n < 0 || n >= number("FAIL_TIMES"))
		return 0;
	return (int)number("FAIL_ERRNO");
}

int
fsync(int fd)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
	int code = fails("fsync");

	if (code == 0)
		return real(fd);
	errno = code;
	return -1;
}

ssize_t
write(int fd, const void *bytes, size_t length)
{
	ssize_t (*real)(int, const void *, size_t) =
	    (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
	int code = fails("write");

	if (code == 0)
		return real(fd, bytes, length);
	errno = code;
	return -1;
}

int
renameat2(int from, const char *old, int to, const char *new, unsigned flags)
{
	int (*real)(int, const char *, int, const char *, unsigned) =
	    (int (*)(int, const char *, int, const char *, unsigned))dlsym(
		RTLD_NEXT, "renameat2");
	int code = fails("renameat2");

	if (code == 0)
		return real(from, old, to, new, flags);
	errno = code;
	return -1;
}

int
posix_fallocate(int fd, off_t at, off_t length)
{
	int (*real)(int, off_t, off_t) =
	    (int (*)(int, off_t, off_t))dlsym(RTLD_NEXT, "posix_fallocate");
	int code = fails("posix_fallocate");

	return code != 0 ? code : real(fd, at, length);
}

int
openat(int folder, const char *name, int flags, mode_t mode)
{
	int (*real)(int, const char *, int, mode_t) =
	    (int (*)(int, const char *, int, mode_t))dlsym(RTLD_NEXT, "openat");
	int code = fails("openat");

	if (code == 0)
		return real(folder, name, flags, mode);
	errno = code;
	return -1;
}
