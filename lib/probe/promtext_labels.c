#include <string.h>

#include "probe/promtext_impl.h"

#define NAME_LABEL "__name__"

/* At the backslash: what it and the next byte stand for. */
static bool
unescape(struct promtext *p, struct cursor *c, char **to)
{
	char next = c->at[1];

	switch (next) {
	case 'n':
		*(*to)++ = '\n';
		break;
	case '"':
	case '\\':
		*(*to)++ = next;
		break;
	case '\n':
		return promtext_fail(p, "a string does not end in its line");
	default: /* not one of the three: stands for itself */
		if (p->is_strict && !promtext_is_open(p))
			return promtext_expected(
			    p, c, "one of \\\\, \\\" and \\n");
		*(*to)++ = '\\';
		*(*to)++ = next;
		break;
	}
	c->at += 2;
	return true;
}

/* With escapes: into the scratch. */
static bool
copy_string(struct promtext *p, struct cursor *c, struct metric_slice *s)
{
	char *start = p->scratch + p->scratch_used, *to = start;

	for (;;) {
		to = scan_copy(to, &c->at, c->safe);
		if (*c->at == '"')
			break;
		if (*c->at == '\n')
			return promtext_fail(
			    p, "a string does not end in its line");
		if (!unescape(p, c, &to))
			return false;
	}
	c->at++;
	*s = (struct metric_slice){ start, (size_t)(to - start) };
	p->scratch_used += s->length;
	return true;
}

bool
promtext_string(struct promtext *p, struct cursor *c, struct metric_slice *s)
{
	const char *end = scan_string(c->at, c->safe);

	if (*end != '"')
		return copy_string(p, c, s);
	*s = (struct metric_slice){ c->at, (size_t)(end - c->at) };
	c->at = end + 1;
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

/* label=" without blanks or quotes, as most have it: to behind the quote. */
static inline bool
read_plain_name(struct cursor *c, struct metric_slice *name)
{
	struct cursor here = *c;

	*name = promtext_label_name(&here);
	if (name->length == 0 || here.at[0] != '=' || here.at[1] != '"')
		return false;
	c->at = here.at + 2;
	return true;
}

static bool
read_label(struct promtext *p, struct cursor *c, struct label_list *list,
    struct metric_slice *name)
{
	struct metric_label *label = &list->items[list->count];
	struct metric_slice word;
	bool is_name;

	/* There is room for one more than is allowed. */
	if (read_plain_name(c, &word)) {
		if (!promtext_string(p, c, &label->value))
			return false;
	} else {
		if (!read_label_name(p, c, name, &word, &is_name))
			return false;
		if (is_name)
			return true;
		if (!read_value(p, c, label))
			return false;
	}
	label->name = word;
	if (list->marks != NULL)
		list->marks[list->count] =
		    (struct label_mark){ .at = (size_t)(c->at - p->memo.line),
			    .scratch_used = p->scratch_used };
	if (list->count++ == p->limits.labels)
		return promtext_fail(
		    p, "more than %u labels", p->limits.labels);
	return true;
}

/* Behind a label. */
static inline bool
step_over_separator(struct promtext *p, struct cursor *c, bool *more)
{
	*more = true;
	if (*c->at == ',' && promtext_is(c->at[1], BEGINS_LABEL)) {
		c->at++;
		return true;
	}
	if (*c->at != '}')
		return read_separator(p, c, more);
	*more = false;
	return true;
}

bool
promtext_more_labels(struct promtext *p, struct cursor *c,
    struct label_list *list, struct metric_slice *name)
{
	bool more;

	if (!step_over_separator(p, c, &more))
		return false;
	while (more)
		if (!read_label(p, c, list, name) ||
		    !step_over_separator(p, c, &more))
			return false;
	c->at++;
	return true;
}

bool
promtext_labels(struct promtext *p, struct cursor *c, struct label_list *list,
    struct metric_slice *name)
{
	list->count = 0;
	skip_blanks(p, c);
	if (*c->at == '}') {
		c->at++;
		return true;
	}
	return read_label(p, c, list, name) &&
	    promtext_more_labels(p, c, list, name);
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

static bool
sort(struct promtext *p, struct label_list *list)
{
	struct metric_label *l = list->items;

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
	return true;
}

/* Those with an empty value are none; false: one is not allowed. */
static bool
drop_empty(struct promtext *p, struct label_list *list, size_t from)
{
	struct metric_label *l = list->items;
	size_t count = from;

	for (size_t i = from; i < list->count; i++) {
		if (l[i].name.bytes[0] == '_' &&
		    l[i].name.length == sizeof(NAME_LABEL) - 1 &&
		    memcmp(l[i].name.bytes, NAME_LABEL, l[i].name.length) == 0)
			return refuse_twice(p, l[i].name);
		if (l[i].value.length == 0)
			continue;
		if (count != i)
			l[count] = l[i];
		count++;
	}
	list->count = count;
	return true;
}

bool
promtext_order_labels(struct promtext *p, struct label_list *list, size_t known)
{
	struct metric_label *l = list->items;
	size_t count = list->count, in_order = known == 0 ? 1 : known;

	while (in_order < count &&
	    compare(l[in_order - 1].name, l[in_order].name) < 0)
		in_order++;
	if (in_order < count) {
		p->memo.line = NULL; /* they stand in another order there */
		known = 0;
		if (!sort(p, list))
			return false;
	}
	if (!drop_empty(p, list, known))
		return false;
	if (list->count < count)
		p->memo.line = NULL;
	return true;
}
