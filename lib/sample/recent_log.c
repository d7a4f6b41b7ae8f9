/* The log of a recent.h: few values, each as the number of its bucket. */
#include <stdlib.h>
#include <string.h>

#include "sample/recent_impl.h"

#define STEP_BUCKETS 32

static uint8_t *
own_log(struct recent *r)
{
	return (uint8_t *)(r->in_slice + r->slices);
}

static void
take_log(struct recent *r, uint8_t *log, uint32_t room)
{
	if (r->log != own_log(r))
		free(r->log);
	r->log = log;
	r->room = room;
	r->first = 0;
}

/* Half as much again. */
static bool
lengthen(struct recent *r)
{
	uint32_t room = r->room + r->room / 2;
	uint32_t most = recent_log_max(r->bucket_count, r->slices);
	uint8_t *log;

	if (room > most)
		room = most;
	if (room <= r->room)
		return false;
	log = malloc(room);
	if (log == NULL)
		return false;
	for (uint32_t i = 0; i < r->count; i++)
		log[i] = r->log[recent_log_place(r, i)];
	take_log(r, log, room);
	return true;
}

static struct sketch_span
span_with(const struct recent *r, unsigned bucket)
{
	struct sketch_span span = { .first = bucket, .last = bucket };

	for (uint64_t i = 0; i < r->count; i++) {
		unsigned other = recent_log_bucket(r, i);

		if (other < span.first)
			span.first = other;
		if (other > span.last)
			span.last = other;
	}
	return span;
}

/* Counts all in the log anew, from that bucket on. */
static void
take_counters(
    struct recent *r, uint16_t *together, unsigned width, unsigned lowest)
{
	if (width > 0)
		memset(together, 0, width * sizeof(*together));
	r->above = 0;
	for (uint64_t i = 0; width > 0 && i < r->count; i++) {
		unsigned bucket = recent_log_bucket(r, i);

		together[bucket - lowest]++;
		r->above += bucket > lowest;
	}
	if (r->together != r->own && r->together != together)
		free(r->together);
	r->together = together;
	r->width = (uint16_t)width;
	r->lowest = r->cursor = (uint16_t)lowest;
}

/*
 * All buckets, and that one, have a counter, or none has for want of memory:
 * then the log itself is looked at.  False: they are too far apart.
 */
static bool
cover(struct recent *r, unsigned bucket)
{
	struct sketch_span span;
	unsigned width;
	uint16_t *to;

	if (bucket >= r->lowest && bucket - r->lowest < r->width)
		return true;
	span = span_with(r, bucket);
	width = span.last - span.first + 1;
	if (width > RECENT_LOG_BUCKETS)
		return false;
	if (width <= RECENT_OWN_BUCKETS) {
		take_counters(r, r->own, RECENT_OWN_BUCKETS, span.first);
		return true;
	}
	width += STEP_BUCKETS - 1 - (width - 1) % STEP_BUCKETS;
	to = malloc(width * sizeof(*to));
	if (to == NULL)
		take_counters(r, r->own, 0, span.first);
	else
		take_counters(r, to, width, span.first);
	return true;
}

static uint64_t
count_from(const struct recent *r, unsigned bucket)
{
	uint64_t count = 0;

	for (uint64_t i = 0; i < r->count; i++)
		count += recent_log_bucket(r, i) >= bucket;
	return count;
}

/*
 * The one bucket that has at most that many values above it, and with its own
 * more.
 */
static unsigned
look_for(const struct recent *r, uint64_t above)
{
	unsigned first = r->lowest, last = first + RECENT_LOG_BUCKETS - 1;

	while (first < last) {
		unsigned middle = first + (last - first + 1) / 2;

		if (count_from(r, middle) > above)
			first = middle;
		else
			last = middle - 1;
	}
	return first;
}

/* The same by the counters: it is seldom far from the one before. */
static unsigned
move_cursor(struct recent *r, uint64_t above)
{
	const uint16_t *at = r->together + (r->cursor - r->lowest);

	while (r->above > above)
		r->above -= *++at;
	while (r->above + *at <= above)
		r->above += *at--;
	r->cursor = (uint16_t)(r->lowest + (at - r->together));
	return r->cursor;
}

unsigned
recent_log_max(unsigned bucket_count, unsigned slices)
{
	size_t max = (size_t)slices * bucket_count * sizeof(uint16_t);

	return max < UINT16_MAX ? (unsigned)max : UINT16_MAX;
}

void
recent_log_init(struct recent *r)
{
	r->together = r->own;
	r->log = own_log(r);
}

void
recent_log_clear(struct recent *r)
{
	r->count = 0;
	take_log(r, own_log(r), r->own_room);
	take_counters(r, r->own, RECENT_OWN_BUCKETS, 0);
	if (r->own_room > 0)
		memset(r->in_slice, 0, r->slices * sizeof(r->in_slice[0]));
}

bool
recent_log_make_room(struct recent *r, unsigned bucket)
{
	return recent_log_has_room(r, bucket) ||
	    ((r->count < r->room || lengthen(r)) && cover(r, bucket));
}

bool
recent_log_is_over(const struct recent *r, unsigned bucket)
{
	struct sketch_span span;

	if (r->count >= recent_log_max(r->bucket_count, r->slices))
		return true;
	span = span_with(r, bucket);
	return span.last - span.first >= RECENT_LOG_BUCKETS;
}

unsigned
recent_log_nearest(const struct recent *r, unsigned bucket)
{
	struct sketch_span span = span_with(r, recent_log_bucket(r, 0));
	unsigned most = RECENT_LOG_BUCKETS - 1;

	if (bucket > span.first)
		return span.first + most;
	return span.last - most;
}

double
recent_log_quantile(struct recent *r, double q)
{
	uint64_t above = r->count - sketch_rank(q, r->count);
	unsigned bucket =
	    r->width > 0 ? move_cursor(r, above) : look_for(r, above);

	if (bucket != r->said_bucket) {
		r->said = sketch_value(&r->scale, bucket);
		r->said_bucket = (uint16_t)bucket;
	}
	return r->said;
}
