/*
 * Servers that close many connections in one moment: by either engine, every
 * question is answered all the same.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/fetch/fetch.h"
#include "daemon/loop.h"
#include "tests/unit/test.h"

#define TARGETS 500
#define TIMEOUT_MS 30000 /* of a machine that has much to do */
#define DESCRIPTORS_MAX 4096
#define URL_BYTES 64

/* The servers: one process, told through a pipe on how many to hang up. */

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

static void
serve(int epoll, int listener, int fd)
{
	struct epoll_event e = { .events = EPOLLIN };
	char request[4096];
	ssize_t n;

	if (fd == listener) {
		e.data.fd = accept(listener, NULL, NULL);
		(void)epoll_ctl(epoll, EPOLL_CTL_ADD, e.data.fd, &e);
		return;
	}
	n = recv(fd, request, sizeof(request), 0);
	if (n > 0)
		(void)send(fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL);
	else
		(void)close(fd);
}

/* On every step-th; false: there is nobody who says so any more. */
static bool
hang_up(int orders, int done, int epoll)
{
	char step;

	if (read(orders, &step, 1) != 1)
		return false;
	for (int fd = epoll + 1; fd < DESCRIPTORS_MAX; fd += step)
		(void)close(fd); /* most are not open */
	return write(done, "", 1) == 1;
}

static void
run_servers(int listener, const int orders_pipe[2], int done)
{
	struct epoll_event e = { .events = EPOLLIN, .data.fd = listener };
	int epoll = epoll_create1(0); /* above all but connections */
	int orders = orders_pipe[0];

	(void)close(orders_pipe[1]);
	(void)epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &e);
	e.data.fd = orders;
	(void)epoll_ctl(epoll, EPOLL_CTL_ADD, orders, &e);
	while (epoll_wait(epoll, &e, 1, -1) == 1)
		if (e.data.fd != orders)
			serve(epoll, listener, e.data.fd);
		else if (!hang_up(orders, done, epoll))
			break;
	_exit(0);
}

struct storm {
	struct loop *loop;
	struct fetch *fetch;
	struct fetch_target *targets[TARGETS];
	struct http_settings settings[TARGETS];
	char urls[TARGETS][URL_BYTES];
	int orders, done;
	pid_t servers;
	size_t answers, ok;
};

static unsigned
start_servers(struct storm *s)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t length = sizeof(a);
	int listener = socket(AF_INET, SOCK_STREAM, 0), orders[2], done[2];

	assert_int_equal(bind(listener, (struct sockaddr *)&a, length), 0);
	assert_int_equal(listen(listener, TARGETS), 0);
	assert_int_equal(
	    getsockname(listener, (struct sockaddr *)&a, &length), 0);
	assert_int_equal(pipe(orders), 0);
	assert_int_equal(pipe(done), 0);
	s->servers = fork();
	assert_true(s->servers >= 0);
	if (s->servers == 0)
		run_servers(listener, orders, done[1]);
	(void)close(listener);
	(void)close(orders[0]);
	(void)close(done[1]);
	s->orders = orders[1];
	s->done = done[0];
	return ntohs(a.sin_port);
}

static struct storm *
storm_new(enum http_engine engine)
{
	struct storm *s = calloc(1, sizeof(*s));
	unsigned port;
	struct error err;

	assert_non_null(s);
	port = start_servers(s);
	s->loop = loop_new();
	s->fetch = fetch_new(s->loop, &err);
	assert_non_null(s->fetch);
	for (size_t i = 0; i < TARGETS; i++) {
		(void)snprintf(s->urls[i], URL_BYTES,
		    "http://127.1.%zu.%zu:%u/", i / 250, i % 250 + 1, port);
		s->settings[i].url = s->urls[i];
		s->settings[i].engine = engine;
		s->settings[i].expect.max_bytes = 1024;
		s->targets[i] =
		    fetch_target_new(s->fetch, &s->settings[i], NULL, &err);
		assert_non_null(s->targets[i]);
	}
	return s;
}

static void
storm_free(struct storm *s)
{
	for (size_t i = 0; i < TARGETS; i++)
		fetch_target_free(s->targets[i]);
	fetch_free(s->fetch);
	loop_free(s->loop);
	(void)close(s->orders);
	(void)close(s->done);
	assert_int_equal(waitpid(s->servers, NULL, 0), s->servers);
	free(s);
}

static void
on_answer(void *arg, const struct sample *sample)
{
	struct storm *s = arg;

	if (sample->outcome == SAMPLE_OK)
		s->ok++;
	else
		print_error("%s %s\n",
		    sample->failure == NULL ? "" : sample->failure,
		    sample->detail);
	if (++s->answers == TARGETS)
		loop_stop(s->loop);
}

static void
all_are_well(struct storm *s)
{
	s->answers = s->ok = 0;
	for (size_t i = 0; i < TARGETS; i++)
		assert_true(
		    fetch_ask(s->targets[i], TIMEOUT_MS, false, on_answer, s));
	assert_true(loop_run(s->loop));
	assert_int_equal(s->ok, TARGETS);
}

/* When it returns, that is what was done: but nobody here has seen it yet. */
static void
hang_up_on_each(struct storm *s, char step)
{
	char done;

	assert_int_equal(write(s->orders, &step, 1), 1);
	assert_int_equal(read(s->done, &done, 1), 1);
}

static void
see_it(void *arg)
{
	loop_stop(arg);
}

static void
let_the_loop_see_it(struct storm *s)
{
	struct loop_timer *soon = loop_timer_new(s->loop, see_it, s->loop);

	/* Descriptors are looked at before what is due. */
	loop_timer_start(soon, 1);
	assert_true(loop_run(s->loop));
	loop_timer_free(soon);
}

static void
survive(enum http_engine engine)
{
	struct storm *s = storm_new(engine);
	const struct fetch_counts *counts = fetch_counts(s->fetch);

	all_are_well(s);
	assert_int_equal(counts->connects, TARGETS);
	for (int again = 0; again < 2; again++) {
		hang_up_on_each(s, 1);
		all_are_well(s);
		hang_up_on_each(s, 2);
		all_are_well(s);
		hang_up_on_each(s, 1);
		let_the_loop_see_it(s);
		all_are_well(s);
		hang_up_on_each(s, 2);
		let_the_loop_see_it(s);
		all_are_well(s);
	}
	/* All, and half of the descriptors that there are, each four times. */
	assert_in_range(counts->connects, 1 + 5 * TARGETS, 9 * TARGETS);
	assert_int_equal(counts->late, 0);
	storm_free(s);
}

static void
test_by_the_lean_engine(void **state)
{
	(void)state;
	survive(HTTP_ENGINE_LEAN);
}

static void
test_by_libcurl(void **state)
{
	(void)state;
	survive(HTTP_ENGINE_CURL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_the_lean_engine),
		cmocka_unit_test(test_by_libcurl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
