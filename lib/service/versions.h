/*
 * versions.h - what is in place, what was before, and where to go back to.
 *
 * A plain value: copy it.
 */
#ifndef SERVICE_VERSIONS_H
#define SERVICE_VERSIONS_H

#include <stdbool.h>

#include "base/units.h"

#define VERSION_MAX (NAME_MAX_BYTES + 1)
#define VERSIONS_FAILED_MAX 4

/* Texts are "" when unknown. */
struct versions {
	char now[VERSION_MAX];
	char previous[VERSION_MAX];
	char target[VERSION_MAX];   /* where a rollback would go */
	char refused[VERSION_MAX];  /* was to be the target, but has failed */
	char verified[VERSION_MAX]; /* the newest known to be good */
	char failed[VERSIONS_FAILED_MAX][VERSION_MAX];
	unsigned failed_count; /* also those no longer remembered */
};

/*
 * A version goes out.  The target is what is said to be the previous one, or
 * else the newest verified one; never one that was rolled back, unless it has
 * been deployed again since and was good.  was_good: of what was in place, as
 * it was deployed.  NULL or "" for previous: not said.
 */
void versions_deployed(struct versions *v, const char *version,
    const char *previous, bool verified, bool was_good);

/*
 * A rollback led to now_at, which may be where it began; NULL or "": nobody
 * knows where.
 */
void versions_rolled_back(struct versions *v, const char *now_at);

#endif
