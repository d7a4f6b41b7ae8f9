/*
 * match.h - what of one configuration is still the same in another.
 *
 * Comparing ten thousand services takes longer than a loop may be kept: a
 * reload does it on the thread that reads the files, and the loop then only
 * looks up what was found.
 */
#ifndef CONFIG_MATCH_H
#define CONFIG_MATCH_H

#include "config/config.h"

#define CONFIG_MATCH_NONE SIZE_MAX

/* One service of the newer configuration. */
struct config_match {
	size_t was;   /* its place in the older one; CONFIG_MATCH_NONE: new */
	bool is_same; /* nothing of it was changed ... */
	bool needs_plans; /* ... but a procedure that its rules name was */
};

/*
 * One for each service of now, in their order; for free().  NULL: memory is
 * short.  Without an older configuration all are new.
 */
struct config_match *config_match(
    const struct config *old, const struct config *now);

#endif
