/*
 * database.h - one SQLite file that is either known to work or closed.
 *
 * Any I/O error closes it: what was acknowledged before is checked again, and
 * written anew, when it is opened the next time.  Used by one thread at a
 * time.
 */
#ifndef DAEMON_STORE_DATABASE_H
#define DAEMON_STORE_DATABASE_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

#include "base/error.h"

struct database;

enum database_result {
	DATABASE_OK,
	DATABASE_REFUSED, /* this request cannot be done; others can */
	DATABASE_FAILED,  /* trouble: closed, see database_trouble() */
};

/* Takes folder, an open descriptor; path names the same folder. */
struct database *database_new(int folder, const char *path);
void database_free(struct database *d);

/*
 * Takes the lock if it is not held, opens or makes the file, checks it and
 * proves that it can be written.  FAILED: try again later.  REFUSED: another
 * process has the folder.
 */
enum database_result database_open(struct database *d);

bool database_is_open(const struct database *d);
const char *database_trouble(const struct database *d); /* while not open */

/* Why a file was set aside and not yet acknowledged; NULL: none. */
const char *database_quarantine(const struct database *d);
bool database_acknowledge(struct database *d);

/* Each closes the database when it gives FAILED. */
enum database_result database_begin(struct database *d);
enum database_result database_commit(struct database *d);
void database_rollback(struct database *d);

/* For statements: NULL after an error, which database_judge() takes. */
sqlite3_stmt *database_prepare(struct database *d, const char *sql);
int database_error(const struct database *d);

/* What an SQLite result means; closes the database when it FAILED. */
enum database_result database_judge(struct database *d, int result);

/* That of the event inserted last. */
int64_t database_last_seq(const struct database *d);

/* Prepared once, reset and ready to be bound. */
enum database_statement {
	STATEMENT_EVENT,
	STATEMENT_DELIVERY,
	STATEMENT_DELIVERED,
	STATEMENT_POSTPONE,
	STATEMENT_BURY, /* then STATEMENT_DELIVERED, and: */
	STATEMENT_TRIM_DEAD,
	STATEMENT_REVIVE, /* then: */
	STATEMENT_DROP_DEAD,
	STATEMENT_COUNT,
};
sqlite3_stmt *database_statement(
    struct database *d, enum database_statement which);

#endif
