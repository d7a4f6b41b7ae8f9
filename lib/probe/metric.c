#include "probe/metric.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "probe/histogram.h"
#include "probe/metric_counters.h"
#include "probe/metric_expression.h"
#include "probe/metric_range.h"

struct metric {
	struct metric_expression expression;
	unsigned series_max;

	/* This page. */
	unsigned count;
	double sum, min, max;
	bool is_broken;   /* a counter has a value that none can have */
	bool has_highest; /* a bucket of le="+Inf" */

	/* Of those that compare pages; otherwise NULL. */
	bool was_there; /* on any page */
	struct metric_counters *counters;
	struct metric_range *range;
	double *les;       /* of quantiles: the limit of each group */
	unsigned le_known; /* of pages that counted */
	unsigned le_count; /* with those of this page */
	bool le_full;      /* there was no room for one of them */
};

/* Pages */

/* The group of a bucket; METRIC_BUCKETS_MAX: there is no room. */
static unsigned
bucket(struct metric *m, double le)
{
	unsigned i = 0;

	while (i < m->le_count && m->les[i] != le)
		i++;
	if (i == m->le_count && i < METRIC_BUCKETS_MAX)
		m->les[m->le_count++] = le;
	m->le_full |= i == METRIC_BUCKETS_MAX;
	return i;
}

static bool
add_counter(struct metric *m, const struct promtext_sample *s)
{
	unsigned group = 0;

	if (!isfinite(s->value) || s->value < 0.0) {
		m->is_broken = true;
		return true;
	}
	if (m->les != NULL) {
		group = bucket(m, s->le);
		m->has_highest |= s->le > DBL_MAX;
	}
	return group < METRIC_BUCKETS_MAX &&
	    metric_counters_add(m->counters, s->id, group, s->value);
}

/*
 * A target that changes its limits again and again fills them all some day:
 * what is compared begins anew.
 */
static void
make_room(struct metric *m)
{
	m->le_full = false;
	m->le_known = 0;
	metric_counters_reset(m->counters);
	metric_range_reset(m->range);
}

void
metric_begin(struct metric *m)
{
	if (m->le_full)
		make_room(m);
	m->count = 0;
	m->sum = 0.0;
	m->is_broken = false;
	m->has_highest = false;
	m->le_count = m->le_known;
	if (m->counters != NULL)
		metric_counters_begin(m->counters);
}

bool
metric_add(struct metric *m, const struct promtext_sample *s)
{
	/* As the server does: the first one counts, and no bucket without. */
	if (s->is_repeated || (m->les != NULL && isnan(s->le)))
		return true;
	if (m->count == m->series_max)
		return false;
	if (m->count == 0)
		m->min = m->max = s->value;
	m->count++;
	m->sum += s->value;
	if (s->value < m->min)
		m->min = s->value;
	if (s->value > m->max)
		m->max = s->value;
	return m->counters == NULL || add_counter(m, s);
}

/* Values */

/* This page says nothing about it. */
static bool
is_unknown(const struct metric *m)
{
	return m->count == 0 || m->is_broken ||
	    (m->les != NULL && !m->has_highest);
}

static double
of_page(const struct metric *m, enum metric_function function)
{
	if (function == METRIC_COUNT)
		return (double)m->count;
	if (!isfinite(m->sum)) /* nor are the others to be believed then */
		return (double)NAN;
	if (function == METRIC_AVG)
		return m->sum / (double)m->count;
	if (function == METRIC_MIN)
		return m->min;
	return function == METRIC_MAX ? m->max : m->sum;
}

static double
quantile(const struct metric *m, const struct metric_moment *from)
{
	struct histogram_bucket buckets[METRIC_BUCKETS_MAX];
	const double *totals = metric_counters_totals(m->counters);

	for (unsigned i = 0; i < m->le_count; i++)
		buckets[i] = (struct histogram_bucket){
			.le = m->les[i],
			.count = totals[i] - from->totals[i],
		};
	return histogram_quantile(m->expression.quantile, buckets, m->le_count);
}

static double
since(const struct metric *m, const struct metric_moment *from, int64_t now_ms)
{
	enum metric_function function = m->expression.function;
	double increase;

	if (from == NULL || from->at_ms >= now_ms)
		return (double)NAN;
	if (function == METRIC_QUANTILE)
		return quantile(m, from);
	increase = metric_counters_totals(m->counters)[0] - from->totals[0];
	if (function == METRIC_INCREASE)
		return increase;
	return increase * 1000.0 / (double)(now_ms - from->at_ms);
}

static double
of_counters(struct metric *m, int64_t now_ms)
{
	const double *totals = metric_counters_totals(m->counters);
	double value;

	metric_counters_end(m->counters);
	m->le_known = m->le_count;
	value = m->expression.function == METRIC_COUNTER ?
	    totals[0] :
	    since(m, metric_range_first(m->range, now_ms), now_ms);
	/* What was not there for a while is compared with when it was. */
	if (!is_unknown(m) || !m->was_there)
		metric_range_add(m->range, now_ms, totals);
	m->was_there |= m->count > 0;
	return value;
}

double
metric_end(struct metric *m, int64_t now_ms)
{
	double value = m->counters == NULL ?
	    of_page(m, m->expression.function) :
	    of_counters(m, now_ms);

	return is_unknown(m) || !isfinite(value) ? (double)NAN : value;
}

/* Making one */

static bool
make_counters(struct metric *m)
{
	bool is_quantile = m->expression.function == METRIC_QUANTILE;
	unsigned groups = is_quantile ? METRIC_BUCKETS_MAX : 1;

	m->counters = metric_counters_new(m->series_max, groups);
	m->range = metric_range_new(m->expression.range_ms, groups);
	if (is_quantile)
		m->les = calloc(groups, sizeof(m->les[0]));
	return m->counters != NULL && m->range != NULL &&
	    (m->les != NULL || !is_quantile);
}

struct metric *
metric_new(struct metric_name name, unsigned series_max, struct error *err)
{
	struct metric *m = calloc(1, sizeof(*m));

	assert(series_max > 0 && series_max <= METRIC_SERIES_MAX);
	if (m == NULL) {
		(void)error_set(err, "out of memory");
		return NULL;
	}
	m->series_max = series_max;
	if (!metric_expression_parse(&m->expression, name, err))
		goto failed;
	if (!metric_expression_counts(&m->expression) || make_counters(m))
		return m;
	(void)error_set(err, "out of memory");
failed:
	metric_free(m);
	return NULL;
}

void
metric_forget(struct metric *m)
{
	if (m->range == NULL)
		return;
	metric_range_reset(m->range);
	m->was_there = false;
}

struct selector *
metric_selector(const struct metric *m)
{
	return m->expression.selector;
}

bool
metric_is_there(const struct metric *m)
{
	return m->count > 0;
}

void
metric_free(struct metric *m)
{
	if (m == NULL)
		return;
	metric_expression_clear(&m->expression);
	metric_counters_free(m->counters);
	metric_range_free(m->range);
	free(m->les);
	free(m);
}
