/*
 * calendar.h - spans of the week, by the clock on the wall: "Mon..Fri
 * 22:00-06:00 Europe/Berlin".
 *
 * A span is open while the clock of its zone shows a time within it.  One that
 * ends before it begins goes on over midnight, and belongs to the day on
 * which it began.  Where the clock is put forward over a part of it, that part
 * is never; where it is put back, it is twice.
 *
 * A plain value.  Moments are milliseconds since 1970 in UTC.
 */
#ifndef BASE_CALENDAR_H
#define BASE_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/zone.h"

#define CALENDAR_TEXT_MAX 200
#define CALENDAR_ZONE_MAX 64
#define CALENDAR_NEVER_MS INT64_MAX

struct calendar_span {
	unsigned days;     /* on which it begins; bit 0: Sunday */
	unsigned begins_s; /* of the day */
	unsigned ends_s;   /* up to a day; not after begins_s: of the next */
	const struct zone *zone;
};

/* Any of them; none: never open. */
struct calendar {
	struct calendar_span *spans;
	size_t count;
};

/*
 * "[DAYS] HH:MM-HH:MM [ZONE]" or "DAYS [ZONE]", for whole days.  DAYS: "Mon",
 * "Mon,Wed", "Fri..Mon" and what these make together.  zone_name is "" where
 * none is said; the caller finds span->zone.  False with the reason.
 */
bool calendar_parse(struct calendar_span *span, const char *text,
    char zone_name[CALENDAR_ZONE_MAX], struct error *err);

bool calendar_is_open(const struct calendar *c, int64_t at_ms);

/*
 * When it is next open: at_ms if it is; CALENDAR_NEVER_MS: not within nine
 * days, and so never but where the clock is put forward over all of it.
 */
int64_t calendar_opens_ms(const struct calendar *c, int64_t at_ms);

/* When it is next shut; the same the other way round. */
int64_t calendar_shuts_ms(const struct calendar *c, int64_t at_ms);

#endif
