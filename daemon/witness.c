#include "daemon/witness.h"

#include <stdlib.h>

#include "base/bug.h"
#include "daemon/log.h"
#include "daemon/poller.h"
#include "decision/decision.h"

#define SEEN_MAX 16
#define ASK_APART_MS 1000

struct witness {
	struct witnesses *all;
	struct poller *poller;
	bool fails;
	struct sample sample;
};

struct witnesses {
	struct loop *loop;
	int64_t seen_ms[SEEN_MAX]; /* when those that answered were asked */
	size_t seen_count;         /* also those no longer in it */
	int64_t asked_ms;          /* last out of turn */
	size_t count;
	bool was_blind;
	struct witness items[];
};

const char *
witnesses_blind(const struct witnesses *w)
{
	if (w->count == 0)
		return NULL;
	for (size_t i = 0; i < w->count; i++)
		if (!w->items[i].fails)
			return NULL;
	return poller_settings(w->items[0].poller)->name;
}

static void
on_sample(void *arg, const struct sample *s)
{
	struct witness *witness = arg;
	struct witnesses *w = witness->all;
	bool is_blind;

	if (s == NULL)
		return;
	witness->sample = *s;
	if (s->outcome == SAMPLE_OK)
		w->seen_ms[w->seen_count++ % SEEN_MAX] = s->asked_ms;
	witness->fails =
	    s->outcome != SAMPLE_OK || (BUG(BLIND_FOR_EVER) && witness->fails);
	is_blind = witnesses_blind(w) != NULL;
	if (is_blind == w->was_blind)
		return;
	w->was_blind = is_blind;
	if (is_blind)
		log_service(LOG_LEVEL_WARNING, LOG_ID_BLIND, NULL,
		    "no witness answers: samples are lost and nothing is "
		    "rolled back until one does (%s)",
		    s->detail);
	else
		log_service(LOG_LEVEL_NOTICE, LOG_ID_BLIND, NULL,
		    "a witness answers again");
}

void
witnesses_ask(struct witnesses *w)
{
	int64_t now_ms = loop_now_ms(w->loop);

	if (w->asked_ms != NEVER_MS && now_ms - w->asked_ms < ASK_APART_MS)
		return;
	w->asked_ms = now_ms;
	for (size_t i = 0; i < w->count; i++)
		/* Busy: the answer under way will do. */
		(void)poller_ask(
		    w->items[i].poller, true, on_sample, &w->items[i]);
}

void
witnesses_wake(struct witnesses *w)
{
	for (size_t i = 0; i < w->count; i++)
		poller_wake(w->items[i].poller);
}

bool
witnesses_are_there(const struct witnesses *w)
{
	return w->count > 0;
}

int64_t
witnesses_seen_ms(const struct witnesses *w, int64_t asked_ms)
{
	size_t held = w->seen_count < SEEN_MAX ? w->seen_count : SEEN_MAX;
	int64_t newest_ms = NEVER_MS;

	for (size_t i = 0; i < held; i++)
		if (w->seen_ms[i] <= asked_ms && w->seen_ms[i] > newest_ms)
			newest_ms = w->seen_ms[i];
	return newest_ms;
}

int64_t
witnesses_all_seen_ms(const struct witnesses *w)
{
	int64_t oldest_ms = INT64_MAX;

	for (size_t i = 0; i < w->count; i++) {
		const struct sample *s = &w->items[i].sample;

		if (s->outcome != SAMPLE_OK || s->answered_ms == 0)
			return NEVER_MS;
		if (s->asked_ms < oldest_ms)
			oldest_ms = s->asked_ms;
	}
	return w->count == 0 ? NEVER_MS : oldest_ms;
}

struct witnesses *
witnesses_new(const struct ask_tools *tools, const struct config *config,
    struct error *err)
{
	struct witnesses *w =
	    calloc(1, sizeof(*w) + config->witness_count * sizeof(w->items[0]));

	if (w == NULL) {
		(void)error_set(err, "no memory for the witnesses");
		return NULL;
	}
	w->loop = tools->loop;
	w->asked_ms = NEVER_MS;
	for (size_t i = 0; i < config->witness_count; i++) {
		struct witness *witness = &w->items[i];
		struct poller_wish wish = { .owner = "witness",
			.settings = &config->witnesses[i] };

		witness->all = w;
		w->count++;
		witness->poller =
		    poller_new(tools, &wish, on_sample, witness, err);
		if (witness->poller == NULL) {
			witnesses_free(w);
			return NULL;
		}
		poller_start(witness->poller);
	}
	return w;
}

void
witnesses_free(struct witnesses *w)
{
	if (w == NULL)
		return;
	for (size_t i = 0; i < w->count; i++)
		poller_free(w->items[i].poller);
	free(w);
}
