/*
 * Keep-alive targets: processor time a probe, what came late, and what was
 * lost; and the same when the responder hangs up on every second one, or on
 * all, in the middle of it.  The responder is a process of its own.
 *
 *   bench_fetch                            what is measured by default
 *   bench_fetch lean|curl COUNT INTERVAL_MS none|half|all
 *                                          one of them, a line a figure
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

enum hang_up { NONE = 0, ALL = 1, HALF = 2 };

/* Responder */

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n"
			     "\r\n{\"status\":\"ok\"}";

/* On every so many. */
static volatile sig_atomic_t must_hang_up;

static void
on_signal(int signal)
{
	must_hang_up = signal == SIGUSR1 ? HALF : ALL;
}

static void
hang_up(int epoll)
{
	int step = must_hang_up;

	must_hang_up = NONE;
	for (int fd = epoll + 1; fd < DESCRIPTORS_MAX; fd += step)
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
		struct sigaction act = { .sa_handler = on_signal };

		(void)sigaction(SIGUSR1, &act, NULL); /* valid signals */
		(void)sigaction(SIGUSR2, &act, NULL);
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
	enum http_engine engine;
	enum hang_up hang_up; /* when half of the time is over */
	pid_t responder;
	int64_t tick_due_us, lag_us; /* from then on */
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

static void
note_lag(struct bench *b)
{
	int64_t lag_us = loop_clock_us() - b->tick_due_us;

	if (b->tick_due_us > 0 && lag_us > b->lag_us)
		b->lag_us = lag_us;
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
	note_lag(b);
	if (b->hang_up != NONE && now_ms >= (b->measure_ms + b->end_ms) / 2) {
		(void)kill(
		    b->responder, b->hang_up == HALF ? SIGUSR1 : SIGUSR2);
		b->hang_up = NONE;
		b->lag_us = 0;
	}
	for (; b->next < due; b->next++) {
		struct fetch_target *t = b->targets[b->next % b->count];
		bool put = fetch_ask(t, TIMEOUT_MS, false, on_done, b);

		b->asked += now_ms >= b->measure_ms;
		b->skipped += !put && now_ms >= b->measure_ms;
	}
	if (now_ms < b->end_ms) {
		b->tick_due_us = loop_clock_us() + TICK_MS * 1000;
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
		    "http://127.%zu.%zu.%zu:%u/health", 1 + i / 62500,
		    i / 250 % 250, i % 250 + 1, port);
		b->settings[i].url = b->urls[i];
		b->settings[i].verify_tls = true;
		b->settings[i].engine = b->engine;
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

static double
us_a_probe(const struct bench *b)
{
	return (seconds_of(&b->after) - seconds_of(&b->before)) /
	    (double)b->asked * 1e6;
}

static void
tell(const struct bench *b, const struct fetch *f)
{
	struct rusage now;

	(void)getrusage(RUSAGE_SELF, &now);
	printf("fetch %zu targets at %lld s%s: %.1f us/probe, %.0f probes/s, "
	       "ok %lu, failed %lu, lost %lu, skipped %lu, "
	       "over 100 ms %lu, mean %.1f ms, worst %.1f ms, "
	       "loop %.1f ms, connects %llu, RSS %ld MiB\n",
	    b->count, (long long)b->interval_ms / 1000,
	    b->engine == HTTP_ENGINE_CURL ? ", libcurl" : "", us_a_probe(b),
	    (double)b->asked / MEASURE_S, b->ok, b->failed, b->lost, b->skipped,
	    b->late, b->latency_ms / (double)(b->ok + 1), b->worst_ms,
	    (double)b->lag_us / 1000.0,
	    (unsigned long long)fetch_counts(f)->connects,
	    now.ru_maxrss / 1024);
}

static void
tell_figures(const struct bench *b, const char *name)
{
	printf("%s, false failures\t%lu\tsamples\n", name, b->failed);
	printf("%s, lost\t%lu\tsamples\n", name, b->lost);
	printf("%s, not asked in time\t%lu\tsamples\n", name, b->skipped);
	printf("%s, loop lag\t%.1f\tms\n", name, (double)b->lag_us / 1000.0);
	printf("%s, answered late\t%lu\tsamples\n", name, b->late);
	printf("%s, CPU a probe\t%.1f\tus\n", name, us_a_probe(b));
}

/* name: NULL: in a sentence. */
static int
run(struct bench b, const char *name)
{
	struct error err;
	struct fetch *f;
	unsigned port;

	b.responder = start_responder(&port);
	if (b.responder < 0)
		return 1;
	b.loop = loop_new();
	f = fetch_new(b.loop, &err);
	b.tick = loop_timer_new(b.loop, on_tick, &b);
	if (f == NULL || b.tick == NULL || !make_targets(&b, f, port))
		return 1;
	b.begin_ms = loop_now_ms(b.loop);
	b.measure_ms = b.begin_ms + WARM_UP_S * 1000 + b.interval_ms;
	b.end_ms = b.measure_ms + MEASURE_S * 1000;
	loop_timer_start(b.tick, 0);
	(void)loop_run(b.loop);
	if (name == NULL)
		tell(&b, f);
	else
		tell_figures(&b, name);
	for (size_t i = 0; i < b.count; i++)
		fetch_target_free(b.targets[i]);
	free(b.targets);
	free(b.settings);
	free(b.urls);
	fetch_free(f);
	loop_timer_free(b.tick);
	loop_free(b.loop);
	(void)kill(b.responder, SIGKILL);
	(void)waitpid(b.responder, NULL, 0);
	return 0;
}

static int
run_one(char *const argv[])
{
	char name[128];
	struct bench b = {
		.engine = strcmp(argv[1], "curl") == 0 ? HTTP_ENGINE_CURL :
							 HTTP_ENGINE_AUTO,
		.count = strtoul(argv[2], NULL, 10),
		.interval_ms = strtol(argv[3], NULL, 10),
		.hang_up = strcmp(argv[4], "all") == 0 ? ALL :
		    strcmp(argv[4], "half") == 0       ? HALF :
							 NONE,
	};

	if (b.count == 0 || b.interval_ms == 0)
		return 1;
	(void)snprintf(name, sizeof(name), "%s, %s targets at %s ms, %s closed",
	    argv[1], argv[2], argv[3], argv[4]);
	return run(b, name);
}

int
main(int argc, char *argv[])
{
	static const struct bench runs[] = {
		{ .count = 1000, .interval_ms = 1000 },
		{ .count = 10000, .interval_ms = 1000 },
		{ .count = 10000,
		    .interval_ms = 1000,
		    .engine = HTTP_ENGINE_CURL },
		{ .count = 10000, .interval_ms = 10000, .hang_up = HALF },
	};
	int failed = 0;

	if (argc == 5)
		return run_one(argv);
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
		failed |= run(runs[i], NULL);
	return failed;
}
