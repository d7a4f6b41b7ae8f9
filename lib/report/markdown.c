#include "report/markdown.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"

#define FENCE_MIN 3
#define OTHER_MAX 16

/* What would mean something to Markdown inside of a line. */
#define SPECIAL "\\`*[]<>|~&#@$"

static uint32_t
decode(const char *bytes, size_t n)
{
	static const unsigned char mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c = (unsigned char)bytes[0] & mask[n];

	for (size_t i = 1; i < n; i++)
		c = c << 6 | ((unsigned char)bytes[i] & 0x3f);
	return c;
}

/* Controls, and what hides or turns around: zero width, bidi, line ends. */
static bool
is_plain(uint32_t c)
{
	return c >= 0x20 && !(c >= 0x7f && c < 0xa0) && c != 0xad &&
	    c != 0x061c && !(c >= 0x200b && c <= 0x200f) &&
	    !(c >= 0x2028 && c <= 0x202e) && !(c >= 0x2060 && c <= 0x206f) &&
	    c != 0xfeff && !(c >= 0xe0000 && c <= 0xe007f);
}

/*
 * Bytes of the next character, and how it is shown: itself, or spelt out in
 * "other".  In a block, line ends and tabs stay.
 */
static size_t
next_char(const char *s, size_t left, char other[OTHER_MAX], const char **shown)
{
	size_t n = utf8_length(s, left);
	uint32_t c = n > 0 ? decode(s, n) : 0;

	*shown = NULL;
	if (n > 0 && is_plain(c))
		return n;
	if (n > 1)
		(void)snprintf(other, OTHER_MAX, "\\u{%04x}", c);
	else if (*s == '\n' || *s == '\t')
		(void)snprintf(other, OTHER_MAX, *s == '\n' ? "\\n" : "\\t");
	else
		(void)snprintf(other, OTHER_MAX, "\\x%02x", (unsigned char)*s);
	*shown = other;
	return n > 0 ? n : 1;
}

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

/* Also breaks what would become a link by itself: "http:", "www.". */
static bool
is_special(const char *all, size_t at, size_t length)
{
	char c = all[at];

	if (strchr(SPECIAL, c) != NULL)
		return true;
	if (c == '_')
		return at == 0 || at + 1 == length || !is_alnum(all[at - 1]) ||
		    !is_alnum(all[at + 1]);
	if (c == ':')
		return at + 1 < length && all[at + 1] == '/';
	return c == '.' && at >= 3 && strncasecmp(all + at - 3, "www", 3) == 0;
}

static size_t
shown_length(const char *words, const char **dots)
{
	size_t length = strlen(words);

	*dots = "";
	if (length <= MARKDOWN_WORDS_MAX)
		return length;
	*dots = "...";
	return MARKDOWN_WORDS_MAX;
}

void
markdown_words(struct text *out, const char *words)
{
	const char *dots, *shown;
	size_t length;
	char other[OTHER_MAX];

	if (words == NULL)
		words = "unknown";
	length = shown_length(words, &dots);
	for (size_t at = 0; at < length;) {
		size_t n = next_char(words + at, length - at, other, &shown);

		if (shown != NULL) {
			/* It begins with a backslash, which must show. */
			text_add_char(out, '\\');
			text_add(out, shown);
		} else {
			if (n == 1 && is_special(words, at, length))
				text_add_char(out, '\\');
			text_add_bytes(out, words + at, n);
		}
		at += n;
	}
	text_add(out, dots);
}

/* The longest run of backticks. */
static size_t
longest_ticks(const char *words, size_t length)
{
	size_t longest = 0, run = 0;

	for (size_t i = 0; i < length; i++) {
		run = words[i] == '`' ? run + 1 : 0;
		if (run > longest)
			longest = run;
	}
	return longest;
}

static void
add_ticks(struct text *out, size_t count)
{
	while (count-- > 0)
		text_add_char(out, '`');
}

void
markdown_code(struct text *out, const char *words)
{
	const char *dots, *shown;
	size_t length, ticks;
	char other[OTHER_MAX];

	if (words == NULL || *words == '\0') {
		text_add(out, words == NULL ? "unknown" : "(empty)");
		return;
	}
	length = shown_length(words, &dots);
	ticks = longest_ticks(words, length) + 1;
	add_ticks(out, ticks);
	/* A space at both ends is taken off again by the reader. */
	if (ticks > 1 || words[0] == ' ')
		text_add_char(out, ' ');
	for (size_t at = 0; at < length;) {
		size_t n = next_char(words + at, length - at, other, &shown);

		/* A table's row is cut at bars before spans are seen. */
		if (words[at] == '|')
			text_add_char(out, '\\');
		if (shown != NULL)
			text_add(out, shown);
		else
			text_add_bytes(out, words + at, n);
		at += n;
	}
	text_add(out, dots);
	if (ticks > 1 || words[0] == ' ')
		text_add_char(out, ' ');
	add_ticks(out, ticks);
}

void
markdown_fence(struct text *out, const char *lines)
{
	size_t length = strlen(lines);
	size_t ticks = longest_ticks(lines, length) + 1;
	const char *shown;
	char other[OTHER_MAX];

	if (ticks < FENCE_MIN)
		ticks = FENCE_MIN;
	add_ticks(out, ticks);
	text_add(out, "text\n");
	for (size_t at = 0; at < length;) {
		size_t n = next_char(lines + at, length - at, other, &shown);

		if (lines[at] == '\r' && lines[at + 1] == '\n')
			n = 1;
		else if (shown == NULL || lines[at] == '\n' ||
		    lines[at] == '\t')
			text_add_bytes(out, lines + at, n);
		else
			text_add(out, shown);
		at += n;
	}
	if (length == 0 || lines[length - 1] != '\n')
		text_add_char(out, '\n');
	add_ticks(out, ticks);
	text_add_char(out, '\n');
}
