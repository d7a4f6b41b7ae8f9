/*
 * control_client.h - a client of the control socket that lives in the loop of
 * the server it talks to.  Every wait is for an event, and bounded.
 */
#ifndef TESTS_DAEMON_CONTROL_CLIENT_H
#define TESTS_DAEMON_CONTROL_CLIENT_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "daemon/control.h"
#include "daemon/loop.h"

#define CLIENT_PATIENCE_MS 10000

struct client {
	struct loop *loop;
	int fd;
	bool stopped; /* reads nothing */
	bool closed;  /* the server ended it */
	struct text in;
	char *line;
};

static inline struct client
client_connect(struct loop *loop, const char *path)
{
	struct client c = { .loop = loop, .in = text_new(64 * 1024 * 1024) };
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	c.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_true(c.fd >= 0);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(
	    connect(c.fd, (const struct sockaddr *)&address, sizeof(address)),
	    0);
	return c;
}

static inline void
client_on_stop(void *arg)
{
	loop_stop(arg);
}

static inline void
client_on_readable(void *arg, bool readable, bool writable)
{
	static char chunk[65536];
	struct client *c = arg;
	ssize_t n = recv(c->fd, chunk, sizeof(chunk), 0);

	(void)readable;
	(void)writable;
	if (n > 0)
		text_add_bytes(&c->in, chunk, (size_t)n);
	else if (n == 0 || errno != EAGAIN)
		c->closed = true;
	loop_stop(c->loop);
}

/* Until something comes for the client, or so many ms have passed. */
static inline void
client_wait(struct client *c, int64_t at_most_ms)
{
	struct loop_timer *timer =
	    loop_timer_new(c->loop, client_on_stop, c->loop);
	struct loop_watch *watch = c->stopped ?
	    NULL :
	    loop_watch_new(c->loop, c->fd, client_on_readable, c, true, false);

	loop_timer_start(timer, at_most_ms);
	assert_true(loop_run(c->loop));
	loop_watch_free(watch);
	loop_timer_free(timer);
}

/* Lets the server do what it can do now. */
static inline void
client_turn(struct client *c)
{
	client_wait(c, 5);
}

static inline void
client_send(struct client *c, const char *words)
{
	size_t length = strlen(words);

	while (length > 0) {
		ssize_t n = send(c->fd, words, length, MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN) {
			client_turn(c);
			continue;
		}
		if (n < 0)
			return; /* it was closed: what was said is read */
		words += n;
		length -= (size_t)n;
	}
}

/* The next line; "" when there is none.  Valid until the next one. */
static inline const char *
client_line(struct client *c)
{
	int64_t until_ms = loop_now_ms(c->loop) + CLIENT_PATIENCE_MS;
	char *newline = NULL;
	size_t length, rest;

	for (;;) {
		newline = c->in.length == 0 ?
		    NULL :
		    memchr(c->in.data, '\n', c->in.length);
		if (newline != NULL || c->closed ||
		    loop_now_ms(c->loop) > until_ms)
			break;
		client_wait(c, 100);
	}
	free(c->line);
	if (newline == NULL) {
		c->line = strdup("");
		return c->line;
	}
	length = (size_t)(newline - c->in.data);
	c->line = strndup(c->in.data, length);
	rest = c->in.length - length - 1;
	memmove(c->in.data, newline + 1, rest);
	c->in.length = rest;
	return c->line;
}

/* The next line contains that. */
static inline void
client_expect(struct client *c, const char *part)
{
	const char *line = client_line(c);

	if (strstr(line, part) == NULL)
		fail_msg("%.500s: has no %s", line, part);
}

/* Closed by the server, without a further word. */
static inline bool
client_is_closed(struct client *c)
{
	int64_t until_ms = loop_now_ms(c->loop) + CLIENT_PATIENCE_MS;

	while (
	    !c->closed && c->in.length == 0 && loop_now_ms(c->loop) < until_ms)
		client_wait(c, 100);
	return c->closed && c->in.length == 0;
}

static inline void
client_stop_reading(struct client *c)
{
	c->stopped = true;
}

static inline void
client_start_reading(struct client *c)
{
	c->stopped = false;
}

static inline void
client_await_connections(
    struct client *c, const struct control *control, size_t count)
{
	int64_t until_ms = loop_now_ms(c->loop) + CLIENT_PATIENCE_MS;

	client_turn(c);
	while (control_connections(control) != count &&
	    loop_now_ms(c->loop) < until_ms)
		client_turn(c);
	assert_int_equal(control_connections(control), count);
}

static inline int
client_open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		count++;
	(void)closedir(dir);
	return count;
}

/* The words with so many descriptors of /dev/null. */
static inline void
client_send_descriptors(struct client *c, const char *words, size_t count)
{
	struct iovec iov = { (void *)(uintptr_t)words, strlen(words) };
	size_t bytes = count * sizeof(int);
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct cmsghdr *head;

	msg.msg_controllen = CMSG_SPACE(bytes);
	msg.msg_control = calloc(1, msg.msg_controllen);
	head = CMSG_FIRSTHDR(&msg);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(bytes);
	for (size_t i = 0; i < count; i++)
		memcpy(CMSG_DATA(head) + i * sizeof(int), &null, sizeof(int));
	assert_true(sendmsg(c->fd, &msg, 0) > 0);
	(void)close(null);
	free(msg.msg_control);
}

static inline void
client_close(struct client *c)
{
	(void)close(c->fd);
	text_free(&c->in);
	free(c->line);
	c->line = NULL;
}

#endif
