/*
 * Could libevent's own HTTP client do what the lean engine does?  Processor
 * time a probe of both, with the same kept connections, the same pace and the
 * same responder: TARGETS at one a second each, and in a closed loop.
 *
 * What the lean engine is charged with here is the whole of daemon/fetch:
 * deadlines, phases, lag, judgement.  evhttp took 2.2 to 2.8 times as much,
 * more than the 1.5 that would have spared us an engine of our own.
 */
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
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

#define TARGETS 9000
#define ROUNDS 3
#define TICK_MS 10
#define WARM_UP_ROUNDS 2
#define MEASURE_MS 5000
#define IN_FLIGHT 64 /* of the closed loop */
#define EVENTS 256
#define URL_BYTES 64

/* Responder */

static void
serve(int epoll, int listener, int fd)
{
	static const char answer[] =
	    "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"status\":\"ok\"}";
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

_Noreturn static void
respond(int listener)
{
	struct epoll_event events[EVENTS], e = { .events = EPOLLIN };
	int epoll = epoll_create1(0);

	e.data.fd = listener;
	(void)epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &e);
	for (;;) {
		int n = epoll_wait(epoll, events, EVENTS, -1);

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
	if (pid == 0)
		respond(listener);
	(void)close(listener);
	return pid;
}

/* What both are measured with */

struct run {
	void (*ask)(struct run *r, size_t target);
	void (*stop)(struct run *r);
	void *targets;
	void *base; /* struct loop, struct event_base */
	bool is_paced;
	bool is_measured;
	int64_t begin_us, end_us;
	size_t next; /* target, in all */
	uint64_t done, bad;
	double cpu_us;
};

static double
used_us(void)
{
	struct rusage u;

	(void)getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void
ask_next(struct run *r)
{
	r->ask(r, r->next++ % TARGETS);
}

/* The warm-up is a closed loop, until all have been asked twice. */
static void
begin_measuring(struct run *r)
{
	r->is_measured = true;
	r->begin_us = loop_clock_us();
	r->end_us = r->begin_us + (int64_t)MEASURE_MS * 1000;
	r->next = r->done = r->bad = 0;
	r->cpu_us = -used_us();
}

/* Every TICK_MS. */
static bool
tick(struct run *r)
{
	int64_t now_us = loop_clock_us();
	size_t due = IN_FLIGHT;

	if (r->is_measured && now_us >= r->end_us) {
		r->cpu_us += used_us();
		r->stop(r);
		return false;
	}
	if (r->is_measured && r->is_paced)
		due = (size_t)(now_us - r->begin_us) * TARGETS / 1000000;
	while (r->next < due)
		ask_next(r);
	return true;
}

static void
answered(struct run *r, bool is_good)
{
	r->done++;
	r->bad += !is_good;
	if (!r->is_measured && r->done >= WARM_UP_ROUNDS * TARGETS)
		begin_measuring(r);
	else if (!r->is_measured || !r->is_paced)
		ask_next(r);
}

/* evhttp */

static void
on_evhttp_answer(struct evhttp_request *request, void *arg)
{
	struct run *r = arg;

	answered(r,
	    request != NULL &&
		evhttp_request_get_response_code(request) == 200);
}

static void
ask_evhttp(struct run *r, size_t target)
{
	struct evhttp_connection **all = r->targets;
	struct evhttp_request *request =
	    evhttp_request_new(on_evhttp_answer, r);
	struct evkeyvalq *headers = evhttp_request_get_output_headers(request);

	(void)evhttp_add_header(headers, "Host", "target");
	(void)evhttp_add_header(headers, "User-Agent", "bench");
	(void)evhttp_add_header(headers, "Accept", "*/*");
	(void)evhttp_make_request(
	    all[target], request, EVHTTP_REQ_GET, "/health");
}

static void
stop_evhttp(struct run *r)
{
	(void)event_base_loopbreak(r->base);
}

static void
on_evhttp_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)tick(arg);
}

static void
run_evhttp(struct run *r, unsigned port)
{
	const struct timeval every = { .tv_usec = TICK_MS * 1000 };
	struct evhttp_connection **all = calloc(TARGETS, sizeof(*all));
	struct event *timer;
	char host[32];

	r->base = event_base_new();
	r->targets = all;
	r->ask = ask_evhttp;
	r->stop = stop_evhttp;
	for (size_t i = 0; i < TARGETS; i++) {
		(void)snprintf(
		    host, sizeof(host), "127.1.%zu.%zu", i / 250, i % 250 + 1);
		all[i] = evhttp_connection_base_new(
		    r->base, NULL, host, (uint16_t)port);
		evhttp_connection_set_timeout(all[i], 1);
	}
	timer = event_new(r->base, -1, EV_PERSIST, on_evhttp_tick, r);
	(void)event_add(timer, &every);
	(void)event_base_dispatch(r->base);
	event_free(timer);
	for (size_t i = 0; i < TARGETS; i++)
		evhttp_connection_free(all[i]);
	event_base_free(r->base);
	free(all);
}

/* The lean engine */

struct lean {
	struct loop_timer *timer;
	struct fetch_target *targets[TARGETS];
	struct http_settings settings[TARGETS];
	char urls[TARGETS][URL_BYTES];
};

static void
on_sample(void *arg, const struct sample *s)
{
	answered(arg, s->outcome == SAMPLE_OK);
}

static void
ask_lean(struct run *r, size_t target)
{
	struct lean *l = r->targets;

	(void)fetch_ask(l->targets[target], 1000, false, on_sample, r);
}

static void
stop_lean(struct run *r)
{
	loop_stop(r->base);
}

static void
on_lean_tick(void *arg)
{
	struct run *r = arg;
	struct lean *l = r->targets;

	if (tick(r))
		loop_timer_start(l->timer, TICK_MS);
}

static void
run_lean(struct run *r, unsigned port)
{
	struct lean *l = calloc(1, sizeof(*l));
	struct error err = { "" };
	struct fetch *f;

	r->base = loop_new();
	r->targets = l;
	r->ask = ask_lean;
	r->stop = stop_lean;
	f = fetch_new(r->base, &err);
	l->timer = loop_timer_new(r->base, on_lean_tick, r);
	for (size_t i = 0; i < TARGETS; i++) {
		(void)snprintf(l->urls[i], URL_BYTES,
		    "http://127.1.%zu.%zu:%u/health", i / 250, i % 250 + 1,
		    port);
		l->settings[i].url = l->urls[i];
		l->targets[i] =
		    fetch_target_new(f, &l->settings[i], NULL, &err);
		if (l->targets[i] == NULL)
			exit(1);
	}
	loop_timer_start(l->timer, 0);
	(void)loop_run(r->base);
	for (size_t i = 0; i < TARGETS; i++)
		fetch_target_free(l->targets[i]);
	loop_timer_free(l->timer);
	fetch_free(f);
	loop_free(r->base);
	free(l);
}

static double
measure(const char *name, void (*run)(struct run *, unsigned), bool is_paced)
{
	struct run r = { .is_paced = is_paced };
	unsigned port;
	pid_t responder = start_responder(&port);

	if (responder < 0)
		exit(1);
	run(&r, port);
	(void)kill(responder, SIGKILL);
	(void)waitpid(responder, NULL, 0);
	r.cpu_us /= (double)(r.done + 1);
	printf("%-6s %s %6.1f us/probe, %6.0f probes/s, bad %llu\n", name,
	    is_paced ? "paced " : "closed", r.cpu_us,
	    (double)r.done * 1000 / MEASURE_MS, (unsigned long long)r.bad);
	(void)fflush(stdout);
	return r.cpu_us;
}

int
main(void)
{
	const struct rlimit files = { 20000, 20000 };

	(void)setrlimit(RLIMIT_NOFILE, &files); /* or fewer, and it shows */
	for (int i = 0; i < ROUNDS; i++)
		for (int paced = 0; paced < 2; paced++) {
			double ev = measure("evhttp", run_evhttp, paced == 1);
			double lean = measure("lean", run_lean, paced == 1);

			printf("       evhttp is %.2f x lean\n", ev / lean);
		}
	return 0;
}
