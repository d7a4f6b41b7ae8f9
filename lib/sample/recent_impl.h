/*
 * recent_impl.h - what the files of recent.h share: the log is in one, the
 * counters slice by slice and which of the two there is in the other.
 */
#ifndef SAMPLE_RECENT_IMPL_H
#define SAMPLE_RECENT_IMPL_H

#include "sample/recent.h"

#define RECENT_LOG_BUCKETS 256 /* so many are told apart by a byte */
#define RECENT_OWN_BUCKETS 64  /* counted without more memory */

/*
 * Behind it, in the same memory: how many values a slice has, and the log.  A
 * number in the log is the last byte of a bucket's: all of them are from the
 * lowest on, and less than RECENT_LOG_BUCKETS from it.
 */
struct recent {
	struct sketch_scale scale;
	uint16_t *each;     /* counters slice by slice; NULL: there is a log */
	uint16_t *together; /* counters of the log, from the lowest bucket on */
	uint8_t *log;       /* a ring */
	uint64_t count;     /* of values */
	double said;
	uint32_t own_room; /* of the log behind; 0: there is none */
	uint32_t room;
	uint32_t first; /* the oldest in the log */
	uint32_t above; /* values in buckets above the cursor */
	uint16_t cursor;
	uint16_t said_bucket; /* the value of which is at hand */
	uint16_t lowest;
	uint16_t width; /* buckets that have a counter; 0: no memory for them */
	uint16_t bucket_count;
	uint16_t slices;
	struct sketch_span span; /* of the counters slice by slice */
	uint16_t own[RECENT_OWN_BUCKETS];
	uint16_t in_slice[];
};

/* Longer, a log is not worth its memory, nor sure of its counters. */
unsigned recent_log_max(unsigned bucket_count, unsigned slices);

/* Once, of what is all zero but for its room and slices. */
void recent_log_init(struct recent *r);

/* Nothing in it, in its own memory, and nothing taken besides. */
void recent_log_clear(struct recent *r);

/* Where the log has its i-th number, the oldest first. */
static inline uint32_t
recent_log_place(const struct recent *r, uint64_t i)
{
	uint64_t at = r->first + i;

	return (uint32_t)(at < r->room ? at : at - r->room);
}

/* In the order of their coming. */
static inline unsigned
recent_log_bucket(const struct recent *r, uint64_t i)
{
	uint8_t number = r->log[recent_log_place(r, i)];

	return r->lowest + (uint8_t)(number - r->lowest);
}

/* Nothing is to be done for one more of that bucket: so it is as a rule. */
static inline bool
recent_log_has_room(const struct recent *r, unsigned bucket)
{
	return r->count < r->room && bucket >= r->lowest &&
	    bucket - r->lowest < r->width;
}

/*
 * Room for one more of that bucket.  False: it is as long as it can be, or the
 * bucket too far from others.
 */
bool recent_log_make_room(struct recent *r, unsigned bucket);

/* Is it so because counters slice by slice are the better way? */
bool recent_log_is_over(const struct recent *r, unsigned bucket);

/* Where it is too far from others: the next that is near enough. */
unsigned recent_log_nearest(const struct recent *r, unsigned bucket);

static inline void
recent_log_add(struct recent *r, unsigned bucket)
{
	if (r->width > 0) {
		r->together[bucket - r->lowest]++;
		r->above += bucket > r->cursor;
	}
	r->log[recent_log_place(r, r->count++)] = (uint8_t)bucket;
}

/* The oldest. */
static inline void
recent_log_drop(struct recent *r)
{
	unsigned bucket = recent_log_bucket(r, 0);

	if (r->width > 0) {
		r->together[bucket - r->lowest]--;
		r->above -= bucket > r->cursor;
	}
	r->first = recent_log_place(r, 1);
	r->count--;
}

double recent_log_quantile(struct recent *r, double q);

#endif
