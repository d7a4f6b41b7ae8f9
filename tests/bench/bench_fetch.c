/*
 * Keep-alive targets: processor time a probe, what came late, and what was
 * lost; and the same when the responder hangs up on every second one in the
 * middle of it.  The responder is a process of its own.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/fetch/fetch.h"
#include "daemon/loop.h"

#define TICK_MS 10
#define TIMEOUT_MS 1000
#define DESCRIPTORS_MAX 65536
#define WARM_UP_S 8
#define MEASURE_S 5
#define EVENTS 256
#define URL_BYTES 64

/* Responder */

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n"
			     "\r\n{\"status\":\"ok\"}";

static volatile sig_atomic_t must_hang_up;

static void
on_usr1(int signal)
{
	(void)signal;
	must_hang_up = 1;
}

static void
hang_up(int listener)
{
	must_hang_up = 0;
	for (int fd = listener + 2; fd < DESCRIPTORS_MAX; fd += 2)
		(void)close(fd); /* most are not open */
}

static void
serve(int epoll, int listener, int fd)
{
	struct epoll_event e = { .events = EPOLLIN };
	char request[4096];
	ssize_t n;

	if (fd == listener) {
		e.data.fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
		if (e.data.fd >= 0)
			(void)epoll_ctl(epoll, EPOLL_CTL_ADD, e.data.fd, &e);
		return;
	}
	n = recv(fd, request, sizeof(request), 0);
	if (n > 0)
		(void)send(fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL);
	else
		(void)close(fd);
}

static void
respond(int listener)
{
	struct epoll_event events[EVENTS], e = { .events = EPOLLIN };
	int epoll = epoll_create1(0);

	e.data.fd = listener;
	(void)epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &e);
	for (;;) {
		int n = epoll_wait(epoll, events, EVENTS, -1);

		if (must_hang_up)
			hang_up(epoll);
		for (int i = 0; i < n; i++)
			serve(epoll, listener, events[i].data.fd);
	}
}

static pid_t
start_responder(unsigned *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t length = sizeof(a);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	pid_t pid;

	if (listener < 0 ||
	    bind(listener, (struct sockaddr *)&a, length) != 0 ||
	    listen(listener, 4096) != 0 ||
	    getsockname(listener, (struct sockaddr *)&a, &length) != 0)
		return -1;
	*port = ntohs(a.sin_port);
	pid = fork();
	if (pid == 0) {
		struct sigaction act = { .sa_handler = on_usr1 };

		(void)sigaction(SIGUSR1, &act, NULL); /* a valid signal */
		respond(listener);
	}
	(void)close(listener);
	return pid;
}

/* Prober */

struct bench {
	struct loop *loop;
	struct loop_timer *tick;
	struct fetch_target **targets;
	struct http_settings *settings;
	char (*urls)[URL_BYTES];
	size_t count, next;
	int64_t interval_ms;
	pid_t hangs_up; /* half way through; 0: nobody */
	int64_t begin_ms, measure_ms, end_ms;
	struct rusage before, after;
	unsigned long asked, ok, failed, lost, skipped, late;
	double latency_ms, worst_ms;
};

static void
on_done(void *arg, const struct sample *s)
{
	struct bench *b = arg;

	if (s->asked_ms < b->measure_ms)
		return;
	b->ok += s->outcome == SAMPLE_OK;
	b->failed += s->outcome == SAMPLE_FAILED;
	b->lost += s->outcome == SAMPLE_LOST;
	b->latency_ms += s->latency_ms;
	b->late += s->latency_ms > 100.0;
	if (s->latency_ms > b->worst_ms)
		b->worst_ms = s->latency_ms;
}

/* All that are due: evenly over the interval. */
static void
on_tick(void *arg)
{
	struct bench *b = arg;
	int64_t now_ms = loop_now_ms(b->loop);
	size_t due =
	    (size_t)(now_ms - b->begin_ms) * b->count / (size_t)b->interval_ms;

	if (b->asked == 0 && now_ms >= b->measure_ms)
		(void)getrusage(RUSAGE_SELF, &b->before);
	if (b->hangs_up > 0 && now_ms >= (b->measure_ms + b->end_ms) / 2) {
		(void)kill(b->hangs_up, SIGUSR1);
		b->hangs_up = 0;
	}
	for (; b->next < due; b->next++) {
		struct fetch_target *t = b->targets[b->next % b->count];
		bool put = fetch_ask(t, TIMEOUT_MS, false, on_done, b);

		b->asked += now_ms >= b->measure_ms;
		b->skipped += !put && now_ms >= b->measure_ms;
	}
	if (now_ms < b->end_ms) {
		loop_timer_start(b->tick, TICK_MS);
		return;
	}
	(void)getrusage(RUSAGE_SELF, &b->after);
	loop_stop(b->loop);
}

static double
seconds_of(const struct rusage *u)
{
	return (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) +
	    (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec) / 1e6;
}

static bool
make_targets(struct bench *b, struct fetch *f, unsigned port)
{
	struct error err;

	b->targets = calloc(b->count, sizeof(struct fetch_target *));
	b->settings = calloc(b->count, sizeof(*b->settings));
	b->urls = calloc(b->count, sizeof(*b->urls));
	for (size_t i = 0; i < b->count; i++) {
		(void)snprintf(b->urls[i], URL_BYTES,
		    "http://127.1.%zu.%zu:%u/health", i / 250, i % 250 + 1,
		    port);
		b->settings[i].url = b->urls[i];
		b->settings[i].verify_tls = true;
		b->settings[i].expect.max_bytes = 1024 * 1024;
		b->targets[i] =
		    fetch_target_new(f, &b->settings[i], NULL, &err);
		if (b->targets[i] == NULL) {
			(void)fprintf(stderr, "%s\n", err.text);
			return false;
		}
	}
	return true;
}

static void
tell(const struct bench *b, bool mass_close)
{
	struct rusage now;

	(void)getrusage(RUSAGE_SELF, &now);
	printf("fetch %zu targets at %lld s%s: %.1f us/probe, %.0f probes/s, "
	       "ok %lu, failed %lu, lost %lu, skipped %lu, "
	       "over 100 ms %lu, mean %.1f ms, worst %.1f ms, RSS %ld MiB\n",
	    b->count, (long long)b->interval_ms / 1000,
	    mass_close ? ", half of them hung up on" : "",
	    (seconds_of(&b->after) - seconds_of(&b->before)) /
		(double)b->asked * 1e6,
	    (double)b->asked / MEASURE_S, b->ok, b->failed, b->lost, b->skipped,
	    b->late, b->latency_ms / (double)(b->ok + 1), b->worst_ms,
	    now.ru_maxrss / 1024);
}

static int
run(size_t count, int64_t interval_ms, bool mass_close)
{
	struct bench b = { .count = count, .interval_ms = interval_ms };
	struct error err;
	struct fetch *f;
	unsigned port;
	pid_t responder = start_responder(&port);

	if (responder < 0)
		return 1;
	b.hangs_up = mass_close ? responder : 0;
	b.loop = loop_new();
	f = fetch_new(b.loop, &err);
	b.tick = loop_timer_new(b.loop, on_tick, &b);
	if (f == NULL || b.tick == NULL || !make_targets(&b, f, port))
		return 1;
	b.begin_ms = loop_now_ms(b.loop);
	b.measure_ms = b.begin_ms + WARM_UP_S * 1000 + interval_ms;
	b.end_ms = b.measure_ms + MEASURE_S * 1000;
	loop_timer_start(b.tick, 0);
	(void)loop_run(b.loop);
	tell(&b, mass_close);
	for (size_t i = 0; i < count; i++)
		fetch_target_free(b.targets[i]);
	free(b.targets);
	free(b.settings);
	free(b.urls);
	fetch_free(f);
	loop_timer_free(b.tick);
	loop_free(b.loop);
	(void)kill(responder, SIGKILL);
	(void)waitpid(responder, NULL, 0);
	return 0;
}

int
main(void)
{
	return run(1000, 1000, false) | run(10000, 1000, false) |
	    run(10000, 10000, true);
}
