/*
 * failpoint.h - places where a test may kill the program.
 *
 * In a build with -DROLLBACKD_FAILPOINTS a failpoint sends SIGKILL to its own
 * process when ROLLBACKD_FAILPOINT names it ("NAME", or "NAME:N": when it is
 * come to for the Nth time in one process) and the file that
 * ROLLBACKD_FAILPOINT_FILE names can be removed: once a file, whatever is
 * started again.  In every other build it is nothing.  Each name is that of
 * one place alone.
 */
#ifndef BASE_FAILPOINT_H
#define BASE_FAILPOINT_H

#ifdef ROLLBACKD_FAILPOINTS

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline void
failpoint_reach(const char *name, unsigned long count)
{
	const char *wanted = getenv("ROLLBACKD_FAILPOINT");
	const char *file = getenv("ROLLBACKD_FAILPOINT_FILE");
	size_t length = strlen(name);

	if (wanted == NULL || file == NULL ||
	    strncmp(wanted, name, length) != 0)
		return;
	if (wanted[length] == ':' ?
		strtoul(wanted + length + 1, NULL, 10) != count :
		wanted[length] != '\0')
		return;
	if (unlink(file) == 0)
		(void)raise(SIGKILL);
}

#define FAILPOINT(name)                            \
	do {                                       \
		static unsigned long reached_;     \
		failpoint_reach(name, ++reached_); \
	} while (0)

#else

#define FAILPOINT(name) ((void)0)

#endif

#endif
