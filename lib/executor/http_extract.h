/*
 * http_extract.h - the one value of a JSON answer that a step captures.
 */
#ifndef EXECUTOR_HTTP_EXTRACT_H
#define EXECUTOR_HTTP_EXTRACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"

#define HTTP_EXTRACT_MAX_BYTES 4096

/*
 * Appends the text, number, true or false at the pointer (RFC 6901) as it
 * would be written in a command.  Refuses what is no JSON to the letter, what
 * is not there, null, objects, arrays and control characters.  The reason
 * holds nothing of the body.
 */
bool http_extract(const char *body, size_t length, const char *pointer,
    struct text *value, struct error *err);

#endif
