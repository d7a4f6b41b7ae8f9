/*
 * token.h - the words and signs of configuration text.  Private to the scan.
 */
#ifndef CONFIG_TOKEN_H
#define CONFIG_TOKEN_H

#include <stddef.h>

/* Other kinds are signs: the character itself. */
enum token_kind {
	TOKEN_END = 0,
	TOKEN_WORD = 'a',
	TOKEN_NUMBER = '0',
	TOKEN_STRING = '"',
	TOKEN_UNCLOSED = '!', /* a text or comment that never ends */
	TOKEN_NONE = '-',     /* before the first */
};

struct token {
	int kind;
	const char *start;
	size_t length;
	unsigned line; /* where it begins */
};

struct token_reader {
	const char *next;
	const char *end;
	unsigned line;
	unsigned comment_line; /* where the last comment began */
};

struct token token_next(struct token_reader *r);

#endif
