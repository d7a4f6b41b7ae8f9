#include "daemon/ctl/client.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define CHUNK_BYTES 65536
#define CONNECT_SECONDS 10

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_BOOTTIME, &t); /* cannot fail */
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The group of the socket, or of the folder that hides it. */
static bool
who_may(const char *path, char group[64])
{
	char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];
	const char *slash = strrchr(path, '/');
	const struct group *g;
	struct stat st;

	(void)snprintf(folder, sizeof(folder), "%.*s",
	    slash == NULL ? 0 : (int)(slash - path), path);
	if (stat(path, &st) != 0 && stat(folder, &st) != 0)
		return false;
	g = getgrgid(st.st_gid);
	if (g == NULL)
		(void)snprintf(group, 64, "%u", st.st_gid);
	else
		(void)snprintf(group, 64, "%s", g->gr_name);
	return true;
}

static enum client_outcome
unreachable(const char *path, int trouble, struct error *err)
{
	char group[64];

	if (trouble == EACCES && who_may(path, group))
		(void)error_set(err,
		    "you may not connect to %s: members of the group \"%s\" "
		    "may (usermod -aG %s USER, then log in again)",
		    path, group, group);
	else if (trouble == ENOENT || trouble == ECONNREFUSED)
		(void)error_set(err,
		    "no daemon answers at %s; start it (systemctl start "
		    "rollbackd), see why it does not run (journalctl -u "
		    "rollbackd), or name its socket (-s)",
		    path);
	else if (trouble == EAGAIN)
		(void)error_set(err,
		    "the daemon at %s takes no connections: it hangs or is "
		    "overrun (systemctl status rollbackd)",
		    path);
	else
		(void)error_set(err, "%s: %s", path, strerror(trouble));
	return CLIENT_UNREACHABLE;
}

static int
connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval hanging = { .tv_sec = CONNECT_SECONDS };
	int fd, trouble;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	/* A daemon that hangs takes no connection: do not hang with it. */
	(void)setsockopt(
	    fd, SOL_SOCKET, SO_SNDTIMEO, &hanging, sizeof(hanging));
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) ==
	    0)
		return fd;
	trouble = errno;
	(void)close(fd);
	errno = trouble;
	return -1;
}

/* A daemon that turns us away may have closed before: its reason counts. */
static void
send_line(int fd, const struct text *line)
{
	size_t sent = 0;

	while (sent < line->length) {
		ssize_t n = send(fd, text_str(line) + sent, line->length - sent,
		    MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		sent += (size_t)n;
	}
}

/* True when a whole line is there; it is left without its newline. */
static bool
receive_line(int fd, int64_t until_ms, struct text *reply)
{
	static char chunk[CHUNK_BYTES];

	while (text_ok(reply)) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left_ms = until_ms - now_ms();
		const char *newline;
		ssize_t n;

		if (left_ms <= 0)
			return false;
		if (poll(&p, 1, (int)left_ms) <= 0)
			continue;
		n = recv(fd, chunk, sizeof(chunk), 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		newline = memchr(chunk, '\n', (size_t)n);
		if (newline == NULL) {
			text_add_bytes(reply, chunk, (size_t)n);
			continue;
		}
		text_add_bytes(reply, chunk, (size_t)(newline - chunk));
		return text_ok(reply);
	}
	return false;
}

enum client_outcome
client_ask(const char *socket, const struct text *line, int64_t timeout_ms,
    struct text *reply, struct error *err)
{
	int fd = connect_to(socket);
	bool answered;

	if (fd < 0)
		return unreachable(socket, errno, err);
	send_line(fd, line);
	answered = receive_line(fd, now_ms() + timeout_ms, reply);
	(void)close(fd);
	if (answered)
		return CLIENT_ANSWERED;
	(void)error_set(err,
	    "the daemon at %s gave no answer; what was asked may have been "
	    "done: see rollbackctl status",
	    socket);
	return CLIENT_LOST;
}
