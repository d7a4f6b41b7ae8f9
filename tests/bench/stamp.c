/*
 * Writes each line of its input with the moment in front at which it came,
 * in nanoseconds of CLOCK_MONOTONIC, as the responder has them too.
 */
#include <stdio.h>
#include <time.h>

#define LINE_MAX_BYTES 8192

int
main(void)
{
	char line[LINE_MAX_BYTES];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		struct timespec ts;

		(void)clock_gettime(CLOCK_MONOTONIC, &ts);
		if (printf("%lld%09ld %s", (long long)ts.tv_sec, ts.tv_nsec,
			line) < 0 ||
		    fflush(stdout) != 0)
			return 1;
	}
	return 0;
}
