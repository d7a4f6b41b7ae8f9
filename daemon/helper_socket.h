/*
 * helper_socket.h - where helpers that PID 1 started fetch their records.
 *
 * PID 1 cannot pass a descriptor on, and files that all helpers may write
 * would let each of them answer for the others.  So a helper connects and
 * says which one it is; the kernel says which process and user that is, and
 * PID 1 in which unit it runs.  Only then is it given the memory in which it
 * reads what to do and leaves its answer: neither a disk nor a name is needed
 * for that.
 */
#ifndef DAEMON_HELPER_SOCKET_H
#define DAEMON_HELPER_SOCKET_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "daemon/bus/manager.h"
#include "daemon/loop.h"

#define HELPER_UNIT "rollbackd-helper@%s.service"
#define HELPER_SOCKET_NAME "socket"
/* Connections at once; the next ones wait in the queue of the kernel. */
#define HELPER_PEERS_MAX 256
/* A peer that does not say who it is is closed after this. */
#define HELPER_PEER_WAIT_MS 3000

struct helper_socket;
struct helper_peer;

struct helper_socket_callbacks {
	/*
	 * Runs in the unit of that name.  Answered by helper_peer_give() or
	 * helper_peer_close(), at once.
	 */
	void (*came)(void *arg, struct helper_peer *p, const char *name);
	/* One that was given its record has ended; it is gone. */
	void (*left)(void *arg, struct helper_peer *p);
};

/*
 * Makes FOLDER/socket anew, for the folder's group.  The manager is borrowed.
 * user: whom peers must run as.  NULL with the reason.
 */
struct helper_socket *helper_socket_new(struct loop *loop, struct manager *m,
    const char *folder, uid_t user,
    const struct helper_socket_callbacks *callbacks, void *arg,
    struct error *err);

/* No callback comes any more; helpers at work go on.  NULL is allowed. */
void helper_socket_free(struct helper_socket *s);

/* Words for it, and the memory.  False: it has ended; no callback comes. */
bool helper_peer_give(struct helper_peer *p, const char *words, int record);
void helper_peer_close(struct helper_peer *p);

#endif
