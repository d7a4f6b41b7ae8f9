/*
 * folder.h - the state folder: whose it is, who has it open, and what is set
 * aside in it.
 */
#ifndef DAEMON_STORE_FOLDER_H
#define DAEMON_STORE_FOLDER_H

#include <stdbool.h>

#include "base/error.h"

#define FOLDER_LOCK "lock"
#define FOLDER_DATABASE "rollbackd.db"
/* Says why a database was set aside, until somebody acknowledges it. */
#define FOLDER_MARK "rollbackd.db.quarantined"

enum folder_lock {
	FOLDER_LOCKED,
	FOLDER_TAKEN,   /* by another process, which err names */
	FOLDER_TROUBLE, /* cannot be told: full, read-only, I/O error */
};

/*
 * Makes the folder (mode 0700) if it is missing and opens it.  -1 with the
 * reason when it is a link, not ours, or others may write in it.
 */
int folder_open(const char *directory, struct error *err);

/* Leaves the lock's descriptor, which is held until closed, in *fd. */
enum folder_lock folder_lock(int folder, int *fd, struct error *err);

/*
 * Moves the database and its -wal and -shm out of the way, to names with
 * ".LABEL-TIME"; the mark with the reason is written before that.
 */
bool folder_set_aside(
    int folder, const char *label, const char *reason, struct error *err);

#endif
