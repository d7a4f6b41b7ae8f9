/*
 * timeline.h - what happened when, in the order of time.  Private to this
 * stage.
 */
#ifndef REPORT_TIMELINE_H
#define REPORT_TIMELINE_H

#include <stddef.h>
#include <stdint.h>

#include "report/story.h"

struct timeline_entry {
	int64_t at_ms;    /* wall clock */
	const char *what; /* "first_bad", "detected", ...: static */
	char *words;      /* a sentence, plain as it came */
};

struct timeline;

/* NULL when memory is short. */
struct timeline *timeline_new(const struct story *s);
void timeline_free(struct timeline *t);

size_t timeline_count(const struct timeline *t);
const struct timeline_entry *timeline_entry(
    const struct timeline *t, size_t index);

#endif
