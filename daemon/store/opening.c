#include "daemon/store/database_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "daemon/files.h"
#include "daemon/store/folder.h"
#include "daemon/store/schema.h"

#define BUSY_MS 2000
#define CHECK_MS_MAX 1000 /* what is not found by then is found in use */
#define CHECK_STEPS 10000
#define MARK_MAX_BYTES 1024

/* What to do with the file that is there. */
enum verdict { GOOD, TRY_LATER, CORRUPT, NEWER };

static enum verdict
verdict_of(struct database *d, int result, const char *doing)
{
	error_set(&d->trouble, "%s: %s", doing,
	    d->db != NULL ? sqlite3_errmsg(d->db) : sqlite3_errstr(result));
	switch (result & 0xff) {
	case SQLITE_OK:
		return GOOD;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_FORMAT:
	case SQLITE_ERROR: /* our own statements do not fit its schema */
		return CORRUPT;
	default:
		return TRY_LATER;
	}
}

/* The first column of the first row; texts are cut to fit. */
static enum verdict
ask(struct database *d, const char *sql, char answer[ERROR_TEXT_MAX])
{
	sqlite3_stmt *s = NULL;
	const unsigned char *text = NULL;
	int result = sqlite3_prepare_v2(d->db, sql, -1, &s, NULL);

	if (result == SQLITE_OK)
		result = sqlite3_step(s);
	if (result == SQLITE_ROW) {
		text = sqlite3_column_text(s, 0);
		(void)snprintf(answer, ERROR_TEXT_MAX, "%s",
		    text == NULL ? "" : (const char *)text);
		/* To the end: it may have a transaction to finish. */
		while (result == SQLITE_ROW)
			result = sqlite3_step(s);
	}
	sqlite3_finalize(s);
	if (result == SQLITE_DONE)
		result = SQLITE_OK;
	return verdict_of(d, result, sql);
}

static enum verdict
execute(struct database *d, const char *sql)
{
	int result = sqlite3_exec(d->db, sql, NULL, NULL, NULL);

	return verdict_of(d, result, sql);
}

/* Whose file is it?  Nothing is written before that is known. */
static enum verdict
identify(struct database *d)
{
	char id[ERROR_TEXT_MAX], version[ERROR_TEXT_MAX];
	enum verdict v = ask(d, "PRAGMA application_id", id);

	if (v == GOOD)
		v = ask(d, "PRAGMA user_version", version);
	if (v != GOOD)
		return v;
	if (strtol(id, NULL, 10) != SCHEMA_APPLICATION) {
		error_set(&d->trouble, "it was not written by rollbackd");
		return CORRUPT;
	}
	if (strtol(version, NULL, 10) > SCHEMA_VERSION) {
		error_set(&d->trouble,
		    "it has schema %s, newer than %d, which is ours", version,
		    SCHEMA_VERSION);
		return NEWER;
	}
	if (strtol(version, NULL, 10) != SCHEMA_VERSION) {
		error_set(
		    &d->trouble, "it has schema %s, which never was", version);
		return CORRUPT;
	}
	return GOOD;
}

static int64_t
monotonic_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail */
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int
is_late(void *arg)
{
	const int64_t *deadline_ms = arg;

	return monotonic_ms() > *deadline_ms;
}

/* A page that cannot be read just then need not be damaged. */
static enum verdict
judge_finding(struct database *d, const char *finding)
{
	static const char mark[] = "error code=";
	const char *code = strstr(finding, mark);
	int result = SQLITE_CORRUPT;

	if (code != NULL)
		result = (int)strtol(code + sizeof(mark) - 1, NULL, 10);
	error_set(&d->trouble, "the check found: %.300s", finding);
	return (result & 0xff) == SQLITE_CORRUPT ? CORRUPT : TRY_LATER;
}

static enum verdict
check_pages(struct database *d)
{
	char answer[ERROR_TEXT_MAX] = "";
	int64_t deadline_ms = monotonic_ms() + CHECK_MS_MAX;
	enum verdict v;

	sqlite3_progress_handler(d->db, CHECK_STEPS, is_late, &deadline_ms);
	v = ask(d, "PRAGMA quick_check(1)", answer);
	sqlite3_progress_handler(d->db, 0, NULL, NULL);
	if (v == TRY_LATER && sqlite3_errcode(d->db) == SQLITE_INTERRUPT)
		return GOOD;
	if (v == GOOD && strcmp(answer, "ok") != 0)
		return judge_finding(d, answer);
	return v;
}

/*
 * What an earlier failed fsync left in the log may be in the page cache only,
 * and later commits behind it would be lost with it.  So every opening copies
 * the whole log into the file, syncs that, and begins a new log.
 */
static enum verdict
settle_log(struct database *d)
{
	char mode[ERROR_TEXT_MAX] = "", busy[ERROR_TEXT_MAX] = "";
	enum verdict v = ask(d, "PRAGMA journal_mode = WAL", mode);

	if (v == GOOD && strcmp(mode, "wal") != 0) {
		error_set(&d->trouble, "cannot keep a write-ahead log");
		return TRY_LATER;
	}
	/* A full or read-only disk shows here, not with the first intent. */
	if (v == GOOD)
		v = execute(d, schema_probe_write);
	if (v == GOOD)
		v = ask(d, "PRAGMA wal_checkpoint(TRUNCATE)", busy);
	if (v == GOOD && strcmp(busy, "0") != 0) {
		error_set(&d->trouble, "another program keeps it locked");
		return TRY_LATER;
	}
	return v;
}

static enum verdict
prepare_all(struct database *d)
{
	for (int i = 0; i < STATEMENT_COUNT; i++) {
		int result = sqlite3_prepare_v3(d->db, schema_statements[i], -1,
		    SQLITE_PREPARE_PERSISTENT, &d->statements[i], NULL);

		if (result != SQLITE_OK)
			return verdict_of(d, result, "preparing");
	}
	return GOOD;
}

static enum verdict
open_there(struct database *d)
{
	enum verdict v;
	int result = sqlite3_open_v2(d->path, &d->db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX |
		SQLITE_OPEN_EXRESCODE,
	    NULL);

	v = verdict_of(d, result, "opening");
	if (v == GOOD) {
		(void)sqlite3_busy_timeout(d->db, BUSY_MS);
		v = execute(d, schema_settings);
	}
	if (v == GOOD)
		v = identify(d);
	if (v == GOOD)
		v = check_pages(d);
	if (v == GOOD)
		v = settle_log(d);
	if (v == GOOD)
		v = prepare_all(d);
	return v;
}

/* Under another name first: an empty file is then always a lost one. */
static enum verdict
make(struct database *d)
{
	static const char *const names[] = { FOLDER_DATABASE ".new",
		FOLDER_DATABASE ".new-journal" };
	char path[PATH_MAX];
	enum verdict v;
	int result;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)unlinkat(d->folder, names[i], 0); /* of a crash */
	if (snprintf(path, sizeof(path), "%s.new", d->path) >=
	    (int)sizeof(path)) {
		error_set(&d->trouble, "the path is too long");
		return TRY_LATER;
	}
	result = sqlite3_open_v2(path, &d->db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW |
		SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
	    NULL);
	v = verdict_of(d, result, "making a database");
	if (v == GOOD)
		v = execute(d, schema_making);
	database_shut(d);
	if (v != GOOD)
		return TRY_LATER;
	/* The log gets the mode of the file. */
	if (fchmodat(d->folder, names[0], 0600, 0) != 0 ||
	    renameat2(d->folder, names[0], d->folder, FOLDER_DATABASE,
		RENAME_NOREPLACE) != 0 ||
	    fsync(d->folder) != 0) {
		error_set(&d->trouble,
		    "cannot put the new database in place: %s",
		    strerror(errno));
		return TRY_LATER;
	}
	return GOOD;
}

/* Before SQLite sees it: what is there at all? */
static enum verdict
look(struct database *d)
{
	struct stat st;

	if (fstatat(d->folder, FOLDER_DATABASE, &st, AT_SYMLINK_NOFOLLOW) ==
	    0) {
		if (!S_ISREG(st.st_mode))
			error_set(&d->trouble, "it is not a regular file");
		else if (st.st_size == 0)
			error_set(&d->trouble, "it is empty");
		else
			return GOOD;
		return CORRUPT;
	}
	if (errno != ENOENT) {
		error_set(
		    &d->trouble, "cannot look at it: %s", strerror(errno));
		return TRY_LATER;
	}
	if (fstatat(d->folder, FOLDER_DATABASE "-wal", &st,
		AT_SYMLINK_NOFOLLOW) == 0) {
		error_set(&d->trouble, "its log was there without it");
		return CORRUPT;
	}
	return make(d);
}

static enum verdict
open_or_make(struct database *d)
{
	enum verdict v;

	if (d->damaged)
		return CORRUPT; /* trouble says what was found in use */
	v = look(d);
	return v == GOOD ? open_there(d) : v;
}

static bool
read_mark(struct database *d)
{
	size_t length;
	bool missing;

	free(d->quarantine);
	d->quarantine = file_read_whole(d->folder, FOLDER_MARK, MARK_MAX_BYTES,
	    &length, &missing, &d->trouble);
	return d->quarantine != NULL || missing;
}

enum database_result
database_open(struct database *d)
{
	enum verdict v;

	database_shut_after_trouble(d);
	if (d->lock < 0) {
		enum folder_lock lock =
		    folder_lock(d->folder, &d->lock, &d->trouble);

		if (lock != FOLDER_LOCKED)
			return lock == FOLDER_TAKEN ? DATABASE_REFUSED :
						      DATABASE_FAILED;
	}
	v = open_or_make(d);
	if (v == CORRUPT || v == NEWER) {
		struct error reason = d->trouble;

		database_shut_after_trouble(d);
		if (!folder_set_aside(d->folder,
			v == NEWER ? "newer" : "corrupt", reason.text,
			&d->trouble))
			return DATABASE_FAILED;
		d->damaged = false;
		v = open_or_make(d);
	}
	if (v == GOOD && read_mark(d))
		return DATABASE_OK;
	database_shut_after_trouble(d);
	return DATABASE_FAILED;
}
