/*
 * selector.h - which series of a page are meant, written as PromQL writes it.
 *
 *   http_requests_total{code=~"5..",job!='batch'}
 *   {__name__="up"}   {"my.name", "my.label"="x"}
 *
 * Strings stand in "", '' (both with Go's escapes) or `` (none).  A label that
 * a series does not have is the same as one that is empty.  Regular
 * expressions are PCRE2's (pattern.h), match the whole value or nothing, and
 * "." is any byte, a line feed included.  As in PromQL, the name may be given
 * only once, several conditions for one label must all hold, and at least one
 * condition must refuse the empty string.
 *
 * What is not here: ranges, offsets and functions; selector_new_at() leaves
 * them to its caller.
 */
#ifndef PROBE_SELECTOR_H
#define PROBE_SELECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define SELECTOR_TEXT_MAX 4096   /* bytes of a selector */
#define SELECTOR_MATCHERS_MAX 32 /* conditions, the name's included */

/* Bytes that somebody else owns; not NUL-terminated, may hold any byte. */
struct metric_slice {
	const char *bytes;
	size_t length;
};

struct metric_label {
	struct metric_slice name;
	struct metric_slice value;
};

enum selector_result {
	SELECTOR_YES,
	SELECTOR_NO,
	SELECTOR_GAVE_UP, /* a regular expression took too many steps */
};

struct selector;

/*
 * The whole text is a selector, or it is NULL with the reason: "at character
 * 7: ..." and what is wrong there.
 */
struct selector *selector_new(const char *text, struct error *err);

/*
 * The same for a selector in the midst of something else: begins at text[*at]
 * and leaves *at behind the selector and the blanks that follow it.
 */
struct selector *selector_new_at(
    const char *text, size_t *at, struct error *err);

/*
 * The one name that it can match, if there is one: a slice, never empty, that
 * lives as long as the selector; otherwise bytes is NULL.
 */
struct metric_slice selector_name(const struct selector *s);

/* True where the answer depends on the name alone. */
bool selector_wants_name_only(const struct selector *s);

/* The labels in any order, none twice, and without __name__. */
enum selector_result selector_match(const struct selector *s,
    struct metric_slice name, const struct metric_label *labels, size_t count);

/* The same, with what is left of steps_left for all regular expressions. */
enum selector_result selector_match_within(const struct selector *s,
    struct metric_slice name, const struct metric_label *labels, size_t count,
    int64_t *steps_left);

/*
 * The same for all texts that differ only in blanks, quotes and the order of
 * conditions: name{a="x",b=~"y"}.  Lives as long as the selector.
 */
const char *selector_text(const struct selector *s);

/* NULL is allowed. */
void selector_free(struct selector *s);

#endif
