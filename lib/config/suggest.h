/*
 * suggest.h - "did you mean": the known word nearest to a misspelt one.
 */
#ifndef CONFIG_SUGGEST_H
#define CONFIG_SUGGEST_H

#include <stddef.h>

#define SUGGEST_WORD_MAX 64

struct suggestion {
	const char *wrong;
	const char *best; /* borrowed; NULL: nothing is near */
	size_t distance;
};

struct suggestion suggest_new(const char *wrong);

/* Letters added, left out, changed or swapped: the fewest wins. */
void suggest_consider(struct suggestion *s, const char *known);

/* "; did you mean \"timeout\"?" or "". */
const char *suggest_text(const struct suggestion *s, char buffer[128]);

#endif
