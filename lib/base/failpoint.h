/*
 * failpoint.h - places where a test may kill the program.
 *
 * In a build with -DROLLBACKD_FAILPOINTS a failpoint sends SIGKILL to its own
 * process when ROLLBACKD_FAILPOINT names it and the file that
 * ROLLBACKD_FAILPOINT_FILE names can be removed: once a file, whatever is
 * started again.  In every other build it is nothing.
 */
#ifndef BASE_FAILPOINT_H
#define BASE_FAILPOINT_H

#ifdef ROLLBACKD_FAILPOINTS

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline void
failpoint_reach(const char *name)
{
	const char *wanted = getenv("ROLLBACKD_FAILPOINT");
	const char *file = getenv("ROLLBACKD_FAILPOINT_FILE");

	if (wanted == NULL || file == NULL || strcmp(wanted, name) != 0)
		return;
	if (unlink(file) == 0)
		(void)raise(SIGKILL);
}

#define FAILPOINT(name) failpoint_reach(name)

#else

#define FAILPOINT(name) ((void)0)

#endif

#endif
