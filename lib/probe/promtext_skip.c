/*
 * Samples that nobody asks for: most of a page, so most of the time.  What is
 * plainly well-formed is stepped over; all else is read in full and judged
 * there.
 */
#include "probe/promtext_impl.h"
#include "probe/promtext_number.h"

/* At the brace: to behind the other one; NULL: not plainly so. */
static inline const char *
skip_labels(const char *at, const char *end)
{
	do {
		at++;
		if (!promtext_is(*at, BEGINS_LABEL))
			return NULL;
		while (promtext_is(*at, IN_LABEL))
			at++;
		if (at[0] != '=' || at[1] != '"')
			return NULL;
		at = scan_string(at + 2, end);
		while (*at == '\\' && at[1] != '\n')
			at = scan_string(at + 2, end);
		if (*at != '"')
			return NULL;
		at++;
	} while (*at == ',');
	return *at == '}' ? at + 1 : NULL;
}

bool
promtext_can_skip(const struct promtext *p, struct cursor c)
{
	struct metric_slice name = promtext_name(&c);
	const char *at = c.at;
	double value;

	if (name.length == 0 || promtext_is_wanted(p, name))
		return false;
	if (*at == '{')
		at = skip_labels(at, c.end);
	if (at == NULL || *at != ' ')
		return false;
	at = promtext_number(at + 1, c.end, &value);
	return at != NULL && *at == '\n';
}
