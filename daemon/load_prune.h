/*
 * load_prune.h - lets go of old copies of the configuration.
 */
#ifndef DAEMON_LOAD_PRUNE_H
#define DAEMON_LOAD_PRUNE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"

#define COPIES_KEPT 4 /* besides those in use, for people to compare */

struct digests {
	size_t count;
	char items[][DIGEST_TEXT_BYTES];
};

/*
 * Removes all copies in the folder but those in use and the newest few of the
 * others.  Blocks; not to be called while a copy is being made.
 */
void load_prune(const char *folder, const struct digests *in_use);

#endif
