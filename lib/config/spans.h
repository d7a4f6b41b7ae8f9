/*
 * spans.h - spans of the week as they are written, and the time zones that
 * they name, become calendars.
 */
#ifndef CONFIG_SPANS_H
#define CONFIG_SPANS_H

#include "base/calendar.h"
#include "base/source.h"
#include "config/reader.h"

#define SPANS_ZONES_MAX 64

/* Zones that were read already; all zero in the beginning. */
struct spans_zones {
	struct {
		const char *name;
		const struct zone *zone; /* NULL: it cannot be read */
	} items[SPANS_ZONES_MAX];
	size_t count;
};

/*
 * Complains of what is no span, or names no zone that is there.  who: "rule
 * \"dead\": window", for people.
 */
void spans_read(struct reader *r, struct spans_zones *zones,
    const struct strings *texts, struct source where, const char *who,
    struct calendar *c);

#endif
