#include "daemon/store/rows.h"

#include <stdlib.h>

#include "base/text.h"
#include "report/event.h"

#define SQL_MAX_BYTES 4096
#define FIRST_ROWS 64
#define FIRST_KIND 8 /* number of the first of many */

/* clang-format off */
static const char columns[] =
    "SELECT seq, wall_ms, boot_ms, boot_id, kind, service, incident, run,"
    " data FROM event WHERE seq > ?1";

#define OUTBOX "id, event_seq, channel, dedup_key, tries, made_wall_ms," \
    " next_wall_ms, body"

static const char outbox_rows[] =
    "SELECT " OUTBOX ", '', 0 FROM outbox ORDER BY id";

static const char dead_rows[] =
    "SELECT id, event_seq, channel, dedup_key, tries, made_wall_ms, 0, body,"
    " reason, died_wall_ms FROM dead ORDER BY id";

/* The incident, or what stands alone: an id is no digits only. */
#define THREAD "coalesce(nullif(CASE WHEN json_valid(body) THEN" \
    " json_extract(body, '$.incident') END, ''), id)"

static const char due_rows[] =
    "WITH all_rows AS (SELECT " OUTBOX ", " THREAD " AS thread,"
    " next_wall_ms <= ?1 OR next_wall_ms > ?1 + ?2 AS due FROM outbox),"
    " placed AS (SELECT *, row_number() OVER"
    " (PARTITION BY channel, thread ORDER BY id) AS place FROM all_rows),"
    " heads AS (SELECT channel, thread, id AS first, row_number() OVER"
    " (PARTITION BY channel ORDER BY due DESC,"
    " CASE WHEN due THEN 0 ELSE next_wall_ms END, id) AS turn"
    " FROM placed WHERE place = 1)"
    " SELECT " OUTBOX ", '', 0 FROM placed JOIN heads"
    " USING (channel, thread) WHERE turn = 1 AND place <= ?3"
    " ORDER BY first, id";
/* clang-format on */

static void
compose_kinds(struct text *sql, const struct store_query *q)
{
	text_add(sql, " AND kind IN (");
	for (int i = 0; i < STORE_KINDS_MAX && q->kinds[i] != NULL; i++)
		text_addf(sql, "%s?%d", i == 0 ? "" : ", ", FIRST_KIND + i);
	text_add(sql, ")");
}

/* Every word of the query keeps its number, given or not. */
static void
compose(struct text *sql, const struct store_query *q)
{
	text_add(sql, columns);
	if (q->since_wall_ms != 0)
		text_add(sql, " AND wall_ms >= ?2");
	if (q->kind != NULL)
		text_add(sql,
		    q->or_kind == NULL ? " AND kind = ?3" :
					 " AND kind IN (?3, ?7)");
	else if (q->kinds != NULL)
		compose_kinds(sql, q);
	if (q->service != NULL)
		text_add(sql,
		    q->or_no_service ? " AND service IN (?4, '')" :
				       " AND service = ?4");
	/* "<> ''" lets it use the partial index. */
	if (q->incident != NULL)
		text_add(sql, " AND incident = ?5");
	if (q->incident != NULL && q->incident[0] != '\0')
		text_add(sql, " AND incident <> ''");
	if (q->run != NULL)
		text_add(sql, " AND run = ?6");
	if (q->run != NULL && q->run[0] != '\0')
		text_add(sql, " AND run <> ''");
	if (q->latest_each && q->kind != NULL)
		text_add(sql,
		    " AND seq IN (SELECT max(seq) FROM event WHERE kind = ?3"
		    " GROUP BY service)");
	if (q->by_people)
		text_add(sql,
		    " AND (kind <> '" EVENT_OPENED
		    "' OR json_extract(data, '$.cause') = 'operator')");
	if (q->open_incidents)
		text_add(sql,
		    " AND incident <> '' AND incident IN"
		    " (SELECT incident FROM event WHERE kind = '" EVENT_OPENED
		    "' EXCEPT SELECT incident FROM event WHERE kind = '" EVENT_CLOSED
		    "')");
	text_add(sql, " ORDER BY seq");
	/* One more than allowed tells that it is too much. */
	text_addf(sql, "%s LIMIT %u", q->newest > 0 ? " DESC" : "",
	    q->newest > 0 && q->newest <= STORE_READ_MAX_ROWS ?
		q->newest :
		STORE_READ_MAX_ROWS + 1U);
}

static void
bind_word(sqlite3_stmt *s, int number, const char *word)
{
	/* Of those not given the statement may have no parameter. */
	if (word != NULL)
		(void)sqlite3_bind_text(s, number, word, -1, SQLITE_STATIC);
}

static void
bind(sqlite3_stmt *s, const struct store_query *q)
{
	(void)sqlite3_bind_int64(s, 1, q->after_seq);
	if (q->since_wall_ms != 0)
		(void)sqlite3_bind_int64(s, 2, q->since_wall_ms);
	bind_word(s, 3, q->kind);
	bind_word(s, 4, q->service);
	bind_word(s, 5, q->incident);
	bind_word(s, 6, q->run);
	bind_word(s, 7, q->or_kind);
	for (int i = 0;
	     q->kinds != NULL && i < STORE_KINDS_MAX && q->kinds[i] != NULL;
	     i++)
		bind_word(s, FIRST_KIND + i, q->kinds[i]);
}

static const char *
word(struct request *r, sqlite3_stmt *s, int column)
{
	const void *text = sqlite3_column_text(s, column);
	int length = sqlite3_column_bytes(s, column);

	if (text == NULL)
		return arena_strndup(r->memory, "", 0);
	return arena_strndup(r->memory, text, (size_t)length);
}

static bool
take_event(struct request *r, sqlite3_stmt *s, struct store_event *e)
{
	*e = (struct store_event){
		.seq = sqlite3_column_int64(s, 0),
		.wall_ms = sqlite3_column_int64(s, 1),
		.boot_ms = sqlite3_column_int64(s, 2),
		.boot_id = word(r, s, 3),
		.kind = word(r, s, 4),
		.service = word(r, s, 5),
		.incident = word(r, s, 6),
		.run = word(r, s, 7),
		.data = word(r, s, 8),
	};
	return e->boot_id != NULL && e->kind != NULL && e->service != NULL &&
	    e->incident != NULL && e->run != NULL && e->data != NULL;
}

static bool
take_delivery(struct request *r, sqlite3_stmt *s, struct store_delivery *d)
{
	*d = (struct store_delivery){
		.id = sqlite3_column_int64(s, 0),
		.event_seq = sqlite3_column_int64(s, 1),
		.channel = word(r, s, 2),
		.dedup_key = word(r, s, 3),
		.tries = (unsigned)sqlite3_column_int(s, 4),
		.made_wall_ms = sqlite3_column_int64(s, 5),
		.next_wall_ms = sqlite3_column_int64(s, 6),
		.body = word(r, s, 7),
		.reason = word(r, s, 8),
		.died_wall_ms = sqlite3_column_int64(s, 9),
	};
	return d->channel != NULL && d->dedup_key != NULL && d->body != NULL &&
	    d->reason != NULL;
}

/* Room for one more; false when it is too much. */
static bool
grow(struct request *r, size_t *room, size_t element_bytes, void **array)
{
	size_t want = *room == 0 ? FIRST_ROWS : *room * 2;
	void *more;

	if (r->row_count >= STORE_READ_MAX_ROWS)
		return false;
	if (r->row_count < *room)
		return true;
	more = reallocarray(*array, want, element_bytes);
	if (more == NULL)
		return false;
	*array = more;
	*room = want;
	return true;
}

static bool
take_row(struct request *r, sqlite3_stmt *s, size_t *room)
{
	bool taken;

	if (r->kind == REQUEST_READ) {
		void *array = r->rows;

		if (!grow(r, room, sizeof(*r->rows), &array))
			return false;
		r->rows = array;
		taken = take_event(r, s, &r->rows[r->row_count]);
	} else {
		void *array = r->outbox;

		if (!grow(r, room, sizeof(*r->outbox), &array))
			return false;
		r->outbox = array;
		taken = take_delivery(r, s, &r->outbox[r->row_count]);
	}
	r->row_count++;
	return taken;
}

static enum database_result
read_all(struct database *d, struct request *r, sqlite3_stmt *s)
{
	size_t room = 0;
	bool fits = true;
	int result;

	r->memory = arena_new(STORE_READ_MAX_BYTES);
	if (s == NULL || r->memory == NULL) {
		result = s == NULL ? database_error(d) : SQLITE_OK;
		sqlite3_finalize(s);
		return result == SQLITE_OK ? DATABASE_REFUSED :
					     database_judge(d, result);
	}
	while ((result = sqlite3_step(s)) == SQLITE_ROW && fits)
		fits = take_row(r, s, &room);
	sqlite3_finalize(s);
	if (!fits)
		return DATABASE_REFUSED;
	return database_judge(d, result);
}

static void
turn_round(struct store_event *rows, size_t count)
{
	for (size_t i = 0; i < count / 2; i++) {
		struct store_event other = rows[i];

		rows[i] = rows[count - 1 - i];
		rows[count - 1 - i] = other;
	}
}

enum database_result
rows_read_events(struct database *d, struct request *r)
{
	struct text sql = text_new(SQL_MAX_BYTES);
	enum database_result result;
	sqlite3_stmt *s;

	compose(&sql, &r->query);
	s = database_prepare(d, text_str(&sql));
	text_free(&sql);
	if (s != NULL)
		bind(s, &r->query);
	result = read_all(d, r, s);
	if (r->query.newest > 0)
		turn_round(r->rows, r->row_count);
	return result;
}

enum database_result
rows_read_outbox(struct database *d, struct request *r)
{
	return read_all(d, r, database_prepare(d, outbox_rows));
}

enum database_result
rows_read_dead(struct database *d, struct request *r)
{
	return read_all(d, r, database_prepare(d, dead_rows));
}

enum database_result
rows_read_due(struct database *d, struct request *r)
{
	sqlite3_stmt *s = database_prepare(d, due_rows);

	if (s != NULL) {
		(void)sqlite3_bind_int64(s, 1, r->wall_ms);
		(void)sqlite3_bind_int64(s, 2, STORE_POSTPONE_MAX_MS);
		(void)sqlite3_bind_int(s, 3, STORE_THREAD_MAX);
	}
	return read_all(d, r, s);
}
