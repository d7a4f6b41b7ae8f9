/*
 * control_socket.h - a listening Unix socket at a place that only we and root
 * can change.
 */
#ifndef DAEMON_CONTROL_SOCKET_H
#define DAEMON_CONTROL_SOCKET_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct control_socket {
	int fd;
	dev_t device; /* of the socket file: */
	ino_t inode;  /* is it still ours? */
};

/*
 * False with the reason; group (gid_t)-1 stays as it is.  True with a text in
 * err when the group could not be given.
 */
bool control_socket_listen(
    struct control_socket *s, const char *path, gid_t group, struct error *err);

/* Closes it, and removes the file when it is still the same. */
void control_socket_close(struct control_socket *s, const char *path);

#endif
