/*
 * acts.h - what operators order over the control socket.
 */
#ifndef DAEMON_ACTS_H
#define DAEMON_ACTS_H

#include "daemon/control.h"
#include "daemon/monitor.h"

/* The handler of the control socket: arg is the struct monitor. */
void acts_handle(void *arg, struct control_call *call);

/* Reads the configuration again; call NULL: by signal, told in the log. */
void acts_reload(struct monitor *m, struct control_call *call);

/* Records a hold of the daemon's own, which an operator has to release. */
void acts_hold_ourselves(struct monitor *m, const char *reason);

#endif
