/*
 * The bare prober: what libevent and the sockets cost, and nothing else.
 *
 *   prober_libevent PORT TARGETS INTERVAL_MS [fresh]
 *
 * Asks target N at its own address of 127.0.0.0/8 (see address.h) GET /health
 * once in INTERVAL_MS until SIGTERM, on one kept connection each, or with
 * "fresh" on a new one for each question.  A persistent read event per
 * connection; deadlines and intervals in common-timeout queues; a connection
 * that dies before the first byte of an answer is opened once more.  No
 * windows, no verdicts, no status: the daemon is measured against it.
 * Prints what it counted at the end.
 */
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/address.h"

#define ANSWER_MAX_BYTES 2048
#define DEADLINE_MS 900
#define TICK_MS 5
#define BODY "{\"status\":\"ok\"}"

enum state { IDLE, CONNECTING, WAITING };

struct target {
	struct event io;
	struct event tick;
	struct event deadline;
	int fd; /* -1: none */
	uint32_t number;
	uint8_t state;
	bool retried;
	bool was_idle; /* the connection had answered before */
};

static struct {
	struct event_base *base;
	const struct timeval *interval;
	const struct timeval *deadline;
	struct target *targets;
	uint32_t count;
	uint32_t started;
	uint32_t per_tick;
	uint16_t port;
	bool fresh;
	uint64_t asked, ok, failed, late, retried, connects;
} all;

static char request[128];
static size_t request_bytes;

static void
drop(struct target *t)
{
	if (t->fd < 0)
		return;
	(void)event_del(&t->io);
	(void)close(t->fd);
	t->fd = -1;
}

static void
finish(struct target *t, bool ok)
{
	(void)event_del(&t->deadline);
	t->state = IDLE;
	if (ok)
		all.ok++;
	else
		all.failed++;
	if (!ok || all.fresh)
		drop(t);
	else
		t->was_idle = true;
}

static void put(struct target *t);
static void on_io(evutil_socket_t fd, short what, void *arg);

/* The connection ended before an answer did. */
static void
broken(struct target *t, bool nothing_came)
{
	bool again = t->was_idle && nothing_came && !t->retried;

	drop(t);
	if (!again) {
		finish(t, false);
		return;
	}
	all.retried++;
	t->retried = true;
	put(t);
}

static bool
send_request(struct target *t)
{
	t->state = WAITING;
	return send(t->fd, request, request_bytes, MSG_NOSIGNAL) ==
	    (ssize_t)request_bytes;
}

static void
open_connection(struct target *t)
{
	struct sockaddr_in to = bench_address(t->number, all.port);

	all.connects++;
	t->was_idle = false;
	t->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (t->fd < 0) {
		finish(t, false);
		return;
	}
	t->state = CONNECTING;
	if (connect(t->fd, (struct sockaddr *)&to, sizeof(to)) == 0) {
		(void)event_assign(
		    &t->io, all.base, t->fd, EV_READ | EV_PERSIST, on_io, t);
		(void)event_add(&t->io, NULL);
		if (!send_request(t))
			broken(t, true);
		return;
	}
	if (errno != EINPROGRESS) {
		(void)close(t->fd);
		t->fd = -1;
		finish(t, false);
		return;
	}
	(void)event_assign(&t->io, all.base, t->fd, EV_WRITE, on_io, t);
	(void)event_add(&t->io, NULL);
}

static void
put(struct target *t)
{
	if (t->fd < 0) {
		open_connection(t);
		return;
	}
	if (!send_request(t))
		broken(t, true);
}

/* As much of HTTP as the question needs: the status, the length, the body. */
static bool
is_good(char *answer, size_t n)
{
	char *end, *length;

	answer[n] = '\0';
	if (strncmp(answer, "HTTP/1.1 200", 12) != 0)
		return false;
	end = strstr(answer, "\r\n\r\n");
	length = strcasestr(answer, "\r\nContent-Length:");
	if (end == NULL || length == NULL || length > end)
		return false;
	end += 4;
	if (strtoul(length + 17, NULL, 10) != (size_t)(answer + n - end))
		return false;
	return strcmp(end, BODY) == 0;
}

static void
on_io(evutil_socket_t fd, short what, void *arg)
{
	char answer[ANSWER_MAX_BYTES + 1];
	struct target *t = arg;
	ssize_t n;

	(void)what;
	if (t->state == CONNECTING) {
		(void)event_assign(
		    &t->io, all.base, fd, EV_READ | EV_PERSIST, on_io, t);
		(void)event_add(&t->io, NULL);
		if (!send_request(t))
			broken(t, false);
		return;
	}
	n = recv(fd, answer, ANSWER_MAX_BYTES, 0);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n > 0 && t->state == WAITING)
		finish(t, is_good(answer, (size_t)n));
	else if (t->state == WAITING)
		broken(t, true);
	else
		drop(t);
}

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct target *t = arg;

	(void)fd;
	(void)what;
	drop(t);
	finish(t, false);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct target *t = arg;

	(void)fd;
	(void)what;
	if (t->state != IDLE) {
		all.late++;
		return;
	}
	all.asked++;
	t->retried = false;
	(void)event_add(&t->deadline, all.deadline);
	put(t);
}

/* The targets begin one after the other, spread over the first interval. */
static void
on_start(evutil_socket_t fd, short what, void *arg)
{
	struct event *self = arg;

	(void)fd;
	(void)what;
	for (uint32_t i = 0; i < all.per_tick; i++) {
		if (all.started == all.count) {
			(void)event_del(self);
			return;
		}
		(void)event_add(&all.targets[all.started++].tick, all.interval);
	}
}

static void
on_signal(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)event_base_loopbreak(arg);
}

static const struct timeval *
common(long ms)
{
	struct timeval tv = { .tv_sec = ms / 1000,
		.tv_usec = ms % 1000 * 1000 };

	return event_base_init_common_timeout(all.base, &tv);
}

static bool
prepare(long interval_ms)
{
	all.base = event_base_new();
	all.targets = calloc(all.count, sizeof(*all.targets));
	if (all.base == NULL || all.targets == NULL)
		return false;
	all.interval = common(interval_ms);
	all.deadline = common(DEADLINE_MS);
	all.per_tick =
	    (uint32_t)(all.count * (uint64_t)TICK_MS / (uint64_t)interval_ms) +
	    1;
	for (uint32_t i = 0; i < all.count; i++) {
		struct target *t = &all.targets[i];

		t->fd = -1;
		t->number = i;
		(void)event_assign(
		    &t->tick, all.base, -1, EV_PERSIST, on_tick, t);
		(void)event_assign(
		    &t->deadline, all.base, -1, 0, on_deadline, t);
	}
	return all.interval != NULL && all.deadline != NULL;
}

static bool
run(void)
{
	const struct timeval tick = { .tv_usec = TICK_MS * 1000 };
	struct event start, quit, end;

	(void)event_assign(&start, all.base, -1, EV_PERSIST, on_start, &start);
	(void)event_add(&start, &tick);
	(void)evsignal_assign(&quit, all.base, SIGTERM, on_signal, all.base);
	(void)evsignal_add(&quit, NULL);
	(void)evsignal_assign(&end, all.base, SIGINT, on_signal, all.base);
	(void)evsignal_add(&end, NULL);
	return event_base_dispatch(all.base) >= 0;
}

int
main(int argc, char **argv)
{
	struct rlimit files;
	long interval_ms;

	if (argc < 4 || (interval_ms = strtol(argv[3], NULL, 10)) <= 0) {
		(void)fprintf(stderr,
		    "usage: prober_libevent PORT TARGETS INTERVAL_MS "
		    "[fresh]\n");
		return 1;
	}
	all.port = (uint16_t)strtoul(argv[1], NULL, 10);
	all.count = (uint32_t)strtoul(argv[2], NULL, 10);
	all.fresh = argc > 4;
	request_bytes = (size_t)snprintf(request, sizeof(request),
	    "GET /health HTTP/1.1\r\nHost: target\r\n"
	    "User-Agent: bare\r\nAccept: */*\r\n%s\r\n",
	    all.fresh ? "Connection: close\r\n" : "");
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	if (!prepare(interval_ms) || !run()) {
		(void)fprintf(stderr, "prober_libevent: no memory\n");
		return 1;
	}
	(void)printf("asked %llu ok %llu failed %llu late %llu retried %llu "
		     "connects %llu\n",
	    (unsigned long long)all.asked, (unsigned long long)all.ok,
	    (unsigned long long)all.failed, (unsigned long long)all.late,
	    (unsigned long long)all.retried, (unsigned long long)all.connects);
	return 0;
}
