/*
 * Preloaded: each time that the program syncs a file, a line is added to the
 * one that COUNT_FILE names.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static void
count(void)
{
	const char *path = getenv("COUNT_FILE");
	int fd = path == NULL ?
	    -1 :
	    open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0)
		return;
	(void)!write(fd, "sync\n", 5);
	(void)close(fd);
}

int
fsync(int fd)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");

	count();
	return real(fd);
}

int
fdatasync(int fd)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");

	count();
	return real(fd);
}
