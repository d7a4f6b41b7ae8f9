/*
 * stamp OUT [REMOVE] - writes the wall clock in microseconds to OUT as its
 * first act, then removes a file: a rollback step that says when it ran.
 */
#include <err.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int
main(int argc, char *argv[])
{
	struct timespec now;
	FILE *out;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (argc < 2)
		errx(1, "usage: stamp OUT [REMOVE]");
	out = fopen(argv[1], "we");
	if (out == NULL)
		err(1, "%s", argv[1]);
	(void)fprintf(out, "%lld\n",
	    (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	if (fclose(out) != 0)
		err(1, "%s", argv[1]);
	if (argc > 2 && unlink(argv[2]) != 0)
		err(1, "%s", argv[2]);
	return 0;
}
