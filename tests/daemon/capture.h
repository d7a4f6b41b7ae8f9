/*
 * capture.h - a listener in the loop of the test itself, which writes down what
 * it is sent and answers with 200.
 */
#ifndef TESTS_DAEMON_CAPTURE_H
#define TESTS_DAEMON_CAPTURE_H

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/loop.h"
#include "tests/unit/test.h"

struct capture {
	struct loop *loop;
	int listener, fd;
	unsigned port;
	struct loop_watch *on_listener, *on_fd;
	bool is_early;   /* answers before all was asked */
	bool is_patient; /* does not hang up */
	int connections, requests;
	char bytes[65536];
	size_t length;
};

static inline void
capture_hang_up(struct capture *c)
{
	if (c->fd < 0)
		return;
	loop_watch_free(c->on_fd);
	(void)close(c->fd);
	c->fd = -1;
}

static inline void
capture_on_request(void *arg, bool readable, bool writable)
{
	static const char answer[] =
	    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
	struct capture *c = arg;
	ssize_t n = recv(c->fd, c->bytes + c->length,
	    sizeof(c->bytes) - 1 - c->length, MSG_DONTWAIT);

	(void)readable;
	(void)writable;
	if (n <= 0) {
		capture_hang_up(c);
		return;
	}
	c->length += (size_t)n;
	c->bytes[c->length] = '\0';
	if (!c->is_early && strstr(c->bytes, "\r\n\r\n") == NULL)
		return;
	c->requests++;
	assert_true(write(c->fd, answer, sizeof(answer) - 1) > 0);
	if (c->is_early)
		loop_watch_change(c->on_fd, false, false);
	else if (c->is_patient)
		c->length = 0;
	else
		capture_hang_up(c);
}

static inline void
capture_on_connection(void *arg, bool readable, bool writable)
{
	struct capture *c = arg;

	(void)readable;
	(void)writable;
	capture_hang_up(c);
	c->fd = accept4(c->listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(c->fd >= 0);
	c->connections++;
	c->length = 0;
	c->on_fd =
	    loop_watch_new(c->loop, c->fd, capture_on_request, c, true, false);
}

static inline struct capture *
capture_new(struct loop *loop)
{
	struct capture *c = calloc(1, sizeof(*c));
	struct sockaddr_in6 a = { .sin6_family = AF_INET6 };
	socklen_t length = sizeof(a);

	/* Both families. */
	c->loop = loop;
	c->fd = -1;
	c->listener = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
	    bind(c->listener, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(c->listener, 4), 0);
	assert_int_equal(
	    getsockname(c->listener, (struct sockaddr *)&a, &length), 0);
	c->port = ntohs(a.sin6_port);
	c->on_listener = loop_watch_new(
	    loop, c->listener, capture_on_connection, c, true, false);
	return c;
}

static inline void
capture_free(struct capture *c)
{
	capture_hang_up(c);
	loop_watch_free(c->on_listener);
	(void)close(c->listener);
	free(c);
}

#endif
