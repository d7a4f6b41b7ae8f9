#include "probe/selector.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "probe/selector_impl.h"

static bool
equals(struct metric_slice a, struct metric_slice b)
{
	return a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0;
}

static enum selector_result
matcher_match(
    const struct matcher *m, struct metric_slice value, int64_t *steps_left)
{
	bool holds;

	if (m->pattern == NULL)
		holds = equals(m->value, value);
	else
		switch (pattern_search_within(
		    m->pattern, value.bytes, value.length, steps_left)) {
		case PATTERN_FOUND:
			holds = true;
			break;
		case PATTERN_NOT_FOUND:
			holds = false;
			break;
		case PATTERN_GAVE_UP:
		default:
			return SELECTOR_GAVE_UP;
		}
	return holds != m->is_negated ? SELECTOR_YES : SELECTOR_NO;
}

/* What the series says of it; nothing is the same as "". */
static struct metric_slice
value_of(const struct matcher *m, struct metric_slice name,
    const struct metric_label *labels, size_t count)
{
	if (m->is_of_name)
		return name;
	for (size_t i = 0; i < count; i++)
		if (equals(labels[i].name, m->label))
			return labels[i].value;
	return (struct metric_slice){ .bytes = "" };
}

static int
compare_slices(struct metric_slice a, struct metric_slice b)
{
	size_t shorter = a.length < b.length ? a.length : b.length;
	int order = memcmp(a.bytes, b.bytes, shorter);

	if (order != 0)
		return order;
	return a.length < b.length ? -1 : a.length > b.length;
}

/* Cheap conditions first among those of one label. */
static int
compare_matchers(const void *first, const void *second)
{
	const struct matcher *a = first, *b = second;
	int order = compare_slices(a->label, b->label);

	if (order != 0)
		return order;
	if ((a->pattern == NULL) != (b->pattern == NULL))
		return a->pattern == NULL ? -1 : 1;
	if (a->is_negated != b->is_negated)
		return a->is_negated ? 1 : -1;
	return compare_slices(a->value, b->value);
}

static void
add_string(struct text *t, struct metric_slice s)
{
	text_add_char(t, '"');
	for (size_t i = 0; i < s.length; i++) {
		unsigned char c = (unsigned char)s.bytes[i];

		if (c == '"' || c == '\\') {
			text_add_char(t, '\\');
			text_add_char(t, (char)c);
		} else if (c == '\n')
			text_add(t, "\\n");
		else if (c < 0x20 || c == 0x7f)
			text_addf(t, "\\x%02x", c);
		else
			text_add_char(t, (char)c);
	}
	text_add_char(t, '"');
}

static void
add_label(struct text *t, const struct matcher *m)
{
	size_t i = 0;

	while (i < m->label.length &&
	    selector_is_label_char(m->label.bytes[i], i == 0))
		i++;
	if (i == m->label.length && i > 0)
		text_add_bytes(t, m->label.bytes, m->label.length);
	else
		add_string(t, m->label);
}

static void
add_operator(struct text *t, const struct matcher *m)
{
	if (m->pattern == NULL)
		text_add(t, m->is_negated ? "!=" : "=");
	else
		text_add(t, m->is_negated ? "!~" : "=~");
}

static bool
is_plain_name(struct metric_slice name)
{
	for (size_t i = 0; i < name.length; i++)
		if (!selector_is_name_char(name.bytes[i], i == 0))
			return false;
	return name.length > 0;
}

static void
write_text(struct text *t, const struct selector *s)
{
	const char *separator = "{";

	for (size_t i = 0; i < s->count; i++) {
		if (!s->matchers[i].names_it)
			continue;
		if (is_plain_name(s->name)) {
			text_add_bytes(t, s->name.bytes, s->name.length);
			break;
		}
		text_add(t, "{");
		add_string(t, s->name);
		separator = ",";
	}
	for (size_t i = 0; i < s->count; i++) {
		const struct matcher *m = &s->matchers[i];

		if (m->names_it)
			continue;
		text_add(t, separator);
		separator = ",";
		add_label(t, m);
		add_operator(t, m);
		add_string(t, m->value);
	}
	if (separator[0] == ',')
		text_add(t, "}");
}

/* The name, where one condition leaves only one. */
static void
find_name(struct selector *s)
{
	struct matcher *only = NULL;
	size_t count = 0;

	for (size_t i = 0; i < s->count; i++) {
		struct matcher *m = &s->matchers[i];

		m->names_it = false;
		count += m->is_of_name;
		if (m->is_of_name && m->pattern == NULL && !m->is_negated &&
		    m->value.length > 0 && only == NULL)
			only = m;
	}
	if (only == NULL)
		return;
	s->name = only->value;
	only->names_it = count == 1;
}

bool
selector_refuses_nothing(const struct selector *s)
{
	struct metric_slice nothing = { .bytes = "" };
	int64_t steps_left = INT64_MAX;

	for (size_t i = 0; i < s->count; i++)
		if (matcher_match(&s->matchers[i], nothing, &steps_left) ==
		    SELECTOR_NO)
			return false;
	return true;
}

bool
selector_finish(struct selector *s, struct error *err)
{
	struct text t = text_new(SELECTOR_CANONICAL_MAX);

	qsort(s->matchers, s->count, sizeof(s->matchers[0]), compare_matchers);
	find_name(s);
	write_text(&t, s);
	s->text = text_take(&t);
	if (s->text == NULL)
		return error_set(err, "out of memory");
	return true;
}

struct metric_slice
selector_name(const struct selector *s)
{
	return s->name;
}

bool
selector_wants_name_only(const struct selector *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (!s->matchers[i].is_of_name)
			return false;
	return true;
}

enum selector_result
selector_match_within(const struct selector *s, struct metric_slice name,
    const struct metric_label *labels, size_t count, int64_t *steps_left)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct matcher *m = &s->matchers[i];
		enum selector_result r = matcher_match(
		    m, value_of(m, name, labels, count), steps_left);

		if (r != SELECTOR_YES)
			return r;
	}
	return SELECTOR_YES;
}

enum selector_result
selector_match(const struct selector *s, struct metric_slice name,
    const struct metric_label *labels, size_t count)
{
	int64_t steps_left = INT64_MAX;

	return selector_match_within(s, name, labels, count, &steps_left);
}

const char *
selector_text(const struct selector *s)
{
	return s->text;
}

void
selector_free(struct selector *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->count; i++)
		pattern_free(s->matchers[i].pattern);
	free(s->text);
	free(s);
}
