/*
 * ulid.h - names for incidents and runs that sort by time and never collide.
 *
 * 48 bits of milliseconds and 80 random bits in 26 characters of Crockford's
 * base 32 (github.com/ulid/spec).
 */
#ifndef BASE_ULID_H
#define BASE_ULID_H

#include <stdbool.h>
#include <stdint.h>

#define ULID_BYTES 27 /* 26 characters and a NUL */

void ulid_make(uint64_t wall_ms, const uint8_t random[10], char id[ULID_BYTES]);
bool ulid_is_valid(const char *id);

#endif
