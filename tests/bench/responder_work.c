#include "tests/bench/responder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/address.h"

#define EVENTS_MAX 256
#define ACCEPTS_MAX 64
#define CONNECTIONS_MAX (1024 * 1024)
#define REQUEST_MAX_BYTES 4096

#define HEAD "Content-Type: application/json\r\nContent-Length: 15\r\n"
#define GOOD "{\"status\":\"ok\"}"
#define WRONG "{\"status\":\"no\"}"

struct answer {
	const char *bytes;
	size_t length;
};
#define ANSWER(text)                                        \
	{                                                   \
		.bytes = (text), .length = sizeof(text) - 1 \
	}

/* By [is wrong][closes]. */
static const struct answer answers[2][2] = {
	{ ANSWER("HTTP/1.1 200 OK\r\n" HEAD "\r\n" GOOD),
	    ANSWER(
		"HTTP/1.1 200 OK\r\n" HEAD "Connection: close\r\n\r\n" GOOD) },
	{ ANSWER("HTTP/1.1 500 Broken\r\n" HEAD "\r\n" WRONG),
	    ANSWER("HTTP/1.1 500 Broken\r\n" HEAD
		   "Connection: close\r\n\r\n" WRONG) },
};

struct connection {
	uint32_t number;
	bool is_open;
	bool closes;
	uint8_t ended; /* how much of an empty line was seen */
};

static struct {
	struct shared *s;
	struct connection *connections;
	int most; /* the highest descriptor seen */
	int epoll;
	int listener;
	int orders;
} work;

static void
count(uint64_t *counter)
{
	(void)__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

static void
note(struct histogram *h, int64_t off_ns)
{
	int64_t at;

	if (off_ns < 0)
		off_ns = 0;
	at = off_ns / HISTOGRAM_STEP_NS;
	count(&h->count);
	if (off_ns > h->worst_ns)
		h->worst_ns = off_ns;
	if (at < HISTOGRAM_BUCKETS)
		h->bucket[at]++;
}

/*
 * How far it is off the moments at which it is due, and off the last one.  A
 * little early means that its grid was learned from one that was late.
 */
static void
note_time(struct bench_target *t, int64_t now, int64_t interval)
{
	int64_t since, off;

	if (t->grid_ns == 0 || t->last_ns == 0) {
		t->grid_ns = t->last_ns = now;
		return;
	}
	since = now - t->grid_ns;
	off = since - (since + interval / 4) / interval * interval;
	if (off < 0)
		t->grid_ns += off;
	note(&work.s->late, off);
	note(&work.s->gaps, now - t->last_ns - interval);
	t->last_ns = now;
}

static void
let_go(int fd)
{
	struct connection *c = &work.connections[fd];

	if (!c->is_open)
		return;
	*c = (struct connection){ .is_open = false };
	(void)__atomic_fetch_sub(&work.s->open, 1, __ATOMIC_RELAXED);
	(void)close(fd);
}

/* One whole request has come; false: the connection is gone. */
static bool
answer(int fd)
{
	struct connection *c = &work.connections[fd];
	struct bench_target *t = &work.s->targets[c->number];
	uint8_t way = __atomic_load_n(&t->way, __ATOMIC_ACQUIRE);
	int64_t now = responder_now_ns();
	const struct answer *a = &answers[way == WAY_BAD][c->closes];

	if (!t->is_apart)
		note_time(t, now, work.s->interval_ns);
	(void)__atomic_fetch_add(&t->asked, 1, __ATOMIC_RELAXED);
	if (way == WAY_HANG) {
		count(&work.s->hung);
		return true;
	}
	if (way == WAY_BAD) {
		count(&work.s->wrong);
		if (t->first_wrong_ns == 0)
			t->first_wrong_ns = now;
	}
	if (send(fd, a->bytes, a->length, MSG_NOSIGNAL) == (ssize_t)a->length)
		count(&work.s->answers);
	if (c->closes)
		let_go(fd);
	return !c->closes;
}

/* Requests have no body: each ends at its empty line. */
static void
take(int fd)
{
	static const char end[] = "\r\n\r\n";
	char request[REQUEST_MAX_BYTES + 1];
	struct connection *c = &work.connections[fd];
	ssize_t n = recv(fd, request, REQUEST_MAX_BYTES, MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		let_go(fd);
		return;
	}
	request[n] = '\0';
	if (strstr(request, " HTTP/1.0") != NULL ||
	    strcasestr(request, "\nConnection: close") != NULL)
		c->closes = true;
	for (ssize_t i = 0; i < n; i++) {
		if (request[i] == end[c->ended])
			c->ended++;
		else
			c->ended = request[i] == '\r';
		if (c->ended < 4)
			continue;
		c->ended = 0;
		if (!answer(fd))
			return;
	}
}

static void
watch(int fd)
{
	struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };

	if (epoll_ctl(work.epoll, EPOLL_CTL_ADD, fd, &e) == 0)
		return;
	perror("responder: epoll_ctl");
	exit(1);
}

static void
take_connections(void)
{
	for (int i = 0; i < ACCEPTS_MAX; i++) {
		struct sockaddr_in here = { 0 };
		socklen_t length = sizeof(here);
		int fd = accept4(
		    work.listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		uint32_t number = UINT32_MAX;

		if (fd < 0)
			return;
		if (getsockname(fd, (struct sockaddr *)&here, &length) == 0)
			number = bench_number(&here);
		if (fd >= CONNECTIONS_MAX || number >= work.s->count) {
			(void)close(fd);
			continue;
		}
		count(&work.s->connects);
		(void)__atomic_fetch_add(&work.s->open, 1, __ATOMIC_RELAXED);
		work.connections[fd] =
		    (struct connection){ .number = number, .is_open = true };
		work.most = fd > work.most ? fd : work.most;
		watch(fd);
	}
}

static void
take_order(void)
{
	uint8_t percent;

	if (read(work.orders, &percent, 1) != 1)
		exit(0);
	for (int fd = 0; fd <= work.most; fd++)
		if (work.connections[fd].is_open &&
		    work.connections[fd].number % 100 < percent)
			let_go(fd);
}

_Noreturn void
responder_work(struct shared *s, uint16_t port, int orders_fd)
{
	struct epoll_event events[EVENTS_MAX];

	work.s = s;
	work.connections = calloc(CONNECTIONS_MAX, sizeof(struct connection));
	work.epoll = epoll_create1(EPOLL_CLOEXEC);
	work.orders = orders_fd;
	work.listener = responder_listen(INADDR_ANY, port);
	if (work.connections == NULL || work.epoll < 0 ||
	    fcntl(work.listener, F_SETFL, O_NONBLOCK) != 0)
		exit(1);
	watch(work.listener);
	watch(work.orders);
	for (;;) {
		int n = epoll_wait(work.epoll, events, EVENTS_MAX, -1);

		for (int i = 0; i < n; i++) {
			int fd = events[i].data.fd;

			if (fd == work.listener)
				take_connections();
			else if (fd == work.orders)
				take_order();
			else if (work.connections[fd].is_open)
				take(fd);
		}
	}
}
