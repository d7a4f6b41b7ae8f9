#include "executor/secrets.h"

#include <stdlib.h>
#include <string.h>

#include "base/bug.h"

/* Of a secret that is cut, so many bytes are more than a coincidence. */
#define CUT_LEAST_BYTES 4
#define DECIMAL 10
#define HEXADECIMAL 16
#define HEX_DIGITS 2
#define NUMBER_DIGITS_MAX 6

struct spelling {
	const char *escape;
	char byte;
};

/* clang-format off */
static const struct spelling spellings[] = {
	{ "\\\"", '"' }, { "\\\\", '\\' }, { "\\/", '/' }, { "\\'", '\'' },
	{ "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' },
	{ "&apos;", '\'' },
};

/* A number between a prefix and a suffix. */
static const struct form {
	const char *prefix, *suffix;
	int base;
	size_t digits; /* exactly; 0: until the suffix */
} forms[] = {
	{ "%", "", HEXADECIMAL, HEX_DIGITS },
	{ "\\u00", "", HEXADECIMAL, HEX_DIGITS },
	{ "\\x", "", HEXADECIMAL, HEX_DIGITS },
	{ "&#x", ";", HEXADECIMAL, 0 },
	{ "&#", ";", DECIMAL, 0 },
};
/* clang-format on */

static bool
begins_with(const char *at, const char *end, const char *words)
{
	size_t length = strlen(words);

	return (size_t)(end - at) >= length && memcmp(at, words, length) == 0;
}

/* How long it is, this byte as a number; 0: it is something else. */
static size_t
number_length(const char *at, const char *end, const struct form *f, char byte)
{
	char digits[NUMBER_DIGITS_MAX + 1] = "", *stop;
	size_t prefix = strlen(f->prefix), length = f->digits;

	if (!begins_with(at, end, f->prefix))
		return 0;
	at += prefix;
	if (length == 0)
		while (length < NUMBER_DIGITS_MAX && at + length < end &&
		    at[length] != *f->suffix)
			length++;
	if (length == 0 || (size_t)(end - at) < length)
		return 0;
	memcpy(digits, at, length);
	if (strtol(digits, &stop, f->base) != (unsigned char)byte ||
	    *stop != '\0' || !begins_with(at + length, end, f->suffix))
		return 0;
	return prefix + length + strlen(f->suffix);
}

/* How long it is, this byte in some other spelling; 0: it is none. */
static size_t
escape_length(const char *at, const char *end, char byte)
{
	if (byte == ' ' && *at == '+')
		return 1;
	if (strchr("%\\&", *at) == NULL)
		return 0;
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++)
		if (spellings[i].byte == byte &&
		    begins_with(at, end, spellings[i].escape))
			return strlen(spellings[i].escape);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		size_t length = number_length(at, end, &forms[i], byte);

		if (length > 0)
			return length;
	}
	return 0;
}

/* How many bytes from here on are the secret; 0: none. */
static size_t
match(const char *from, const char *end, const char *secret, bool escaped)
{
	const char *at = from;

	for (size_t i = 0; secret[i] != '\0'; i++) {
		size_t length = 0;

		if (at == end)
			return i >= CUT_LEAST_BYTES ? (size_t)(at - from) : 0;
		if (escaped)
			length = escape_length(at, end, secret[i]);
		if (length == 0 && *at == secret[i])
			length = 1;
		if (length == 0) {
			/* It may be an escape that is cut. */
			bool is_cut = i >= CUT_LEAST_BYTES &&
			    end - at <= NUMBER_DIGITS_MAX &&
			    strchr("%\\&", *at) != NULL;

			return is_cut ? (size_t)(end - from) : 0;
		}
		at += length;
	}
	return (size_t)(at - from);
}

static size_t
longest(const struct secrets *s, const char *from, const char *end)
{
	size_t most = 0;

	if (BUG(SHOW_SECRETS))
		return 0;
	for (size_t i = 0; i < s->count; i++)
		for (int escaped = 0; escaped <= 1; escaped++) {
			size_t length =
			    match(from, end, s->items[i], escaped == 1);

			most = length > most ? length : most;
		}
	return most;
}

/* Public functions */

bool
secrets_add(struct secrets *s, const char *secret)
{
	if (*secret == '\0')
		return true;
	if (s->count == SECRETS_MAX)
		return false;
	s->items[s->count] = strdup(secret);
	if (s->items[s->count] == NULL)
		return false;
	s->count++;
	return true;
}

bool
secrets_are_within(const struct secrets *s, const char *bytes, size_t length)
{
	const char *end = bytes + length;

	for (const char *at = bytes; at < end; at++)
		if (longest(s, at, end) > 0)
			return true;
	return false;
}

void
secrets_mask(
    const struct secrets *s, const char *bytes, size_t length, struct text *out)
{
	const char *end = bytes + length, *plain = bytes, *at = bytes;

	while (at < end) {
		size_t masked = longest(s, at, end);

		if (masked == 0) {
			at++;
			continue;
		}
		text_add_bytes(out, plain, (size_t)(at - plain));
		text_add(out, SECRETS_MASK);
		at += masked;
		plain = at;
	}
	text_add_bytes(out, plain, (size_t)(end - plain));
}

void
secrets_clear(struct secrets *s)
{
	for (size_t i = 0; i < s->count; i++) {
		explicit_bzero(s->items[i], strlen(s->items[i]));
		free(s->items[i]);
	}
	*s = (struct secrets){ .count = 0 };
}
