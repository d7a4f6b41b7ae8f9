#include <math.h>
#include <string.h>

#include "probe/promtext_number.h"
#include "probe/promtext_strict_impl.h"

static const struct metric_slice le_name = { "le", 2 };
static const struct metric_slice quantile_name = { "quantile", 8 };

/* The label that parts the samples of one metric; length 0: none does. */
static struct metric_slice
parting_label(const struct strict *s, enum part part)
{
	if (part == PART_BUCKET)
		return le_name;
	if (s->type == PROMTEXT_SUMMARY && part == PART_VALUE)
		return quantile_name;
	if (s->type == PROMTEXT_STATESET)
		return (struct metric_slice){ s->name, s->name_length };
	return (struct metric_slice){ "", 0 };
}

static struct series_id
metric_id(const struct promtext *p, enum part part)
{
	const struct strict *s = p->strict;
	struct metric_slice parting = parting_label(s, part);
	struct metric_slice name = { s->name, s->name_length };
	struct series_id sum = series_name_id(name);

	/* Of an info, nobody can say which labels are the metric's. */
	if (s->type == PROMTEXT_INFO)
		return series_id_finish(sum);
	for (size_t i = 0; i < p->sample.labels.count; i++) {
		const struct metric_label *l = &p->sample.labels.items[i];

		if (parting.length == 0 || l->name.length != parting.length ||
		    memcmp(l->name.bytes, parting.bytes, parting.length) != 0)
			series_id_add(&sum, series_label_id(l));
	}
	return series_id_finish(sum);
}

struct metric *
strict_metric(struct promtext *p, enum part part, bool *is_new)
{
	struct strict *s = p->strict;
	struct series_entry *e =
	    series_set_put(&s->metrics, metric_id(p, part), is_new);

	if (e == NULL) {
		(void)promtext_fail(p, "more than %zu series", s->metrics.max);
		return NULL;
	}
	if (*is_new) {
		e->mark = (uint32_t)s->state_count;
		s->states[s->state_count++] = (struct metric){ 0 };
	}
	s->states[e->mark].line = p->lines;
	return &s->states[e->mark];
}

static bool
number_of(const struct metric_label *l, double *value)
{
	char copy[PROMTEXT_NUMBER_BYTES_MAX + 1];
	size_t length = l->value.length;

	if (length == 0 || length > PROMTEXT_NUMBER_BYTES_MAX)
		return false;
	memcpy(copy, l->value.bytes, length);
	copy[length] = '\n';
	return promtext_number(copy, copy + length, value) == copy + length &&
	    !isnan(*value);
}

static bool
is_text(const struct metric_label *l, const char *text)
{
	return l->value.length == strlen(text) &&
	    memcmp(l->value.bytes, text, l->value.length) == 0;
}

bool
strict_bucket(struct promtext *p, struct metric *m)
{
	const struct sample_line *s = &p->sample;
	const struct metric_label *l = strict_label(&s->labels, le_name);
	double le;

	if (l == NULL)
		return promtext_fail(p, "a bucket lacks its label le");
	if (!number_of(l, &le))
		return promtext_fail(p, "le is not a number");
	/* The one that the specification asks to be written one way. */
	if (isinf(le) && le > 0 && !is_text(l, "+Inf"))
		return promtext_fail(
		    p, "le of the last bucket is not \"+Inf\"");
	if (m->has_bucket && le <= m->le)
		return promtext_fail(p, "the buckets are not in order of le");
	if (m->has_bucket && s->value < m->bucket)
		return promtext_fail(
		    p, "the bucket counts less than the one before it");
	if (promtext_is_open(p) && s->has_exemplar &&
	    !(s->exemplar_value <= le))
		return promtext_fail(p, "the exemplar is not of this bucket");
	m->has_bucket = true;
	m->le = le;
	m->bucket = s->value;
	m->has_negative_le |= le < 0;
	return true;
}

bool
strict_quantile(struct promtext *p, struct metric *m)
{
	const struct metric_label *l =
	    strict_label(&p->sample.labels, quantile_name);
	double q;

	if (l == NULL)
		return promtext_fail(p, "the sample lacks its label quantile");
	if (!number_of(l, &q) || !(q >= 0 && q <= 1))
		return promtext_fail(p, "quantile is not from 0 to 1");
	/* OpenMetrics leaves the order free. */
	if (!promtext_is_open(p) && m->has_quantile && q <= m->quantile)
		return promtext_fail(p, "the quantiles are not in order");
	m->has_quantile = true;
	m->quantile = q;
	return true;
}

static bool
open_histogram(struct promtext *p, const struct metric *m)
{
	bool is_gauge = p->strict->type == PROMTEXT_GAUGEHISTOGRAM;

	if (m->has_sum != m->has_count)
		return promtext_fail_at(p, m->line,
		    m->has_sum ? "a histogram has a sum and no count" :
				 "a histogram has a count and no sum");
	if (m->has_sum && m->has_negative_le && !is_gauge)
		return promtext_fail_at(
		    p, m->line, "a histogram with a negative le has a sum");
	if (m->has_negative_sum && !m->has_negative_le)
		return promtext_fail_at(
		    p, m->line, "the sum is negative, and no le is");
	return true;
}

bool
strict_end_of_point(struct promtext *p, const struct metric *m)
{
	enum promtext_type type = p->strict->type;

	if (type == PROMTEXT_COUNTER && promtext_is_open(p) && !m->has_total)
		return promtext_fail_at(
		    p, m->line, "a counter lacks its _total");
	if (type != PROMTEXT_HISTOGRAM && type != PROMTEXT_GAUGEHISTOGRAM)
		return true;
	if (!m->has_bucket || !isinf(m->le) || m->le < 0)
		return promtext_fail_at(
		    p, m->line, "a histogram lacks its bucket +Inf");
	if (m->has_count && m->count != m->bucket)
		return promtext_fail_at(p, m->line,
		    "a histogram's count is not that of its bucket +Inf");
	if (promtext_is_open(p))
		return open_histogram(p, m);
	if (!m->has_count)
		return promtext_fail_at(
		    p, m->line, "a histogram lacks its count");
	return true;
}
