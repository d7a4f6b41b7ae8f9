/*
 * database_impl.h - the inside of a database, for those who open it and those
 * who use it.
 */
#ifndef DAEMON_STORE_DATABASE_IMPL_H
#define DAEMON_STORE_DATABASE_IMPL_H

#include "daemon/store/database.h"

struct database {
	int folder;
	int lock;
	char *path;
	sqlite3 *db; /* NULL: not open */
	sqlite3_stmt *statements[STATEMENT_COUNT];
	bool damaged; /* found in use: do not trust it again */
	char *quarantine;
	struct error trouble;
};

/* Closes the file, its log read into it. */
void database_shut(struct database *d);

/* Leaves the log to be judged by the next opening. */
void database_shut_after_trouble(struct database *d);

#endif
