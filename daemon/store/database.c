#include "daemon/store/database_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/failpoint.h"
#include "daemon/files.h"
#include "daemon/store/folder.h"
#include "daemon/store/schema.h"

struct database *
database_new(int folder, const char *path)
{
	struct database *d = calloc(1, sizeof(*d));

	if (d == NULL || asprintf(&d->path, "%s/" FOLDER_DATABASE, path) < 0) {
		free(d);
		return NULL;
	}
	d->folder = folder;
	d->lock = -1;
	return d;
}

void
database_shut(struct database *d)
{
	for (int i = 0; i < STATEMENT_COUNT; i++) {
		sqlite3_finalize(d->statements[i]);
		d->statements[i] = NULL;
	}
	(void)sqlite3_close_v2(d->db); /* what it held is committed or not */
	d->db = NULL;
}

void
database_shut_after_trouble(struct database *d)
{
	if (d->db != NULL)
		(void)sqlite3_db_config(
		    d->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	database_shut(d);
}

void
database_free(struct database *d)
{
	if (d == NULL)
		return;
	database_shut(d);
	if (d->lock >= 0)
		(void)close(d->lock); /* lets the lock go */
	(void)close(d->folder);
	free(d->quarantine);
	free(d->path);
	free(d);
}

bool
database_is_open(const struct database *d)
{
	return d->db != NULL;
}

const char *
database_trouble(const struct database *d)
{
	return d->trouble.text;
}

const char *
database_quarantine(const struct database *d)
{
	return d->quarantine;
}

bool
database_acknowledge(struct database *d)
{
	if (!file_remove_durably(d->folder, FOLDER_MARK, &d->trouble))
		return false;
	free(d->quarantine);
	d->quarantine = NULL;
	return true;
}

enum database_result
database_judge(struct database *d, int result)
{
	switch (result & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return DATABASE_OK;
	case SQLITE_CONSTRAINT:
	case SQLITE_TOOBIG:
	case SQLITE_MISMATCH:
	case SQLITE_RANGE:
		return DATABASE_REFUSED;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		d->damaged = true;
		break;
	default:
		break;
	}
	error_set(&d->trouble, "the database failed: %s (%d)",
	    sqlite3_errmsg(d->db), result);
	database_shut_after_trouble(d);
	return DATABASE_FAILED;
}

enum database_result
database_begin(struct database *d)
{
	return database_judge(
	    d, sqlite3_exec(d->db, "BEGIN IMMEDIATE", NULL, NULL, NULL));
}

/* Committed to a file that nobody can find again is not remembered. */
static bool
has_moved(struct database *d)
{
	int moved = 0;

	return sqlite3_file_control(d->db, "main", SQLITE_FCNTL_HAS_MOVED,
		   &moved) == SQLITE_OK &&
	    moved != 0;
}

enum database_result
database_commit(struct database *d)
{
	int result;

	FAILPOINT("store.before-commit");
	result = sqlite3_exec(d->db, "COMMIT", NULL, NULL, NULL);
	if (result == SQLITE_OK)
		FAILPOINT("store.after-commit");
	if (result == SQLITE_OK && has_moved(d)) {
		database_shut_after_trouble(d);
		error_set(&d->trouble,
		    "the database was moved or removed while in use");
		return DATABASE_FAILED;
	}
	return database_judge(d, result);
}

void
database_rollback(struct database *d)
{
	/* It may be over already: then there is nothing to roll back. */
	if (sqlite3_get_autocommit(d->db) == 0)
		(void)database_judge(
		    d, sqlite3_exec(d->db, "ROLLBACK", NULL, NULL, NULL));
}

sqlite3_stmt *
database_prepare(struct database *d, const char *sql)
{
	sqlite3_stmt *s = NULL;

	(void)sqlite3_prepare_v2(d->db, sql, -1, &s, NULL);
	return s;
}

int
database_error(const struct database *d)
{
	return sqlite3_extended_errcode(d->db);
}

int64_t
database_last_seq(const struct database *d)
{
	return sqlite3_last_insert_rowid(d->db);
}

sqlite3_stmt *
database_statement(struct database *d, enum database_statement which)
{
	sqlite3_stmt *s = d->statements[which];

	(void)sqlite3_reset(s); /* tells of the last run, judged then */
	(void)sqlite3_clear_bindings(s);
	return s;
}
