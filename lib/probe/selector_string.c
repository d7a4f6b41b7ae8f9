#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "probe/selector_impl.h"

bool
selector_fail(struct reading *r, size_t at, const char *what)
{
	return error_set(r->err, "at character %zu: %s", at + 1, what);
}

static int
digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

static bool
read_digits(struct reading *r, int count, int base, uint32_t *code)
{
	*code = 0;
	for (int i = 0; i < count; i++) {
		int d = digit_value(r->text[r->at]);

		if (d >= base)
			return selector_fail(
			    r, r->at, "a digit of the escape lacks");
		*code = *code * (uint32_t)base + (uint32_t)d;
		r->at++;
	}
	return true;
}

static bool
put_code(struct reading *r, size_t at, uint32_t code)
{
	if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return selector_fail(r, at, "there is no such character");
	if (code < 0x80)
		selector_put(r, (char)code);
	else if (code < 0x800) {
		selector_put(r, (char)(0xc0 | (code >> 6)));
		selector_put(r, (char)(0x80 | (code & 0x3f)));
	} else if (code < 0x10000) {
		selector_put(r, (char)(0xe0 | (code >> 12)));
		selector_put(r, (char)(0x80 | ((code >> 6) & 0x3f)));
		selector_put(r, (char)(0x80 | (code & 0x3f)));
	} else {
		selector_put(r, (char)(0xf0 | (code >> 18)));
		selector_put(r, (char)(0x80 | ((code >> 12) & 0x3f)));
		selector_put(r, (char)(0x80 | ((code >> 6) & 0x3f)));
		selector_put(r, (char)(0x80 | (code & 0x3f)));
	}
	return true;
}

static bool
read_number_escape(struct reading *r, size_t at, char kind)
{
	uint32_t code;

	if (kind >= '0' && kind <= '7') {
		r->at--;
		if (!read_digits(r, 3, 8, &code))
			return false;
		if (code > 0xff)
			return selector_fail(
			    r, at, "an octal escape is at most \\377");
		selector_put(r, (char)code);
		return true;
	}
	if (kind == 'x') {
		if (!read_digits(r, 2, 16, &code))
			return false;
		selector_put(r, (char)code);
		return true;
	}
	return read_digits(r, kind == 'u' ? 4 : 8, 16, &code) &&
	    put_code(r, at, code);
}

/* Behind the backslash. */
static bool
read_escape(struct reading *r, char quote)
{
	static const char from[] = "abfnrtv\\";
	static const char to[] = "\a\b\f\n\r\t\v\\";
	size_t at = r->at - 1;
	char c = r->text[r->at];
	const char *found = c == '\0' ? NULL : strchr(from, c);

	if (c == '\0')
		return selector_fail(r, at, "the string does not end");
	r->at++;
	if (found != NULL)
		selector_put(r, to[found - from]);
	else if (c == quote)
		selector_put(r, c);
	else if ((c >= '0' && c <= '7') || c == 'x' || c == 'u' || c == 'U')
		return read_number_escape(r, at, c);
	else
		return selector_fail(r, at, "there is no such escape");
	return true;
}

bool
selector_read_string(struct reading *r, struct metric_slice *value)
{
	size_t opened = r->at, start = r->used;
	char quote = r->text[r->at];

	if (!selector_is_quote(quote))
		return selector_fail(
		    r, r->at, "a string in quotes is expected");
	r->at++;
	while (r->text[r->at] != quote) {
		char c = r->text[r->at];

		if (c == '\0' || (c == '\n' && quote != '`'))
			return selector_fail(
			    r, opened, "the string does not end");
		r->at++;
		if (c != '\\' || quote == '`')
			selector_put(r, c);
		else if (!read_escape(r, quote))
			return false;
	}
	r->at++;
	*value = selector_slice(r, start);
	selector_put(r, '\0');
	if (!utf8_is_valid(value->bytes, value->length))
		return selector_fail(r, opened, "the string is not UTF-8");
	return true;
}
