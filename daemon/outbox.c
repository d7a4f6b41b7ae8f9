#include "daemon/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/log.h"
#include "daemon/outbox_impl.h"

#define STORE_RETRY_MS 5000
/* However far off the next one is: clocks are set. */
#define LOOK_AGAIN_MS 60000

/* Once more, now that something has changed. */
static void
look_soon(struct outbox *o)
{
	o->again = o->reading;
	loop_timer_start(o->timer, 0);
}

static void
on_dead(void *arg, bool ok, const struct store_delivery *rows, size_t count)
{
	struct outbox *o = arg;

	(void)rows;
	if (ok)
		o->counts.dead = count;
}

static void
count_dead(struct outbox *o)
{
	store_read_dead(o->store, on_dead, o);
}

static void
note_success(struct channel *c, size_t taken)
{
	struct outbox *o = c->outbox;

	o->counts.sent += taken;
	for (size_t i = 0; i < taken; i++)
		store_delivered(o->store, c->rows[i].id);
	if (c->failing)
		log_event(LOG_LEVEL_NOTICE, LOG_ID_NONE,
		    LOG_FIELDS({ "channel", c->name }),
		    "notifier %s works again", c->name);
	c->failing = c->is_lost = c->is_silent = false;
}

static void
lose(struct channel *c, const char *reason)
{
	struct outbox *o = c->outbox;

	count_dead(o);
	if (c->is_lost)
		return;
	c->is_lost = true;
	o->lost(o->arg, c->name, reason, true);
}

/* All that the receiver refused; or the first one, which is too old. */
static void
note_lost(struct channel *c, size_t taken, const char *reason)
{
	struct outbox *o = c->outbox;

	o->counts.given_up += taken;
	for (size_t i = 0; i < taken; i++)
		store_bury(o->store, c->rows[i].id, reason);
	lose(c, reason);
}

/* Not for longer than the store believes, whatever the receiver asks for. */
static int64_t
postponed_ms(const struct channel *c, int64_t wait_ms)
{
	int64_t own_ms = outbox_wait_ms(c->tries);

	if (wait_ms > OUTBOX_LAST_WAIT_MS)
		wait_ms = OUTBOX_LAST_WAIT_MS;
	return wait_ms > own_ms ? wait_ms : own_ms;
}

/* It is tried again, but by now the others are to know. */
static void
note_silence(struct channel *c, const char *reason)
{
	struct outbox *o = c->outbox;
	int64_t age_ms = loop_wall_ms() - c->rows[0].made_wall_ms;

	/* Not with the first try: what is old may just have been away. */
	if (c->is_silent || c->is_lost || c->tries == 0 ||
	    age_ms < OUTBOX_SILENT_MS)
		return;
	c->is_silent = true;
	o->lost(o->arg, c->name, reason, false);
}

static void
note_failure(struct channel *c, const struct outbox_outcome *outcome)
{
	struct outbox *o = c->outbox;
	const char *reason =
	    outcome->reason == NULL ? "no reason given" : outcome->reason;
	bool is_old = outbox_is_over(c->rows[0].made_wall_ms, c->tries);
	bool over = is_old || outcome->outcome == MESSAGE_NEVER;
	int64_t pause_ms = OUTBOX_FIRST_WAIT_MS;

	o->counts.failed++;
	if (over || !c->failing)
		outbox_log_failure(over, c->name, reason);
	if (over)
		note_lost(c,
		    outcome->outcome == MESSAGE_NEVER ? outcome->taken : 1,
		    reason);
	else
		store_postpone(o->store, c->rows[0].id,
		    loop_wall_ms() + postponed_ms(c, outcome->wait_ms));
	note_silence(c, reason);
	c->failing = true;
	if (outcome->wait_ms > pause_ms)
		pause_ms = outcome->wait_ms;
	c->not_before_ms = loop_now_ms(o->loop) + pause_ms;
}

static void
on_sent(void *arg, const struct outbox_outcome *outcome)
{
	struct channel *c = arg;
	struct outbox_outcome o = *outcome;

	c->busy = false;
	if (o.taken == 0)
		o.taken = 1;
	if (o.taken > c->row_count)
		o.taken = c->row_count;
	if (o.outcome == MESSAGE_SENT)
		note_success(c, o.taken);
	else
		note_failure(c, &o);
	look_soon(c->outbox);
}

/* It waits until it is configured again. */
static void
note_away(struct channel *c)
{
	c->busy = false;
	c->not_before_ms = loop_now_ms(c->outbox->loop) + LOOK_AGAIN_MS;
	if (!c->is_away)
		log_event(LOG_LEVEL_WARNING, LOG_ID_NOTIFY_FAILED,
		    LOG_FIELDS({ "channel", c->name }),
		    "notifier %s is not configured: what it was not told yet "
		    "waits, see rollbackctl notify list",
		    c->name);
	c->is_away = true;
}

static void
begin(struct channel *c, const struct store_delivery *rows, size_t count)
{
	struct outbox *o = c->outbox;

	c->busy = true;
	c->tries = rows[0].tries;
	c->row_count = count;
	for (size_t i = 0; i < count; i++)
		c->rows[i] =
		    (struct sent_row){ rows[i].id, rows[i].made_wall_ms };
	switch (o->send(o->arg, rows, count, on_sent, c)) {
	case OUTBOX_BEGUN:
		c->is_away = false;
		break;
	case OUTBOX_CANNOT:
		on_sent(c,
		    &(struct outbox_outcome){ .outcome = MESSAGE_AGAIN,
			.reason = "it cannot be started" });
		break;
	case OUTBOX_AWAY:
		note_away(c);
		break;
	}
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

/* Begins them if it is time, or says how long that is off. */
static int64_t
consider(struct outbox *o, const struct store_delivery *rows, size_t count)
{
	struct channel *c = channel_for(o, rows[0].channel);
	int64_t wait_ms = rows[0].next_wall_ms - loop_wall_ms();
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
	begin(c, rows, count);
	return c->busy ? LOOK_AGAIN_MS : OUTBOX_FIRST_WAIT_MS;
}

/* How many of the rows are for the channel of the first. */
static size_t
same_channel(const struct store_delivery *rows, size_t count)
{
	size_t n = 1;

	while (n < count && n < STORE_THREAD_MAX &&
	    strcmp(rows[n].channel, rows[0].channel) == 0)
		n++;
	return n;
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
	for (size_t i = 0, n; i < count; i += n) {
		int64_t one_ms;

		n = same_channel(rows + i, count - i);
		one_ms = consider(o, rows + i, n);
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

struct outbox *
outbox_new(struct loop *loop, struct store *store, outbox_send *send,
    outbox_lost *lost, void *arg)
{
	struct outbox *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return NULL;
	o->loop = loop;
	o->store = store;
	o->send = send;
	o->lost = lost;
	o->arg = arg;
	o->timer = loop_timer_new(loop, look, o);
	if (o->timer == NULL) {
		free(o);
		return NULL;
	}
	look(o);
	count_dead(o);
	return o;
}

void
outbox_free(struct outbox *o)
{
	if (o == NULL)
		return;
	outbox_forget_urgent(o);
	loop_timer_free(o->timer);
	free(o);
}

void
outbox_kick(struct outbox *o)
{
	look_soon(o);
}

void
outbox_changed(struct outbox *o)
{
	for (unsigned i = 0; i < o->channel_count; i++)
		if (o->channels[i].is_away)
			o->channels[i].not_before_ms = 0;
	count_dead(o);
	look_soon(o);
}

const char *
outbox_failing(const struct outbox *o, unsigned nth)
{
	for (unsigned i = 0; i < o->channel_count; i++)
		if (o->channels[i].failing && nth-- == 0)
			return o->channels[i].name;
	return NULL;
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
