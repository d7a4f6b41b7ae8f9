#include "probe/metric_range.h"

#include <stdlib.h>
#include <string.h>

#include "base/pages.h"

/* Fewer need less than a page of memory; of many most are never there. */
#define FEW_GROUPS 4U

struct metric_range {
	int64_t range_ms, slice_ms;
	unsigned group_max;
	size_t size, first, count; /* of the ring */
	struct metric_moment found;
	int64_t *at_ms;
	double *totals; /* group_max for each moment */
};

static size_t
place(const struct metric_range *r, size_t nth)
{
	return (r->first + nth) % r->size;
}

const struct metric_moment *
metric_range_first(struct metric_range *r, int64_t now_ms)
{
	int64_t from_ms = now_ms - r->range_ms - r->slice_ms;
	size_t at;

	while (
	    r->count > 0 && r->range_ms > 0 && r->at_ms[r->first] < from_ms) {
		r->first = place(r, 1);
		r->count--;
	}
	if (r->count == 0)
		return NULL;
	at = r->range_ms > 0 ? r->first : place(r, r->count - 1);
	r->found = (struct metric_moment){
		.at_ms = r->at_ms[at],
		.totals = r->totals + at * r->group_max,
	};
	return &r->found;
}

void
metric_range_add(struct metric_range *r, int64_t now_ms, const double *totals)
{
	size_t at;

	if (r->count > 0 && r->range_ms > 0 &&
	    now_ms - r->at_ms[place(r, r->count - 1)] < r->slice_ms)
		return;
	if (r->count == r->size) {
		r->first = place(r, 1);
		r->count--;
	}
	at = place(r, r->count++);
	r->at_ms[at] = now_ms;
	memcpy(r->totals + at * r->group_max, totals,
	    r->group_max * sizeof(totals[0]));
}

void
metric_range_reset(struct metric_range *r)
{
	r->first = r->count = 0;
}

struct metric_range *
metric_range_new(int64_t range_ms, unsigned group_max)
{
	struct metric_range *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->range_ms = range_ms;
	r->slice_ms = range_ms / METRIC_SLICES;
	r->group_max = group_max;
	/* One slice before the range, one that is not full. */
	r->size = range_ms > 0 ? METRIC_SLICES + 2 : 1;
	r->at_ms = calloc(r->size, sizeof(r->at_ms[0]));
	if (group_max < FEW_GROUPS)
		r->totals = calloc(r->size * group_max, sizeof(r->totals[0]));
	else
		r->totals =
		    pages_new(r->size * group_max, sizeof(r->totals[0]));
	if (r->at_ms == NULL || r->totals == NULL) {
		metric_range_free(r);
		return NULL;
	}
	return r;
}

void
metric_range_free(struct metric_range *r)
{
	if (r == NULL)
		return;
	free(r->at_ms);
	if (r->group_max < FEW_GROUPS)
		free(r->totals);
	else
		pages_free(
		    r->totals, r->size * r->group_max, sizeof(r->totals[0]));
	free(r);
}
