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
	LIST_HEAD(calls, manager_call) calls;
};

/* All that are under way are answered as lost. */
void manager_lose_calls(struct manager *m);

#endif
