#include "sample/recent.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BYTE_BUCKETS 256 /* so many are told apart by a byte */
#define ROOM_MIN 32

/*
 * Behind it, in the same memory: the counters, those of the slices, the log.
 */
struct recent {
	struct sketch_scale scale;
	uint16_t *each;   /* counters slice by slice; NULL: there is a log */
	uint8_t *log;     /* a ring of numbers of a byte, or of two */
	uint8_t *own_log; /* the one behind; NULL: there is none */
	uint32_t own_room;
	uint32_t room;
	uint32_t first; /* the oldest in the log */
	uint32_t above; /* values in buckets above the cursor */
	uint16_t cursor;
	uint16_t said_bucket; /* the value of which is at hand */
	uint64_t count;
	double said;
	struct sketch_span span; /* of the counters slice by slice */
	uint16_t bucket_count;
	uint16_t slices;
	uint16_t *in_slice; /* values, while there is a log */
	uint16_t together[];
};

static size_t
number_bytes(unsigned bucket_count)
{
	return bucket_count <= BYTE_BUCKETS ? 1 : 2;
}

/* With more, a log is not worth its memory; and counters can hold them all. */
static unsigned
room_max(unsigned bucket_count, unsigned slices)
{
	size_t each_bytes = (size_t)slices * bucket_count * sizeof(uint16_t);
	size_t max = each_bytes / number_bytes(bucket_count);

	return max < UINT16_MAX ? (unsigned)max : UINT16_MAX;
}

/* Numbers that the log is to hold at first; 0: there shall be none. */
static unsigned
first_room(const struct recent_settings *s, unsigned bucket_count)
{
	unsigned room = s->expected > ROOM_MIN ? s->expected : ROOM_MIN;

	return room <= room_max(bucket_count, s->slices) ? room : 0;
}

static unsigned
number_at(const struct recent *r, const uint8_t *log, uint32_t i)
{
	if (r->bucket_count <= BYTE_BUCKETS)
		return log[i];
	return (unsigned)log[2 * i] | (unsigned)log[2 * i + 1] << 8;
}

static void
put_number(const struct recent *r, uint8_t *log, uint32_t i, unsigned bucket)
{
	if (r->bucket_count <= BYTE_BUCKETS) {
		log[i] = (uint8_t)bucket;
		return;
	}
	log[2 * i] = (uint8_t)(bucket & 0xff);
	log[2 * i + 1] = (uint8_t)(bucket >> 8);
}

static uint32_t
place_in_log(const struct recent *r, uint64_t i)
{
	uint64_t at = r->first + i;

	return (uint32_t)(at < r->room ? at : at - r->room);
}

static void
drop_oldest(struct recent *r)
{
	unsigned bucket = number_at(r, r->log, r->first);

	r->together[bucket]--;
	r->above -= bucket > r->cursor;
	r->first = place_in_log(r, 1);
	r->count--;
}

static void
take_log(struct recent *r, uint8_t *log, uint32_t room)
{
	if (r->log != r->own_log)
		free(r->log);
	r->log = log;
	r->room = room;
	r->first = 0;
}

/* Half as much again.  False: it is as long as is worth it, or no memory. */
static bool
lengthen(struct recent *r)
{
	uint32_t room = r->room + r->room / 2;
	uint32_t most = room_max(r->bucket_count, r->slices);
	uint8_t *log;

	if (room > most)
		room = most;
	if (room <= r->room)
		return false;
	log = malloc(room * number_bytes(r->bucket_count));
	if (log == NULL)
		return false;
	for (uint32_t i = 0; i < r->count; i++)
		put_number(r, log, i, number_at(r, r->log, place_in_log(r, i)));
	take_log(r, log, room);
	return true;
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
	uint32_t told = 0;

	r->each = calloc(r->slices, r->bucket_count * sizeof(*r->each));
	if (r->each == NULL)
		return false;
	for (unsigned i = 1; i <= r->slices; i++) {
		unsigned of = (slice + i) % r->slices;
		uint16_t *counters = counters_of(r, of);

		for (unsigned k = 0; k < r->in_slice[of]; k++, told++)
			counters[number_at(r, r->log, place_in_log(r, told))]++;
	}
	take_log(r, r->own_log, r->own_room);
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
	drop_oldest(r);
}

/* False where there is a log no more. */
static bool
make_room(struct recent *r, unsigned slice)
{
	if (r->count < r->room || lengthen(r))
		return true;
	if (r->room >= room_max(r->bucket_count, r->slices) &&
	    count_each(r, slice))
		return false;
	drop_early(r, slice);
	return true;
}

static void
add_to_log(struct recent *r, unsigned slice, double value)
{
	unsigned bucket = sketch_add(&r->scale, r->together, value);

	put_number(r, r->log, place_in_log(r, r->count), bucket);
	r->above += bucket > r->cursor;
	r->in_slice[slice]++;
	r->count++;
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

static void
empty_counters(struct recent *r, unsigned slice)
{
	uint16_t *counters = counters_of(r, slice);
	struct sketch k;

	r->count -= sketch_count(&r->scale, counters, 1);
	memset(counters, 0, r->bucket_count * sizeof(*counters));
	k = sketch_of(r);
	r->span = sketch_narrowed(&k);
}

/*
 * To the one bucket that has at most that many values above it, and with its
 * own more: it is seldom far from the one of the value before.
 */
static void
move_cursor(struct recent *r, uint64_t above)
{
	while (r->above > above)
		r->above -= r->together[++r->cursor];
	while (r->above + r->together[r->cursor] <= above)
		r->above += r->together[r->cursor--];
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
	return sizeof(struct recent) +
	    ((size_t)buckets + s->slices) * sizeof(uint16_t) +
	    room * number_bytes(buckets);
}

struct recent *
recent_init(void *memory, const struct recent_settings *s)
{
	struct recent *r = memory;
	unsigned buckets;

	r->scale = sketch_scale(s->range);
	buckets = sketch_bucket_count(&r->scale);
	assert(buckets <= UINT16_MAX && s->slices <= UINT16_MAX);
	r->bucket_count = (uint16_t)buckets;
	r->slices = (uint16_t)s->slices;
	r->said_bucket = UINT16_MAX;
	r->own_room = r->room = first_room(s, buckets);
	if (r->room == 0) {
		r->each = r->together;
	} else {
		r->in_slice = r->together + buckets;
		r->own_log = r->log = (uint8_t *)(r->in_slice + s->slices);
	}
	recent_clear(r);
	return r;
}

bool
recent_add(struct recent *r, unsigned slice, double value)
{
	if (r->each != NULL || !make_room(r, slice))
		return add_to_counters(r, slice, value);
	add_to_log(r, slice, value);
	return true;
}

void
recent_drop(struct recent *r, unsigned slice)
{
	if (r->each != NULL) {
		empty_counters(r, slice);
		return;
	}
	for (; r->in_slice[slice] > 0; r->in_slice[slice]--)
		drop_oldest(r);
}

void
recent_clear(struct recent *r)
{
	size_t counters = (size_t)r->bucket_count + r->slices;

	if (r->own_room == 0)
		counters = (size_t)r->bucket_count * r->slices;
	recent_release(r);
	memset(r->together, 0, counters * sizeof(r->together[0]));
	r->span = (struct sketch_span){ .first = r->bucket_count };
	r->first = r->above = r->cursor = 0;
	r->count = 0;
}

double
recent_quantile(struct recent *r, double q)
{
	struct sketch k;

	if (r->count == 0)
		return (double)NAN;
	if (r->each != NULL) {
		k = sketch_of(r);
		return sketch_quantile(&k, q);
	}
	move_cursor(r, r->count - sketch_rank(q, r->count));
	if (r->cursor != r->said_bucket) {
		r->said = sketch_value(&r->scale, r->cursor);
		r->said_bucket = r->cursor;
	}
	return r->said;
}

void
recent_release(struct recent *r)
{
	if (r == NULL)
		return;
	if (r->log != r->own_log)
		free(r->log);
	r->log = r->own_log;
	r->room = r->own_room;
	if (r->own_room == 0)
		return;
	free(r->each);
	r->each = NULL;
}
