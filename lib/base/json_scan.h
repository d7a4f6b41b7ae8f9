/*
 * json_scan.h - the words of JSON: numbers, strings, names of constants.
 *
 * The lower half of json_parse(); nobody else needs it.
 */
#ifndef BASE_JSON_SCAN_H
#define BASE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

#define JSON_NUMBER_MAX_BYTES 128

/* Where in a document we are. */
struct json_scan {
	const char *bytes;
	size_t length;
	size_t at;
	struct error *err;
};

struct json_scanned {
	bool is_whole;
	int64_t whole; /* the one or the other */
	double value;
	char text[JSON_NUMBER_MAX_BYTES + 1]; /* as it was written */
};

/* Sets the error to what, and where, and returns false. */
bool json_fail_at(struct json_scan *s, size_t at, const char *what);
bool json_fail(struct json_scan *s, const char *what);

/* The next byte, or -1 at the end. */
int json_peek(const struct json_scan *s);

/* Steps over the byte if it is the next one. */
bool json_take(struct json_scan *s, char c);
void json_skip_space(struct json_scan *s);

/* These step over one of its kind, or give false with the reason. */
bool json_scan_word(struct json_scan *s, const char *word);
bool json_scan_number(struct json_scan *s, struct json_scanned *n);

/* What the string says is appended to decoded. */
bool json_scan_string(struct json_scan *s, struct text *decoded);

#endif
