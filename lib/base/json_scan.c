#include "base/json_scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

bool
json_fail_at(struct json_scan *s, size_t at, const char *what)
{
	return error_set(s->err, "%s at byte %zu", what, at);
}

bool
json_fail(struct json_scan *s, const char *what)
{
	return json_fail_at(s, s->at, what);
}

int
json_peek(const struct json_scan *s)
{
	return s->at < s->length ? (unsigned char)s->bytes[s->at] : -1;
}

bool
json_take(struct json_scan *s, char c)
{
	if (json_peek(s) != c)
		return false;
	s->at++;
	return true;
}

void
json_skip_space(struct json_scan *s)
{
	while (json_take(s, ' ') || json_take(s, '\t') || json_take(s, '\n') ||
	    json_take(s, '\r'))
		;
}

bool
json_scan_word(struct json_scan *s, const char *word)
{
	size_t length = strlen(word);

	if (s->length - s->at < length ||
	    memcmp(s->bytes + s->at, word, length) != 0)
		return json_fail(s, "not a JSON value");
	s->at += length;
	return true;
}

static size_t
take_digits(struct json_scan *s)
{
	size_t start = s->at;

	while (json_peek(s) >= '0' && json_peek(s) <= '9')
		s->at++;
	return s->at - start;
}

/* "0" or digits that do not begin with it. */
static bool
take_whole(struct json_scan *s)
{
	if (json_take(s, '0'))
		return !(json_peek(s) >= '0' && json_peek(s) <= '9');
	return take_digits(s) > 0;
}

static bool
take_part(struct json_scan *s)
{
	return !json_take(s, '.') || take_digits(s) > 0;
}

static bool
take_exponent(struct json_scan *s)
{
	if (!json_take(s, 'e') && !json_take(s, 'E'))
		return true;
	if (!json_take(s, '+'))
		(void)json_take(s, '-'); /* either sign or none */
	return take_digits(s) > 0;
}

static bool
whole_fits(struct json_scanned *n)
{
	bool negative = n->text[0] == '-';

	n->whole = 0;
	for (const char *p = n->text + negative; *p != '\0'; p++) {
		int digit = *p - '0';

		if (__builtin_mul_overflow(n->whole, 10, &n->whole) ||
		    __builtin_add_overflow(
			n->whole, negative ? -digit : digit, &n->whole))
			return false;
	}
	return true;
}

/* Neither saturated nor made infinite without a word. */
static bool
number_fits(struct json_scan *s, size_t start, struct json_scanned *n)
{
	size_t length = s->at - start;

	if (length > JSON_NUMBER_MAX_BYTES)
		return json_fail_at(s, start, "number too long");
	memcpy(n->text, s->bytes + start, length);
	n->text[length] = '\0';
	if (n->is_whole)
		return whole_fits(n) ||
		    json_fail_at(s, start, "number too large");
	n->value = strtod(n->text, NULL);
	return isfinite(n->value) || json_fail_at(s, start, "number too large");
}

bool
json_scan_number(struct json_scan *s, struct json_scanned *n)
{
	size_t start = s->at;
	size_t whole_end;

	(void)json_take(s, '-'); /* or none */
	if (!take_whole(s))
		return json_fail(s, "number not as JSON has it");
	whole_end = s->at;
	if (!take_part(s) || !take_exponent(s))
		return json_fail(s, "number not as JSON has it");
	n->is_whole = s->at == whole_end;
	return number_fits(s, start, n);
}

static int
hex_value(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Four hexadecimal digits. */
static bool
read_unit(struct json_scan *s, unsigned *unit)
{
	*unit = 0;
	for (int i = 0; i < 4; i++) {
		int digit = hex_value(json_peek(s));

		if (digit < 0)
			return json_fail(
			    s, "\\u without four hexadecimal digits");
		*unit = *unit << 4 | (unsigned)digit;
		s->at++;
	}
	return true;
}

static void
add_utf8(struct text *t, unsigned c)
{
	if (c < 0x80)
		text_add_char(t, (char)c);
	else if (c < 0x800) {
		text_add_char(t, (char)(0xc0 | c >> 6));
		text_add_char(t, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		text_add_char(t, (char)(0xe0 | c >> 12));
		text_add_char(t, (char)(0x80 | (c >> 6 & 0x3f)));
		text_add_char(t, (char)(0x80 | (c & 0x3f)));
	} else {
		text_add_char(t, (char)(0xf0 | c >> 18));
		text_add_char(t, (char)(0x80 | (c >> 12 & 0x3f)));
		text_add_char(t, (char)(0x80 | (c >> 6 & 0x3f)));
		text_add_char(t, (char)(0x80 | (c & 0x3f)));
	}
}

/* What follows "\u"; surrogates must come in pairs. */
static bool
read_unicode(struct json_scan *s, struct text *decoded)
{
	size_t start = s->at - 2;
	unsigned high, low;

	if (!read_unit(s, &high))
		return false;
	if (high == 0)
		return json_fail_at(s, start, "NUL in a string");
	if (high >= 0xdc00 && high <= 0xdfff)
		return json_fail_at(s, start, "lone surrogate");
	if (high >= 0xd800 && high <= 0xdbff) {
		if (!json_take(s, '\\') || !json_take(s, 'u'))
			return json_fail_at(s, start, "lone surrogate");
		if (!read_unit(s, &low))
			return false;
		if (low < 0xdc00 || low > 0xdfff)
			return json_fail_at(s, start, "lone surrogate");
		high = 0x10000 + ((high & 0x3ff) << 10 | (low & 0x3ff));
	}
	add_utf8(decoded, high);
	return true;
}

static bool
read_escape(struct json_scan *s, struct text *decoded)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	const char *found;
	int c = json_peek(s);

	if (c == 'u') {
		s->at++;
		return read_unicode(s, decoded);
	}
	found = c > 0 ? strchr(letters, c) : NULL;
	if (found == NULL)
		return json_fail(s, "unknown escape in a string");
	s->at++;
	text_add_char(decoded, meanings[found - letters]);
	return true;
}

bool
json_scan_string(struct json_scan *s, struct text *decoded)
{
	size_t start = s->at;

	if (!json_take(s, '"'))
		return json_fail(s, "expected a string in double quotes");
	while (!json_take(s, '"')) {
		size_t n = utf8_length(s->bytes + s->at, s->length - s->at);

		if (json_peek(s) < 0)
			return json_fail_at(s, start, "string without an end");
		if (json_peek(s) < 0x20)
			return json_fail(s, "control character in a string");
		if (n == 0)
			return json_fail(s, "invalid UTF-8");
		if (json_take(s, '\\')) {
			if (!read_escape(s, decoded))
				return false;
			continue;
		}
		text_add_bytes(decoded, s->bytes + s->at, n);
		s->at += n;
	}
	return text_ok(decoded) || json_fail(s, "out of memory");
}
