/*
 * store.h - what must not be forgotten: an append-only log of events and the
 * outbox, in SQLite, on a thread of its own.
 *
 * Everything the daemon must remember is an event (lib/report/event.h names
 * the kinds).  What is in memory is made from them again at start.  Nothing
 * here blocks the loop; answers come as callbacks from the loop, in the order
 * of the calls.
 */
#ifndef DAEMON_STORE_STORE_H
#define DAEMON_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "daemon/loop.h"

struct store;

/* A row.  Texts are borrowed until the callback returns; NULL: empty. */
struct store_event {
	int64_t seq; /* given by the store */
	int64_t wall_ms;
	int64_t boot_ms;     /* CLOCK_BOOTTIME ... */
	const char *boot_id; /* ... of this boot */
	const char *kind;
	const char *service;
	const char *incident;
	const char *run;
	const char *data; /* JSON object */
};

struct store_delivery {
	int64_t id;
	int64_t event_seq;
	const char *channel; /* notifier */
	const char *dedup_key;
	unsigned tries;
	int64_t made_wall_ms; /* when it was stored */
	int64_t next_wall_ms; /* not to be sent before */
	const char *body;     /* JSON for the notifier */
	/* Of a dead letter only. */
	const char *reason; /* why it was given up */
	int64_t died_wall_ms;
};

/* More dead letters than that are not kept: the oldest go. */
#define STORE_DEAD_MAX 1000

enum store_state {
	STORE_OK,
	STORE_FAILED, /* an I/O error: not able to act until it is mended */
	/*
	 * A corrupt, foreign or newer file was set aside and an empty one is
	 * in use: it works, but what it should know is lost.  Lasts, also
	 * over a restart, until it is acknowledged.
	 */
	STORE_QUARANTINED,
};

/* More than this waiting: refused, that is answered with false. */
#define STORE_WAITING_MAX 8192
#define STORE_WAITING_MAX_BYTES ((size_t)64 * 1024 * 1024)
/* One append, and one reading, may be as large. */
#define STORE_APPEND_MAX_BYTES ((size_t)4 * 1024 * 1024)
#define STORE_READ_MAX_BYTES ((size_t)64 * 1024 * 1024)
#define STORE_READ_MAX_ROWS 200000
#define STORE_KINDS_MAX 32

/*
 * Opens or makes DIRECTORY/rollbackd.db and starts the thread.  A file that
 * is corrupt, or of a newer schema, is renamed *.corrupt-TIME (a newer one
 * *.newer-TIME) and a new one begun.  When the file cannot be used then
 * (full disk, I/O error, locked) the store begins as STORE_FAILED and tries
 * again every few seconds.  NULL with the reason when the folder must not be
 * used: another process has it open (flock on DIRECTORY/lock), it is a link,
 * not ours, or others may write in it.  May block for a few seconds.
 */
struct store *store_open(
    struct loop *loop, const char *directory, struct error *err);

/* As of the last callback: before an answer comes, the state fits it. */
enum store_state store_state(const struct store *s);
const char *store_trouble(const struct store *s); /* NULL: none */

/* Called from the loop after each change of state or trouble. */
typedef void store_changed(void *arg, enum store_state state);
void store_on_change(struct store *s, store_changed *changed, void *arg);

/*
 * Carries out what was asked, then stops the thread: blocks as long as the
 * disk does.  No callback comes any more.  NULL is allowed.
 */
void store_close(struct store *s);

typedef void store_done(void *arg, bool ok);

/* Somebody has seen that a file was set aside: ends STORE_QUARANTINED. */
void store_acknowledge(struct store *s, store_done *done, void *arg);

/*
 * Commits the events and deliveries as one transaction, after everything
 * asked before.  Copies what it is given.  done may be NULL.  In a delivery,
 * channel, dedup_key and body are given; event_seq becomes that of the last
 * of the events, and one whose channel and dedup_key still wait is not added
 * again.  ok: it is on stable storage.  Not ok: it may or may not be.
 */
void store_append(struct store *s, const struct store_event *events,
    size_t event_count, const struct store_delivery *deliveries,
    size_t delivery_count, store_done *done, void *arg);

/* Sent: remove.  Not sent: one more try, not before next_wall_ms. */
void store_delivered(struct store *s, int64_t id);
void store_postpone(struct store *s, int64_t id, int64_t next_wall_ms);

/*
 * Given up: it becomes a dead letter, under the same id, until somebody has
 * it sent once more or drops it.  What is dropped may be waiting or dead.
 */
void store_bury(struct store *s, int64_t id, const char *reason);
void store_revive(struct store *s, int64_t id);
void store_drop(struct store *s, int64_t id);

/*
 * Runs a function on the store's thread, in order, then done on the loop:
 * for files that must be synced.  work gives whether it went well.  While the
 * store is STORE_FAILED it is not run and the answer is false.
 */
typedef bool store_work(void *arg);
void store_run(struct store *s, store_work *work, store_done *done, void *arg);

/*
 * Which events: NULL or 0 is any, and all that is given must hold.  Rows come
 * in the order of seq.
 */
struct store_query {
	const char *kind;
	const char *or_kind; /* with kind: either of the two */
	/* Instead of kind: any of these, which live for ever; NULL ends them.
	 */
	const char *const *kinds;
	const char *service;
	bool or_no_service; /* with service: also what is of none */
	const char *incident;
	const char *run;
	int64_t after_seq;
	int64_t since_wall_ms;
	unsigned newest;     /* only the newest so many, still in order */
	bool latest_each;    /* with kind: only the newest of each service */
	bool by_people;      /* of "opened" only what an operator ordered */
	bool open_incidents; /* only those of incidents without "closed" */
};

/* rows is borrowed.  ok false: trouble or too much, nothing read. */
typedef void store_rows(
    void *arg, bool ok, const struct store_event *rows, size_t count);
void store_read(
    struct store *s, const struct store_query *q, store_rows *rows, void *arg);

typedef void store_outbox(
    void *arg, bool ok, const struct store_delivery *rows, size_t count);
void store_read_outbox(struct store *s, store_outbox *rows, void *arg);
void store_read_dead(struct store *s, store_outbox *rows, void *arg);

/*
 * Of each channel one incident's deliveries in their order, up to
 * STORE_THREAD_MAX of them; what belongs to no incident stands alone.  The
 * first of them decides, as it is sent first: the oldest of those that are due,
 * or else the one that will be first.  One that waits for longer than any
 * postponing may last (STORE_POSTPONE_MAX_MS) is due: the clock was set back.
 * Rows of the same channel stand together.
 */
#define STORE_THREAD_MAX 32
#define STORE_POSTPONE_MAX_MS ((int64_t)10 * 60 * 1000)
void store_read_due(
    struct store *s, int64_t now_wall_ms, store_outbox *rows, void *arg);

/*
 * Counts answered round trips, of a failed store as well: the watchdog asks
 * that it goes on.  store_beat() asks for one more unless one is under way.
 */
uint64_t store_heartbeats(const struct store *s);
void store_beat(struct store *s);

/* About as many does one call of store_prune() delete of each sort. */
#define STORE_PRUNE_ROWS 5000

/*
 * Deletes incidents closed, and events that belong to none, before the
 * moment.  Kept, however old: open incidents, the newest
 * STORE_VERSIONS_KEPT events about versions of a service and the newest that
 * says that one is good, holds that still last.
 */
#define STORE_VERSIONS_KEPT 128
void store_prune(struct store *s, int64_t before_wall_ms);

#endif
