#include "config/token.h"

#include <stdbool.h>
#include <string.h>

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    is_digit(c) || c == '_' || c == '-' || c == '*';
}

static char
peek(const struct token_reader *r, size_t ahead)
{
	return (size_t)(r->end - r->next) > ahead ? r->next[ahead] : '\0';
}

static void
step(struct token_reader *r)
{
	if (*r->next == '\n')
		r->line++;
	r->next++;
}

static void
skip_line(struct token_reader *r)
{
	while (r->next < r->end && *r->next != '\n')
		r->next++;
}

/* False when it never ends. */
static bool
skip_comment(struct token_reader *r)
{
	r->comment_line = r->line;
	r->next += 2;
	while (r->next < r->end) {
		if (peek(r, 0) == '*' && peek(r, 1) == '/') {
			r->next += 2;
			return true;
		}
		step(r);
	}
	return false;
}

static bool
skip_space(struct token_reader *r)
{
	while (r->next < r->end) {
		if (strchr(" \t\r\n\f", *r->next) != NULL)
			step(r);
		else if (*r->next == '#' ||
		    (peek(r, 0) == '/' && peek(r, 1) == '/'))
			skip_line(r);
		else if (peek(r, 0) != '/' || peek(r, 1) != '*')
			return true;
		else if (!skip_comment(r))
			return false;
	}
	return true;
}

static int
read_string(struct token_reader *r)
{
	r->next++;
	while (r->next < r->end) {
		char c = *r->next;

		if (c == '"') {
			r->next++;
			return TOKEN_STRING;
		}
		if (c == '\\' && (peek(r, 1) == '"' || peek(r, 1) == '\\'))
			r->next++;
		step(r);
	}
	return TOKEN_UNCLOSED;
}

/* With whatever is glued to it: "5s" and "50%" are one slip, not two. */
static void
read_number(struct token_reader *r)
{
	char last = '\0';

	while (r->next < r->end) {
		char c = *r->next;
		bool sign = (c == '+' || c == '-') &&
		    (last == '\0' || last == 'e' || last == 'E');

		if (!is_word(c) && c != '.' && c != '%' && !sign)
			return;
		last = c;
		r->next++;
	}
}

static bool
starts_number(const struct token_reader *r)
{
	char c = peek(r, 0);
	size_t at = c == '+' || c == '-';

	if (peek(r, at) == '.')
		at++;
	return is_digit(peek(r, at));
}

struct token
token_next(struct token_reader *r)
{
	struct token t = { .kind = TOKEN_UNCLOSED, .line = r->line };

	t.start = r->next;
	if (!skip_space(r)) {
		t.line = r->comment_line;
		return t;
	}
	t.start = r->next;
	t.line = r->line;
	if (r->next >= r->end)
		t.kind = TOKEN_END;
	else if (*r->next == '"')
		t.kind = read_string(r);
	else if (starts_number(r)) {
		read_number(r);
		t.kind = TOKEN_NUMBER;
	} else if (is_word(*r->next)) {
		while (r->next < r->end && is_word(*r->next))
			r->next++;
		t.kind = TOKEN_WORD;
	} else
		t.kind = *r->next++;
	t.length = (size_t)(r->next - t.start);
	return t;
}
