/*
 * storage.h - what tests of the store share: a folder that goes away again,
 * and a loop that runs until an answer is there.
 */
#ifndef TESTS_DAEMON_STORAGE_H
#define TESTS_DAEMON_STORAGE_H

#include "tests/unit/test.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/loop.h"
#include "daemon/store/store.h"

#define STORAGE_WAIT_MS 20000

struct storage {
	char folder[64];
	struct loop *loop;
	struct loop_timer *deadline;
	struct store *store;
	struct error err;
	int answers; /* so many have come */
	int until;   /* the loop stops at so many */
	bool ok;     /* the last of them */
	bool late;
};

static inline int
storage_remove_one(
    const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static inline void
storage_late(void *arg)
{
	struct storage *t = arg;

	t->late = true;
	loop_stop(t->loop);
}

static inline void
storage_begin(struct storage *t)
{
	*t = (struct storage){ .folder = "/tmp/rollbackd-test-XXXXXX" };
	assert_non_null(mkdtemp(t->folder));
	t->loop = loop_new();
	assert_non_null(t->loop);
	t->deadline = loop_timer_new(t->loop, storage_late, t);
	assert_non_null(t->deadline);
}

static inline void
storage_show(void *arg, enum store_state state)
{
	struct storage *t = arg;

	if (state != STORE_OK)
		print_message("store: %s\n", store_trouble(t->store));
}

static inline bool
storage_open(struct storage *t)
{
	t->store = store_open(t->loop, t->folder, &t->err);
	if (t->store != NULL) {
		storage_show(t, store_state(t->store));
		store_on_change(t->store, storage_show, t);
	}
	return t->store != NULL;
}

static inline void
storage_close(struct storage *t)
{
	store_close(t->store);
	t->store = NULL;
}

static inline void
storage_end(struct storage *t)
{
	storage_close(t);
	loop_timer_free(t->deadline);
	loop_free(t->loop);
	nftw(t->folder, storage_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static inline void
storage_answered(struct storage *t, bool ok)
{
	t->ok = ok;
	if (++t->answers >= t->until)
		loop_stop(t->loop);
}

static inline void
storage_done(void *arg, bool ok)
{
	storage_answered(arg, ok);
}

/* Runs the loop until so many more answers are there. */
static inline void
storage_wait(struct storage *t, int count)
{
	t->until = t->answers + count;
	t->late = false;
	loop_timer_start(t->deadline, STORAGE_WAIT_MS);
	assert_true(loop_run(t->loop));
	loop_timer_stop(t->deadline);
	assert_false(t->late);
}

static inline void
storage_path(const struct storage *t, const char *name, char path[128])
{
	int n = snprintf(path, 128, "%s/%s", t->folder, name);

	assert_in_range(n, 1, 127);
}

static inline bool
storage_has(const struct storage *t, const char *name)
{
	char path[128];

	storage_path(t, name, path);
	return access(path, F_OK) == 0;
}

/* An event of a kind, with the rest made up. */
static inline struct store_event
storage_event(const char *kind, const char *service)
{
	return (struct store_event){
		.wall_ms = 1000,
		.boot_ms = 1,
		.boot_id = "boot",
		.kind = kind,
		.service = service,
		.data = "{}",
	};
}

static inline bool
storage_append(struct storage *t, const char *kind, const char *service)
{
	struct store_event e = storage_event(kind, service);

	store_append(t->store, &e, 1, NULL, 0, storage_done, t);
	storage_wait(t, 1);
	return t->ok;
}

#endif
