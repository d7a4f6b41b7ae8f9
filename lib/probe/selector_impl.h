/*
 * selector_impl.h - what a selector is made of, for the files that read one and
 * the file that uses one.
 */
#ifndef PROBE_SELECTOR_IMPL_H
#define PROBE_SELECTOR_IMPL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "probe/pattern.h"
#include "probe/selector.h"

/* Each byte may need four, and each condition its commas and quotes. */
#define SELECTOR_CANONICAL_MAX \
	(4 * SELECTOR_TEXT_MAX + 8 * SELECTOR_MATCHERS_MAX)

struct matcher {
	struct metric_slice label; /* in selector.storage */
	struct metric_slice value;
	struct pattern *pattern; /* NULL: compare */
	bool is_negated;
	bool is_of_name; /* the label is __name__ */
	bool names_it;   /* it alone says the name */
};

struct selector {
	struct metric_slice name; /* bytes NULL: not only one */
	char *text;
	size_t count;
	char *storage; /* what the slices point into, behind the others */
	struct matcher matchers[];
};

/* A selector being read. */
struct reading {
	const char *text;
	size_t at;
	size_t used; /* of storage */
	size_t room; /* for matchers */
	struct selector *s;
	struct error *err;
};

static inline void
selector_put(struct reading *r, char c)
{
	r->s->storage[r->used++] = c;
}

/* What was put since. */
static inline struct metric_slice
selector_slice(const struct reading *r, size_t start)
{
	return (struct metric_slice){ .bytes = r->s->storage + start,
		.length = r->used - start };
}

static inline bool
selector_is_quote(char c)
{
	return c == '"' || c == '\'' || c == '`';
}

/* Sets the error to what, and where, and returns false. */
bool selector_fail(struct reading *r, size_t at, const char *what);

/* Reads a string in quotes; a NUL follows the value. */
bool selector_read_string(struct reading *r, struct metric_slice *value);

static inline bool
selector_is_label_char(char c, bool is_first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	    (!is_first && c >= '0' && c <= '9');
}

static inline bool
selector_is_name_char(char c, bool is_first)
{
	return c == ':' || selector_is_label_char(c, is_first);
}

/* It would match any series of any name, and that is never meant. */
bool selector_refuses_nothing(const struct selector *s);

/* Sorts the conditions, finds the name and writes the canonical text. */
bool selector_finish(struct selector *s, struct error *err);

#endif
