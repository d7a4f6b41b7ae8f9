#include "daemon/helper_socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/units.h"

#define SOCKET_MODE 0660
#define BACKLOG 256

struct helper_peer {
	LIST_ENTRY(helper_peer) link;
	struct helper_socket *socket;
	int fd;
	struct loop_watch *watch;
	struct loop_timer *patience;
	struct manager_call *call;
	char name[UNIT_NAME_BYTES / 2];
	bool is_given;
};

struct helper_socket {
	struct loop *loop;
	struct manager *manager;
	struct helper_socket_callbacks callbacks;
	void *arg;
	uid_t user;
	int fd;
	struct loop_watch *watch;
	LIST_HEAD(peers, helper_peer) peers;
	unsigned count;
};

void
helper_peer_close(struct helper_peer *p)
{
	struct helper_socket *s = p->socket;

	LIST_REMOVE(p, link);
	if (s->count-- == HELPER_PEERS_MAX)
		loop_watch_change(s->watch, true, false);
	manager_call_drop(p->call);
	loop_watch_free(p->watch);
	loop_timer_free(p->patience);
	(void)close(p->fd); /* nothing is lost by it */
	free(p);
}

static bool
find_pid(int fd, uid_t user, pid_t *pid)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0 ||
	    peer.uid != user)
		return false;
	*pid = peer.pid;
	return true;
}

static void
on_unit(void *arg, const struct answer *a)
{
	struct helper_peer *p = arg;
	char unit[UNIT_NAME_BYTES];

	p->call = NULL;
	(void)snprintf(unit, sizeof(unit), HELPER_UNIT, p->name);
	if (a->kind == ANSWER_GIVEN && strcmp(a->unit, unit) == 0)
		p->socket->callbacks.came(p->socket->arg, p, p->name);
	else
		helper_peer_close(p);
}

/* It says its name, once. */
static void
hear(struct helper_peer *p)
{
	struct helper_socket *s = p->socket;
	ssize_t n = recv(p->fd, p->name, sizeof(p->name) - 1, MSG_DONTWAIT);
	pid_t pid;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || p->call != NULL || p->name[0] == '\0' ||
	    !find_pid(p->fd, s->user, &pid)) {
		helper_peer_close(p);
		return;
	}
	p->name[n] = '\0';
	if (name_is_valid(p->name))
		p->call = manager_unit_of(s->manager, pid, on_unit, p);
	if (p->call == NULL)
		helper_peer_close(p);
	else
		/* The answer is awaited no longer than any of PID 1. */
		loop_timer_stop(p->patience);
}

static void
on_peer(void *arg, bool readable, bool writable)
{
	struct helper_peer *p = arg;
	struct helper_socket *s = p->socket;

	(void)readable;
	(void)writable;
	if (!p->is_given) {
		hear(p);
		return;
	}
	/* Whatever it says now, it is to end: the memory says the rest. */
	s->callbacks.left(s->arg, p);
	helper_peer_close(p);
}

static void
on_patience(void *arg)
{
	helper_peer_close(arg);
}

static void
add_peer(struct helper_socket *s, int fd)
{
	struct helper_peer *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		(void)close(fd);
		return;
	}
	p->socket = s;
	p->fd = fd;
	p->watch = loop_watch_new(s->loop, fd, on_peer, p, true, false);
	p->patience = loop_timer_new(s->loop, on_patience, p);
	LIST_INSERT_HEAD(&s->peers, p, link);
	if (++s->count == HELPER_PEERS_MAX)
		loop_watch_change(s->watch, false, false);
	if (p->watch == NULL || p->patience == NULL)
		helper_peer_close(p);
	else
		loop_timer_start(p->patience, HELPER_PEER_WAIT_MS);
}

static void
on_connection(void *arg, bool readable, bool writable)
{
	struct helper_socket *s = arg;
	int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	pid_t pid;

	(void)readable;
	(void)writable;
	if (fd < 0)
		return;
	if (find_pid(fd, s->user, &pid))
		add_peer(s, fd);
	else
		(void)close(fd);
}

static bool
listen_at(int fd, const char *folder, struct error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = address.sun_path;
	int n = snprintf(address.sun_path, sizeof(address.sun_path),
	    "%s/" HELPER_SOCKET_NAME, folder);

	if (n < 0 || (size_t)n >= sizeof(address.sun_path))
		return error_set(err, "%s: too long for a socket", folder);
	/* Only one daemon runs on a state folder: an old one is left over. */
	if (unlink(path) != 0 && errno != ENOENT)
		return error_set(err, "%s: %s", path, strerror(errno));
	if (fchmod(fd, 0600) != 0 ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
	    chmod(path, SOCKET_MODE) != 0 || listen(fd, BACKLOG) != 0)
		return error_set(err, "%s: %s", path, strerror(errno));
	return true;
}

struct helper_socket *
helper_socket_new(struct loop *loop, struct manager *m, const char *folder,
    uid_t user, const struct helper_socket_callbacks *callbacks, void *arg,
    struct error *err)
{
	struct helper_socket *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		(void)error_set(err, "no memory for helpers");
		return NULL;
	}
	s->loop = loop;
	s->manager = m;
	s->callbacks = *callbacks;
	s->arg = arg;
	s->user = user;
	LIST_INIT(&s->peers);
	s->fd =
	    socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd < 0)
		(void)error_set(err, "socket: %s", strerror(errno));
	else if (listen_at(s->fd, folder, err))
		s->watch =
		    loop_watch_new(loop, s->fd, on_connection, s, true, false);
	if (s->watch != NULL)
		return s;
	helper_socket_free(s);
	return NULL;
}

void
helper_socket_free(struct helper_socket *s)
{
	struct helper_peer *p;

	if (s == NULL)
		return;
	while ((p = LIST_FIRST(&s->peers)) != NULL)
		helper_peer_close(p);
	loop_watch_free(s->watch);
	if (s->fd >= 0)
		(void)close(s->fd);
	free(s);
}

bool
helper_peer_give(struct helper_peer *p, const char *words, int record)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .header = { .cmsg_level = SOL_SOCKET,
			  .cmsg_type = SCM_RIGHTS,
			  .cmsg_len = CMSG_LEN(sizeof(int)) } };
	char text[64];
	struct iovec data = { text, 0 };
	const struct msghdr message = { .msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room) };

	(void)snprintf(text, sizeof(text), "%s", words);
	data.iov_len = strlen(text);
	memcpy(CMSG_DATA(&control.header), &record, sizeof(record));
	if (sendmsg(p->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) !=
	    (ssize_t)data.iov_len) {
		helper_peer_close(p);
		return false;
	}
	p->is_given = true;
	return true;
}
