/*
 * Samples that nobody asks for: most of a page, so most of the time.  What is
 * plainly well-formed is stepped over; all else is read in full and judged
 * there.
 *
 * Most lines begin as the line before does, up to the last label or so: what
 * was seen to be well-formed there need not be looked at again.
 */
#include "probe/promtext_impl.h"
#include "probe/promtext_number.h"

static inline void
note(struct skipped *s, const char *at)
{
	if (s->count < SKIPPED_POINTS_MAX)
		s->points[s->count++] = (size_t)(at - s->line);
}

/* At a label: to behind the quote that opens its value; NULL: not plainly. */
static inline const char *
skip_label_name(const char *at)
{
	if (!promtext_is(*at, BEGINS_LABEL))
		return NULL;
	while (promtext_is(*at, IN_LABEL))
		at++;
	return at[0] == '=' && at[1] == '"' ? at + 2 : NULL;
}

/* In a label's value: to behind the brace that closes all. */
static inline const char *
skip_values(struct skipped *s, const char *at, const char *safe)
{
	for (;;) {
		at = scan_string(at, safe);
		while (*at == '\\' && at[1] != '\n')
			at = scan_string(at + 2, safe);
		if (*at != '"')
			return NULL;
		if (*++at != ',')
			return *at == '}' ? at + 1 : NULL;
		at = skip_label_name(at + 1);
		if (at == NULL)
			return NULL;
		note(s, at);
	}
}

/* Behind the name. */
static inline const char *
skip_labels(struct skipped *s, const char *at, const char *safe)
{
	if (*at != '{')
		return at;
	at = skip_label_name(at + 1);
	if (at == NULL)
		return NULL;
	note(s, at);
	return skip_values(s, at, safe);
}

/* To behind the labels, from where the line differs from the one before. */
static inline const char *
skip_series(struct promtext *p, struct cursor c)
{
	struct skipped *s = &p->skipped;
	size_t same = 0;
	struct metric_slice name;

	if (s->line != NULL)
		same = scan_common(c.at, s->line, c.end, c.safe);
	while (s->count > 1 && same < s->points[s->count - 1])
		s->count--;
	s->line = c.at;
	if (s->count > 1)
		return skip_values(s, c.at + s->points[s->count - 1], c.safe);
	if (s->count == 1 && same > s->points[0])
		return skip_labels(s, c.at + s->points[0], c.safe);
	s->count = 0;
	name = promtext_name(&c);
	if (name.length == 0 || promtext_is_wanted(p, name))
		return NULL;
	note(s, c.at);
	return skip_labels(s, c.at, c.safe);
}

bool
promtext_can_skip(struct promtext *p, struct cursor c)
{
	const char *at = skip_series(p, c);

	if (at != NULL && *at == ' ') {
		if (scan_is_plain_number(at + 1, c.end, c.safe))
			return true;
		at = promtext_number_end(at + 1, c.end);
		if (at == c.end)
			return true;
	}
	promtext_skip_none(p);
	return false;
}
