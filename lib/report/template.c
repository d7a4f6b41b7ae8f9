#include "report/template.h"

#include <string.h>

#include "base/utf8.h"

#define NAME_BYTES 64

/*
 * What stands next: ordinary bytes, "$${" or a name.  Gives where it goes on;
 * NULL: a "${" that is not closed, or holds what is no name.
 */
enum piece {
	PIECE_WORDS,
	PIECE_DOLLAR,
	PIECE_NAME,
};

static bool
is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

static const char *
next_piece(const char *at, enum piece *piece, char name[NAME_BYTES])
{
	size_t length = 0;

	if (strncmp(at, "$${", 3) == 0) {
		*piece = PIECE_DOLLAR;
		return at + 3;
	}
	if (strncmp(at, "${", 2) != 0) {
		*piece = PIECE_WORDS;
		return at + 1 + strcspn(at + 1, "$");
	}
	*piece = PIECE_NAME;
	at += 2;
	while (length < NAME_BYTES - 1 && is_name_char(at[length]))
		length++;
	if (length == 0 || at[length] != '}')
		return NULL;
	memcpy(name, at, length);
	name[length] = '\0';
	return at + length + 1;
}

static bool
is_one_of(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

bool
template_check(
    const char *template, const char *const *names, struct error *err)
{
	char name[NAME_BYTES];
	enum piece piece;

	while (*template != '\0') {
		const char *next = next_piece(template, &piece, name);

		if (next == NULL)
			return error_set(err,
			    "\"%.20s\": write ${NAME}, or $${ for the "
			    "characters themselves",
			    template);
		if (piece == PIECE_NAME && !is_one_of(name, names))
			return error_set(err, "there is no ${%s} here", name);
		template = next;
	}
	return true;
}

void
template_add_json(struct text *out, const char *value)
{
	static const char plain[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	size_t left = strlen(value);

	while (left > 0) {
		size_t length = utf8_length(value, left);
		unsigned char c = (unsigned char)*value;
		const char *special = strchr(plain, *value);

		if (length == 0)
			text_add(out, "\xef\xbf\xbd");
		else if (special != NULL)
			text_addf(out, "\\%c", letters[special - plain]);
		else if (c < 0x20 || c == 0x7f)
			text_addf(out, "\\u%04x", (unsigned)c);
		else
			text_add_bytes(out, value, length);
		value += length == 0 ? 1 : length;
		left -= length == 0 ? 1 : length;
	}
}

void
template_fill(struct text *out, const char *template, enum template_place place,
    template_value *value, void *arg)
{
	char name[NAME_BYTES];
	enum piece piece;

	while (*template != '\0') {
		const char *next = next_piece(template, &piece, name);
		const char *words;

		if (next == NULL)
			return;
		if (piece == PIECE_WORDS)
			text_add_bytes(
			    out, template, (size_t)(next - template));
		else if (piece == PIECE_DOLLAR)
			text_add(out, "${");
		else {
			words = value(arg, name);
			if (words != NULL && place == TEMPLATE_JSON)
				template_add_json(out, words);
			else if (words != NULL)
				text_add(out, words);
		}
		template = next;
	}
}
