/*
 * pattern.h - a regular expression that cannot take for ever.
 *
 * PCRE2 over bytes.  The pattern is the operator's, the text comes from the
 * target: whatever the two make of each other, a search ends after
 * PATTERN_STEPS_MAX steps, some tens of milliseconds.
 */
#ifndef PROBE_PATTERN_H
#define PROBE_PATTERN_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define PATTERN_BYTES_MAX 1024
#define PATTERN_STEPS_MAX 500000

struct pattern;

enum pattern_result {
	PATTERN_FOUND,
	PATTERN_NOT_FOUND,
	PATTERN_GAVE_UP, /* too many steps, or memory is short: not known */
};

/* Takes the memory that a search needs.  NULL with the reason. */
struct pattern *pattern_new(const char *regex, struct error *err);

enum pattern_result pattern_search(
    const struct pattern *p, const char *bytes, size_t length);

/*
 * The same for one of many searches that may take only so many steps in all;
 * what it took is taken off.
 */
enum pattern_result pattern_search_within(const struct pattern *p,
    const char *bytes, size_t length, int64_t *steps_left);

/* NULL is allowed. */
void pattern_free(struct pattern *p);

#endif
