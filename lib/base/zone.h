/*
 * zone.h - a time zone: what the clock on the wall says, and when it is put
 * forward or back.
 *
 * From the bytes of a TZif file (RFC 8536) with its footer; who reads the
 * file is not its business.  Moments are seconds since 1970 in UTC, local
 * ones the same count as the wall clock would have it.
 */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

#define ZONE_FILE_MAX_BYTES 65536
#define ZONE_NEVER_S INT64_MAX

struct zone;

/*
 * Kept in the arena.  NULL with the reason: no such file, leap seconds
 * counted, or no memory.
 */
const struct zone *zone_parse(
    struct arena *arena, const void *bytes, size_t length, struct error *err);

/* Always there. */
const struct zone *zone_utc(void);

/* Local less UTC at that moment. */
int32_t zone_offset_s(const struct zone *z, int64_t at_s);

/* The next moment after it at which the offset may change; ZONE_NEVER_S. */
int64_t zone_change_s(const struct zone *z, int64_t at_s);

#endif
