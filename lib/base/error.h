/*
 * error.h - why something was refused, in words for a person.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#define ERROR_TEXT_MAX 512

struct error {
	char text[ERROR_TEXT_MAX]; /* one sentence, no newline; cut if longer */
};

/* Sets the text and returns false, so that "return error_set(...)" reads. */
#include <stdbool.h>
bool error_set(struct error *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
