#include <stdlib.h>
#include <string.h>

#include "probe/selector.h"
#include "probe/selector_impl.h"

#define NAME_LABEL "__name__"

/* Whole values only: before and after what the operator wrote. */
#define ANCHOR_BEGIN "(?s)\\A(?:"
#define ANCHOR_END ")\\z"

static void
skip_blanks(struct reading *r)
{
	while (
	    strchr(" \t\r\n", r->text[r->at]) != NULL && r->text[r->at] != '\0')
		r->at++;
}

static bool
take(struct reading *r, char c)
{
	if (r->text[r->at] != c)
		return false;
	r->at++;
	return true;
}

static struct metric_slice
read_word(struct reading *r, bool (*belongs)(char c, bool is_first))
{
	size_t start = r->used;

	while (belongs(r->text[r->at], r->used == start))
		selector_put(r, r->text[r->at++]);
	return selector_slice(r, start);
}

static bool
compile(struct reading *r, size_t at, struct matcher *m)
{
	char whole[PATTERN_BYTES_MAX + sizeof(ANCHOR_BEGIN ANCHOR_END)];
	size_t length = m->value.length;
	struct error why = { "" };
	struct pattern *alone;

	if (memchr(m->value.bytes, '\0', length) != NULL)
		return selector_fail(r, at, "the regular expression has a NUL");
	/* By itself first: "a)|(b" must not become one by what is added. */
	alone = pattern_new(m->value.bytes, &why);
	if (alone == NULL)
		return selector_fail(r, at, why.text);
	pattern_free(alone);
	memcpy(whole, ANCHOR_BEGIN, strlen(ANCHOR_BEGIN));
	memcpy(whole + strlen(ANCHOR_BEGIN), m->value.bytes, length);
	memcpy(whole + strlen(ANCHOR_BEGIN) + length, ANCHOR_END,
	    sizeof(ANCHOR_END));
	m->pattern = pattern_new(whole, &why);
	if (m->pattern == NULL)
		return selector_fail(r, at, why.text);
	return true;
}

static struct matcher *
next_matcher(struct reading *r)
{
	if (r->s->count == r->room) {
		(void)error_set(r->err,
		    "at character %zu: more than %d conditions", r->at + 1,
		    SELECTOR_MATCHERS_MAX);
		return NULL;
	}
	return &r->s->matchers[r->s->count++];
}

static bool
add_name(struct reading *r, size_t at, struct metric_slice name)
{
	struct matcher *m;

	if (name.length == 0)
		return selector_fail(r, at, "the name is empty");
	for (size_t i = 0; i < r->s->count; i++)
		if (r->s->matchers[i].is_of_name)
			return selector_fail(r, at, "the name is given twice");
	m = next_matcher(r);
	if (m == NULL)
		return false;
	m->label = (struct metric_slice){ NAME_LABEL, strlen(NAME_LABEL) };
	m->value = name;
	m->is_of_name = true;
	return true;
}

static bool
read_operator(struct reading *r, bool *is_pattern, bool *is_negated)
{
	*is_negated = take(r, '!');
	if (!*is_negated && !take(r, '='))
		return selector_fail(r, r->at, "=, !=, =~ or !~ is expected");
	*is_pattern = take(r, '~');
	if (*is_negated && !*is_pattern && !take(r, '='))
		return selector_fail(r, r->at, "!= or !~ is expected");
	return true;
}

static bool
name_is_given(const struct reading *r)
{
	for (size_t i = 0; i < r->s->count; i++)
		if (r->s->matchers[i].names_it)
			return true;
	return false;
}

static bool
read_condition(struct reading *r, size_t at, struct metric_slice label)
{
	struct matcher *m = next_matcher(r);
	bool is_pattern;
	size_t value_at;

	if (m == NULL)
		return false;
	m->label = label;
	m->is_of_name = label.length == strlen(NAME_LABEL) &&
	    memcmp(label.bytes, NAME_LABEL, label.length) == 0;
	if (m->is_of_name && name_is_given(r))
		return selector_fail(r, at, "the name is given twice");
	if (label.length == 0)
		return selector_fail(r, at, "the label is empty");
	if (!read_operator(r, &is_pattern, &m->is_negated))
		return false;
	skip_blanks(r);
	value_at = r->at;
	if (!selector_read_string(r, &m->value))
		return false;
	return !is_pattern || compile(r, value_at, m);
}

/* A condition, or the name in quotes. */
static bool
read_item(struct reading *r)
{
	size_t at = r->at;
	struct metric_slice word;
	bool is_quoted = selector_is_quote(r->text[r->at]);

	if (is_quoted) {
		if (!selector_read_string(r, &word))
			return false;
	} else {
		word = read_word(r, selector_is_label_char);
		if (word.length == 0)
			return selector_fail(r, at, "a label is expected");
	}
	skip_blanks(r);
	if (is_quoted && (r->text[r->at] == ',' || r->text[r->at] == '}')) {
		if (!add_name(r, at, word))
			return false;
		r->s->matchers[r->s->count - 1].names_it = true;
		return true;
	}
	return read_condition(r, at, word);
}

static bool
read_braces(struct reading *r)
{
	skip_blanks(r);
	while (!take(r, '}')) {
		if (!read_item(r))
			return false;
		skip_blanks(r);
		if (take(r, ',')) {
			skip_blanks(r);
			continue;
		}
		if (r->text[r->at] != '}')
			return selector_fail(
			    r, r->at, "a comma or } is expected");
	}
	return true;
}

static bool
read_selector(struct reading *r)
{
	size_t start;
	struct metric_slice name;

	skip_blanks(r);
	start = r->at;
	name = read_word(r, selector_is_name_char);
	if (name.length > 0) {
		if (!add_name(r, start, name))
			return false;
		r->s->matchers[0].names_it = true;
		skip_blanks(r);
	}
	if (take(r, '{')) {
		if (!read_braces(r))
			return false;
	} else if (name.length == 0)
		return selector_fail(r, start, "a name or { is expected");
	skip_blanks(r);
	if (selector_refuses_nothing(r->s))
		return selector_fail(r, start,
		    "no condition refuses the empty string: it would match "
		    "everything");
	return selector_finish(r->s, r->err);
}

/* Each has an operator, but for the name and one that lacks it. */
static size_t
most_conditions(const char *text, size_t length)
{
	size_t count = 2;

	for (size_t i = 0; i < length; i++)
		count += text[i] == '=' || text[i] == '!';
	return count < SELECTOR_MATCHERS_MAX ? count : SELECTOR_MATCHERS_MAX;
}

struct selector *
selector_new_at(const char *text, size_t *at, struct error *err)
{
	struct reading r = { .text = text, .at = *at, .err = err };
	size_t length = strnlen(text + *at, SELECTOR_TEXT_MAX + 1);

	if (length > SELECTOR_TEXT_MAX) {
		(void)error_set(err, "a selector is at most %d bytes long",
		    SELECTOR_TEXT_MAX);
		return NULL;
	}
	/* No escape is shorter than its character; strings end in a NUL. */
	r.room = most_conditions(text + *at, length);
	r.s = calloc(1,
	    sizeof(*r.s) + r.room * sizeof(r.s->matchers[0]) + 2 * length + 1);
	if (r.s == NULL) {
		(void)error_set(err, "out of memory");
		return NULL;
	}
	r.s->storage = (char *)&r.s->matchers[r.room];
	if (!read_selector(&r)) {
		selector_free(r.s);
		return NULL;
	}
	*at = r.at;
	return r.s;
}

struct selector *
selector_new(const char *text, struct error *err)
{
	size_t at = 0;
	struct selector *s = selector_new_at(text, &at, err);

	if (s != NULL && text[at] != '\0') {
		(void)error_set(err,
		    "at character %zu: nothing more is expected here", at + 1);
		selector_free(s);
		return NULL;
	}
	return s;
}
