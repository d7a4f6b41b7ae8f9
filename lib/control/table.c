#include "control/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define GAP "  "
#define NOTE_INDENT 4
#define WIDTH_MIN 40 /* narrower is not worth breaking lines for */

struct cell {
	size_t offset; /* in words */
	size_t length;
	unsigned width; /* in characters */
	enum tint tint;
	bool note;
};

struct table {
	const char *const *headings;
	size_t columns;
	unsigned widths[TABLE_COLUMNS_MAX];
	struct text words; /* of all cells, escaped */
	struct cell *cells;
	size_t count, capacity;
	size_t in_row; /* cells of the last row so far */
	size_t rows;
};

static const char *const tint_codes[] = {
	[TINT_NONE] = "",
	[TINT_GOOD] = "\033[32m",
	[TINT_BAD] = "\033[1;31m",
	[TINT_BUSY] = "\033[33m",
	[TINT_FAINT] = "\033[2m",
	[TINT_STRONG] = "\033[1m",
};

/* Characters, taking each as one column wide. */
static unsigned
width_of(const char *words, size_t length)
{
	unsigned width = 0;

	while (length > 0) {
		size_t n = utf8_length(words, length);

		n = n > 0 ? n : 1;
		words += n;
		length -= n;
		width++;
	}
	return width;
}

static void
tint_begin(struct text *out, const struct show_style *style, enum tint tint)
{
	if (style->colour)
		text_add(out, tint_codes[tint]);
}

static void
tint_end(struct text *out, const struct show_style *style, enum tint tint)
{
	if (style->colour && tint != TINT_NONE)
		text_add(out, "\033[0m");
}

struct table *
table_new(const char *const headings[])
{
	struct table *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->headings = headings;
	t->words = text_new(TABLE_BYTES_MAX);
	while (t->columns < TABLE_COLUMNS_MAX && headings[t->columns] != NULL) {
		const char *heading = headings[t->columns];

		t->widths[t->columns++] = width_of(heading, strlen(heading));
	}
	return t;
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	text_free(&t->words);
	free(t->cells);
	free(t);
}

/* NULL when memory is short: then the table is cut. */
static struct cell *
add_cell(struct table *t, const char *words, enum tint tint)
{
	struct cell *c;

	if (t->count == t->capacity) {
		size_t more = t->capacity == 0 ? 64 : t->capacity * 2;
		struct cell *cells =
		    reallocarray(t->cells, more, sizeof(*cells));

		if (cells == NULL) {
			t->words.cut = true;
			return NULL;
		}
		t->cells = cells;
		t->capacity = more;
	}
	c = &t->cells[t->count++];
	*c = (struct cell){ .offset = t->words.length, .tint = tint };
	text_add_escaped(&t->words, words, strlen(words));
	c->length = t->words.length - c->offset;
	c->width = width_of(text_str(&t->words) + c->offset, c->length);
	return c;
}

void
table_cell(struct table *t, const char *words, enum tint tint)
{
	const struct cell *c =
	    add_cell(t, words == NULL || *words == '\0' ? "-" : words, tint);

	if (c != NULL && c->width > t->widths[t->in_row])
		t->widths[t->in_row] = c->width;
	t->in_row++;
	if (t->in_row == t->columns) {
		t->in_row = 0;
		t->rows++;
	}
}

void
table_note(struct table *t, const char *words, enum tint tint)
{
	struct cell *c;

	if (words == NULL || *words == '\0')
		return;
	c = add_cell(t, words, tint);
	if (c != NULL)
		c->note = true;
}

size_t
table_rows(const struct table *t)
{
	return t->rows;
}

static void
add_padded(struct text *out, const struct show_style *style, enum tint tint,
    const char *words, size_t length, unsigned pad)
{
	tint_begin(out, style, tint);
	text_add_bytes(out, words, length);
	tint_end(out, style, tint);
	while (pad-- > 0)
		text_add_char(out, ' ');
}

static void
write_headings(
    const struct table *t, struct text *out, const struct show_style *style)
{
	for (size_t i = 0; i < t->columns; i++) {
		const char *heading = t->headings[i];
		size_t length = strlen(heading);
		bool last = i + 1 == t->columns;

		add_padded(out, style, TINT_STRONG, heading, length,
		    last ? 0 : t->widths[i] - width_of(heading, length));
		text_add(out, last ? "\n" : GAP);
	}
}

/* Breaks words that are escaped already. */
static void
wrap_escaped(struct text *out, unsigned width, unsigned indent,
    const char *words, size_t length)
{
	unsigned room = width < WIDTH_MIN ? 0 : width - indent;
	unsigned used = 0;

	while (length > 0) {
		const char *space = memchr(words, ' ', length);
		size_t n = space == NULL ? length : (size_t)(space - words);
		unsigned wide = width_of(words, n);

		if (used > 0 && room > 0 && used + 1 + wide > room) {
			text_add_char(out, '\n');
			used = 0;
		}
		if (wide > 0 && used > 0)
			text_add_char(out, ' ');
		for (unsigned i = 0; wide > 0 && used == 0 && i < indent; i++)
			text_add_char(out, ' ');
		text_add_bytes(out, words, n);
		if (wide > 0)
			used += wide + (used > 0);
		n += space != NULL;
		words += n;
		length -= n;
	}
	text_add_char(out, '\n');
}

void
table_write(
    const struct table *t, struct text *out, const struct show_style *style)
{
	size_t column = 0;

	write_headings(t, out, style);
	for (size_t i = 0; i < t->count; i++) {
		const struct cell *c = &t->cells[i];
		const char *words = text_str(&t->words) + c->offset;
		bool last = column + 1 == t->columns;

		if (c->note) {
			tint_begin(out, style, c->tint);
			wrap_escaped(
			    out, style->width, NOTE_INDENT, words, c->length);
			tint_end(out, style, c->tint);
			continue;
		}
		add_padded(out, style, c->tint, words, c->length,
		    last ? 0 : t->widths[column] - c->width);
		text_add(out, last ? "\n" : GAP);
		column = last ? 0 : column + 1;
	}
	if (!text_ok(&t->words))
		out->cut = true;
}

void
tint_add(struct text *out, const struct show_style *style, enum tint tint,
    const char *words)
{
	tint_begin(out, style, tint);
	text_add_escaped(out, words, strlen(words));
	tint_end(out, style, tint);
}

void
wrap_add(struct text *out, const struct show_style *style, unsigned indent,
    const char *words)
{
	struct text escaped = text_new(TABLE_BYTES_MAX);

	text_add_escaped(&escaped, words, strlen(words));
	wrap_escaped(
	    out, style->width, indent, text_str(&escaped), escaped.length);
	text_free(&escaped);
}
