/*
 * manager_private.h - what the connection to PID 1 and the calls on it share.
 */
#ifndef DAEMON_BUS_MANAGER_PRIVATE_H
#define DAEMON_BUS_MANAGER_PRIVATE_H

#include <sys/queue.h>

#include "daemon/bus/bus.h"
#include "daemon/bus/manager.h"

#define SERVICE "org.freedesktop.systemd1"
#define PATH "/org/freedesktop/systemd1"
#define MANAGER SERVICE ".Manager"

struct manager {
	struct bus *bus;
	struct manager_callbacks callbacks;
	void *arg;
	struct loop_timer *again;
	bool is_up;
	struct error trouble;
	TAILQ_HEAD(calls, manager_call) calls; /* in order */
	unsigned under_way;                    /* of those, sent */
};

/*
 * The bus lets a connection await 128 answers by default and fails what goes
 * beyond; what is more waits for its turn.
 */
#define CALLS_AT_ONCE 64

/* All that are under way are answered as lost. */
void manager_lose_calls(struct manager *m);

#endif
