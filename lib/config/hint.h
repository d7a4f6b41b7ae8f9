/*
 * hint.h - what a syntax error probably is.  Private to the scan.
 */
#ifndef CONFIG_HINT_H
#define CONFIG_HINT_H

#include "config/scan.h"
#include "config/token.h"

struct hints {
	struct hint *hint;
	struct token last;
	struct token before_last;
	struct token open[SCAN_DEPTH_MAX]; /* brackets, innermost last */
	size_t depth;
};

/* Called with each token, before its bracket is counted. */
void hints_token(struct hints *h, const struct token *t);

#endif
