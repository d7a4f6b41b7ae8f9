/*
 * faulty.c - a plug-in that does what its setting "how" says, none of which a
 * good one would do; before that it puts its process id into the file "note".
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rollbackd/executor.h>

#define LEAK_BYTES ((size_t)64 << 20)

static const struct rollbackd_host *here;

static const char *
setting(const struct rollbackd_step *step, const char *name)
{
	for (size_t i = 0; i < step->setting_count; i++)
		if (strcmp(step->settings[i].name, name) == 0)
			return step->settings[i].values[0];
	return "";
}

static void
note(const char *file)
{
	FILE *f = fopen(file, "a");

	if (f == NULL)
		return;
	(void)fprintf(f, "%ld\n", (long)getpid());
	(void)fclose(f);
}

static void
leak(void)
{
	for (;;) {
		char *bytes = malloc(LEAK_BYTES);

		if (bytes == NULL)
			abort();
		memset(bytes, 1, LEAK_BYTES);
	}
}

/* Returns when that one has noted itself. */
static void
leave_one_behind(const char *file)
{
	char byte;
	int ends[2];

	if (pipe(ends) != 0)
		return;
	if (fork() != 0) {
		(void)!read(ends[0], &byte, 1);
		return;
	}
	(void)signal(SIGTERM, SIG_IGN);
	note(file);
	(void)!write(ends[1], "", 1);
	for (;;)
		(void)pause();
}

static void *
say_twice(void *arg)
{
	(void)arg;
	here->result(here->handle, ROLLBACKD_FAILED, NULL, "one of two");
	return NULL;
}

static int
start(const struct rollbackd_step *step, const struct rollbackd_host *host,
    void **state)
{
	const char *how = setting(step, "how");
	const char *file = setting(step, "note");
	pthread_t thread;

	*state = NULL;
	here = host;
	note(file);
	if (strcmp(how, "crash") == 0) {
		(void)signal(SIGSEGV, SIG_DFL); /* whatever the host does */
		(void)raise(SIGSEGV);
	}
	if (strcmp(how, "exit") == 0)
		exit(0);
	if (strcmp(how, "leak") == 0)
		leak();
	if (strcmp(how, "hang") == 0)
		for (;;)
			(void)pause();
	if (strcmp(how, "print") == 0)
		(void)!write(STDOUT_FILENO, "loud\n", 5);
	if (strcmp(how, "behind") == 0)
		leave_one_behind(file);
	if (strcmp(how, "refuse") == 0)
		return 1;
	if (strcmp(how, "twice") == 0) {
		(void)pthread_create(&thread, NULL, say_twice, NULL);
		(void)pthread_create(&thread, NULL, say_twice, NULL);
	}
	/* Its result comes when it is cancelled. */
	if (strcmp(how, "later") == 0 || strcmp(how, "deaf") == 0) {
		*state = strcmp(how, "deaf") == 0 ? NULL : &here;
		return 0;
	}
	if (strcmp(how, "twice") != 0)
		host->result(host->handle, ROLLBACKD_DONE, "out", NULL);
	return 0;
}

static void
cancel(void *state)
{
	if (state != NULL)
		here->result(
		    here->handle, ROLLBACKD_FAILED, NULL, "it left off");
}

const struct rollbackd_executor rollbackd_executor = {
#ifdef FAULTY_ABI
	.abi = ROLLBACKD_EXECUTOR_ABI + 1,
#else
	.abi = ROLLBACKD_EXECUTOR_ABI,
#endif
	.size = sizeof(struct rollbackd_executor),
	.name = "faulty",
	.start = start,
	.cancel = cancel,
};
