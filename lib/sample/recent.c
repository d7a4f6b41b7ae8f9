#include "sample/recent.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sample/recent_impl.h"

#define ROOM_MIN 32

/* Numbers that the log is to hold at first; 0: there shall be none. */
static unsigned
first_room(const struct recent_settings *s, unsigned bucket_count)
{
	unsigned room = s->expected > ROOM_MIN ? s->expected : ROOM_MIN;

	return room <= recent_log_max(bucket_count, s->slices) ? room : 0;
}

static uint16_t *
counters_of(const struct recent *r, unsigned slice)
{
	return r->each + (size_t)slice * r->bucket_count;
}

/* From the log to counters slice by slice; that is the newest. */
static bool
count_each(struct recent *r, unsigned slice)
{
	uint64_t told = 0;
	uint16_t *each = calloc(r->slices, r->bucket_count * sizeof(*each));

	if (each == NULL)
		return false;
	for (unsigned i = 1; i <= r->slices; i++) {
		unsigned of = (slice + i) % r->slices;
		uint16_t *counters = each + (size_t)of * r->bucket_count;

		for (unsigned k = 0; k < r->in_slice[of]; k++)
			counters[recent_log_bucket(r, told++)]++;
	}
	recent_log_clear(r);
	r->each = each;
	r->count = told;
	r->span = sketch_all(&r->scale);
	return true;
}

static void
drop_early(struct recent *r, unsigned slice)
{
	unsigned of = (slice + 1) % r->slices;

	while (r->in_slice[of] == 0)
		of = (of + 1) % r->slices;
	r->in_slice[of]--;
	recent_log_drop(r);
}

/* False where there is a log no more. */
static bool
add_to_log(struct recent *r, unsigned slice, unsigned bucket)
{
	while (!recent_log_has_room(r, bucket) &&
	    !recent_log_make_room(r, bucket)) {
		if (recent_log_is_over(r, bucket) && count_each(r, slice))
			return false;
		/* Without memory it is as near as can be, or as new. */
		if (r->count < r->room)
			bucket = recent_log_nearest(r, bucket);
		else
			drop_early(r, slice);
	}
	recent_log_add(r, bucket);
	r->in_slice[slice]++;
	return true;
}

static bool
add_to_counters(struct recent *r, unsigned slice, double value)
{
	unsigned bucket = sketch_add(&r->scale, counters_of(r, slice), value);

	if (bucket == SKETCH_FULL)
		return false;
	if (bucket < r->span.first)
		r->span.first = bucket;
	if (bucket > r->span.last)
		r->span.last = bucket;
	r->count++;
	return true;
}

static struct sketch
sketch_of(const struct recent *r)
{
	return (struct sketch){ .scale = &r->scale,
		.buckets = r->each,
		.arrays = r->slices,
		.span = r->span,
		.count = r->count };
}

/* Back to the log, where it would be as at first; that slice has left. */
static void
log_each(struct recent *r, unsigned slice)
{
	uint16_t *each = r->each;
	struct sketch_span span = r->span;

	if (r->own_room == 0 || r->count > r->own_room ||
	    (r->count > 0 && span.last - span.first >= RECENT_OWN_BUCKETS))
		return;
	r->each = NULL;
	recent_log_clear(r);
	for (unsigned i = 1; i < r->slices; i++) {
		unsigned of = (slice + i) % r->slices;
		const uint16_t *counters = each + (size_t)of * r->bucket_count;

		for (unsigned b = span.first; b <= span.last; b++)
			for (unsigned k = 0; k < counters[b]; k++)
				(void)add_to_log(r, of, b);
	}
	free(each);
}

static void
empty_counters(struct recent *r, unsigned slice)
{
	uint16_t *counters = counters_of(r, slice);
	struct sketch k;

	r->count -= sketch_count(&r->scale, counters, 1);
	memset(counters, 0, r->bucket_count * sizeof(*counters));
	k = sketch_of(r);
	r->span = sketch_narrowed(&k);
	log_each(r, slice);
}

static double
quantile_of_each(const struct recent *r, double q)
{
	struct sketch k = sketch_of(r);

	return sketch_quantile(&k, q);
}

size_t
recent_bytes(const struct recent_settings *s)
{
	struct sketch_scale scale = sketch_scale(s->range);
	unsigned buckets = sketch_bucket_count(&scale);
	unsigned room = first_room(s, buckets);

	if (room == 0)
		return sizeof(struct recent) +
		    (size_t)s->slices * buckets * sizeof(uint16_t);
	return sizeof(struct recent) + s->slices * sizeof(uint16_t) + room;
}

struct recent *
recent_init(void *memory, const struct recent_settings *s)
{
	struct recent *r = memory;
	unsigned buckets;

	r->scale = sketch_scale(s->range);
	buckets = sketch_bucket_count(&r->scale);
	assert(buckets < UINT16_MAX && s->slices <= UINT16_MAX);
	r->bucket_count = (uint16_t)buckets;
	r->slices = (uint16_t)s->slices;
	r->said_bucket = UINT16_MAX;
	r->own_room = first_room(s, buckets);
	recent_log_init(r);
	if (r->own_room == 0)
		r->each = r->in_slice;
	recent_clear(r);
	return r;
}

bool
recent_add(struct recent *r, unsigned slice, double value)
{
	if (r->each == NULL &&
	    add_to_log(r, slice, sketch_bucket(&r->scale, value)))
		return true;
	return add_to_counters(r, slice, value);
}

void
recent_drop(struct recent *r, unsigned slice)
{
	if (r->each != NULL) {
		empty_counters(r, slice);
		return;
	}
	for (; r->in_slice[slice] > 0; r->in_slice[slice]--)
		recent_log_drop(r);
}

void
recent_clear(struct recent *r)
{
	recent_release(r);
	if (r->own_room == 0)
		memset(r->each, 0,
		    (size_t)r->slices * r->bucket_count * sizeof(*r->each));
	r->span = (struct sketch_span){ .first = r->bucket_count };
}

double
recent_quantile(struct recent *r, double q)
{
	if (r->count == 0)
		return (double)NAN;
	if (r->each == NULL)
		return recent_log_quantile(r, q);
	return quantile_of_each(r, q);
}

void
recent_release(struct recent *r)
{
	if (r == NULL)
		return;
	recent_log_clear(r);
	if (r->own_room == 0)
		return;
	free(r->each);
	r->each = NULL;
}
