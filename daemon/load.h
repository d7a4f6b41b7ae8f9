/*
 * load.h - reads a configuration off the loop: files, groups, and the copy
 * that is kept of what is good.
 */
#ifndef DAEMON_LOAD_H
#define DAEMON_LOAD_H

#include <stdbool.h>

#include "base/error.h"
#include "config/complaints.h"
#include "config/config.h"
#include "config/match.h"
#include "daemon/control.h"
#include "daemon/load_prune.h"
#include "daemon/loop.h"

#define ROLE_GROUPS_MAX 64

/* Everything that a new configuration needs and may block. */
struct loaded {
	struct config *config; /* NULL: see complaints */
	struct complaints *complaints;
	gid_t gids[ROLE_COUNT][ROLE_GROUPS_MAX];
	struct control_roles_gids roles; /* points into gids */
	gid_t socket_group;              /* CONTROL_NO_GROUP: none */
	struct config_match *matches;    /* NULL: it was compared with none */
	bool is_kept;                    /* the copy was written ... */
	struct error trouble;            /* ... or why not */
};

/* Blocks.  NULL when memory is short. */
struct loaded *load_read(const char *path);

/*
 * The same on a thread, which is waited for: what it takes of memory is a
 * piece of its own, and leaves no gaps between what stays.
 */
struct loaded *load_read_apart(const char *path);

/*
 * Keeps a copy of the files under STATE/config/DIGEST and makes it the one
 * to fall back on.  Blocks.
 */
void load_keep(struct loaded *l);

/* Path of the main file of the copy to fall back on; false: there is none. */
bool load_last_good(const char *state_directory, char *path, size_t size);

typedef void load_done(void *arg, struct loaded *l);

/*
 * Reads and, when it is good, keeps; on a thread of its own.  Copies that are
 * old and not in use are let go; takes in_use, NULL: all are kept.  What it
 * reads is compared with now, which must live until done.  done, from the
 * loop, owns the result; NULL when memory is short.  False: no thread.
 */
bool load_start(struct loop *loop, const char *path, struct digests *in_use,
    const struct config *now, load_done *done, void *arg);

void load_free(struct loaded *l);

#endif
