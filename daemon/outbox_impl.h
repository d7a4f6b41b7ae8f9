/*
 * outbox_impl.h - what the files of outbox.h share.
 */
#ifndef DAEMON_OUTBOX_IMPL_H
#define DAEMON_OUTBOX_IMPL_H

#include "base/units.h"
#include "daemon/outbox.h"

/* One that is under way. */
struct sent_row {
	int64_t id;
	int64_t made_wall_ms;
};

struct channel {
	struct outbox *outbox;
	char name[NAME_MAX_BYTES + 1];
	bool failing;
	bool busy;
	bool is_away;   /* it is not configured */
	bool is_lost;   /* that it lost something was told */
	bool is_silent; /* that it fails for long was told */
	int64_t not_before_ms;
	struct sent_row rows[STORE_THREAD_MAX];
	size_t row_count;
	unsigned tries; /* of the first of them */
};

/* One that is not in the store. */
struct urgent {
	struct outbox *outbox;
	struct urgent *next;
	struct loop_timer *timer;
	char *channel;
	char *key;
	char *body;
	int64_t made_wall_ms;
	unsigned tries;
};

struct outbox {
	struct loop *loop;
	struct store *store;
	outbox_send *send;
	outbox_lost *lost;
	void *arg;
	struct loop_timer *timer; /* to look into the store again */
	bool reading;
	bool again; /* what is being read is old already */
	struct channel channels[OUTBOX_CHANNELS_MAX];
	unsigned channel_count;
	struct urgent *urgent;
	unsigned urgent_count;
	struct outbox_counts counts;
};

/* How long to wait after so many tries. */
int64_t outbox_wait_ms(unsigned tries);
/* Made so long ago, and tried so often, that it is given up. */
bool outbox_is_over(int64_t made_wall_ms, unsigned tries);
void outbox_log_failure(bool over, const char *channel, const char *reason);

/* outbox_urgent.c */
void outbox_forget_urgent(struct outbox *o);

#endif
