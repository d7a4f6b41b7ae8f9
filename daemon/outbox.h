/*
 * outbox.h - gets notices to their notifiers, at least once each.
 *
 * A delivery stays in the store until its notifier took it.  Each channel has
 * one under way at a time, and what belongs to one incident goes in its order,
 * as many at once as the sender likes.  One that fails is tried again after 1
 * s, 2 s, ... 5 min, or when the receiver says; it does not keep other
 * incidents from going, nor does a dead channel keep the others.  What is
 * refused for good, and after three days the rest, becomes a dead letter.
 */
#ifndef DAEMON_OUTBOX_H
#define DAEMON_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/loop.h"
#include "daemon/store/store.h"
#include "report/message.h"

#define OUTBOX_CHANNELS_MAX 64
#define OUTBOX_URGENT_MAX 32
#define OUTBOX_FIRST_WAIT_MS ((int64_t)1000)
#define OUTBOX_LAST_WAIT_MS ((int64_t)5 * 60 * 1000)
/* A channel that fails for so long hides what somebody waits for. */
#define OUTBOX_SILENT_MS ((int64_t)10 * 60 * 1000)
#define OUTBOX_GIVE_UP_MS ((int64_t)3 * 24 * 60 * 60 * 1000)
/* But not after fewer tries: the clock may have been wrong. */
#define OUTBOX_GIVE_UP_TRIES 100

struct outbox;

/* What became of them. */
struct outbox_outcome {
	enum message_outcome outcome;
	size_t taken;       /* so many of them were in the message; 1 or more */
	const char *reason; /* for people; may be NULL */
	int64_t wait_ms;    /* until the receiver wants to hear again; or 0 */
};
typedef void outbox_done(void *arg, const struct outbox_outcome *outcome);

enum outbox_begun {
	OUTBOX_BEGUN,
	OUTBOX_CANNOT, /* now; done does not come */
	OUTBOX_AWAY,   /* such a channel is not configured, now; likewise */
};

/*
 * Begins to send the first of them, and those behind it if they make one
 * message; all are for one channel and one incident.  Borrowed until it
 * returns.  done comes from the loop, once.
 */
typedef enum outbox_begun outbox_send(void *arg,
    const struct store_delivery *rows, size_t count, outbox_done *done,
    void *done_arg);

/*
 * A channel lost one for good, or has taken nothing for OUTBOX_SILENT_MS what
 * it was to tell: each for the first time since it worked.
 */
typedef void outbox_lost(
    void *arg, const char *channel, const char *reason, bool for_good);

/* NULL when memory is short.  Looks into the store at once. */
struct outbox *outbox_new(struct loop *loop, struct store *store,
    outbox_send *send, outbox_lost *lost, void *arg);

/*
 * No done may come after this: stop the sender before, and close the store
 * before the loop turns again.  NULL is allowed.
 */
void outbox_free(struct outbox *o);

/* Something was added to the store. */
void outbox_kick(struct outbox *o);

/* Others are configured now, or one that was given up is to be sent again. */
void outbox_changed(struct outbox *o);

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
	size_t dead;      /* letters in the store; as last read */
	unsigned failing; /* channels whose last try failed */
};
struct outbox_counts outbox_counts(const struct outbox *o);

/* Names of those channels; NULL after the last.  Valid until it changes. */
const char *outbox_failing(const struct outbox *o, unsigned nth);

#endif
