/*
 * users.h - does this host know these users?  Asked on a thread of its own:
 * the answer may come from a directory somewhere else.
 */
#ifndef DAEMON_USERS_H
#define DAEMON_USERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "daemon/loop.h"

#define USERS_MAX 256

struct users_asking;

/* The asking is gone.  The reason names the first that is not there. */
typedef void users_known(void *arg, bool ok, const struct error *why);

/* Copies the names.  NULL when memory is short. */
struct users_asking *users_ask(struct loop *loop, const char *const names[],
    size_t count, users_known *known, void *arg);

/* No callback comes.  NULL is allowed. */
void users_drop(struct users_asking *u);

#endif
