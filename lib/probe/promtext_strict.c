#include <stdlib.h>
#include <string.h>

#include "probe/promtext_impl.h"
#include "probe/promtext_strict_impl.h"

#define TYPES 8
#define PARTS_MAX 5
#define NAMES_OF_A_FAMILY 5 /* its own, and one for each suffix */

static const struct {
	const char *suffix;
} parts[] = {
	[PART_VALUE] = { "" },
	[PART_TOTAL] = { "_total" },
	[PART_CREATED] = { "_created" },
	[PART_BUCKET] = { "_bucket" },
	[PART_COUNT] = { "_count" },
	[PART_SUM] = { "_sum" },
	[PART_GCOUNT] = { "_gcount" },
	[PART_GSUM] = { "_gsum" },
	[PART_INFO] = { "_info" },
	[PART_NONE] = { "" },
};

/* Each ends with PART_NONE. */
static const enum part open_parts[TYPES][PARTS_MAX] = {
	[PROMTEXT_UNKNOWN] = { PART_VALUE, PART_NONE },
	[PROMTEXT_COUNTER] = { PART_TOTAL, PART_CREATED, PART_NONE },
	[PROMTEXT_GAUGE] = { PART_VALUE, PART_NONE },
	[PROMTEXT_HISTOGRAM] = { PART_BUCKET, PART_COUNT, PART_SUM,
	    PART_CREATED, PART_NONE },
	[PROMTEXT_GAUGEHISTOGRAM] = { PART_BUCKET, PART_GCOUNT, PART_GSUM,
	    PART_NONE },
	[PROMTEXT_SUMMARY] = { PART_VALUE, PART_COUNT, PART_SUM, PART_CREATED,
	    PART_NONE },
	[PROMTEXT_INFO] = { PART_INFO, PART_NONE },
	[PROMTEXT_STATESET] = { PART_VALUE, PART_NONE },
};

static const enum part text_parts[TYPES][PARTS_MAX] = {
	[PROMTEXT_UNKNOWN] = { PART_VALUE, PART_NONE },
	[PROMTEXT_COUNTER] = { PART_VALUE, PART_NONE },
	[PROMTEXT_GAUGE] = { PART_VALUE, PART_NONE },
	[PROMTEXT_HISTOGRAM] = { PART_BUCKET, PART_COUNT, PART_SUM, PART_NONE },
	[PROMTEXT_GAUGEHISTOGRAM] = { PART_NONE },
	[PROMTEXT_SUMMARY] = { PART_VALUE, PART_COUNT, PART_SUM, PART_NONE },
	[PROMTEXT_INFO] = { PART_NONE },
	[PROMTEXT_STATESET] = { PART_NONE },
};

static const enum part *
parts_of(const struct strict *s)
{
	return s->format == PROMTEXT_OPENMETRICS ? open_parts[s->type] :
						   text_parts[s->type];
}

const char *
strict_suffix(enum part part)
{
	return parts[part].suffix;
}

enum part
strict_part(const struct strict *s, struct metric_slice name)
{
	const char *rest = name.bytes + s->name_length;
	const enum part *part = parts_of(s);
	size_t length;

	if (name.length < s->name_length ||
	    memcmp(name.bytes, s->name, s->name_length) != 0)
		return PART_NONE;
	length = name.length - s->name_length;
	for (; *part != PART_NONE; part++)
		if (strlen(parts[*part].suffix) == length &&
		    memcmp(parts[*part].suffix, rest, length) == 0)
			break;
	return *part;
}

/* The name of the family itself, of which no sample may have it. */
static bool
lacks_suffix(const struct strict *s, struct metric_slice name)
{
	return s->has_family && name.length == s->name_length &&
	    memcmp(name.bytes, s->name, name.length) == 0 &&
	    parts_of(s)[0] != PART_NONE;
}

const struct metric_label *
strict_label(const struct label_list *list, struct metric_slice name)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].name.length == name.length &&
		    memcmp(list->items[i].name.bytes, name.bytes,
			name.length) == 0)
			return &list->items[i];
	return NULL;
}

static struct metric_slice
family_name(const struct strict *s)
{
	return (struct metric_slice){ s->name, s->name_length };
}

static bool
take_name(struct promtext *p, struct metric_slice name)
{
	struct strict *s = p->strict;
	bool is_new;

	if (series_set_put(&s->names, series_name_id(name), &is_new) == NULL)
		return promtext_fail(p, "more than %zu names", s->names.max);
	if (!is_new)
		return promtext_fail_at(p, s->line,
		    "the name %.*s is taken by another family",
		    (int)(name.length > 64 ? 64 : name.length), name.bytes);
	return true;
}

/* What samples of the family may be called; nobody else may use it. */
static bool
take_names(struct promtext *p)
{
	struct strict *s = p->strict;

	if (s->format != PROMTEXT_OPENMETRICS)
		return true;
	for (const enum part *part = parts_of(s); *part != PART_NONE; part++) {
		const char *suffix = parts[*part].suffix;
		size_t length = strlen(suffix);

		if (length == 0)
			continue;
		memcpy(s->name + s->name_length, suffix, length);
		if (!take_name(p,
			(struct metric_slice){
			    s->name, s->name_length + length }))
			return false;
	}
	return true;
}

static bool
close_family(struct promtext *p)
{
	struct strict *s = p->strict;

	if (!s->has_family)
		return true;
	s->has_family = false;
	if (s->has_words_of_unit &&
	    (s->type == PROMTEXT_INFO || s->type == PROMTEXT_STATESET))
		return promtext_fail_at(
		    p, s->line, "an info or stateset has no unit");
	for (size_t i = s->first_state; i < s->state_count; i++)
		if (!strict_end_of_point(p, &s->states[i]))
			return false;
	return take_names(p);
}

static bool
open_family(struct promtext *p, struct metric_slice name)
{
	struct strict *s = p->strict;

	if (!close_family(p))
		return false;
	s->has_family = true;
	memcpy(s->name, name.bytes, name.length);
	s->name_length = name.length;
	s->line = p->lines;
	s->type = PROMTEXT_UNKNOWN;
	s->has_type = false;
	s->has_help = false;
	s->has_unit = false;
	s->has_words_of_unit = false;
	s->has_samples = false;
	s->first_state = s->state_count;
	s->current = NULL;
	if (s->format == PROMTEXT_OPENMETRICS && name.bytes[0] == '_')
		return promtext_fail(
		    p, "names that begin with an underscore are reserved");
	if (series_set_find(&s->names, series_name_id(name)) != NULL)
		return promtext_fail(p,
		    "the lines of the family are not together, or another "
		    "family has its name");
	return take_name(p, family_name(s));
}

/* Escapes as the format has them; quotes only where they need no escape. */
static bool
check_help(struct promtext *p, struct metric_slice words)
{
	bool is_open = promtext_is_open(p);

	for (size_t i = 0; i < words.length; i++) {
		if (words.bytes[i] == '"' && is_open)
			return promtext_fail(
			    p, "a quote in HELP lacks its backslash");
		if (words.bytes[i] != '\\')
			continue;
		if (++i == words.length ||
		    (!is_open && words.bytes[i] != 'n' &&
			words.bytes[i] != '\\'))
			return promtext_fail(
			    p, "a backslash in HELP escapes nothing");
	}
	return true;
}

static bool
check_unit(struct promtext *p, struct metric_slice words)
{
	p->strict->has_words_of_unit = words.length > 0;
	for (size_t i = 0; i < words.length; i++)
		if (!promtext_is(words.bytes[i], IN_NAME))
			return promtext_fail(
			    p, "a unit is made of the characters of names");
	return true;
}

bool
promtext_strict_meta(struct promtext *p, const struct meta_line *m)
{
	struct strict *s = p->strict;
	bool *had = m->kind == META_TYPE ? &s->has_type :
	    m->kind == META_HELP         ? &s->has_help :
					   &s->has_unit;

	if (m->words.length > 0 && promtext_is_open(p) &&
	    m->words.bytes[m->words.length - 1] == '\r')
		return promtext_fail(p, "the line ends in a carriage return");
	if (!s->has_family || m->name.length != s->name_length ||
	    memcmp(m->name.bytes, s->name, s->name_length) != 0) {
		if (!open_family(p, m->name))
			return false;
	} else if (s->has_samples)
		return promtext_fail(
		    p, "TYPE, HELP and UNIT come before the samples");
	if (*had)
		return promtext_fail(
		    p, "the family has a line of that kind already");
	*had = true;
	if (m->kind == META_TYPE)
		s->type = m->type;
	if (m->kind == META_HELP)
		return check_help(p, m->words);
	return m->kind != META_UNIT || check_unit(p, m->words);
}

bool
promtext_strict_sample(struct promtext *p)
{
	struct strict *s = p->strict;
	enum part part = PART_NONE;

	if (s->has_family)
		part = strict_part(s, p->sample.name);
	if (part == PART_NONE) {
		if (lacks_suffix(s, p->sample.name))
			return promtext_fail(p,
			    "samples of this type of metric end in %s",
			    strict_suffix(parts_of(s)[0]));
		if (!open_family(p, p->sample.name))
			return false;
		part = PART_VALUE;
	}
	s->has_samples = true;
	return s->format == PROMTEXT_OPENMETRICS ? strict_open_sample(p, part) :
						   strict_text_sample(p, part);
}

bool
promtext_strict_end(struct promtext *p)
{
	return close_family(p);
}

void
promtext_strict_begin(struct strict *s, enum promtext_format format)
{
	s->format = format;
	s->has_family = false;
	s->state_count = 0;
	s->first_state = 0;
	s->point = 0;
	s->current = NULL;
	series_set_clear(&s->series);
	series_set_clear(&s->names);
	series_set_clear(&s->metrics);
}

struct strict *
promtext_strict_new(const struct promtext_limits *limits)
{
	struct strict *s = calloc(1, sizeof(*s));
	size_t series = limits->series;

	if (s == NULL)
		return NULL;
	s->name = malloc(limits->line_bytes + STRICT_SUFFIX_MAX);
	s->states = calloc(series, sizeof(s->states[0]));
	if (s->name != NULL && s->states != NULL &&
	    series_set_init(&s->series, series) &&
	    series_set_init(&s->names, series * NAMES_OF_A_FAMILY) &&
	    series_set_init(&s->metrics, series))
		return s;
	promtext_strict_free(s);
	return NULL;
}

void
promtext_strict_free(struct strict *s)
{
	if (s == NULL)
		return;
	series_set_free(&s->series);
	series_set_free(&s->names);
	series_set_free(&s->metrics);
	free(s->states);
	free(s->name);
	free(s);
}
