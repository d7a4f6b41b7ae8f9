/*
 * Puts one thing after the other in the place of a name, as fast as it can,
 * until it is killed or its time is over:
 *
 *	swap MILLISECONDS NAME WHAT...
 *
 * WHAT is "fifo", "folder", "none", "link:TARGET" for a symbolic link, or a
 * file, which is linked there.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* What fails here is the other side's luck: the race goes on. */
static void
put(const char *what, const char *temporary, const char *name)
{
	int made = -1;

	(void)unlink(temporary);
	(void)rmdir(temporary);
	if (strcmp(what, "none") == 0) {
		(void)unlink(name);
		(void)rmdir(name);
		return;
	}
	if (strcmp(what, "fifo") == 0)
		made = mkfifo(temporary, 0600);
	else if (strcmp(what, "folder") == 0)
		made = mkdir(temporary, 0700);
	else if (strncmp(what, "link:", 5) == 0)
		made = symlink(what + 5, temporary);
	else
		made = link(what, temporary);
	if (made != 0)
		return;
	if (rename(temporary, name) != 0) {
		(void)unlink(name);
		(void)rmdir(name);
		(void)rename(temporary, name);
	}
}

int
main(int argc, char *argv[])
{
	char temporary[4096];
	int64_t end_ms;
	int i = 3;

	if (argc < 4)
		errx(2, "usage: swap MILLISECONDS NAME WHAT...");
	end_ms = now_ms() + strtoll(argv[1], NULL, 10);
	(void)snprintf(temporary, sizeof(temporary), "%s.swap", argv[2]);
	while (now_ms() < end_ms) {
		put(argv[i], temporary, argv[2]);
		i = i + 1 < argc ? i + 1 : 3;
	}
	(void)unlink(temporary);
	(void)rmdir(temporary);
	return 0;
}
