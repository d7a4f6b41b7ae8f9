#include "daemon/executors/plugin_child.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "daemon/host/files.h"
#include "executor/answer.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

#define FILES_MAX 256

/* One for the process: there is one plug-in in it. */
static struct {
	const struct rollbackd_executor *executor;
	const struct rollbackd_step *step;
	struct rollbackd_host host;
	int answers;
	pthread_mutex_t lock; /* of answers, and of what stands below */
	bool is_begun;        /* start() has returned */
	void *state;
} here;

static enum answer_result
answer_of(enum rollbackd_result result)
{
	switch (result) {
	case ROLLBACKD_DONE:
		return ANSWER_DONE;
	case ROLLBACKD_FAILED:
		return ANSWER_FAILED;
	case ROLLBACKD_NOTHING_DONE:
		return ANSWER_NOTHING_DONE;
	case ROLLBACKD_UNKNOWN:
	default: /* a number of the plug-in's own */
		return ANSWER_UNKNOWN;
	}
}

/*
 * The first one is the last thing that happens here, whoever else is running:
 * the lock is never given up.  Nothing of the plug-in's is run at the end.
 */
static void __attribute__((noreturn))
end_with(enum answer_result result, const char *output, const char *message)
{
	struct text line = text_new(ANSWER_LINE_MAX);

	(void)pthread_mutex_lock(&here.lock);
	answer_write(&line, result, output, message);
	if (text_ok(&line))
		(void)write_all(here.answers, text_str(&line), line.length);
	_exit(0);
}

static void
on_result(void *handle, enum rollbackd_result result, const char *output,
    const char *message)
{
	(void)handle;
	end_with(answer_of(result), output, message);
}

static void
on_progress(void *handle, const char *words)
{
	struct text line = text_new(ANSWER_LINE_MAX);

	(void)handle;
	answer_write_progress(&line, words);
	(void)pthread_mutex_lock(&here.lock);
	if (text_ok(&line))
		(void)write_all(here.answers, text_str(&line), line.length);
	(void)pthread_mutex_unlock(&here.lock);
	text_free(&line);
}

static void __attribute__((noreturn)) refuse(const char *why)
{
	end_with(ANSWER_NOTHING_DONE, NULL, why);
}

static const struct rollbackd_executor *
load(const char *path)
{
	void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	const struct rollbackd_executor *e =
	    object == NULL ? NULL : dlsym(object, ROLLBACKD_EXECUTOR_SYMBOL);
	struct error why;

	if (e == NULL)
		refuse(dlerror());
	if (e->abi == ROLLBACKD_EXECUTOR_ABI && e->size >= sizeof(*e) &&
	    e->start != NULL)
		return e;
	(void)error_set(&why,
	    "%s was made for version %u of the interface, or is damaged: this "
	    "is version %d",
	    path, (unsigned)e->abi, ROLLBACKD_EXECUTOR_ABI);
	refuse(why.text);
}

/* What leaks cannot take the host along. */
static void
limit(void)
{
	const struct rlimit files = { FILES_MAX, FILES_MAX };
	const struct rlimit memory = { PLUGIN_MEMORY_MAX, PLUGIN_MEMORY_MAX };

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setrlimit(RLIMIT_NOFILE, &files);
	if (!IS_SANITIZED)
		(void)setrlimit(RLIMIT_AS, &memory);
}

static void *
begin(void *arg)
{
	void *state = NULL;
	int status = here.executor->start(here.step, &here.host, &state);

	(void)arg;
	if (status != 0)
		refuse("it could not begin");
	(void)pthread_mutex_lock(&here.lock);
	here.state = state;
	here.is_begun = true;
	(void)pthread_mutex_unlock(&here.lock);
	return NULL;
}

/* Whatever comes, or the end of those who would tell: it is to leave off. */
static void
wait_for_order(int orders)
{
	char byte;

	while (read(orders, &byte, 1) < 0 && errno == EINTR)
		continue;
}

static void
cancel(void)
{
	bool is_begun;
	void *state;

	(void)pthread_mutex_lock(&here.lock);
	is_begun = here.is_begun;
	state = here.state;
	(void)pthread_mutex_unlock(&here.lock);
	if (is_begun && here.executor->cancel != NULL)
		here.executor->cancel(state);
}

void
plugin_child(const char *path, const struct rollbackd_step *step, int answers,
    int orders)
{
	pthread_t thread;

	here.answers = answers;
	here.step = step;
	here.host = (struct rollbackd_host){
		.size = sizeof(here.host),
		.result = on_result,
		.progress = on_progress,
	};
	(void)pthread_mutex_init(&here.lock, NULL);
	(void)dup2(STDERR_FILENO, STDOUT_FILENO);
	limit();
	here.executor = load(path);
	if (pthread_create(&thread, NULL, begin, NULL) != 0)
		refuse("no thread can be made");
	wait_for_order(orders);
	cancel();
	for (;;)
		(void)pause(); /* its result, or SIGKILL */
}
