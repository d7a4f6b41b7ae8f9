/*
 * record.h - the flat files that monitor and runner speak through.
 *
 * A first line "rollbackd-KIND 1 LENGTH SHA256", then LENGTH bytes of lines
 * "name value", the value with \\, \n and \0 escaped so that any bytes fit.
 * A file that is cut, changed or longer than it says is refused whole.
 */
#ifndef EXECUTOR_RECORD_H
#define EXECUTOR_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

#define RECORD_FIELDS_MAX 512
#define RECORD_NAME_MAX 32
#define RECORD_HEADER_MAX 128

struct record_field {
	const char *name;
	const char *value; /* NUL-terminated */
	size_t length;
};

/* A parsed record; points into the bytes it was parsed from. */
struct record {
	struct record_field fields[RECORD_FIELDS_MAX];
	size_t count;
};

/*
 * Unescapes in place.  Bytes must stay as long as the record is used.  No
 * name comes twice.
 */
bool record_parse(struct record *r, const char *kind, char *bytes,
    size_t length, struct error *err);

/* NULL when it is missing. */
const struct record_field *record_field(
    const struct record *r, const char *name);

/* As a text: NULL also when the value holds a NUL. */
const char *record_get(const struct record *r, const char *name);
bool record_get_int(const struct record *r, const char *name, int64_t *value);

/* Build: fields first, then the whole file.  A value of NULL adds nothing. */
void record_add(struct text *fields, const char *name, const char *value);
void record_add_bytes(
    struct text *fields, const char *name, const char *value, size_t length);
void record_add_int(struct text *fields, const char *name, int64_t value);
void record_finish(
    struct text *file, const char *kind, const struct text *fields);

#endif
