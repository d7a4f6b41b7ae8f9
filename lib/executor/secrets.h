/*
 * secrets.h - what must not be shown, and texts made safe of it.
 *
 * A program that sends a password may get it back in the answer, as it was or
 * written in the way of JSON, of a URL or of HTML.  All that it shows passes
 * through here first.
 */
#ifndef EXECUTOR_SECRETS_H
#define EXECUTOR_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

#define SECRETS_MAX 24
#define SECRETS_MASK "***"

struct secrets {
	char *items[SECRETS_MAX];
	size_t count;
};

/* Copies it; "" adds nothing.  False: too many, or no memory. */
bool secrets_add(struct secrets *s, const char *secret);

/* Is there one of them in these bytes? */
bool secrets_are_within(
    const struct secrets *s, const char *bytes, size_t length);

/*
 * Appends the bytes with SECRETS_MASK in the place of each of them, and of the
 * beginning of one that is cut by the end.
 */
void secrets_mask(const struct secrets *s, const char *bytes, size_t length,
    struct text *out);

/* Wipes them. */
void secrets_clear(struct secrets *s);

#endif
