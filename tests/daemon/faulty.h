/*
 * faulty.h - a disk that fails when it is told to, as an SQLite VFS.
 *
 * Lies between SQLite and the file system.  Fails the n-th of the operations
 * chosen, once or from then on; and remembers, by sectors of 512 bytes, what a
 * loss of power would leave: what was synced, and of the rest as chance has
 * it.  After a failed sync the pages count as clean, as they do on Linux: a
 * later sync says yes and stores nothing.
 */
#ifndef TESTS_DAEMON_FAULTY_H
#define TESTS_DAEMON_FAULTY_H

#include "tests/unit/test.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#define FAULTY_SECTOR 512
#define FAULTY_FILE_MAX (1024 * 1024)
#define FAULTY_SECTORS (FAULTY_FILE_MAX / FAULTY_SECTOR)

enum faulty_operation {
	FAULTY_READ = 1,
	FAULTY_WRITE = 2,
	FAULTY_SYNC = 4,
	FAULTY_TRUNCATE = 8,
	FAULTY_OPEN = 16,
	FAULTY_DELETE = 32,
	FAULTY_CHANGES = FAULTY_WRITE | FAULTY_SYNC | FAULTY_TRUNCATE,
	FAULTY_ALL = 63,
};

/* What is on the platter, and what only in memory. */
struct faulty_disk {
	const char *suffix;
	char now[FAULTY_FILE_MAX];
	char stored[FAULTY_FILE_MAX];
	bool dirty[FAULTY_SECTORS];
	long now_bytes, stored_bytes;
};

struct faulty_file {
	sqlite3_file base;
	struct faulty_disk *disk; /* NULL: not remembered */
	sqlite3_file *real;
};

static struct {
	sqlite3_vfs vfs;
	sqlite3_vfs *real;
	atomic_int operations; /* which of them count */
	atomic_int until;      /* counts down; fails at 0 */
	atomic_bool for_ever;
	atomic_int error; /* 0: what fits the operation */
	atomic_int failed;
	atomic_bool remembers;
	struct faulty_disk disks[2];
} faulty = { .disks = { { .suffix = ".db" }, { .suffix = "-wal" } } };

/* The n-th from now on (1: the next one) fails. */
static inline void
faulty_arm(int operations, int n, bool for_ever, int error)
{
	faulty.failed = 0;
	faulty.for_ever = for_ever;
	faulty.error = error;
	faulty.until = n;
	faulty.operations = operations;
}

static inline void
faulty_mend(void)
{
	faulty.operations = 0;
}

static inline int
faulty_try(enum faulty_operation operation, int error)
{
	if ((faulty.operations & (int)operation) == 0)
		return SQLITE_OK;
	if (atomic_fetch_sub(&faulty.until, 1) > 1)
		return SQLITE_OK;
	if (!faulty.for_ever)
		faulty.operations = 0;
	faulty.failed++;
	return faulty.error != 0 ? faulty.error : error;
}

static inline void
faulty_note(struct faulty_disk *d, const void *data, int n, sqlite3_int64 at)
{
	if (d == NULL)
		return;
	assert_true(at + n <= FAULTY_FILE_MAX);
	memcpy(d->now + at, data, (size_t)n);
	if (at + n > d->now_bytes)
		d->now_bytes = (long)(at + n);
	for (long i = (long)at / FAULTY_SECTOR;
	     i <= (long)(at + n - 1) / FAULTY_SECTOR; i++)
		d->dirty[i] = true;
}

static inline void
faulty_note_size(struct faulty_disk *d, sqlite3_int64 size)
{
	if (d == NULL)
		return;
	if (size < d->now_bytes)
		memset(d->now + size, 0, (size_t)(d->now_bytes - size));
	d->now_bytes = (long)size;
}

/* Stored, or (failed) believed to be. */
static inline void
faulty_note_sync(struct faulty_disk *d, bool stored)
{
	if (d == NULL)
		return;
	for (long i = 0; i < FAULTY_SECTORS; i++) {
		if (d->dirty[i] && stored)
			memcpy(d->stored + i * FAULTY_SECTOR,
			    d->now + i * FAULTY_SECTOR, FAULTY_SECTOR);
		d->dirty[i] = false;
	}
	d->stored_bytes = d->now_bytes;
}

static inline sqlite3_file *
faulty_real(sqlite3_file *f)
{
	return ((struct faulty_file *)(void *)f)->real;
}

static inline struct faulty_disk *
faulty_disk(sqlite3_file *f)
{
	struct faulty_disk *d = ((struct faulty_file *)(void *)f)->disk;

	return faulty.remembers ? d : NULL;
}

static int
faulty_close(sqlite3_file *f)
{
	return faulty_real(f)->pMethods->xClose(faulty_real(f));
}

static int
faulty_read(sqlite3_file *f, void *data, int n, sqlite3_int64 at)
{
	int result = faulty_try(FAULTY_READ, SQLITE_IOERR_READ);

	if (result != SQLITE_OK)
		return result;
	return faulty_real(f)->pMethods->xRead(faulty_real(f), data, n, at);
}

static int
faulty_write(sqlite3_file *f, const void *data, int n, sqlite3_int64 at)
{
	int result = faulty_try(FAULTY_WRITE, SQLITE_IOERR_WRITE);

	if (result != SQLITE_OK)
		return result;
	faulty_note(faulty_disk(f), data, n, at);
	return faulty_real(f)->pMethods->xWrite(faulty_real(f), data, n, at);
}

static int
faulty_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	int result = faulty_try(FAULTY_TRUNCATE, SQLITE_IOERR_TRUNCATE);

	if (result != SQLITE_OK)
		return result;
	faulty_note_size(faulty_disk(f), size);
	return faulty_real(f)->pMethods->xTruncate(faulty_real(f), size);
}

static int
faulty_sync(sqlite3_file *f, int flags)
{
	int result = faulty_try(FAULTY_SYNC, SQLITE_IOERR_FSYNC);

	(void)flags; /* no real disk: that only takes time */
	faulty_note_sync(faulty_disk(f), result == SQLITE_OK);
	return result;
}

static int
faulty_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return faulty_real(f)->pMethods->xFileSize(faulty_real(f), size);
}

static int
faulty_lock(sqlite3_file *f, int level)
{
	return faulty_real(f)->pMethods->xLock(faulty_real(f), level);
}

static int
faulty_unlock(sqlite3_file *f, int level)
{
	return faulty_real(f)->pMethods->xUnlock(faulty_real(f), level);
}

static int
faulty_check_lock(sqlite3_file *f, int *locked)
{
	return faulty_real(f)->pMethods->xCheckReservedLock(
	    faulty_real(f), locked);
}

static int
faulty_control(sqlite3_file *f, int operation, void *arg)
{
	return faulty_real(f)->pMethods->xFileControl(
	    faulty_real(f), operation, arg);
}

static int
faulty_sector_size(sqlite3_file *f)
{
	(void)f;
	return FAULTY_SECTOR;
}

static int
faulty_device(sqlite3_file *f)
{
	(void)f;
	return 0; /* promises nothing: neither atomic nor in order */
}

static int
faulty_shm_map(
    sqlite3_file *f, int page, int size, int extend, void volatile **at)
{
	return faulty_real(f)->pMethods->xShmMap(
	    faulty_real(f), page, size, extend, at);
}

static int
faulty_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return faulty_real(f)->pMethods->xShmLock(
	    faulty_real(f), offset, n, flags);
}

static void
faulty_shm_barrier(sqlite3_file *f)
{
	faulty_real(f)->pMethods->xShmBarrier(faulty_real(f));
}

static int
faulty_shm_unmap(sqlite3_file *f, int delete)
{
	return faulty_real(f)->pMethods->xShmUnmap(faulty_real(f), delete);
}

static const sqlite3_io_methods faulty_methods = {
	.iVersion = 2,
	.xClose = faulty_close,
	.xRead = faulty_read,
	.xWrite = faulty_write,
	.xTruncate = faulty_truncate,
	.xSync = faulty_sync,
	.xFileSize = faulty_size,
	.xLock = faulty_lock,
	.xUnlock = faulty_unlock,
	.xCheckReservedLock = faulty_check_lock,
	.xFileControl = faulty_control,
	.xSectorSize = faulty_sector_size,
	.xDeviceCharacteristics = faulty_device,
	.xShmMap = faulty_shm_map,
	.xShmLock = faulty_shm_lock,
	.xShmBarrier = faulty_shm_barrier,
	.xShmUnmap = faulty_shm_unmap,
};

static inline struct faulty_disk *
faulty_disk_of(const char *path)
{
	size_t length = path == NULL ? 0 : strlen(path);

	for (int i = 0; i < 2; i++) {
		size_t n = strlen(faulty.disks[i].suffix);

		if (length > n &&
		    strcmp(path + length - n, faulty.disks[i].suffix) == 0)
			return &faulty.disks[i];
	}
	return NULL;
}

static int
faulty_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *f, int flags,
    int *out_flags)
{
	struct faulty_file *file = (struct faulty_file *)(void *)f;
	int result = faulty_try(FAULTY_OPEN, SQLITE_CANTOPEN);

	(void)vfs;
	file->base.pMethods = NULL;
	if (result != SQLITE_OK)
		return result;
	file->disk = faulty_disk_of(path);
	file->real = (sqlite3_file *)(void *)(file + 1);
	result =
	    faulty.real->xOpen(faulty.real, path, file->real, flags, out_flags);
	if (file->real->pMethods != NULL)
		file->base.pMethods = &faulty_methods;
	return result;
}

static int
faulty_delete(sqlite3_vfs *vfs, const char *path, int sync)
{
	struct faulty_disk *d = faulty_disk_of(path);
	int result = faulty_try(FAULTY_DELETE, SQLITE_IOERR_DELETE);

	(void)vfs;
	if (result != SQLITE_OK)
		return result;
	if (d != NULL && faulty.remembers) {
		faulty_note_size(d, 0);
		faulty_note_sync(d, true);
	}
	return faulty.real->xDelete(faulty.real, path, sync);
}

/* For every database opened from now on. */
static inline void
faulty_install(void)
{
	faulty.real = sqlite3_vfs_find(NULL);
	faulty.vfs = *faulty.real;
	faulty.vfs.zName = "faulty";
	faulty.vfs.szOsFile =
	    faulty.real->szOsFile + (int)sizeof(struct faulty_file);
	faulty.vfs.xOpen = faulty_open;
	faulty.vfs.xDelete = faulty_delete;
	assert_int_equal(sqlite3_vfs_register(&faulty.vfs, 1), SQLITE_OK);
}

/* From here on the platter is what the files in the folder are. */
static inline void
faulty_remember(const char *database)
{
	for (int i = 0; i < 2; i++) {
		struct faulty_disk *d = &faulty.disks[i];
		char path[160];
		ssize_t n = 0;
		int fd;

		(void)snprintf(path, sizeof(path), "%s%s", database,
		    i == 0 ? "" : d->suffix);
		memset(d->now, 0, sizeof(d->now));
		memset(d->dirty, 0, sizeof(d->dirty));
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0) {
			n = read(fd, d->now, sizeof(d->now));
			close(fd);
		}
		assert_in_range(n, 0, FAULTY_FILE_MAX);
		memcpy(d->stored, d->now, sizeof(d->now));
		d->now_bytes = d->stored_bytes = (long)n;
	}
	faulty.remembers = true;
}

/* Puts the platter, and some of what was not synced, in place of the files. */
static inline void
faulty_lose_power(const char *database, unsigned seed)
{
	faulty.remembers = false;
	for (int i = 0; i < 2; i++) {
		struct faulty_disk *d = &faulty.disks[i];
		long size = d->stored_bytes;
		char path[160];
		int fd;

		for (long s = 0; s < FAULTY_SECTORS; s++) {
			if (!d->dirty[s] || rand_r(&seed) % 2 == 0)
				continue;
			memcpy(d->stored + s * FAULTY_SECTOR,
			    d->now + s * FAULTY_SECTOR, FAULTY_SECTOR);
		}
		if (rand_r(&seed) % 2 == 0)
			size = d->now_bytes;
		(void)snprintf(path, sizeof(path), "%s%s", database,
		    i == 0 ? "" : d->suffix);
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		assert_true(fd >= 0);
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(
		    write(fd, d->stored, (size_t)size), (ssize_t)size);
		close(fd);
	}
}

#endif
