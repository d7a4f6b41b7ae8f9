#include "daemon/witness.h"

#include <stdlib.h>

#include "daemon/log.h"
#include "daemon/poller.h"

struct witness {
	struct witnesses *all;
	struct poller *poller;
	bool fails;
	struct sample sample;
};

struct witnesses {
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

	witness->sample = *s;
	witness->fails = s->outcome != SAMPLE_OK;
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

struct witnesses *
witnesses_new(struct loop *loop, struct fetch *fetch,
    const struct config *config, struct error *err)
{
	struct witnesses *w =
	    calloc(1, sizeof(*w) + config->witness_count * sizeof(w->items[0]));

	if (w == NULL) {
		(void)error_set(err, "no memory for the witnesses");
		return NULL;
	}
	for (size_t i = 0; i < config->witness_count; i++) {
		struct witness *witness = &w->items[i];

		witness->all = w;
		w->count++;
		witness->poller = poller_new(loop, fetch, "witness",
		    &config->witnesses[i], on_sample, witness, err);
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
