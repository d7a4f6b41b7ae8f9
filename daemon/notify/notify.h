/*
 * notify.h - hands notices to the notifier whose channel they are for.
 *
 * Those that are told over HTTP the daemon asks itself, so that they hear of
 * it also where nothing can be started; commands and mails go through the
 * runners of helpers.
 */
#ifndef DAEMON_NOTIFY_NOTIFY_H
#define DAEMON_NOTIFY_NOTIFY_H

#include <stdbool.h>

#include "daemon/outbox.h"

struct monitor;
struct notify;

/* NULL when memory is short. */
struct notify *notify_new(void);

/* What is under way is dropped, and nobody is told.  NULL is allowed. */
void notify_free(struct notify *n);

/* The outbox's sender, and whom it tells of losses: arg is the monitor. */
enum outbox_begun notify_send(void *arg, const struct store_delivery *rows,
    size_t count, outbox_done *done, void *done_arg);
void notify_lost(
    void *arg, const char *channel, const char *reason, bool for_good);

/*
 * Sends one at once, for a person who wants to see whether it works; nothing
 * is tried again.  What becomes of it comes from the loop.
 */
enum outbox_begun notify_test(struct monitor *m, const char *channel,
    const char *by, outbox_done *done, void *done_arg);

#endif
