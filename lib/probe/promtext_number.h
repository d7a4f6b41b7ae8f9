/*
 * promtext_number.h - numbers of exposition pages, whatever the locale.
 *
 * What Go's ParseFloat() takes but for hexadecimal and underscores, as the
 * Prometheus server has it: decimals, "inf", "infinity" and "nan" in any case;
 * no number whose size is beyond double.  Rounded exactly.
 *
 * Each begins at a byte, ends before the first that cannot belong to it, and
 * needs a byte at end that belongs to no number (a line feed, say).
 */
#ifndef PROBE_PROMTEXT_NUMBER_H
#define PROBE_PROMTEXT_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A number is at most so long. */
#define PROMTEXT_NUMBER_BYTES_MAX 512

/* Where the number ends; NULL: there is none, it is too large or too long. */
const char *promtext_number(const char *at, const char *end, double *value);

/* The same of a number that nobody wants to know. */
const char *promtext_number_end(const char *at, const char *end);

/* The same, and it must be neither infinite nor NaN: seconds to ms. */
const char *promtext_seconds(const char *at, const char *end, int64_t *ms);

/* As exact as there is, of what promtext_number() took; ends in a NUL. */
long double promtext_long_number(const char *text);

/* A whole number with or without a sign. */
const char *promtext_whole(const char *at, const char *end, int64_t *value);

#endif
