/*
 * player.h - a server inside of the test that plays answers: the path of the
 * request says which, "GET /17".  It has all addresses of the loopback device,
 * so that no two targets need share a connection.
 */
#ifndef TESTS_DAEMON_PLAYER_H
#define TESTS_DAEMON_PLAYER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/probe/http_answers.h"
#include "tests/unit/test.h"

#define PLAYER_STACK_BYTES (256 * 1024)
#define PLAYER_REQUEST_MAX 2048
/* Between the pieces, so that they are received one by one. */
#define PLAYER_PAUSE_US 2000
#define PLAYER_RESET_PAUSE_US 60000

enum piece {
	PIECE_WHOLE,
	PIECE_HALVES,
	PIECE_BYTES,
	PIECE_COUNT,
};

/* One answer to one of the requests; any other one gets a good answer. */
struct play {
	const char *bytes;
	size_t length;
	enum answer_end end;
	enum piece piece;
	const char *good; /* the body of the good answers; NULL: "" */
	bool is_head;
	unsigned which; /* request, from 0 */
	atomic_uint requests, connections;
};

struct player {
	struct play *plays;
	size_t count;
	int fd;
	unsigned port;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t quiet;
	unsigned serving; /* threads of connections */
};

struct player_conn {
	struct player *player;
	int fd;
};

static inline bool
player_send(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		bytes += n;
		length -= (size_t)n;
	}
	return true;
}

/* The play that is asked for; NULL: the connection ended. */
static inline struct play *
player_request(struct player *p, int fd)
{
	char request[PLAYER_REQUEST_MAX + 1];
	size_t length = 0, index;
	ssize_t n;

	do {
		n = recv(fd, request + length, PLAYER_REQUEST_MAX - length, 0);
		if (n <= 0)
			return NULL;
		length += (size_t)n;
		request[length] = '\0';
	} while (strstr(request, "\r\n\r\n") == NULL);
	index = strtoul(strchr(request, '/') + 1, NULL, 10);
	return index < p->count ? &p->plays[index] : NULL;
}

static inline void
player_perform(const struct play *play, int fd)
{
	size_t piece = play->piece == PIECE_WHOLE ? play->length :
	    play->piece == PIECE_HALVES           ? (play->length + 1) / 2 :
						    1;

	for (size_t at = 0; at < play->length; at += piece) {
		size_t left = play->length - at;

		if (at > 0)
			(void)usleep(PLAYER_PAUSE_US);
		if (!player_send(
			fd, play->bytes + at, left < piece ? left : piece))
			return;
	}
}

static inline void
player_good(const struct play *play, int fd)
{
	char answer[PLAYER_REQUEST_MAX];
	const char *body = play->good == NULL ? "" : play->good;
	int n = snprintf(answer, sizeof(answer),
	    "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(body),
	    play->is_head ? "" : body);

	(void)player_send(fd, answer, (size_t)n);
}

static inline void *
player_serve(void *arg)
{
	struct player_conn c = *(struct player_conn *)arg;
	struct linger hard = { .l_onoff = 1 };
	struct play *play, *counted = NULL;

	free(arg);
	while ((play = player_request(c.player, c.fd)) != NULL) {
		bool is_it =
		    atomic_fetch_add(&play->requests, 1) == play->which;

		if (counted != play)
			(void)atomic_fetch_add(&play->connections, 1);
		counted = play;
		if (!is_it) {
			player_good(play, c.fd);
			continue;
		}
		player_perform(play, c.fd);
		if (play->end == END_OPEN)
			continue;
		if (play->end == END_RESET) {
			(void)usleep(PLAYER_RESET_PAUSE_US);
			(void)setsockopt(
			    c.fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
		}
		break;
	}
	(void)close(c.fd);
	(void)pthread_mutex_lock(&c.player->lock);
	if (--c.player->serving == 0)
		(void)pthread_cond_signal(&c.player->quiet);
	(void)pthread_mutex_unlock(&c.player->lock);
	return NULL;
}

static inline void *
player_run(void *arg)
{
	struct player *p = arg;
	pthread_attr_t attr;
	int yes = 1, fd;

	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	(void)pthread_attr_setstacksize(&attr, PLAYER_STACK_BYTES);
	while ((fd = accept4(p->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		struct player_conn *c = malloc(sizeof(*c));
		pthread_t thread;

		(void)setsockopt(
		    fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
		*c = (struct player_conn){ p, fd };
		(void)pthread_mutex_lock(&p->lock);
		p->serving++;
		(void)pthread_mutex_unlock(&p->lock);
		if (pthread_create(&thread, &attr, player_serve, c) != 0)
			abort();
	}
	(void)pthread_attr_destroy(&attr);
	return NULL;
}

static inline void
player_start(struct player *p, struct play *plays, size_t count)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof(a);

	*p = (struct player){ .plays = plays, .count = count };
	(void)pthread_mutex_init(&p->lock, NULL);
	(void)pthread_cond_init(&p->quiet, NULL);
	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
	    setsockopt(p->fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2), 0);
	assert_int_equal(bind(p->fd, (struct sockaddr *)&a, n), 0);
	assert_int_equal(listen(p->fd, SOMAXCONN), 0);
	assert_int_equal(getsockname(p->fd, (struct sockaddr *)&a, &n), 0);
	p->port = ntohs(a.sin_port);
	assert_int_equal(pthread_create(&p->thread, NULL, player_run, p), 0);
}

/* Those who ask have gone, so the connections end soon. */
static inline void
player_stop(struct player *p)
{
	(void)shutdown(p->fd, SHUT_RDWR);
	(void)pthread_join(p->thread, NULL);
	(void)close(p->fd);
	(void)pthread_mutex_lock(&p->lock);
	while (p->serving > 0)
		(void)pthread_cond_wait(&p->quiet, &p->lock);
	(void)pthread_mutex_unlock(&p->lock);
	(void)pthread_cond_destroy(&p->quiet);
	(void)pthread_mutex_destroy(&p->lock);
}

#endif
