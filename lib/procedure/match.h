/*
 * match.h - does a whole text match a regular expression?
 *
 * Perl-compatible, UTF-8, anchored at both ends.  Bounded in time and memory:
 * a pattern that backtracks without end is an error, not a hang.
 */
#ifndef PROCEDURE_MATCH_H
#define PROCEDURE_MATCH_H

#include <stdbool.h>

#include "base/error.h"

/* False with the reason also when it simply does not match. */
bool match_whole(const char *pattern, const char *text, struct error *err);

/* Is the pattern one at all? */
bool match_check(const char *pattern, struct error *err);

#endif
