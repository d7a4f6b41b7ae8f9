/* What is not in the store, because that is the trouble. */
#include <stdlib.h>
#include <string.h>

#include "daemon/log.h"
#include "daemon/outbox_impl.h"

int64_t
outbox_wait_ms(unsigned tries)
{
	int64_t wait_ms = OUTBOX_FIRST_WAIT_MS;

	while (tries-- > 0 && wait_ms < OUTBOX_LAST_WAIT_MS)
		wait_ms *= 2;
	return wait_ms < OUTBOX_LAST_WAIT_MS ? wait_ms : OUTBOX_LAST_WAIT_MS;
}

bool
outbox_is_over(int64_t made_wall_ms, unsigned tries)
{
	return tries + 1 >= OUTBOX_GIVE_UP_TRIES &&
	    loop_wall_ms() - made_wall_ms >= OUTBOX_GIVE_UP_MS;
}

void
outbox_log_failure(bool over, const char *channel, const char *reason)
{
	const char *why = reason == NULL ? "no reason given" : reason;

	if (over)
		log_event(LOG_LEVEL_ERROR, LOG_ID_NOTIFY_GIVEN_UP,
		    LOG_FIELDS({ "channel", channel }, { "reason", why }),
		    "a notification was given up: see rollbackctl notify "
		    "list");
	else
		log_event(LOG_LEVEL_WARNING, LOG_ID_NOTIFY_FAILED,
		    LOG_FIELDS({ "channel", channel }, { "reason", why }),
		    "notifier %s fails; it is tried again", channel);
}

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
on_urgent_sent(void *arg, const struct outbox_outcome *outcome)
{
	struct urgent *u = arg;
	bool ok = outcome->outcome == MESSAGE_SENT;
	bool over = !ok &&
	    (outcome->outcome == MESSAGE_NEVER ||
		outbox_is_over(u->made_wall_ms, u->tries));
	int64_t wait_ms = outbox_wait_ms(u->tries);

	if (ok)
		u->outbox->counts.sent++;
	else
		u->outbox->counts.failed++;
	if (over || (!ok && u->tries == 0))
		outbox_log_failure(over, u->channel, outcome->reason);
	if (over)
		u->outbox->counts.given_up++;
	if (ok || over) {
		urgent_forget(u);
		return;
	}
	u->tries++;
	loop_timer_start(
	    u->timer, outcome->wait_ms > wait_ms ? outcome->wait_ms : wait_ms);
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

	if (u->outbox->send(u->outbox->arg, &d, 1, on_urgent_sent, u) !=
	    OUTBOX_BEGUN)
		on_urgent_sent(u,
		    &(struct outbox_outcome){ .outcome = MESSAGE_AGAIN,
			.reason = "it cannot be started" });
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

void
outbox_forget_urgent(struct outbox *o)
{
	while (o->urgent != NULL)
		urgent_forget(o->urgent);
}
