/*
 * send.h - hands a notice to the notifier whose channel it is for.
 */
#ifndef DAEMON_SEND_H
#define DAEMON_SEND_H

#include <stdbool.h>

#include "daemon/outbox.h"

/* The outbox's sender: arg is the struct monitor. */
bool send_notice(void *arg, const struct store_delivery *delivery,
    outbox_done *done, void *done_arg);

#endif
