#include "daemon/step/helper_fetch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/units.h"

/* The monitor asks PID 1 who we are before it answers. */
#define ANSWER_WAIT_S 30
#define WORDS_MAX 63

static int
connect_to(const char *path, struct error *err)
{
	const struct timeval patience = { .tv_sec = ANSWER_WAIT_S };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = -1;

	if (strlen(path) >= sizeof(address.sun_path))
		errno = ENAMETOOLONG;
	else
		fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd >= 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		sizeof(patience)) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
		sizeof(patience)) == 0 &&
	    connect(fd, (const struct sockaddr *)&address, sizeof(address)) ==
		0)
		return fd;
	(void)error_set(err, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

/* The descriptor in the message; -1: none. */
static int
passed(struct msghdr *message)
{
	const struct cmsghdr *c = CMSG_FIRSTHDR(message);
	int fd = -1;

	if (c != NULL && c->cmsg_level == SOL_SOCKET &&
	    c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(fd)))
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

static int
receive(int connection, int64_t *kill_grace_ms, struct error *err)
{
	char words[WORDS_MAX + 1];
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec data = { words, WORDS_MAX };
	struct msghdr message = { .msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room) };
	ssize_t n = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
	uint64_t grace;
	int record;

	if (n <= 0) {
		(void)error_set(err, "the monitor gives no record%s%s",
		    n < 0 ? ": " : "", n < 0 ? strerror(errno) : "");
		return -1;
	}
	words[n] = '\0';
	record = passed(&message);
	if (record >= 0 && count_parse(words, &grace) && grace <= INT32_MAX) {
		*kill_grace_ms = (int64_t)grace;
		return record;
	}
	(void)error_set(err, "the monitor's answer cannot be understood");
	if (record >= 0)
		(void)close(record);
	return -1;
}

int
helper_fetch(const char *socket_path, const char *id, int64_t *kill_grace_ms,
    struct error *err)
{
	int connection = connect_to(socket_path, err);
	int record = -1;

	if (connection < 0)
		return -1;
	if (send(connection, id, strlen(id), MSG_NOSIGNAL) ==
	    (ssize_t)strlen(id))
		record = receive(connection, kill_grace_ms, err);
	else
		(void)error_set(err, "%s: %s", socket_path, strerror(errno));
	if (record < 0)
		(void)close(connection);
	return record;
}
