#include "config/hint.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define SHOWN_MAX 40

__attribute__((format(printf, 3, 4))) static void
note(struct hints *h, unsigned line, const char *fmt, ...)
{
	va_list ap;

	if (h->hint->line != 0)
		return;
	h->hint->line = line;
	va_start(ap, fmt);
	(void)vsnprintf(h->hint->text, sizeof(h->hint->text), fmt, ap);
	va_end(ap);
}

static int
shown(const struct token *t)
{
	return t->length > SHOWN_MAX ? SHOWN_MAX : (int)t->length;
}

static bool
is_word(const struct token *t, const char *word)
{
	return t->kind == TOKEN_WORD && t->length == strlen(word) &&
	    strncasecmp(t->start, word, t->length) == 0;
}

static bool
is_one_of(const char *kinds, int kind)
{
	return kind != TOKEN_END && strchr(kinds, kind) != NULL;
}

static char
innermost(const struct hints *h)
{
	return h->depth == 0 ? '{' : (char)h->open[h->depth - 1].kind;
}

static bool
is_scalar(int kind)
{
	return kind == TOKEN_NUMBER || kind == TOKEN_STRING ||
	    kind == TOKEN_WORD;
}

static bool
starts_value(int kind)
{
	return is_scalar(kind) || kind == '{' || kind == '[' || kind == '(';
}

static bool
ends_value(int kind)
{
	return is_scalar(kind) || kind == '}' || kind == ']' || kind == ')';
}

static void
look_at_word(struct hints *h, const struct token *t)
{
	static const char *const bools[] = { "yes", "no", "on", "off" };

	if (is_word(t, "true") || is_word(t, "false"))
		return;
	for (size_t i = 0; i < sizeof(bools) / sizeof(bools[0]); i++)
		if (is_word(t, bools[i])) {
			note(h, t->line,
			    "%.*s is no value: write true or false", shown(t),
			    t->start);
			return;
		}
	note(h, t->line, "write \"%.*s\" in double quotes", shown(t), t->start);
}

/* Digits with something glued to them: 5s, 50%, 64KiB, 10.0.0.1 */
static void
look_at_number(struct hints *h, const struct token *t)
{
	size_t digits = strspn(t->start, "+-0123456789.eExXL");
	size_t hexadecimal = 0;

	if (t->length > 2 && (t->start[1] == 'x' || t->start[1] == 'X'))
		hexadecimal =
		    2 + strspn(t->start + 2, "0123456789abcdefABCDEFL");
	if (digits < t->length && hexadecimal < t->length)
		note(h, t->line, "write \"%.*s\" in double quotes", shown(t),
		    t->start);
}

static void
look_in_group(struct hints *h, const struct token *t)
{
	const struct token *last = &h->last;

	if (last->kind == '=' && t->kind == '=')
		note(h, t->line, "one \"=\" is enough");
	else if (last->kind == '=' && (t->kind == ';' || t->kind == '}'))
		note(h, last->line, "there is no value after \"=\"");
	else if (last->kind == TOKEN_STRING && is_one_of("=:", t->kind) &&
	    h->before_last.kind != '=' && h->before_last.kind != ':')
		note(h, last->line, "write the key %.*s without quotes",
		    shown(last), last->start);
	else if (last->kind == TOKEN_WORD && starts_value(t->kind) &&
	    h->before_last.kind != '=' && h->before_last.kind != ':')
		note(h, last->line, "\"=\" is missing after %.*s", shown(last),
		    last->start);
	else if (last->kind == TOKEN_STRING && t->kind == TOKEN_WORD &&
	    memchr(last->start, '\n', last->length) != NULL)
		note(h, last->line,
		    "the text that begins here lacks its closing quote");
	else if (t->kind == '{' && (last->kind == '{' || last->kind == ';'))
		note(h, t->line,
		    "a group inside of a group needs a name: "
		    "NAME = { ... }");
}

static void
look_in_list(struct hints *h, const struct token *t)
{
	const struct token *last = &h->last;
	char open = innermost(h);

	if (last->kind == ',' && (t->kind == ']' || t->kind == ')'))
		note(h, last->line,
		    "take away the comma before the closing \"%c\"", t->kind);
	else if (t->kind == ';')
		note(h, t->line, "items are separated by commas, not by \";\"");
	else if (open == '[' && (t->kind == '{' || t->kind == '('))
		note(h, t->line,
		    "a list of groups is written ( { ... } ), not [ ... ]");
	else if (t->kind == '=')
		note(h, t->line, "a list has no keys: write ( { %.*s = ... } )",
		    shown(last), last->start);
	else if (ends_value(last->kind) && starts_value(t->kind) &&
	    !(last->kind == TOKEN_STRING && t->kind == TOKEN_STRING))
		note(h, last->line, "a comma is missing between two items");
}

static char
closing(int open)
{
	return open == '{' ? '}' : open == '[' ? ']' : ')';
}

static void
look_at_brackets(struct hints *h, const struct token *t)
{
	const struct token *open;

	if (!is_one_of("}])", t->kind) && t->kind != TOKEN_END)
		return;
	if (h->depth == 0) {
		if (t->kind != TOKEN_END)
			note(h, t->line,
			    "nothing is open that this \"%c\" "
			    "could close",
			    t->kind);
		return;
	}
	open = &h->open[h->depth - 1];
	if (t->kind == TOKEN_END)
		note(h, open->line, "the \"%c\" of this line is never closed",
		    open->kind);
	else if (t->kind != closing(open->kind))
		note(h, t->line,
		    "the \"%c\" of line %u is closed by \"%c\" here",
		    open->kind, open->line, t->kind);
}

static void
look_at_sign(struct hints *h, const struct token *t)
{
	if (t->kind == '\'')
		note(h, t->line, "texts stand in double quotes");
	else if (t->kind == '@')
		note(h, t->line, "@include is not used here");
	else if (t->kind == TOKEN_UNCLOSED && *t->start == '"')
		note(h, t->line, "the text that begins here is never closed");
}

void
hints_token(struct hints *h, const struct token *t)
{
	bool is_value =
	    h->last.kind == '=' || h->last.kind == ':' || innermost(h) != '{';

	look_at_sign(h, t);
	if (t->kind == TOKEN_NUMBER)
		look_at_number(h, t);
	if (t->kind == TOKEN_WORD && is_value)
		look_at_word(h, t);
	look_at_brackets(h, t);
	if (innermost(h) == '{')
		look_in_group(h, t);
	else
		look_in_list(h, t);
	h->before_last = h->last;
	h->last = *t;
}
