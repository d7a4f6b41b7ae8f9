/*
 * who.h - users of this host, by name or number, and what a program needs to
 * become one of them.
 */
#ifndef DAEMON_STEP_WHO_H
#define DAEMON_STEP_WHO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/strings.h"

#define WHO_GROUPS_MAX 65536 /* NGROUPS_MAX of the kernel */

struct who {
	uid_t uid;
	gid_t gid;
	char *name;
	char *home;
	char *shell;
	gid_t *groups; /* all of them, the first one too */
	size_t group_count;
};

/* Refuses one that is not there, with the reason.  who_clear() in any case. */
bool who_named(struct who *w, const char *name, struct error *err);
bool who_numbered(struct who *w, uid_t uid, struct error *err);
void who_clear(struct who *w);

/* Is one of the user's groups among those of these names? */
bool who_is_in(const struct who *w, const struct strings *group_names);

/*
 * Makes this process that user for good: groups, ids, and no capability left
 * for any but root.  False with errno.
 */
bool who_become(const struct who *w);

#endif
