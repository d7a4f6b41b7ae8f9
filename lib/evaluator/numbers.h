/*
 * numbers.h - a text of numbers, as people and tools write them to files.
 *
 * Numbers stand apart by blanks, tabs and line ends; # starts a comment that
 * ends with its line.  1, -1.5, .5, 5. and 1e-3 are numbers, and so are nan
 * and inf or infinity, with a sign and in capitals too.  Hexadecimal is not.
 * Does not depend on the locale, and takes no memory.
 */
#ifndef EVALUATOR_NUMBERS_H
#define EVALUATOR_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define NUMBERS_MAX 100000
#define NUMBERS_MAX_BYTES ((size_t)4 << 20)

/* Of one number. */
#define NUMBER_TEXT_MAX 100

/*
 * Up to max of them into values, which has room for so many; false with
 * "NAME:LINE: what is wrong" otherwise.
 */
bool numbers_read(const char *name, const char *bytes, size_t length,
    double *values, size_t max, size_t *count, struct error *err);

/* One number and nothing else. */
bool number_parse(const char *text, double *value);

#endif
