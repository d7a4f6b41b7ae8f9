#include <endian.h>
#include <string.h>

#include "probe/promtext_impl.h"

/* Bits of the formats that know a word. */
enum known_in { IN_TEXT = 1, IN_OPEN = 2 };

#define FAMILY_SUFFIXES_MAX 5
#define KEYWORD_BYTES 4
#define KEYWORD_MASK UINT64_C(0x00ffffffffffffff)

static const struct type_word {
	const char *word;
	enum promtext_type type;
	unsigned formats;
	/* what a sample may add to the family's name; "" is nothing */
	const char *suffixes[FAMILY_SUFFIXES_MAX];
} types[] = {
	{ "counter", PROMTEXT_COUNTER, IN_TEXT | IN_OPEN,
	    { "", "_total", "_created" } },
	{ "gauge", PROMTEXT_GAUGE, IN_TEXT | IN_OPEN, { "" } },
	{ "histogram", PROMTEXT_HISTOGRAM, IN_TEXT | IN_OPEN,
	    { "_bucket", "_count", "_sum", "_created" } },
	{ "summary", PROMTEXT_SUMMARY, IN_TEXT | IN_OPEN,
	    { "", "_count", "_sum", "_created" } },
	{ "untyped", PROMTEXT_UNKNOWN, IN_TEXT, { "" } },
	{ "unknown", PROMTEXT_UNKNOWN, IN_OPEN, { "" } },
	{ "gaugehistogram", PROMTEXT_GAUGEHISTOGRAM, IN_OPEN,
	    { "_bucket", "_gcount", "_gsum" } },
	{ "info", PROMTEXT_INFO, IN_OPEN, { "_info" } },
	{ "stateset", PROMTEXT_STATESET, IN_OPEN, { "" } },
};

static bool
is_word(struct metric_slice s, const char *word)
{
	return s.length == strlen(word) && memcmp(s.bytes, word, s.length) == 0;
}

static const struct type_word *
find_type(struct metric_slice word, unsigned format)
{
	if (word.length == 0)
		return NULL;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].word[0] == word.bytes[0] &&
		    (types[i].formats & format) != 0 &&
		    is_word(word, types[i].word))
			return &types[i];
	return NULL;
}

static struct metric_slice
rest_of(const struct cursor *c)
{
	return (struct metric_slice){ c->at, (size_t)(c->end - c->at) };
}

static void
trim_end(struct metric_slice *s)
{
	while (s->length > 0 && promtext_is(s->bytes[s->length - 1], IS_BLANK))
		s->length--;
}

static bool
read_type(struct promtext *p, struct meta_line *m)
{
	const struct type_word *t =
	    find_type(m->words, promtext_is_open(p) ? IN_OPEN : IN_TEXT);

	if (t == NULL)
		return promtext_fail(p, "there is no type \"%.*s\"",
		    (int)(m->words.length > 32 ? 32 : m->words.length),
		    m->words.bytes);
	m->type = t->type;
	memcpy(p->family, m->name.bytes, m->name.length);
	p->family_length = m->name.length;
	p->family_type = m->type;
	p->has_typed = false;
	return true;
}

/* The unit must end the family's name, after an underscore. */
static bool
check_unit(struct promtext *p, const struct meta_line *m)
{
	size_t unit = m->words.length, name = m->name.length;

	if (unit == 0)
		return true;
	if (name < unit + 1 || m->name.bytes[name - unit - 1] != '_' ||
	    memcmp(m->name.bytes + name - unit, m->words.bytes, unit) != 0)
		return promtext_fail(p, "the unit is not the end of the name");
	return true;
}

static bool
read_meta_name(struct promtext *p, struct cursor *c, struct meta_line *m)
{
	if (*c->at == '"' && !p->is_strict) {
		c->at++;
		if (!promtext_string(p, c, &m->name))
			return false;
	} else
		m->name = promtext_name(c);
	if (m->name.length == 0)
		return promtext_expected(p, c, "a name");
	return true;
}

/*
 * Behind the name.  OpenMetrics wants one blank; the server takes one byte of
 * any kind in text, and there strict takes blanks before and after the words.
 */
static bool
read_words(struct promtext *p, struct cursor *c, struct meta_line *m)
{
	if (promtext_is_open(p)) {
		if (*c->at != ' ')
			return promtext_expected(p, c, "a blank and words");
		c->at++;
		m->words = rest_of(c);
		return true;
	}
	if (p->is_strict) {
		if (*c->at != '\n' && !promtext_is(*c->at, IS_BLANK))
			return promtext_expected(p, c, "a blank");
		promtext_skip_blanks(c);
		m->words = rest_of(c);
		trim_end(&m->words);
		return true;
	}
	if (*c->at != '\n')
		c->at++;
	m->words = rest_of(c);
	return true;
}

static bool
read_meta(struct promtext *p, struct cursor *c, enum meta_kind kind)
{
	struct meta_line m = { .kind = kind };

	if (!read_meta_name(p, c, &m) || !read_words(p, c, &m))
		return false;
	if (kind == META_TYPE && !read_type(p, &m))
		return false;
	if (kind == META_UNIT && !check_unit(p, &m))
		return false;
	return p->strict == NULL || promtext_strict_meta(p, &m);
}

/* Steps over the four letters and what has to part them from the next. */
static inline bool
take_keyword(const struct promtext *p, struct cursor *c, const char *word)
{
	const char *after = c->at + KEYWORD_BYTES;

	if (c->end - c->at < KEYWORD_BYTES ||
	    memcmp(c->at, word, KEYWORD_BYTES) != 0)
		return false;
	if (promtext_is_open(p)) {
		if (*after != ' ')
			return false;
		c->at = after + 1;
		return true;
	}
	/* To the server, TYPE alone is a comment too. */
	if (!promtext_is(*after, IS_BLANK) && !(p->is_strict && *after == '\n'))
		return false;
	c->at = after;
	promtext_skip_blanks(c);
	return true;
}

static bool
open_comment(struct promtext *p, struct cursor *c)
{
	if (c->at[1] != ' ')
		return promtext_expected(p, c, "# and a blank");
	c->at += 2;
	if (c->end - c->at == 3 && memcmp(c->at, "EOF", 3) == 0) {
		p->has_ended = true;
		return true;
	}
	if (take_keyword(p, c, "TYPE"))
		return read_meta(p, c, META_TYPE);
	if (take_keyword(p, c, "HELP"))
		return read_meta(p, c, META_HELP);
	if (take_keyword(p, c, "UNIT"))
		return read_meta(p, c, META_UNIT);
	return promtext_expected(p, c, "TYPE, HELP, UNIT or EOF");
}

#define KEYWORD(a, b, c, d)                                                   \
	((uint64_t)'#' | (uint64_t)' ' << 8 | (uint64_t)(a) << 16 |           \
	    (uint64_t)(b) << 24 | (uint64_t)(c) << 32 | (uint64_t)(d) << 40 | \
	    (uint64_t)' ' << 48)

/*
 * "# HELP name words", as nearly all have it: nothing about it can be wrong.
 */
static inline bool
is_plain_help(const struct cursor *c)
{
	uint64_t word;

	if (c->at > c->safe)
		return false;
	memcpy(&word, c->at, sizeof(word));
	return (le64toh(word) & KEYWORD_MASK) == KEYWORD('H', 'E', 'L', 'P') &&
	    promtext_is(c->at[KEYWORD_BYTES + 3], BEGINS_NAME);
}

bool
promtext_comment(struct promtext *p, struct cursor *c)
{
	p->scratch_used = 0;
	if (promtext_is_open(p))
		return open_comment(p, c);
	if (!p->is_strict && is_plain_help(c))
		return true;
	c->at++;
	/* To the server, "#TYPE" is a comment like any other. */
	if (!p->is_strict && !promtext_is(*c->at, IS_BLANK))
		return true;
	promtext_skip_blanks(c);
	if (take_keyword(p, c, "TYPE"))
		return read_meta(p, c, META_TYPE);
	if (take_keyword(p, c, "HELP"))
		return read_meta(p, c, META_HELP);
	return true;
}

static enum promtext_type
find_type_of_sample(const struct promtext *p)
{
	struct metric_slice name = p->sample.name, suffix;

	if (name.length < p->family_length || p->family_length == 0 ||
	    memcmp(name.bytes, p->family, p->family_length) != 0)
		return PROMTEXT_UNKNOWN;
	suffix = (struct metric_slice){ name.bytes + p->family_length,
		name.length - p->family_length };
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (types[i].type != p->family_type)
			continue;
		for (size_t j = 0; j < FAMILY_SUFFIXES_MAX; j++)
			if (types[i].suffixes[j] != NULL &&
			    is_word(suffix, types[i].suffixes[j]))
				return p->family_type;
	}
	return PROMTEXT_UNKNOWN;
}

enum promtext_type
promtext_type_of(struct promtext *p)
{
	struct series_id name = p->sample.name_id;

	if (p->has_typed && name.low == p->typed_name.low &&
	    name.high == p->typed_name.high)
		return p->typed;
	p->typed = find_type_of_sample(p);
	p->typed_name = name;
	p->has_typed = true;
	return p->typed;
}

const char *
promtext_type_word(enum promtext_type type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].type == type && (types[i].formats & IN_OPEN) != 0)
			return types[i].word;
	return "unknown";
}
