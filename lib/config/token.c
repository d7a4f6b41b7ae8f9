#include "config/token.h"

#include <stdbool.h>
#include <string.h>

#define SPACE 1
#define WORD 2
#define DIGIT 4

/* clang-format off */
static const unsigned char classes[256] = {
	[' '] = SPACE, ['\t'] = SPACE, ['\r'] = SPACE, ['\n'] = SPACE,
	['\f'] = SPACE,
	['0'] = WORD | DIGIT, ['1'] = WORD | DIGIT, ['2'] = WORD | DIGIT,
	['3'] = WORD | DIGIT, ['4'] = WORD | DIGIT, ['5'] = WORD | DIGIT,
	['6'] = WORD | DIGIT, ['7'] = WORD | DIGIT, ['8'] = WORD | DIGIT,
	['9'] = WORD | DIGIT,
	['_'] = WORD, ['-'] = WORD, ['*'] = WORD,
	['A'] = WORD, ['B'] = WORD, ['C'] = WORD, ['D'] = WORD, ['E'] = WORD,
	['F'] = WORD, ['G'] = WORD, ['H'] = WORD, ['I'] = WORD, ['J'] = WORD,
	['K'] = WORD, ['L'] = WORD, ['M'] = WORD, ['N'] = WORD, ['O'] = WORD,
	['P'] = WORD, ['Q'] = WORD, ['R'] = WORD, ['S'] = WORD, ['T'] = WORD,
	['U'] = WORD, ['V'] = WORD, ['W'] = WORD, ['X'] = WORD, ['Y'] = WORD,
	['Z'] = WORD,
	['a'] = WORD, ['b'] = WORD, ['c'] = WORD, ['d'] = WORD, ['e'] = WORD,
	['f'] = WORD, ['g'] = WORD, ['h'] = WORD, ['i'] = WORD, ['j'] = WORD,
	['k'] = WORD, ['l'] = WORD, ['m'] = WORD, ['n'] = WORD, ['o'] = WORD,
	['p'] = WORD, ['q'] = WORD, ['r'] = WORD, ['s'] = WORD, ['t'] = WORD,
	['u'] = WORD, ['v'] = WORD, ['w'] = WORD, ['x'] = WORD, ['y'] = WORD,
	['z'] = WORD,
};
/* clang-format on */

static bool
is(char c, unsigned class)
{
	return (classes[(unsigned char)c] & class) != 0;
}

static bool
is_digit(char c)
{
	return is(c, DIGIT);
}

static bool
is_word(char c)
{
	return is(c, WORD);
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
	const char *end = memchr(r->next, '\n', (size_t)(r->end - r->next));

	r->next = end == NULL ? r->end : end;
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
		if (is(*r->next, SPACE))
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
