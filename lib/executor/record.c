#include "executor/record.h"

#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/units.h"

#define VERSION 1

static bool
name_fits(const char *name, size_t length)
{
	return length > 0 && length <= RECORD_NAME_MAX &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == length;
}

/* In place; false for an escape that record_add_bytes() does not write. */
static bool
unescape(char *value, size_t *length)
{
	size_t to = 0;

	for (size_t from = 0; from < *length; from++) {
		char c = value[from];

		if (c == '\0')
			return false;
		if (c == '\\') {
			if (++from == *length)
				return false;
			if (value[from] == 'n')
				c = '\n';
			else if (value[from] == '0')
				c = '\0';
			else if (value[from] != '\\')
				return false;
		}
		value[to++] = c;
	}
	value[to] = '\0';
	*length = to;
	return true;
}

/* One line without its newline, which has become a NUL. */
static bool
parse_line(struct record *r, char *line, size_t length, struct error *err)
{
	struct record_field *f = &r->fields[r->count];
	char *space = memchr(line, ' ', length);

	if (space == NULL)
		return error_set(err, "a line has no value");
	*space = '\0';
	if (!name_fits(line, (size_t)(space - line)))
		return error_set(err, "a name is malformed");
	if (record_field(r, line) != NULL)
		return error_set(err, "%s stands there twice", line);
	if (r->count == RECORD_FIELDS_MAX)
		return error_set(err, "more than %d lines", RECORD_FIELDS_MAX);
	f->length = length - (size_t)(space - line) - 1;
	if (!unescape(space + 1, &f->length))
		return error_set(err, "%s is badly escaped", line);
	f->name = line;
	f->value = space + 1;
	r->count++;
	return true;
}

static bool
parse_lines(struct record *r, char *bytes, size_t length, struct error *err)
{
	while (length > 0) {
		char *end = memchr(bytes, '\n', length);
		size_t line;

		if (end == NULL)
			return error_set(err, "the last line is cut");
		line = (size_t)(end - bytes);
		*end = '\0';
		if (!parse_line(r, bytes, line, err))
			return false;
		bytes += line + 1;
		length -= line + 1;
	}
	return true;
}

/* The header that these lines must have. */
static int
header(char text[RECORD_HEADER_MAX], const char *kind, const char *lines,
    size_t length)
{
	char digest[DIGEST_TEXT_BYTES];

	digest_text(lines, length, digest);
	return snprintf(text, RECORD_HEADER_MAX, "rollbackd-%s %d %zu %s\n",
	    kind, VERSION, length, digest);
}

bool
record_parse(struct record *r, const char *kind, char *bytes, size_t length,
    struct error *err)
{
	char expected[RECORD_HEADER_MAX];
	char *end = memchr(bytes, '\n', length);
	size_t first;

	r->count = 0;
	if (end == NULL)
		return error_set(err, "it is empty or cut in its first line");
	first = (size_t)(end - bytes) + 1;
	if (header(expected, kind, end + 1, length - first) != (int)first ||
	    memcmp(expected, bytes, first) != 0)
		return error_set(
		    err, "it is no whole %s: length or checksum differ", kind);
	return parse_lines(r, end + 1, length - first, err);
}

const struct record_field *
record_field(const struct record *r, const char *name)
{
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->fields[i].name, name) == 0)
			return &r->fields[i];
	return NULL;
}

const char *
record_get(const struct record *r, const char *name)
{
	const struct record_field *f = record_field(r, name);

	if (f == NULL || strlen(f->value) != f->length)
		return NULL;
	return f->value;
}

bool
record_get_int(const struct record *r, const char *name, int64_t *value)
{
	const char *text = record_get(r, name);
	uint64_t count;
	bool negative;

	if (text == NULL)
		return false;
	negative = text[0] == '-';
	if (!count_parse(text + negative, &count) || count > INT64_MAX ||
	    (negative && count == 0))
		return false;
	*value = negative ? -(int64_t)count : (int64_t)count;
	return true;
}

void
record_add_bytes(
    struct text *fields, const char *name, const char *value, size_t length)
{
	text_add(fields, name);
	text_add_char(fields, ' ');
	for (size_t i = 0; i < length; i++) {
		if (value[i] == '\n')
			text_add(fields, "\\n");
		else if (value[i] == '\\')
			text_add(fields, "\\\\");
		else if (value[i] == '\0')
			text_add(fields, "\\0");
		else
			text_add_char(fields, value[i]);
	}
	text_add_char(fields, '\n');
}

void
record_add(struct text *fields, const char *name, const char *value)
{
	if (value != NULL)
		record_add_bytes(fields, name, value, strlen(value));
}

void
record_add_int(struct text *fields, const char *name, int64_t value)
{
	text_addf(fields, "%s %lld\n", name, (long long)value);
}

void
record_finish(struct text *file, const char *kind, const struct text *fields)
{
	char first[RECORD_HEADER_MAX];

	(void)header(first, kind, text_str(fields), fields->length);
	text_add(file, first);
	text_add_bytes(file, text_str(fields), fields->length);
	if (!text_ok(fields))
		file->cut = true;
}
