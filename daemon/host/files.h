/*
 * files.h - small files that are whole or not there, in folders held open.
 *
 * Names are one path component.  Symbolic links, pipes and devices are never
 * followed or read.
 */
#ifndef DAEMON_HOST_FILES_H
#define DAEMON_HOST_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

#define FILE_NAME_MAX 128

/*
 * A folder below another (AT_FDCWD: a path), made with mode 0700 where it is
 * missing and make says so.  -1 with the reason.
 */
int files_open_folder(
    int parent, const char *name, bool make, struct error *err);

/* Makes files and the entries of folders durable, all at once. */
#define SYNC_MAX 4
bool files_sync(const int fds[], size_t count, struct error *err);

enum file_status {
	FILE_OK,
	FILE_MISSING,
	FILE_BAD, /* not regular, another's, too large, not readable */
};

/*
 * Reads all of a regular file that belongs to root or owner, NUL-terminated;
 * bytes hold max + 1.
 */
enum file_status file_read(int folder, const char *name, uid_t owner,
    char *bytes, size_t max, size_t *length, struct error *err);

/*
 * The same, but of a file of just this owner that has no other name: what
 * somebody else may have put there, or linked to.
 */
enum file_status file_read_foreign(int folder, const char *name, uid_t owner,
    char *bytes, size_t max, size_t *length, struct error *err);

/*
 * The same of whichever owner, who is told: it is for the caller to judge
 * what that is worth.
 */
enum file_status file_read_signed(int folder, const char *name, uid_t *owner,
    char *bytes, size_t max, size_t *length, struct error *err);

/* Anything of that name is there; also when that cannot be known. */
bool file_exists(int folder, const char *name);

enum file_put {
	FILE_STORED,
	FILE_EXISTS, /* only with FILE_NEW */
	FILE_FAILED, /* with the reason; the name is as it was, or a file of
	                which nobody knows whether it will last */
};

enum file_mode {
	FILE_NEW, /* never replaces */
	FILE_REPLACE,
	/*
	 * Replaces, and syncs file and folder at once, which takes half the
	 * time: for what carries a checksum, as power lost meanwhile may
	 * leave it cut.
	 */
	FILE_REPLACE_CHECKSUMMED,
};

/* A file under another name until it is whole. */
struct draft {
	int folder;
	int fd;
	char name[FILE_NAME_MAX + 1];
	char temporary[FILE_NAME_MAX + 32];
};

/* Of its temporary: the name and the process that writes it. */
#define DRAFT_NAME_FORMAT ".%s.%lld"

/* Takes the room on the disk now, so that it is there later. */
bool draft_open(struct draft *d, int folder, const char *name,
    size_t reserve_bytes, struct error *err);

/* Writes, syncs, renames, syncs the folder; ends the draft. */
enum file_put draft_commit(struct draft *d, const void *bytes, size_t length,
    enum file_mode mode, struct error *err);

/* Draft and commit in one; the folder is left to be synced by the caller. */
enum file_put file_place(int folder, const char *name, const void *bytes,
    size_t length, enum file_mode mode, struct error *err);

/* Ends the draft without a trace. */
void draft_drop(struct draft *d);

/* Draft and commit in one. */
enum file_put file_put(int folder, const char *name, const void *bytes,
    size_t length, enum file_mode mode, struct error *err);

/* All of it, or false with errno. */
bool write_all(int fd, const void *bytes, size_t length);

#endif
