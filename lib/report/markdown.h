/*
 * markdown.h - words of any origin inside of a Markdown page.
 *
 * What targets and operators said is shown, not obeyed: no way out of a table
 * cell, a code span or a fence, no link, no tag, no control character, and no
 * invisible character that turns the order of the others around.
 */
#ifndef REPORT_MARKDOWN_H
#define REPORT_MARKDOWN_H

#include "base/text.h"

/* More than this of one text is cut, with "..." in place of the rest. */
#define MARKDOWN_WORDS_MAX 1024

/* Part of a sentence or cell; one line.  NULL is shown as "unknown". */
void markdown_words(struct text *out, const char *words);

/* A code span; fit for a table's cell too.  NULL: "unknown". */
void markdown_code(struct text *out, const char *words);

/* A fenced block of several lines, kept whole. */
void markdown_fence(struct text *out, const char *lines);

#endif
