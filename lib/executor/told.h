/*
 * told.h - how the steps ended that the monitor does itself, in their order:
 * "2=done,5=timed_out,5=done".  A number is that of a step in the plan, and
 * comes once an attempt.
 *
 * The runner has no claim of such a step and must be told.  What it was told
 * once stands: a later list of the same run begins with it.
 */
#ifndef EXECUTOR_TOLD_H
#define EXECUTOR_TOLD_H

#include <stdbool.h>
#include <stddef.h>

#define TOLD_MAX_BYTES 2048
#define TOLD_WORD_MAX 15
#define TOLD_ENTRY_MAX (sizeof("255=,") - 1 + TOLD_WORD_MAX)

struct told_step {
	unsigned step;
	char outcome[TOLD_WORD_MAX + 1];
};

/* Neither empty nor too long, and each entry as it should be. */
bool told_is_valid(const char *list);

/*
 * The first entry; *list is what follows then.  False, and nothing changes,
 * where there is none.
 */
bool told_take(const char **list, struct told_step *entry);

/* False: there is no room, and nothing was added. */
bool told_add(
    char list[TOLD_MAX_BYTES + 1], unsigned step, const char *outcome);

/* Does a list begin with all of another one?  NULL is an empty one. */
bool told_goes_on(const char *list, const char *before);

#endif
