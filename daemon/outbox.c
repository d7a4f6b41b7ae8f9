#include "daemon/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "daemon/log.h"

#define STORE_RETRY_MS 5000
/* However far off the next one is: clocks are set. */
#define LOOK_AGAIN_MS 60000

struct channel {
	struct outbox *outbox;
	char name[NAME_MAX_BYTES + 1];
	bool failing;
	bool busy;
	int64_t not_before_ms;
	/* Of the delivery under way. */
	int64_t id;
	int64_t made_wall_ms;
	unsigned tries;
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

static int64_t
wait_after(unsigned tries)
{
	int64_t wait_ms = OUTBOX_FIRST_WAIT_MS;

	while (tries-- > 0 && wait_ms < OUTBOX_LAST_WAIT_MS)
		wait_ms *= 2;
	return wait_ms < OUTBOX_LAST_WAIT_MS ? wait_ms : OUTBOX_LAST_WAIT_MS;
}

static bool
is_over(int64_t made_wall_ms, unsigned tries)
{
	return tries + 1 >= OUTBOX_GIVE_UP_TRIES &&
	    loop_wall_ms() - made_wall_ms >= OUTBOX_GIVE_UP_MS;
}

static void
log_failure(bool over, const char *channel, const char *reason)
{
	const char *why = reason == NULL ? "no reason given" : reason;

	if (over)
		log_event(LOG_LEVEL_ERROR, LOG_ID_NOTIFY_GIVEN_UP,
		    LOG_FIELDS({ "channel", channel }, { "reason", why }),
		    "a notification was given up after three days");
	else
		log_event(LOG_LEVEL_WARNING, LOG_ID_NOTIFY_FAILED,
		    LOG_FIELDS({ "channel", channel }, { "reason", why }),
		    "notifier %s fails; it is tried again", channel);
}

/* --- What is in the store. --- */

/* Once more, now that something has changed. */
static void
look_soon(struct outbox *o)
{
	o->again = o->reading;
	loop_timer_start(o->timer, 0);
}

static void
note_success(struct channel *c)
{
	c->outbox->counts.sent++;
	store_delivered(c->outbox->store, c->id);
	if (c->failing)
		log_event(LOG_LEVEL_NOTICE, LOG_ID_NONE,
		    LOG_FIELDS({ "channel", c->name }),
		    "notifier %s works again", c->name);
	c->failing = false;
}

static void
note_failure(struct channel *c, const char *reason)
{
	struct outbox *o = c->outbox;
	bool over = is_over(c->made_wall_ms, c->tries);

	o->counts.failed++;
	if (over || !c->failing)
		log_failure(over, c->name, reason);
	if (over) {
		o->counts.given_up++;
		store_delivered(o->store, c->id);
	} else
		store_postpone(
		    o->store, c->id, loop_wall_ms() + wait_after(c->tries));
	c->failing = true;
	c->not_before_ms = loop_now_ms(o->loop) + OUTBOX_FIRST_WAIT_MS;
}

static void
on_sent(void *arg, bool ok, const char *reason)
{
	struct channel *c = arg;

	c->busy = false;
	if (ok)
		note_success(c);
	else
		note_failure(c, reason);
	look_soon(c->outbox);
}

static void
begin(struct channel *c, const struct store_delivery *d)
{
	struct outbox *o = c->outbox;

	c->busy = true;
	c->id = d->id;
	c->tries = d->tries;
	c->made_wall_ms = d->made_wall_ms;
	if (!o->send(o->arg, d, on_sent, c))
		on_sent(c, false, "it cannot be started");
}

/* NULL: as many as can be are in use, or no notifier is called so. */
static struct channel *
channel_for(struct outbox *o, const char *name)
{
	struct channel *spare = NULL;

	for (unsigned i = 0; i < o->channel_count; i++) {
		struct channel *c = &o->channels[i];

		if (strcmp(c->name, name) == 0)
			return c;
		if (!c->busy && !c->failing)
			spare = c;
	}
	if (strlen(name) > NAME_MAX_BYTES)
		return NULL;
	if (o->channel_count < OUTBOX_CHANNELS_MAX)
		spare = &o->channels[o->channel_count++];
	if (spare == NULL)
		return NULL;
	*spare = (struct channel){ .outbox = o };
	(void)snprintf(spare->name, sizeof(spare->name), "%s", name);
	return spare;
}

/* Begins it if it is time, or says how long that is off. */
static int64_t
consider(struct outbox *o, const struct store_delivery *d)
{
	struct channel *c = channel_for(o, d->channel);
	int64_t wait_ms = d->next_wall_ms - loop_wall_ms();
	int64_t pause_ms;

	if (c == NULL || c->busy)
		return LOOK_AGAIN_MS;
	pause_ms = c->not_before_ms - loop_now_ms(o->loop);
	if (wait_ms > STORE_POSTPONE_MAX_MS)
		wait_ms = 0;
	if (wait_ms < pause_ms)
		wait_ms = pause_ms;
	if (wait_ms > 0)
		return wait_ms;
	begin(c, d);
	return c->busy ? LOOK_AGAIN_MS : OUTBOX_FIRST_WAIT_MS;
}

static void
on_rows(void *arg, bool ok, const struct store_delivery *rows, size_t count)
{
	struct outbox *o = arg;
	int64_t wait_ms = ok ? LOOK_AGAIN_MS : STORE_RETRY_MS;

	o->reading = false;
	/* It may show what was sent meanwhile as if it were not. */
	if (o->again) {
		look_soon(o);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		int64_t one_ms = consider(o, &rows[i]);

		if (one_ms < wait_ms)
			wait_ms = one_ms;
	}
	if (count > 0 || !ok)
		loop_timer_start(o->timer, wait_ms);
}

static void
look(void *arg)
{
	struct outbox *o = arg;

	if (o->reading)
		return; /* on_rows() sees that it is to be done again */
	o->reading = true;
	store_read_due(o->store, loop_wall_ms(), on_rows, o);
}

/* --- What is not. --- */

static void
urgent_free(struct urgent *u)
{
	loop_timer_free(u->timer);
	free(u->channel);
	free(u->key);
	free(u->body);
	free(u);
}

static void
urgent_forget(struct urgent *u)
{
	struct outbox *o = u->outbox;
	struct urgent **at = &o->urgent;

	while (*at != u)
		at = &(*at)->next;
	*at = u->next;
	o->urgent_count--;
	urgent_free(u);
}

static void
on_urgent_sent(void *arg, bool ok, const char *reason)
{
	struct urgent *u = arg;
	bool over = !ok && is_over(u->made_wall_ms, u->tries);

	if (ok)
		u->outbox->counts.sent++;
	else
		u->outbox->counts.failed++;
	if (over || (!ok && u->tries == 0))
		log_failure(over, u->channel, reason);
	if (over)
		u->outbox->counts.given_up++;
	if (ok || over)
		urgent_forget(u);
	else
		loop_timer_start(u->timer, wait_after(u->tries++));
}

static void
urgent_send(void *arg)
{
	struct urgent *u = arg;
	struct store_delivery d = {
		.channel = u->channel,
		.dedup_key = u->key,
		.body = u->body,
		.tries = u->tries,
		.made_wall_ms = u->made_wall_ms,
	};

	if (!u->outbox->send(u->outbox->arg, &d, on_urgent_sent, u))
		on_urgent_sent(u, false, "it cannot be started");
}

static bool
is_waiting(const struct outbox *o, const char *channel, const char *key)
{
	for (const struct urgent *u = o->urgent; u != NULL; u = u->next)
		if (strcmp(u->channel, channel) == 0 &&
		    strcmp(u->key, key) == 0)
			return true;
	return false;
}

bool
outbox_send_now(struct outbox *o, const char *channel, const char *dedup_key,
    const char *body)
{
	struct urgent *u;

	if (is_waiting(o, channel, dedup_key))
		return true;
	if (o->urgent_count >= OUTBOX_URGENT_MAX)
		return false;
	u = calloc(1, sizeof(*u));
	if (u == NULL)
		return false;
	u->outbox = o;
	u->made_wall_ms = loop_wall_ms();
	u->channel = strdup(channel);
	u->key = strdup(dedup_key);
	u->body = strdup(body);
	u->timer = loop_timer_new(o->loop, urgent_send, u);
	if (u->channel == NULL || u->key == NULL || u->body == NULL ||
	    u->timer == NULL) {
		urgent_free(u);
		return false;
	}
	u->next = o->urgent;
	o->urgent = u;
	o->urgent_count++;
	urgent_send(u);
	return true;
}

struct outbox *
outbox_new(struct loop *loop, struct store *store, outbox_send *send, void *arg)
{
	struct outbox *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return NULL;
	o->loop = loop;
	o->store = store;
	o->send = send;
	o->arg = arg;
	o->timer = loop_timer_new(loop, look, o);
	if (o->timer == NULL) {
		free(o);
		return NULL;
	}
	look(o);
	return o;
}

void
outbox_free(struct outbox *o)
{
	if (o == NULL)
		return;
	while (o->urgent != NULL)
		urgent_forget(o->urgent);
	loop_timer_free(o->timer);
	free(o);
}

void
outbox_kick(struct outbox *o)
{
	look_soon(o);
}

struct outbox_counts
outbox_counts(const struct outbox *o)
{
	struct outbox_counts counts = o->counts;

	counts.failing = 0;
	for (unsigned i = 0; i < o->channel_count; i++)
		counts.failing += o->channels[i].failing;
	return counts;
}
