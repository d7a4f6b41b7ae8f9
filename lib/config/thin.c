#include "config/thin.h"

#include <stdbool.h>
#include <string.h>

#include "config/token.h"

struct thinner {
	struct token_reader in;
	char *out;
	size_t length;
	unsigned line; /* of what is written next */
};

/* Where it is, and the reader's place behind it. */
struct item {
	struct token start;
	const char *end;
	unsigned end_line;
	bool may_go; /* it has another name */
};

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

static bool
is_assignment(int kind)
{
	return kind == '=' || kind == ':';
}

static bool
is_word(const struct token *t, const char *word)
{
	return t->kind == TOKEN_WORD && t->length == strlen(word) &&
	    memcmp(t->start, word, t->length) == 0;
}

/* Copies a stretch, after as many newlines as keep it on its line. */
static void
keep(struct thinner *t, const char *from, unsigned line, const char *to,
    unsigned to_line)
{
	for (; t->line < line; t->line++)
		t->out[t->length++] = '\n';
	memcpy(t->out + t->length, from, (size_t)(to - from));
	t->length += (size_t)(to - from);
	t->line = to_line;
}

/* A plain text that is another one; in doubt it is not. */
static bool
is_other(const struct token *text, const char *wanted)
{
	size_t length = strlen(wanted);

	if (memchr(text->start, '\\', text->length) != NULL)
		return false;
	return text->length != length + 2 ||
	    memcmp(text->start + 1, wanted, length) != 0;
}

/* From behind its "{" to behind its "}".  False: it has no end. */
static bool
read_item(struct thinner *t, const char *wanted, struct item *item)
{
	struct token before = { .kind = TOKEN_NONE }, last = before, now;
	size_t depth = 1;
	bool in_name = false;

	while (depth > 0) {
		now = token_next(&t->in);
		if (now.kind == TOKEN_END || now.kind == TOKEN_UNCLOSED)
			return false;
		/* Texts that follow each other are one. */
		if (in_name && now.kind == TOKEN_STRING)
			item->may_go = false;
		in_name = depth == 1 && now.kind == TOKEN_STRING &&
		    is_assignment(last.kind) && is_word(&before, "name");
		if (in_name)
			item->may_go = is_other(&now, wanted);
		depth += is_open(now.kind);
		depth -= is_close(now.kind);
		before = last;
		last = now;
	}
	item->end = t->in.next;
	item->end_line = t->in.line;
	return true;
}

/*
 * From behind its "(" to before its ")", which it gives.  Items and commas
 * take turns, so what is written is never longer than what was read.
 */
static bool
thin_list(struct thinner *t, const char *wanted, struct token *close)
{
	bool any_kept = false, item_is_due = true, is_empty = true;

	for (;;) {
		struct item item = { .start = token_next(&t->in) };

		if (item.start.kind == ')') {
			*close = item.start;
			return is_empty || !item_is_due;
		}
		if (item.start.kind == ',' && !item_is_due) {
			item_is_due = true;
			continue;
		}
		if (item.start.kind != '{' || !item_is_due ||
		    !read_item(t, wanted, &item))
			return false;
		item_is_due = is_empty = false;
		if (item.may_go)
			continue;
		if (any_kept)
			t->out[t->length++] = ',';
		any_kept = true;
		keep(t, item.start.start, item.start.line, item.end,
		    item.end_line);
	}
}

static const char *
wanted_of(const struct token *key, struct thin_wish wish)
{
	if (is_word(key, "services"))
		return wish.service;
	if (is_word(key, "procedures"))
		return wish.procedure;
	return NULL;
}

/* False where something is not as it should be: libconfig will say so. */
static bool
thin_file(struct thinner *t, struct thin_wish wish)
{
	struct token key = { .kind = TOKEN_NONE }, last = key, now;
	struct token from = { .start = t->in.next, .line = 1 };
	size_t depth = 0;

	for (;;) {
		const char *wanted = NULL;

		now = token_next(&t->in);
		if (now.kind == TOKEN_END || now.kind == TOKEN_UNCLOSED)
			break;
		if (depth == 0 && now.kind == '(' && is_assignment(last.kind))
			wanted = wanted_of(&key, wish);
		if (wanted != NULL) {
			keep(t, from.start, from.line, t->in.next, t->in.line);
			if (!thin_list(t, wanted, &from))
				return false;
			now = from;
		} else if (is_open(now.kind))
			depth++;
		else if (is_close(now.kind) && depth-- == 0)
			return false;
		key = last;
		last = now;
	}
	keep(t, from.start, from.line, t->in.end, t->in.line);
	return now.kind == TOKEN_END;
}

size_t
thin_bytes(const char *bytes, size_t length, struct thin_wish wish, char *out)
{
	struct thinner t = {
		.in = { bytes, bytes + length, 1, 0 }, .out = out, .line = 1
	};

	if (thin_file(&t, wish))
		return t.length;
	memcpy(out, bytes, length);
	return length;
}
