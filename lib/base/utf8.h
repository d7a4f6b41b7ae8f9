/*
 * utf8.h - where one character of UTF-8 ends, strictly.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Bytes of the well-formed character at the start (1 to 4): no overlong
 * forms, no surrogates, nothing beyond U+10FFFF.  0: not well-formed.
 */
size_t utf8_length(const char *bytes, size_t length);

bool utf8_is_valid(const char *bytes, size_t length);

#endif
