/* What question.c wants of an engine, by libcurl. */
#include <stdlib.h>

#include "daemon/fetch/curl_impl.h"

static const struct failure no_memory = { SAMPLE_LOST, "local.memory" };

static const struct failure *
start(struct fetch_target *t, const struct resolver_answer *answer,
    const char **words)
{
	struct fetch_slot *slot = slot_take(t->curl->shard);
	const struct failure *trouble;

	(void)words; /* the class says it all */
	if (slot == NULL)
		return &no_memory;
	slot->target = t;
	slot_clear(slot);
	trouble = request_prepare(slot, t, answer);
	if (trouble == NULL && !shard_start(t->curl->shard, slot))
		trouble = &no_memory;
	if (trouble == NULL)
		t->q->slot = slot;
	else
		slot_return(t->curl->shard, slot);
	return trouble;
}

static void
stop(struct fetch_target *t)
{
	const struct fetch_slot *slot = t->q->slot;

	t->curl->is_large = slot->header_bytes + slot->body_bytes > SMALL_BYTES;
	shard_stop(t->curl->shard, t->q->slot);
	slot_return(t->curl->shard, t->q->slot);
	t->q->slot = NULL;
}

static struct fetch_received
received(const struct fetch_target *t)
{
	const struct fetch_slot *slot = t->q->slot;

	return (struct fetch_received){
		.status = transfer_status(t),
		.headers = slot->headers.bytes,
		.header_bytes = slot->headers.length,
		.body = slot->body.bytes == NULL ? "" : slot->body.bytes,
		.kept_bytes = slot->body.length,
		.body_bytes = slot->body_bytes,
	};
}

static void
begin_sink(const struct fetch_target *t)
{
	sink_begin(t->q->slot);
}

static bool
would_connect(const struct fetch_target *t)
{
	return t->curl->socket == NULL && !t->curl->is_sharing;
}

static void
told(struct fetch_target *t, const struct sample *s)
{
	t->curl->is_sharing =
	    t->curl->socket == NULL && s->phases.connect_ms == 0.0;
}

const struct fetch_engine_ops curl_engine = {
	.name = FETCH_CURL,
	.start = start,
	.stop = stop,
	.phases = transfer_phases,
	.total_ms = transfer_total_ms,
	.status = transfer_status,
	.timeout = transfer_timeout,
	.received = received,
	.begin_sink = begin_sink,
	.would_connect = would_connect,
	.told = told,
};

/* Public functions */

bool
curl_join(struct fetch_target *t)
{
	if (t->form->curl == NULL)
		t->form->curl = curl_form_new(t->form->settings);
	if (t->curl == NULL)
		t->curl = calloc(1, sizeof(*t->curl));
	if (t->form->curl == NULL || t->curl == NULL)
		return false;
	if (t->curl->shard == NULL)
		t->curl->shard = shard_join(t->fetch);
	if (t->curl->shard == NULL)
		return false;
	t->engine = &curl_engine;
	return true;
}

void
curl_leave(struct fetch_target *t)
{
	if (t->curl == NULL)
		return;
	socket_disown(t->curl->socket);
	if (t->curl->shard != NULL)
		shard_leave(t->curl->shard);
	free(t->curl);
	t->curl = NULL;
}

static void
all_received(struct fetch_target *t)
{
	const struct failure *trouble;

	switch (redirect_follow(t, &trouble)) {
	case REDIRECT_NONE:
		question_ended(t, ENDING_ANSWER, NULL, NULL);
		break;
	case REDIRECT_REFUSED:
		question_ended(t, ENDING_FAILED, trouble, redirect_location(t));
		break;
	case REDIRECT_FOLLOW:
		question_onward(t);
		break;
	}
}

static const char *
words_of(const struct fetch_slot *slot, CURLcode code)
{
	if (slot->cut_words != NULL)
		return slot->cut_words;
	return slot->words[0] != '\0' ? slot->words : curl_easy_strerror(code);
}

void
curl_transfer_done(struct fetch_target *t, CURLcode code)
{
	static const struct failure cut_short = { SAMPLE_FAILED,
		"body.truncated" };
	struct fetch_slot *slot = t->q->slot;
	struct failure failure;

	slot->is_unanswered =
	    code == CURLE_GOT_NOTHING && slot->header_bytes == 0;
	if (code == CURLE_OPERATION_TIMEDOUT && slot->cut == NULL)
		question_ended(t, ENDING_TIME, NULL, NULL);
	else if (slot->is_enough)
		question_ended(t, ENDING_ANSWER, NULL, NULL);
	else if (transfer_deserves_another(t, code))
		question_ended(t, ENDING_DIED, NULL, NULL);
	else if (code != CURLE_OK || slot->cut != NULL) {
		failure = transfer_failure(t, code);
		question_ended(
		    t, ENDING_FAILED, &failure, words_of(slot, code));
	} else if (slot->is_in_head)
		/* To libcurl that is an answer like others. */
		question_ended(t, ENDING_FAILED, &cut_short,
		    "the connection was closed in the headers");
	else
		all_received(t);
}
