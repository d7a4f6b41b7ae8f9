/* A loop that lacks memory. */
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/loop.h"
#include "tests/unit/test.h"

#define TIMERS 1000

static bool is_short;

static void *
take_more(void *old, size_t bytes)
{
	return is_short ? NULL : realloc(old, bytes);
}

static void
on_timer(void *arg)
{
	(void)arg;
}

static void
start_many(struct loop_timer *timers[TIMERS])
{
	const struct rlimit no_core = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &no_core);
	(void)signal(SIGABRT, SIG_DFL);
	is_short = true;
	for (int i = 0; i < TIMERS; i++)
		loop_timer_start(timers[i], 1000);
	_exit(0);
}

/*
 * R1: one that silently never came would be a question that never ends, and
 * a probe that is never asked again.
 */
static void
a_timer_is_not_lost_in_silence(void **state)
{
	struct loop *loop = loop_new();
	struct loop_timer *timers[TIMERS];
	int status = 0;
	pid_t pid;

	(void)state;
	assert_non_null(loop);
	for (int i = 0; i < TIMERS; i++) {
		timers[i] = loop_timer_new(loop, on_timer, NULL);
		assert_non_null(timers[i]);
	}
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		start_many(timers);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	for (int i = 0; i < TIMERS; i++)
		loop_timer_free(timers[i]);
	loop_free(loop);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_timer_is_not_lost_in_silence),
	};

	event_set_mem_functions(malloc, take_more, free);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
