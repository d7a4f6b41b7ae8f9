#include "probe/metric_counters.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/pages.h"

/* In the order in which they were first seen; new ones stand at the end. */
struct series {
	struct series_id id;
	double last;        /* on the last page that counted */
	double now;         /* on this page */
	unsigned long page; /* the last one it was on */
	unsigned group;
};

/* While so many are enough no other memory is touched. */
#define FEW 8U
#define FEW_PLACES 32U

struct metric_counters {
	unsigned series_max, group_max;
	unsigned known; /* of pages that counted */
	unsigned count; /* with those of this page */
	unsigned on_page;
	unsigned long page;  /* this one */
	unsigned long pages; /* that counted */
	size_t mask;         /* of the index */
	struct series *series;
	uint32_t *index; /* hash -> place in series + 1; 0: none */
	size_t places;   /* of many_index */
	struct series *many;
	uint32_t *many_index;
	struct series few[FEW];
	uint32_t few_index[FEW_PLACES];
	double totals[];
};

static size_t
hash(const struct metric_counters *c, struct series_id id)
{
	return (size_t)(id.low ^ (id.high >> 7)) & c->mask;
}

static bool
is_same(struct series_id a, struct series_id b)
{
	return a.low == b.low && a.high == b.high;
}

/* The place in the index where it is, or where it would go. */
static uint32_t *
find(struct metric_counters *c, struct series_id id)
{
	size_t at = hash(c, id);

	while (
	    c->index[at] != 0 && !is_same(c->series[c->index[at] - 1].id, id))
		at = (at + 1) & c->mask;
	return &c->index[at];
}

static void
make_index(struct metric_counters *c)
{
	memset(c->index, 0, (c->mask + 1) * sizeof(c->index[0]));
	for (unsigned i = 0; i < c->count; i++)
		*find(c, c->series[i].id) = i + 1;
}

static void
use_few(struct metric_counters *c)
{
	c->series = c->few;
	c->index = c->few_index;
	c->mask = FEW_PLACES - 1;
}

/* They are few no more: until the next reset. */
static void
use_many(struct metric_counters *c)
{
	memcpy(c->many, c->few, sizeof(c->few));
	c->series = c->many;
	c->index = c->many_index;
	c->mask = c->places - 1;
	make_index(c);
}

static double
growth(const struct metric_counters *c, const struct series *s, bool is_new)
{
	if (is_new)
		return c->pages == 0 ? 0.0 : s->now;
	return s->now < s->last ? s->now : s->now - s->last;
}

/* Series that were on that page or a later one. */
static unsigned
seen_since(const struct metric_counters *c, unsigned long page)
{
	unsigned seen = 0;

	for (unsigned i = 0; i < c->count; i++)
		seen += c->series[i].page >= page;
	return seen;
}

/*
 * The first page since which no more than series_max were seen.  There is one,
 * as this page has no more.  By halves, whatever a target did to the rest.
 */
static unsigned long
first_to_keep(const struct metric_counters *c)
{
	unsigned long none = 0, enough = c->page;

	while (enough - none > 1) {
		unsigned long middle = none + (enough - none) / 2;

		if (seen_since(c, middle) > c->series_max)
			none = middle;
		else
			enough = middle;
	}
	return enough;
}

/* So that the next page finds room for series_max that are new. */
static void
make_room(struct metric_counters *c)
{
	unsigned long first = 0;
	unsigned kept = 0;

	if (c->count <= c->series_max)
		return;
	first = first_to_keep(c);
	for (unsigned i = 0; i < c->count; i++)
		if (c->series[i].page >= first)
			c->series[kept++] = c->series[i];
	c->count = kept;
	make_index(c);
}

void
metric_counters_begin(struct metric_counters *c)
{
	c->page++;
	c->on_page = 0;
	if (c->count == c->known)
		return;
	c->count = c->known;
	make_index(c);
}

bool
metric_counters_add(struct metric_counters *c, struct series_id id,
    unsigned group, double value)
{
	uint32_t *place = find(c, id);
	struct series *s;

	assert(group < c->group_max);
	if (*place == 0) {
		if (c->on_page == c->series_max)
			return false;
		if (c->count == FEW && c->series == c->few) {
			use_many(c);
			place = find(c, id);
		}
		c->series[c->count] =
		    (struct series){ .id = id, .group = group };
		*place = ++c->count;
	}
	s = &c->series[*place - 1];
	if (s->page != c->page && ++c->on_page > c->series_max)
		return false;
	s->page = c->page;
	s->now = value;
	return true;
}

void
metric_counters_end(struct metric_counters *c)
{
	for (unsigned i = 0; i < c->count; i++) {
		struct series *s = &c->series[i];

		if (s->page != c->page)
			continue;
		c->totals[s->group] += growth(c, s, i >= c->known);
		s->last = s->now;
	}
	c->pages++;
	make_room(c);
	c->known = c->count;
}

unsigned long
metric_counters_pages(const struct metric_counters *c)
{
	return c->pages;
}

const double *
metric_counters_totals(const struct metric_counters *c)
{
	return c->totals;
}

void
metric_counters_reset(struct metric_counters *c)
{
	c->count = c->known = 0;
	c->pages = 0;
	memset(c->totals, 0, c->group_max * sizeof(c->totals[0]));
	use_few(c);
	make_index(c);
}

struct metric_counters *
metric_counters_new(unsigned series_max, unsigned group_max)
{
	struct metric_counters *c =
	    calloc(1, sizeof(*c) + group_max * sizeof(c->totals[0]));

	assert(series_max > 0 && series_max <= METRIC_SERIES_MAX);
	if (c == NULL)
		return NULL;
	c->places = FEW_PLACES;
	while (c->places < (size_t)series_max * 4)
		c->places *= 2;
	c->series_max = series_max;
	c->group_max = group_max;
	use_few(c);
	c->many = pages_new((size_t)series_max * 2 + FEW, sizeof(c->many[0]));
	c->many_index = pages_new(c->places, sizeof(c->many_index[0]));
	if (c->many != NULL && c->many_index != NULL)
		return c;
	metric_counters_free(c);
	return NULL;
}

void
metric_counters_free(struct metric_counters *c)
{
	if (c == NULL)
		return;
	pages_free(
	    c->many, (size_t)c->series_max * 2 + FEW, sizeof(c->many[0]));
	pages_free(c->many_index, c->places, sizeof(c->many_index[0]));
	free(c);
}
