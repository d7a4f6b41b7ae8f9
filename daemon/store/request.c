#include "daemon/store/request.h"

#include <stdlib.h>
#include <string.h>

struct request *
request_new(enum request_kind kind, void *arg)
{
	struct request *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->kind = kind;
	r->arg = arg;
	r->bytes = sizeof(*r);
	return r;
}

void
request_refuse(struct request *r)
{
	free(r->events);
	free(r->deliveries);
	free(r->copies);
	r->events = NULL;
	r->deliveries = NULL;
	r->copies = NULL;
	r->event_count = 0;
	r->delivery_count = 0;
	r->query = (struct store_query){ .kind = NULL };
	r->bytes = sizeof(*r);
	r->refused = true;
}

void
request_free(struct request *r)
{
	if (r == NULL)
		return;
	request_refuse(r);
	arena_free(r->memory);
	free(r->rows);
	free(r->outbox);
	free(r);
}

/* Adds up first, then copies: the same walk, twice. */
struct copier {
	char *to; /* NULL: only adding up */
	size_t used;
};

static const char *
copy(struct copier *c, const char *text)
{
	size_t length;
	char *at;

	if (text == NULL)
		text = "";
	length = strlen(text) + 1;
	at = c->to == NULL ? NULL : c->to + c->used;
	if (at != NULL)
		memcpy(at, text, length);
	c->used += length;
	return at;
}

static void
copy_event(
    struct copier *c, struct store_event *to, const struct store_event *from)
{
	*to = *from;
	to->boot_id = copy(c, from->boot_id);
	to->kind = copy(c, from->kind);
	to->service = copy(c, from->service);
	to->incident = copy(c, from->incident);
	to->run = copy(c, from->run);
	to->data = copy(c, from->data);
}

static void
copy_delivery(struct copier *c, struct store_delivery *to,
    const struct store_delivery *from)
{
	*to = *from;
	to->channel = copy(c, from->channel);
	to->dedup_key = copy(c, from->dedup_key);
	to->body = copy(c, from->body);
}

static size_t
copy_all(struct request *r, char *to, const struct store_event *events,
    const struct store_delivery *deliveries)
{
	struct copier c = { .to = to };

	for (size_t i = 0; i < r->event_count; i++)
		copy_event(&c, &r->events[i], &events[i]);
	for (size_t i = 0; i < r->delivery_count; i++)
		copy_delivery(&c, &r->deliveries[i], &deliveries[i]);
	return c.used;
}

bool
request_copy_append(struct request *r, const struct store_event *events,
    size_t event_count, const struct store_delivery *deliveries,
    size_t delivery_count)
{
	size_t fixed, texts;

	if (event_count > STORE_APPEND_MAX_BYTES / sizeof(*events) ||
	    delivery_count > STORE_APPEND_MAX_BYTES / sizeof(*deliveries))
		return false;
	fixed = event_count * sizeof(*events) +
	    delivery_count * sizeof(*deliveries);
	r->events = calloc(event_count + 1, sizeof(*events));
	r->deliveries = calloc(delivery_count + 1, sizeof(*deliveries));
	if (r->events == NULL || r->deliveries == NULL)
		return false;
	r->event_count = event_count;
	r->delivery_count = delivery_count;
	texts = copy_all(r, NULL, events, deliveries);
	if (texts > STORE_APPEND_MAX_BYTES)
		return false;
	r->copies = malloc(texts + 1);
	if (r->copies == NULL)
		return false;
	r->bytes += fixed + copy_all(r, r->copies, events, deliveries);
	return true;
}

static size_t
copy_words(struct store_query *to, const struct store_query *from, char *room)
{
	struct copier c = { .to = room };

	to->kind = from->kind == NULL ? NULL : copy(&c, from->kind);
	to->service = from->service == NULL ? NULL : copy(&c, from->service);
	to->incident = from->incident == NULL ? NULL : copy(&c, from->incident);
	to->run = from->run == NULL ? NULL : copy(&c, from->run);
	to->or_kind = from->or_kind == NULL ? NULL : copy(&c, from->or_kind);
	return c.used;
}

bool
request_copy_query(struct request *r, const struct store_query *q)
{
	size_t texts;

	r->query = *q;
	texts = copy_words(&r->query, q, NULL);
	if (texts > STORE_APPEND_MAX_BYTES)
		return false;
	r->copies = malloc(texts + 1);
	if (r->copies == NULL)
		return false;
	r->bytes += copy_words(&r->query, q, r->copies);
	return true;
}

bool
request_copy_reason(struct request *r, const char *reason)
{
	r->copies = strdup(reason);
	r->reason = r->copies;
	return r->copies != NULL;
}

void
request_tell(struct request *r)
{
	if (r->rows_done != NULL)
		r->rows_done(r->arg, r->ok, r->rows, r->row_count);
	else if (r->outbox_done != NULL)
		r->outbox_done(r->arg, r->ok, r->outbox, r->row_count);
	else if (r->done != NULL)
		r->done(r->arg, r->ok);
}

void
request_list_init(struct request_list *l)
{
	*l = (struct request_list){ .first = NULL };
	l->end = &l->first;
}

void
request_list_add(struct request_list *l, struct request *r)
{
	r->next = NULL;
	*l->end = r;
	l->end = &r->next;
	l->count++;
	l->bytes += r->bytes;
}

struct request *
request_list_take(struct request_list *l)
{
	struct request *r = l->first;

	if (r == NULL)
		return NULL;
	l->first = r->next;
	if (l->first == NULL)
		l->end = &l->first;
	l->count--;
	l->bytes -= r->bytes;
	r->next = NULL;
	return r;
}
