/*
 * scan.h - a look at the raw bytes before libconfig sees them.
 *
 * libconfig wraps integers, turns 1e400 into infinity, ends at a NUL and
 * opens what @include names: all of that is refused here.  On the way it
 * notes what looks like the usual slips, for the case that libconfig finds a
 * syntax error and can only say "syntax error".
 */
#ifndef CONFIG_SCAN_H
#define CONFIG_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/source.h"
#include "config/complaints.h"

#define SCAN_DEPTH_MAX 32
#define HINT_TEXT_MAX 160

/* The first slip.  Only worth telling when there is a syntax error. */
struct hint {
	unsigned line; /* 0: none */
	char text[HINT_TEXT_MAX];
};

/*
 * Something ends the bytes that is no digit.  False after complaining:
 * libconfig must not see them.
 */
bool scan_bytes(const char *bytes, size_t length, struct source where,
    struct complaints *complaints, struct hint *hint);

#endif
