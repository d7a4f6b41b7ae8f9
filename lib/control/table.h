/*
 * table.h - columns for people: as wide as what is in them.
 *
 * Cells are escaped as they come in, so that nothing that a target says
 * reaches a terminal as it is.
 */
#ifndef CONTROL_TABLE_H
#define CONTROL_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

enum tint {
	TINT_NONE,
	TINT_GOOD,
	TINT_BAD,
	TINT_BUSY, /* something goes on, or waits for somebody */
	TINT_FAINT,
	TINT_STRONG,
};

struct show_style {
	bool colour;
	bool verbose;
	unsigned width; /* of the screen, in characters; 0: no limit */
};

#define TABLE_COLUMNS_MAX 12
#define TABLE_BYTES_MAX ((size_t)64 * 1024 * 1024)

struct table;

/* Headings end with NULL.  NULL when memory is short. */
struct table *table_new(const char *const headings[]);
void table_free(struct table *t);

/* The next cell; a row is full after as many as there are headings. */
void table_cell(struct table *t, const char *words, enum tint tint);

/* A line of its own below the row; "" and NULL are none. */
void table_note(struct table *t, const char *words, enum tint tint);

size_t table_rows(const struct table *t);
void table_write(
    const struct table *t, struct text *out, const struct show_style *style);

/* Words, escaped, in that tint. */
void tint_add(struct text *out, const struct show_style *style, enum tint tint,
    const char *words);

/*
 * Escaped and broken between words to fit the width, each line after so many
 * spaces; ends with a newline.
 */
void wrap_add(struct text *out, const struct show_style *style, unsigned indent,
    const char *words);

#endif
