#include <string.h>

#include "base/utf8.h"
#include "probe/promtext_impl.h"

#define NAME_LABEL "__name__"

static void
put(struct promtext *p, const char *bytes, size_t length)
{
	memcpy(p->scratch + p->scratch_used, bytes, length);
	p->scratch_used += length;
}

/* At the backslash. */
static bool
unescape(struct promtext *p, struct cursor *c)
{
	size_t length;

	switch (c->at[1]) {
	case 'n':
		put(p, "\n", 1);
		break;
	case '"':
	case '\\':
		put(p, c->at + 1, 1);
		break;
	case '\n':
		return promtext_fail(p, "a string does not end in its line");
	default: /* not one of the three: stands for itself */
		if (p->is_strict && !promtext_is_open(p))
			return promtext_expected(
			    p, c, "one of \\\\, \\\" and \\n");
		length = utf8_length(c->at + 1, (size_t)(c->end - c->at - 1));
		put(p, c->at, 1 + length);
		c->at += length == 0 ? 0 : length - 1;
		break;
	}
	c->at += 2;
	return true;
}

bool
promtext_string(struct promtext *p, struct cursor *c, struct metric_slice *s)
{
	const char *start = c->at;
	size_t scratch_start = p->scratch_used;

	c->at = scan_string(c->at, c->end);
	if (*c->at == '"') {
		*s = (struct metric_slice){ start, (size_t)(c->at - start) };
		c->at++;
		return true;
	}
	for (;;) {
		put(p, start, (size_t)(c->at - start));
		if (*c->at == '"')
			break;
		if (*c->at == '\n')
			return promtext_fail(
			    p, "a string does not end in its line");
		if (!unescape(p, c))
			return false;
		start = c->at;
		c->at = scan_string(c->at, c->end);
	}
	c->at++;
	*s = (struct metric_slice){ p->scratch + scratch_start,
		p->scratch_used - scratch_start };
	return true;
}

/* Blanks stand between tokens of text 0.0.4, and nowhere in OpenMetrics. */
static inline void
skip_blanks(const struct promtext *p, struct cursor *c)
{
	if (!promtext_is_open(p))
		promtext_skip_blanks(c);
}

static bool
read_value(struct promtext *p, struct cursor *c, struct metric_label *label)
{
	skip_blanks(p, c);
	if (*c->at != '=')
		return promtext_expected(p, c, "= after a label");
	c->at++;
	skip_blanks(p, c);
	if (*c->at != '"')
		return promtext_expected(p, c, "a label's value in quotes");
	c->at++;
	return promtext_string(p, c, &label->value);
}

/* A label's name, or the sample's: then *name gets it. */
static bool
read_label_name(struct promtext *p, struct cursor *c, struct metric_slice *name,
    struct metric_slice *label, bool *is_name)
{
	*is_name = false;
	if (*c->at != '"') {
		*label = promtext_label_name(c);
		if (label->length == 0)
			return promtext_expected(p, c, "a label or }");
		return true;
	}
	if (p->is_strict)
		return promtext_fail(
		    p, "a name in quotes is not of this format");
	c->at++;
	if (!promtext_string(p, c, label))
		return false;
	if (label->length == 0)
		return promtext_fail(p, "a name is empty");
	skip_blanks(p, c);
	if (*c->at != ',' && *c->at != '}')
		return true;
	if (name == NULL || name->length > 0)
		return promtext_expected(p, c, "= after a label");
	*name = *label;
	*is_name = true;
	return true;
}

/* After a label: more is true when another one follows. */
static bool
read_separator(struct promtext *p, struct cursor *c, bool *more)
{
	skip_blanks(p, c);
	if (*c->at == ',') {
		c->at++;
		skip_blanks(p, c);
		*more = *c->at != '}';
		if (!*more && p->is_strict && promtext_is_open(p))
			return promtext_expected(
			    p, c, "a label after the comma");
		return true;
	}
	*more = *c->at != '}';
	/* The server reads {a="1"b="2"} in text 0.0.4. */
	if (*more && (promtext_is_open(p) || p->is_strict))
		return promtext_expected(p, c, "a comma or }");
	return true;
}

bool
promtext_labels(struct promtext *p, struct cursor *c, struct label_list *list,
    struct metric_slice *name)
{
	bool more;

	list->count = 0;
	skip_blanks(p, c);
	more = *c->at != '}';
	while (more) {
		struct metric_label *label = &list->items[list->count];
		struct metric_slice word;
		bool is_name;

		if (!read_label_name(p, c, name, &word, &is_name))
			return false;
		if (!is_name) {
			if (list->count == p->limits.labels)
				return promtext_fail(
				    p, "more than %u labels", p->limits.labels);
			label->name = word;
			if (!read_value(p, c, label))
				return false;
			list->count++;
		}
		if (!read_separator(p, c, &more))
			return false;
	}
	c->at++;
	return true;
}

static int
compare(struct metric_slice a, struct metric_slice b)
{
	size_t shorter = a.length < b.length ? a.length : b.length;
	int order;

	/* Most differ in the first byte, and none is empty. */
	if (a.bytes[0] != b.bytes[0])
		return (unsigned char)a.bytes[0] - (unsigned char)b.bytes[0];
	order = memcmp(a.bytes, b.bytes, shorter);
	if (order != 0)
		return order;
	return a.length < b.length ? -1 : a.length > b.length;
}

static bool
refuse_twice(struct promtext *p, struct metric_slice name)
{
	return promtext_fail(p, "the label %.*s is there twice",
	    (int)(name.length > 64 ? 64 : name.length), name.bytes);
}

bool
promtext_order_labels(struct promtext *p, struct label_list *list)
{
	struct metric_label *l = list->items;
	size_t count = 0;

	for (size_t i = 1; i < list->count; i++) {
		struct metric_label moved = l[i];
		size_t to = i;
		int order = 1;

		while (to > 0 &&
		    (order = compare(l[to - 1].name, moved.name)) > 0) {
			l[to] = l[to - 1];
			to--;
		}
		l[to] = moved;
		if (to > 0 && order == 0)
			return refuse_twice(p, moved.name);
	}
	for (size_t i = 0; i < list->count; i++) {
		if (l[i].name.length == sizeof(NAME_LABEL) - 1 &&
		    memcmp(l[i].name.bytes, NAME_LABEL, l[i].name.length) == 0)
			return refuse_twice(p, l[i].name);
		if (l[i].value.length > 0)
			l[count++] = l[i];
	}
	list->count = count;
	return true;
}
