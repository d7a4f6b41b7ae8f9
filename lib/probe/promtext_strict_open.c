#include <math.h>
#include <string.h>

#include "probe/promtext_number.h"
#include "probe/promtext_strict_impl.h"

#define PARTS (PART_NONE + 1)

/* What a value may be. */
enum value_rule { ANY = 0, NO_NAN = 1, NO_NEGATIVE = 2, WHOLE = 4, REAL = 8 };

static const unsigned rules[PARTS] = {
	[PART_TOTAL] = NO_NAN | NO_NEGATIVE,
	[PART_CREATED] = REAL,
	[PART_BUCKET] = NO_NAN | NO_NEGATIVE | WHOLE,
	[PART_COUNT] = NO_NAN | NO_NEGATIVE | WHOLE,
	[PART_GCOUNT] = NO_NAN | NO_NEGATIVE | WHOLE,
	[PART_SUM] = NO_NAN | NO_NEGATIVE,
	[PART_GSUM] = NO_NAN,
};

static bool
check_value(struct promtext *p, enum part part)
{
	double v = p->sample.value;
	unsigned rule = rules[part];

	if ((rule & NO_NAN) != 0 && isnan(v))
		return promtext_fail(
		    p, "%s is not a number", strict_suffix(part));
	if ((rule & NO_NEGATIVE) != 0 && v < 0)
		return promtext_fail(p, "%s is negative", strict_suffix(part));
	if ((rule & WHOLE) != 0 && (isinf(v) || v != floor(v)))
		return promtext_fail(
		    p, "%s is not a whole number", strict_suffix(part));
	if ((rule & REAL) != 0 && !isfinite(v))
		return promtext_fail(
		    p, "%s is not a moment", strict_suffix(part));
	return true;
}

static bool
check_value_by_type(struct promtext *p, enum part part)
{
	const struct strict *s = p->strict;
	double v = p->sample.value;

	if (s->type == PROMTEXT_INFO && v != 1)
		return promtext_fail(p, "the value of an info is 1");
	if (s->type == PROMTEXT_STATESET && v != 0 && v != 1)
		return promtext_fail(p, "the value of a state is 0 or 1");
	if (s->type == PROMTEXT_SUMMARY && part == PART_VALUE && v < 0)
		return promtext_fail(p, "the value of a quantile is negative");
	return check_value(p, part);
}

/* Names that begin with an underscore are reserved. */
static bool
check_label_names(struct promtext *p, const struct label_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].name.bytes[0] == '_')
			return promtext_fail(p,
			    "labels that begin with an underscore are "
			    "reserved");
	return true;
}

static bool
has_label(const struct promtext *p, const char *name)
{
	struct metric_slice wanted = { name, strlen(name) };

	return strict_label(&p->sample.labels, wanted) != NULL;
}

static bool
check_labels(struct promtext *p, enum part part)
{
	const struct strict *s = p->strict;
	struct metric_slice family = { s->name, s->name_length };

	if (!check_label_names(p, &p->sample.labels) ||
	    !check_label_names(p, &p->sample.exemplar))
		return false;
	if (s->type == PROMTEXT_STATESET &&
	    strict_label(&p->sample.labels, family) == NULL)
		return promtext_fail(p, "a state lacks the label of its name");
	if ((s->type == PROMTEXT_HISTOGRAM ||
		s->type == PROMTEXT_GAUGEHISTOGRAM) &&
	    part != PART_BUCKET && has_label(p, "le"))
		return promtext_fail(p, "only buckets have the label le");
	if (s->type == PROMTEXT_SUMMARY && part != PART_VALUE &&
	    has_label(p, "quantile"))
		return promtext_fail(
		    p, "only quantiles have the label quantile");
	return true;
}

static bool
check_exemplar(struct promtext *p, enum part part)
{
	if (!p->sample.has_exemplar || part == PART_BUCKET ||
	    part == PART_TOTAL)
		return true;
	return promtext_fail(p, "only buckets and _total have exemplars");
}

static long double
timestamp_of(const struct sample_line *s)
{
	char copy[PROMTEXT_NUMBER_BYTES_MAX + 1];
	size_t length = s->timestamp_text.length;

	/* Finer than milliseconds, finer than double. */
	if (length > PROMTEXT_NUMBER_BYTES_MAX)
		length = PROMTEXT_NUMBER_BYTES_MAX;
	memcpy(copy, s->timestamp_text.bytes, length);
	copy[length] = '\0';
	return promtext_long_number(copy);
}

/* The next point of the metric: what is kept of the one before goes. */
static bool
next_point(struct promtext *p, struct metric *m, long double timestamp)
{
	if (!strict_end_of_point(p, m))
		return false;
	*m = (struct metric){ .line = p->lines,
		.has_timestamp = p->sample.has_timestamp,
		.timestamp = timestamp };
	p->strict->point++;
	return true;
}

static bool
check_time(struct promtext *p, struct metric *m, bool is_new)
{
	struct strict *s = p->strict;
	long double timestamp =
	    p->sample.has_timestamp ? timestamp_of(&p->sample) : 0;

	if (is_new) {
		m->has_timestamp = p->sample.has_timestamp;
		m->timestamp = timestamp;
		s->point++;
		return true;
	}
	if (m->has_timestamp != p->sample.has_timestamp)
		return promtext_fail(
		    p, "some samples of the metric have timestamps, some not");
	if (timestamp < m->timestamp && s->type != PROMTEXT_INFO)
		return promtext_fail(p, "the timestamps go backwards");
	if (timestamp != m->timestamp)
		return next_point(p, m, timestamp);
	return true;
}

static bool
check_unique(struct promtext *p)
{
	struct strict *s = p->strict;
	bool is_new;
	struct series_entry *e =
	    series_set_put(&s->series, p->sample.id, &is_new);

	if (e == NULL)
		return promtext_fail(p, "more than %zu series", s->series.max);
	if (!is_new && e->mark == s->point)
		return promtext_fail(p, "the sample is there twice");
	e->mark = s->point;
	return true;
}

static bool
note_part(struct promtext *p, struct metric *m, enum part part)
{
	if (part == PART_BUCKET)
		return strict_bucket(p, m);
	if (p->strict->type == PROMTEXT_SUMMARY && part == PART_VALUE)
		return strict_quantile(p, m);
	if (part == PART_TOTAL)
		m->has_total = true;
	if (part == PART_COUNT || part == PART_GCOUNT) {
		m->has_count = true;
		m->count = p->sample.value;
	}
	if (part == PART_SUM || part == PART_GSUM) {
		m->has_sum = true;
		m->has_negative_sum = p->sample.value < 0;
	}
	return true;
}

bool
strict_open_sample(struct promtext *p, enum part part)
{
	struct strict *s = p->strict;
	struct metric *m;
	bool is_new;

	if (!check_labels(p, part) || !check_value_by_type(p, part) ||
	    !check_exemplar(p, part))
		return false;
	m = strict_metric(p, part, &is_new);
	if (m == NULL)
		return false;
	if (!is_new && m != s->current)
		return promtext_fail(
		    p, "the samples of the metric are not together");
	s->current = m;
	return check_time(p, m, is_new) && check_unique(p) &&
	    note_part(p, m, part);
}

static size_t
count_characters(struct metric_slice s)
{
	size_t count = 0;

	for (size_t i = 0; i < s.length; i++)
		count += ((unsigned char)s.bytes[i] & 0xc0) != 0x80;
	return count;
}

bool
promtext_exemplar_fits(struct promtext *p, const struct label_list *list)
{
	size_t characters = 0;

	for (size_t i = 0; i < list->count; i++) {
		characters += count_characters(list->items[i].name);
		characters += count_characters(list->items[i].value);
	}
	if (characters > STRICT_EXEMPLAR_CHARS_MAX)
		return promtext_fail(p,
		    "the labels of an exemplar have more than %d characters",
		    STRICT_EXEMPLAR_CHARS_MAX);
	return true;
}
