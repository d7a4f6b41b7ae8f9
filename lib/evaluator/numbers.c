#include "evaluator/numbers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Of what is wrong, shown to a person. */
#define SHOWN_MAX 32

static size_t
digits_at(const char *text)
{
	return strspn(text, "0123456789");
}

/* [+-] digits [. digits] [e [+-] digits], with a digit before the e. */
static bool
is_decimal(const char *text)
{
	size_t whole, fraction = 0;

	text += *text == '+' || *text == '-';
	whole = digits_at(text);
	text += whole;
	if (*text == '.') {
		fraction = digits_at(text + 1);
		text += 1 + fraction;
	}
	if (whole + fraction == 0)
		return false;
	if (*text == 'e' || *text == 'E') {
		text++;
		text += *text == '+' || *text == '-';
		if (digits_at(text) == 0)
			return false;
		text += digits_at(text);
	}
	return *text == '\0';
}

static bool
parse_word(const char *text, double *value)
{
	const char *word = text + (*text == '+' || *text == '-');

	if (strcasecmp(word, "nan") == 0) {
		*value = (double)NAN;
		return true;
	}
	if (strcasecmp(word, "inf") != 0 && strcasecmp(word, "infinity") != 0)
		return false;
	*value = *text == '-' ? -(double)INFINITY : (double)INFINITY;
	return true;
}

bool
number_parse(const char *text, double *value)
{
	if (!is_decimal(text))
		return parse_word(text, value);
	*value = strtod(text, NULL);
	return isfinite(*value);
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct reader {
	const char *name;
	const char *at, *end;
	size_t line;
};

/* Up to the next number; false at the end. */
static bool
skip(struct reader *r)
{
	bool in_comment = false;

	for (; r->at < r->end; r->at++) {
		if (*r->at == '\n') {
			r->line++;
			in_comment = false;
		} else if (*r->at == '#')
			in_comment = true;
		else if (!in_comment && !is_space(*r->at))
			return true;
	}
	return false;
}

static bool
read_number(struct reader *r, double *value, struct error *err)
{
	const char *start = r->at;
	char text[NUMBER_TEXT_MAX + 1];
	size_t length;

	while (r->at < r->end && !is_space(*r->at) && *r->at != '#')
		r->at++;
	length = (size_t)(r->at - start);
	if (length > NUMBER_TEXT_MAX)
		return error_set(err,
		    "%s:%zu: \"%.*s...\" is longer than %d characters", r->name,
		    r->line, SHOWN_MAX, start, NUMBER_TEXT_MAX);
	memcpy(text, start, length);
	text[length] = '\0';
	if (memchr(text, '\0', length) != NULL)
		return error_set(
		    err, "%s:%zu: a NUL byte is no text", r->name, r->line);
	if (number_parse(text, value))
		return true;
	return error_set(err, "%s:%zu: \"%.*s%s\" %s", r->name, r->line,
	    SHOWN_MAX, text, length > SHOWN_MAX ? "..." : "",
	    is_decimal(text) ? "is too large" : "is not a number");
}

bool
numbers_read(const char *name, const char *bytes, size_t length, double *values,
    size_t max, size_t *count, struct error *err)
{
	struct reader r = { name, bytes, bytes + length, 1 };

	*count = 0;
	while (skip(&r)) {
		double value;

		if (!read_number(&r, &value, err))
			return false;
		if (*count == max)
			return error_set(err, "%s:%zu: more than %zu numbers",
			    name, r.line, max);
		values[(*count)++] = value;
	}
	return true;
}
