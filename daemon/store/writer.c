#include "daemon/store/writer.h"

#include <time.h>

#include "daemon/store/rows.h"
#include "daemon/store/schema.h"

/* A commit costs about as much with one as with a hundred. */
#define GROUP_MAX 256

/* Steps a statement that is bound and gives no rows. */
static enum database_result
step(struct database *d, sqlite3_stmt *s)
{
	int result = sqlite3_step(s);

	(void)sqlite3_reset(s); /* says the same again */
	return database_judge(d, result);
}

static void
bind_text(sqlite3_stmt *s, int number, const char *text)
{
	/* Fails for memory alone; the column then is NULL and refused. */
	(void)sqlite3_bind_text(s, number, text, -1, SQLITE_STATIC);
}

static enum database_result
insert_event(struct database *d, const struct store_event *e)
{
	sqlite3_stmt *s = database_statement(d, STATEMENT_EVENT);

	(void)sqlite3_bind_int64(s, 1, e->wall_ms);
	(void)sqlite3_bind_int64(s, 2, e->boot_ms);
	bind_text(s, 3, e->boot_id);
	bind_text(s, 4, e->kind);
	bind_text(s, 5, e->service);
	bind_text(s, 6, e->incident);
	bind_text(s, 7, e->run);
	bind_text(s, 8, e->data);
	return step(d, s);
}

static int64_t
wall_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t); /* cannot fail */
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static enum database_result
insert_delivery(
    struct database *d, const struct store_delivery *y, int64_t event_seq)
{
	sqlite3_stmt *s = database_statement(d, STATEMENT_DELIVERY);

	(void)sqlite3_bind_int64(s, 1, event_seq);
	bind_text(s, 2, y->channel);
	bind_text(s, 3, y->dedup_key);
	(void)sqlite3_bind_int64(s, 4, y->tries);
	(void)sqlite3_bind_int64(s, 5, y->next_wall_ms);
	bind_text(s, 6, y->body);
	(void)sqlite3_bind_int64(s, 7, wall_ms());
	return step(d, s);
}

static enum database_result
append(struct database *d, const struct request *r)
{
	enum database_result result = DATABASE_OK;
	int64_t seq = 0;

	for (size_t i = 0; i < r->event_count && result == DATABASE_OK; i++)
		result = insert_event(d, &r->events[i]);
	if (result == DATABASE_OK && r->event_count > 0)
		seq = database_last_seq(d);
	for (size_t i = 0; i < r->delivery_count && result == DATABASE_OK; i++)
		result = insert_delivery(d, &r->deliveries[i], seq);
	return result;
}

static enum database_result
prune(struct database *d, const struct request *r)
{
	enum database_result result = DATABASE_OK;

	for (int i = 0; schema_pruning[i] != NULL; i++) {
		sqlite3_stmt *s = database_prepare(d, schema_pruning[i]);

		if (s == NULL)
			return database_judge(d, database_error(d));
		(void)sqlite3_bind_int64(s, 1, r->wall_ms);
		(void)sqlite3_bind_int64(s, 2, STORE_PRUNE_ROWS);
		result = database_judge(d, sqlite3_step(s));
		sqlite3_finalize(s);
		if (result != DATABASE_OK)
			break;
	}
	return result;
}

static enum database_result
change_delivery(struct database *d, const struct request *r)
{
	sqlite3_stmt *s;

	s = database_statement(d,
	    r->kind == REQUEST_DELIVERED ? STATEMENT_DELIVERED :
					   STATEMENT_POSTPONE);
	(void)sqlite3_bind_int64(s, 1, r->id);
	if (r->kind == REQUEST_POSTPONE)
		(void)sqlite3_bind_int64(s, 2, r->wall_ms);
	return step(d, s);
}

/* The statement with the id as its first word. */
static enum database_result
step_id(struct database *d, enum database_statement which, int64_t id)
{
	sqlite3_stmt *s = database_statement(d, which);

	(void)sqlite3_bind_int64(s, 1, id);
	return step(d, s);
}

static enum database_result
bury(struct database *d, const struct request *r)
{
	sqlite3_stmt *s = database_statement(d, STATEMENT_BURY);
	enum database_result result;

	(void)sqlite3_bind_int64(s, 1, r->id);
	(void)sqlite3_bind_int64(s, 2, wall_ms());
	bind_text(s, 3, r->reason);
	result = step(d, s);
	if (result == DATABASE_OK)
		result = step_id(d, STATEMENT_DELIVERED, r->id);
	if (result == DATABASE_OK)
		result = step_id(d, STATEMENT_TRIM_DEAD, STORE_DEAD_MAX);
	return result;
}

static enum database_result
revive(struct database *d, const struct request *r)
{
	sqlite3_stmt *s = database_statement(d, STATEMENT_REVIVE);
	enum database_result result;

	(void)sqlite3_bind_int64(s, 1, r->id);
	(void)sqlite3_bind_int64(s, 2, wall_ms());
	result = step(d, s);
	if (result == DATABASE_OK)
		result = step_id(d, STATEMENT_DROP_DEAD, r->id);
	return result;
}

static enum database_result
drop(struct database *d, const struct request *r)
{
	enum database_result result = step_id(d, STATEMENT_DELIVERED, r->id);

	if (result == DATABASE_OK)
		result = step_id(d, STATEMENT_DROP_DEAD, r->id);
	return result;
}

static enum database_result
write_one(struct database *d, struct request *r)
{
	if (r->refused)
		return DATABASE_OK;
	if (r->kind == REQUEST_APPEND)
		return append(d, r);
	if (r->kind == REQUEST_PRUNE)
		return prune(d, r);
	if (r->kind == REQUEST_BURY)
		return bury(d, r);
	if (r->kind == REQUEST_REVIVE)
		return revive(d, r);
	if (r->kind == REQUEST_DROP)
		return drop(d, r);
	return change_delivery(d, r);
}

/* All of them in one transaction, or none. */
static enum database_result
write_together(struct database *d, struct request *first, struct request *end)
{
	enum database_result result = database_begin(d);

	for (struct request *r = first; r != end && result == DATABASE_OK;
	     r = r->next)
		result = write_one(d, r);
	if (result == DATABASE_OK)
		result = database_commit(d);
	if (result == DATABASE_REFUSED)
		database_rollback(d);
	return result;
}

static void
write_group(struct database *d, struct request *first)
{
	enum database_result result = write_together(d, first, NULL);

	for (struct request *r = first; r != NULL; r = r->next)
		r->ok = result == DATABASE_OK && !r->refused;
	if (result != DATABASE_REFUSED || first->next == NULL)
		return;
	/* One cannot be done; it must not take the others with it. */
	for (struct request *r = first; r != NULL; r = r->next)
		r->ok = database_is_open(d) && !r->refused &&
		    write_together(d, r, r->next) == DATABASE_OK;
}

static void
serve_other(struct database *d, struct request *r)
{
	if (r->refused)
		return;
	switch (r->kind) {
	case REQUEST_RUN:
		r->ok = r->work(r->arg);
		break;
	case REQUEST_READ:
		r->ok = rows_read_events(d, r) == DATABASE_OK;
		break;
	case REQUEST_READ_OUTBOX:
		r->ok = rows_read_outbox(d, r) == DATABASE_OK;
		break;
	case REQUEST_READ_DEAD:
		r->ok = rows_read_dead(d, r) == DATABASE_OK;
		break;
	case REQUEST_READ_DUE:
		r->ok = rows_read_due(d, r) == DATABASE_OK;
		break;
	case REQUEST_ACKNOWLEDGE:
		r->ok = database_acknowledge(d);
		break;
	case REQUEST_BEAT:
		r->ok = true;
		break;
	case REQUEST_APPEND:
	case REQUEST_DELIVERED:
	case REQUEST_POSTPONE:
	case REQUEST_BURY:
	case REQUEST_REVIVE:
	case REQUEST_DROP:
	case REQUEST_PRUNE:
		break; /* writes do not come here */
	}
	if (!r->ok)
		r->row_count = 0;
}

void
writer_serve(struct database *d, struct request_list *waiting,
    struct request_list *answered)
{
	struct request_list group;

	request_list_init(&group);
	while (waiting->first != NULL && group.count < GROUP_MAX &&
	    waiting->first->kind < REQUEST_WRITES)
		request_list_add(&group, request_list_take(waiting));
	if (group.count > 0 && database_is_open(d))
		write_group(d, group.first);
	if (group.count == 0)
		request_list_add(&group, request_list_take(waiting));
	if (group.first->kind >= REQUEST_WRITES && database_is_open(d))
		serve_other(d, group.first);
	while (group.first != NULL)
		request_list_add(answered, request_list_take(&group));
}
