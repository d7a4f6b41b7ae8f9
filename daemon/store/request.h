/*
 * request.h - one thing that the store was asked, with copies of all it needs
 * and, later, the answer.
 */
#ifndef DAEMON_STORE_REQUEST_H
#define DAEMON_STORE_REQUEST_H

#include "base/arena.h"
#include "daemon/store/store.h"

enum request_kind {
	REQUEST_APPEND,
	REQUEST_DELIVERED,
	REQUEST_POSTPONE,
	REQUEST_BURY,
	REQUEST_REVIVE,
	REQUEST_DROP,
	REQUEST_PRUNE,
	REQUEST_WRITES, /* those before write to the database */
	REQUEST_RUN = REQUEST_WRITES,
	REQUEST_READ,
	REQUEST_READ_OUTBOX,
	REQUEST_READ_DEAD,
	REQUEST_READ_DUE,
	REQUEST_ACKNOWLEDGE,
	REQUEST_BEAT,
};

struct request {
	struct request *next;
	enum request_kind kind;
	bool refused; /* never carried out: there was no room */
	bool ok;
	size_t bytes; /* of memory that it takes while it waits */

	/* Whom to tell; which of them is told goes by the kind. */
	store_done *done;
	store_rows *rows_done;
	store_outbox *outbox_done;
	void *arg;

	/* Asked. */
	store_work *work;
	int64_t id;
	int64_t wall_ms;
	const char *reason;
	struct store_event *events;
	size_t event_count;
	struct store_delivery *deliveries;
	size_t delivery_count;
	struct store_query query;

	/* Answered. */
	struct arena *memory; /* of the rows */
	struct store_event *rows;
	struct store_delivery *outbox;
	size_t row_count;

	char *copies; /* what the pointers above point into */
};

struct request_list {
	struct request *first, **end;
	size_t count;
	size_t bytes;
};

/* NULL when memory is short. */
struct request *request_new(enum request_kind kind, void *arg);
void request_free(struct request *r);

/* False, and nothing copied: larger than allowed or no memory. */
bool request_copy_append(struct request *r, const struct store_event *events,
    size_t event_count, const struct store_delivery *deliveries,
    size_t delivery_count);
bool request_copy_query(struct request *r, const struct store_query *q);
bool request_copy_reason(struct request *r, const char *reason);

/* Lets go of what it carries: it only waits for its turn to be answered. */
void request_refuse(struct request *r);

void request_tell(struct request *r);

void request_list_init(struct request_list *l);
void request_list_add(struct request_list *l, struct request *r);
struct request *request_list_take(struct request_list *l); /* NULL: empty */

#endif
