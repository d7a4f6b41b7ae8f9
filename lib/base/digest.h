/*
 * digest.h - SHA-256 as text, for checksums and for "is it still the same".
 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_TEXT_BYTES 65 /* 64 hexadecimal digits and a NUL */

void digest_text(
    const void *bytes, size_t length, char digest[DIGEST_TEXT_BYTES]);

/* As digest_text() writes it. */
bool digest_text_is_valid(const char *text);

/*
 * Where in [0, 1) a name falls: evenly spread, and the same on every host and
 * whatever else there is.
 */
double digest_fraction(const char *name);

#endif
