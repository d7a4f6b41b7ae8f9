/*
 * outbox.h - gets notices to their notifiers, at least once each.
 *
 * A delivery stays in the store until its notifier took it.  Each channel has
 * one under way at a time, the oldest first; one that fails is tried again
 * after 1 s, 2 s, ... 5 min and does not keep those behind it from going, nor
 * does a dead channel keep the others.  After three days it is given up.
 */
#ifndef DAEMON_OUTBOX_H
#define DAEMON_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/loop.h"
#include "daemon/store/store.h"

#define OUTBOX_CHANNELS_MAX 64
#define OUTBOX_URGENT_MAX 32
#define OUTBOX_FIRST_WAIT_MS ((int64_t)1000)
#define OUTBOX_LAST_WAIT_MS ((int64_t)5 * 60 * 1000)
#define OUTBOX_GIVE_UP_MS ((int64_t)3 * 24 * 60 * 60 * 1000)
/* But not after fewer tries: the clock may have been wrong. */
#define OUTBOX_GIVE_UP_TRIES 100

struct outbox;

/* The reason, for people, may be NULL. */
typedef void outbox_done(void *arg, bool ok, const char *reason);

/*
 * Begins to send one; the delivery is borrowed until it returns.  done comes
 * from the loop, once.  False: it cannot be tried now, and done does not come.
 */
typedef bool outbox_send(void *arg, const struct store_delivery *delivery,
    outbox_done *done, void *done_arg);

/* NULL when memory is short.  Looks into the store at once. */
struct outbox *outbox_new(
    struct loop *loop, struct store *store, outbox_send *send, void *arg);

/*
 * No done may come after this: stop the sender before, and close the store
 * before the loop turns again.  NULL is allowed.
 */
void outbox_free(struct outbox *o);

/* Something was added to the store, or a notifier works again. */
void outbox_kick(struct outbox *o);

/*
 * Sends without the store, for when that is the trouble.  Tried again while
 * the daemon runs, but forgotten when it ends.  The same dedup_key to the same
 * channel, while it waits, is not taken twice.  False: too many, or no memory.
 */
bool outbox_send_now(struct outbox *o, const char *channel,
    const char *dedup_key, const char *body);

struct outbox_counts {
	uint64_t sent;
	uint64_t failed; /* tries */
	uint64_t given_up;
	unsigned failing; /* channels whose last try failed */
};
struct outbox_counts outbox_counts(const struct outbox *o);

#endif
