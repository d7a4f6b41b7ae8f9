#include "tests/simulation/disk.h"

#include <stdlib.h>
#include <string.h>

#include "report/event.h"
#include "tests/simulation/sim.h"

#define KINDS_MAX 64

/* Each kind's words are kept once: rows are of one kind where the pointers
   are the same. */
static const char *kinds[KINDS_MAX];
static size_t kind_count;
static struct store_event *rows;
static size_t row_count, row_room;
static struct store_event *found;
static size_t found_room;
static struct store_delivery *outbox;
static struct store_delivery *due;
static size_t outbox_count, outbox_room;
static int64_t delivery_id;

static char *
copy(const char *words)
{
	char *c = strdup(words == NULL ? "" : words);

	if (c == NULL)
		abort();
	return c;
}

static const char *
kind_of(const char *words)
{
	for (size_t i = 0; i < kind_count; i++)
		if (strcmp(kinds[i], words) == 0)
			return kinds[i];
	if (kind_count == KINDS_MAX)
		abort();
	return kinds[kind_count++] = copy(words);
}

static void *
grow(void *items, size_t *room, size_t count, size_t size)
{
	if (count < *room)
		return items;
	*room = *room * 2 + 64;
	items = realloc(items, *room * size);
	if (items == NULL)
		abort();
	return items;
}

void
disk_add_row(const struct store_event *e)
{
	struct store_event *row;

	rows = grow(rows, &row_room, row_count, sizeof(*rows));
	row = &rows[row_count++];
	*row = *e;
	row->seq = (int64_t)row_count;
	row->boot_id = copy(e->boot_id);
	row->kind = kind_of(e->kind);
	row->service = copy(e->service);
	row->incident = copy(e->incident);
	row->run = copy(e->run);
	row->data = copy(e->data);
}

void
disk_add_delivery(const struct store_delivery *d)
{
	struct store_delivery *row;

	for (size_t i = 0; i < outbox_count; i++)
		if (strcmp(outbox[i].channel, d->channel) == 0 &&
		    strcmp(outbox[i].dedup_key, d->dedup_key) == 0)
			return;
	outbox = grow(outbox, &outbox_room, outbox_count, sizeof(*outbox));
	due = realloc(due, outbox_room * sizeof(*due));
	if (due == NULL)
		abort();
	row = &outbox[outbox_count++];
	*row = *d;
	row->id = ++delivery_id;
	row->event_seq = (int64_t)row_count;
	row->channel = copy(d->channel);
	row->dedup_key = copy(d->dedup_key);
	row->body = copy(d->body);
	row->made_wall_ms = row->next_wall_ms = loop_wall_ms();
}

static void
free_delivery(struct store_delivery *d)
{
	free((void *)(uintptr_t)d->channel);
	free((void *)(uintptr_t)d->dedup_key);
	free((void *)(uintptr_t)d->body);
}

void
disk_drop_delivery(int64_t id)
{
	size_t kept = 0;

	for (size_t i = 0; i < outbox_count; i++)
		if (outbox[i].id == id)
			free_delivery(&outbox[i]);
		else
			outbox[kept++] = outbox[i];
	outbox_count = kept;
}

void
disk_postpone_delivery(int64_t id, int64_t next_wall_ms)
{
	for (size_t i = 0; i < outbox_count; i++)
		if (outbox[i].id == id) {
			outbox[i].tries++;
			outbox[i].next_wall_ms = next_wall_ms;
		}
}

/* Looked for from the end: of what is read again and again, it is there. */
static bool
has_row(const char *kind, const char *incident)
{
	for (size_t i = row_count; i > 0; i--)
		if (rows[i - 1].kind == kind &&
		    strcmp(rows[i - 1].incident, incident) == 0)
			return true;
	return false;
}

static bool
is_open(const char *incident)
{
	return incident[0] != '\0' &&
	    !has_row(kind_of(EVENT_CLOSED), incident) &&
	    has_row(kind_of(EVENT_OPENED), incident);
}

struct wanted {
	const char *kinds[KINDS_MAX];
	size_t count;
	bool is_any;
};

static void
want(struct wanted *w, const char *kind)
{
	if (kind != NULL)
		w->kinds[w->count++] = kind_of(kind);
}

static struct wanted
wanted_of(const struct store_query *q)
{
	struct wanted w = { .is_any = q->kind == NULL && q->kinds == NULL };

	want(&w, q->kind);
	if (q->kind != NULL)
		want(&w, q->or_kind);
	for (size_t i = 0;
	     q->kind == NULL && q->kinds != NULL && q->kinds[i] != NULL; i++)
		want(&w, q->kinds[i]);
	return w;
}

static bool
is_wanted(const struct wanted *w, const char *kind)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->kinds[i] == kind)
			return true;
	return w->is_any;
}

static bool
is_newest(size_t index)
{
	for (size_t i = index + 1; i < row_count; i++)
		if (rows[i].kind == rows[index].kind &&
		    strcmp(rows[i].service, rows[index].service) == 0)
			return false;
	return true;
}

static bool
is_service(const struct store_query *q, const char *service)
{
	return q->service == NULL || strcmp(service, q->service) == 0 ||
	    (q->or_no_service && service[0] == '\0');
}

static bool
is_asked_for(const struct store_query *q, const struct wanted *w, size_t index)
{
	const struct store_event *e = &rows[index];

	return e->seq > q->after_seq && e->wall_ms >= q->since_wall_ms &&
	    is_wanted(w, e->kind) && is_service(q, e->service) &&
	    (q->incident == NULL || strcmp(e->incident, q->incident) == 0) &&
	    (q->run == NULL || strcmp(e->run, q->run) == 0) &&
	    (!q->latest_each || is_newest(index)) &&
	    (!q->open_incidents || is_open(e->incident));
}

const struct store_event *
disk_find(const struct store_query *q, size_t *count)
{
	struct wanted w = wanted_of(q);
	size_t skipped;

	*count = 0;
	for (size_t i = 0; i < row_count; i++) {
		if (!is_asked_for(q, &w, i))
			continue;
		found = grow(found, &found_room, *count, sizeof(*found));
		found[(*count)++] = rows[i];
	}
	if (q->newest == 0 || *count <= q->newest)
		return found;
	skipped = *count - q->newest;
	*count = q->newest;
	return found + skipped;
}

const struct store_delivery *
disk_deliveries(size_t *count)
{
	*count = outbox_count;
	return outbox;
}

/* There is one channel here: the oldest that is due, or the first to be. */
const struct store_delivery *
disk_due(int64_t now_wall_ms, size_t *count)
{
	size_t best = 0;

	*count = outbox_count > 0 ? 1 : 0;
	for (size_t i = 0; i < outbox_count; i++) {
		if (outbox[i].next_wall_ms <= now_wall_ms ||
		    outbox[i].next_wall_ms >
			now_wall_ms + STORE_POSTPONE_MAX_MS)
			return &outbox[i];
		if (outbox[i].next_wall_ms < outbox[best].next_wall_ms)
			best = i;
	}
	return outbox_count > 0 ? &outbox[best] : due;
}

void
disk_reset(void)
{
	for (size_t i = 0; i < row_count; i++) {
		free((void *)(uintptr_t)rows[i].boot_id);
		free((void *)(uintptr_t)rows[i].service);
		free((void *)(uintptr_t)rows[i].incident);
		free((void *)(uintptr_t)rows[i].run);
		free((void *)(uintptr_t)rows[i].data);
	}
	for (size_t i = 0; i < outbox_count; i++)
		free_delivery(&outbox[i]);
	row_count = outbox_count = 0;
	delivery_id = 0;
}
