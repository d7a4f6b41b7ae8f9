/*
 * version_read.h - takes the version out of an answer.
 *
 * What is found is given as it is, blanks at its ends left out, cut where it
 * is too long; whether it is the name of a version is for others.
 */
#ifndef PROBE_VERSION_READ_H
#define PROBE_VERSION_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "probe/version_source.h"
#include "sample/sample.h"

/* Is it a JSON pointer?  Else false with the reason. */
bool version_pointer_check(const char *pointer, struct error *err);

/* The text, or whole number, at the pointer.  False: there is none. */
bool version_read_json(const char *body, size_t length, const char *pointer,
    char version[SAMPLE_VERSION_MAX]);

/* The first line that is not empty. */
bool version_read_line(
    const char *output, size_t length, char version[SAMPLE_VERSION_MAX]);

/* The bytes themselves: a label's value, say. */
bool version_read_words(
    const char *words, size_t length, char version[SAMPLE_VERSION_MAX]);

#endif
