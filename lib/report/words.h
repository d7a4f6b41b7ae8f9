/*
 * words.h - moments, spans and numbers as a report says them.
 *
 * Functions of their arguments alone: no locale, no time zone, no clock.
 */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* A moment or span that nobody told. */
#define UNKNOWN_MS INT64_MIN

/* "2026-11-22T17:03:05.120Z"; "unknown" beyond the years 0 to 9999. */
#define MOMENT_TEXT_MAX 32
const char *moment_text(int64_t wall_ms, char buffer[MOMENT_TEXT_MAX]);

/* The same with a space and "UTC" left to the head of the column. */
const char *moment_text_short(int64_t wall_ms, char buffer[MOMENT_TEXT_MAX]);

/* "0.040 s", "4 min 05 s", "2 h 05 min", "3 d 04 h"; "unknown". */
#define SPAN_TEXT_MAX 48
const char *span_text(int64_t ms, char buffer[SPAN_TEXT_MAX]);

/* to - from, or UNKNOWN_MS when either is not known. */
int64_t span_ms(int64_t from_ms, int64_t to_ms);

/* "not_recovered" becomes "not recovered". */
void words_add(struct text *out, const char *word);

#endif
