#include "config/scan.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "config/hint.h"
#include "config/token.h"

#define INCLUDE "@include"
#define INCLUDE_ADVICE                                               \
	"@include is not used here; name folders in the main file: " \
	"include = [ \"services.d\" ]"
#define SHOWN_DIGITS_MAX 40

static void
refuse(
    struct complaints *c, struct source where, unsigned line, const char *words)
{
	where.line = line;
	complain(c, COMPLAINT_ERROR, where, "%s", words);
}

static unsigned
line_at(const char *bytes, const char *at)
{
	unsigned line = 1;

	for (; bytes < at; bytes++)
		line += *bytes == '\n';
	return line;
}

static bool
check_bytes(
    const char *bytes, size_t length, struct source where, struct complaints *c)
{
	const char *nul = memchr(bytes, '\0', length);
	size_t at = 0, n = 1;

	if (nul != NULL) {
		refuse(c, where, line_at(bytes, nul),
		    "holds a NUL byte: this is not a text file, or it is "
		    "damaged");
		return false;
	}
	while (at < length) {
		if ((unsigned char)bytes[at] < 0x80) {
			at++;
			continue;
		}
		n = utf8_length(bytes + at, length - at);
		if (n == 0)
			break;
		at += n;
	}
	if (at == length)
		return true;
	refuse(c, where, line_at(bytes, bytes + at),
	    "is not valid UTF-8; convert the file, for example with iconv");
	return false;
}

/*
 * Looks at lines, not at tokens: whatever the two of us think of comments
 * and quotes, libconfig only obeys an include at the start of a line.
 */
static bool
check_includes(const char *bytes, const char *end, struct source where,
    struct complaints *c)
{
	unsigned line = 1;
	bool good = true;

	while (bytes < end) {
		const char *stop = memchr(bytes, '\n', (size_t)(end - bytes));

		if (stop == NULL)
			stop = end;
		while (bytes < stop && (*bytes == ' ' || *bytes == '\t'))
			bytes++;
		if ((size_t)(stop - bytes) >= strlen(INCLUDE) &&
		    memcmp(bytes, INCLUDE, strlen(INCLUDE)) == 0) {
			refuse(c, where, line, INCLUDE_ADVICE);
			good = false;
		}
		bytes = stop + 1;
		line++;
	}
	return good;
}

static bool
is_hexadecimal(const struct token *t)
{
	return t->length > 2 && t->start[0] == '0' &&
	    (t->start[1] == 'x' || t->start[1] == 'X');
}

static bool
is_float(const struct token *t)
{
	return memchr(t->start, '.', t->length) != NULL ||
	    (!is_hexadecimal(t) &&
		(memchr(t->start, 'e', t->length) != NULL ||
		    memchr(t->start, 'E', t->length) != NULL));
}

/* False when libconfig would make another number of it. */
static bool
number_fits(const struct token *t)
{
	bool is_long = t->start[t->length - 1] == 'L';
	long long value;

	if (is_float(t))
		return isfinite(strtod(t->start, NULL));
	errno = 0;
	value = strtoll(t->start, NULL, is_hexadecimal(t) ? 16 : 10);
	if (errno == ERANGE)
		return false;
	return is_long || (value >= INT32_MIN && value <= INT32_MAX);
}

static bool
has_escaped_nul(const struct token *t)
{
	if (memchr(t->start, '\\', t->length) == NULL)
		return false;
	for (size_t i = 0; i + 3 < t->length; i++) {
		if (t->start[i] != '\\')
			continue;
		if (memcmp(t->start + i, "\\x00", 4) == 0)
			return true;
		i++;
	}
	return false;
}

static bool
check_token(const struct token *t, struct source where, struct complaints *c)
{
	int length =
	    t->length > SHOWN_DIGITS_MAX ? SHOWN_DIGITS_MAX : (int)t->length;

	where.line = t->line;
	if (t->kind == TOKEN_NUMBER && !number_fits(t)) {
		complain(c, COMPLAINT_ERROR, where,
		    "the number %.*s does not fit: %s", length, t->start,
		    is_float(t) ? "it is beyond all that can be kept" :
				  "whole numbers go up to 2147483647");
		return false;
	}
	if (t->kind == TOKEN_STRING && has_escaped_nul(t)) {
		complain(c, COMPLAINT_ERROR, where,
		    "\\x00 would end the text; there is no way to write it");
		return false;
	}
	return true;
}

static bool
is_open(int kind)
{
	return kind == '{' || kind == '[' || kind == '(';
}

static bool
is_close(int kind)
{
	return kind == '}' || kind == ']' || kind == ')';
}

bool
scan_bytes(const char *bytes, size_t length, struct source where,
    struct complaints *c, struct hint *hint)
{
	struct token_reader r = { bytes, bytes + length, 1, 0 };
	struct hints hints = { .hint = hint, .last.kind = TOKEN_NONE };
	bool good = true;
	struct token t;

	if (!check_bytes(bytes, length, where, c) ||
	    !check_includes(bytes, bytes + length, where, c))
		return false;
	do {
		t = token_next(&r);
		good = check_token(&t, where, c) && good;
		hints_token(&hints, &t);
		if (is_open(t.kind) && hints.depth == SCAN_DEPTH_MAX) {
			refuse(c, where, t.line,
			    "more than 32 brackets inside of each other");
			return false;
		}
		if (is_open(t.kind))
			hints.open[hints.depth++] = t;
		else if (is_close(t.kind) && hints.depth > 0)
			hints.depth--;
	} while (t.kind != TOKEN_END && t.kind != TOKEN_UNCLOSED);
	if (t.kind == TOKEN_UNCLOSED && *t.start != '"') {
		/* libconfig would pass the rest of the file over in silence. */
		refuse(c, where, t.line,
		    "the comment that begins here is "
		    "never closed");
		return false;
	}
	return good;
}
