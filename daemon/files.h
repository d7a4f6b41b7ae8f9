/*
 * files.h - small files that are there whole, on stable storage, or not at
 * all.
 *
 * For reports, configuration snapshots and marks.  Blocks for as long as the
 * disk does: call it before the loop runs, or through store_run().  Names are
 * single path components beneath an open folder; links are never followed.
 */
#ifndef DAEMON_FILES_H
#define DAEMON_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define FILES_MAX_BYTES ((size_t)128 * 1024 * 1024)

enum file_write {
	FILE_REPLACE,
	FILE_KEEP_EXISTING, /* there already: refused, *exists is set */
};

/*
 * Writes NAME, mode 0640 less the umask, and does not return true before file
 * and folder are synced.  After false the old file, if any, is untouched.
 * exists may be NULL.
 */
bool file_write_durably(int folder, const char *name, const void *bytes,
    size_t length, enum file_write how, bool *exists, struct error *err);

/*
 * All of a regular file of at most max_bytes, with a NUL behind it; the caller
 * frees it.  NULL with the reason; *missing, which may be NULL, says that
 * there is none.
 */
char *file_read_whole(int folder, const char *name, size_t max_bytes,
    size_t *length, bool *missing, struct error *err);

/* Removes and syncs the folder; true as well when there was none. */
bool file_remove_durably(int folder, const char *name, struct error *err);

#endif
