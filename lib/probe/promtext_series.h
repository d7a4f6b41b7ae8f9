/*
 * promtext_series.h - which series a sample is of, and a fixed table of those
 * that were seen.
 */
#ifndef PROBE_PROMTEXT_SERIES_H
#define PROBE_PROMTEXT_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "probe/promtext.h"

#define SERIES_SEED UINT64_C(0x9e3779b97f4a7c15)
#define SERIES_FACTOR_A UINT64_C(0xa0761d6478bd642f)
#define SERIES_FACTOR_B UINT64_C(0xe7037ed1a0b428db)
#define SERIES_FACTOR_C UINT64_C(0x8ebc6af09c88c6e3)
#define SERIES_FACTOR_D UINT64_C(0xd1b54a32d192ed03)

__extension__ typedef unsigned __int128 series_wide;

static inline uint64_t
series_load64(const char *b)
{
	uint64_t v;

	memcpy(&v, b, sizeof(v));
	return v;
}

static inline uint64_t
series_load32(const char *b)
{
	uint32_t v;

	memcpy(&v, b, sizeof(v));
	return v;
}

static inline uint64_t
series_turn(uint64_t v, unsigned bits)
{
	return (v << bits) | (v >> (64 - bits));
}

static inline void
series_absorb(struct series_id *h, uint64_t a, uint64_t b)
{
	series_wide product = (series_wide)(a ^ h->low ^ SERIES_FACTOR_A) *
	    (b ^ h->high ^ SERIES_FACTOR_B);
	uint64_t low = h->low;

	h->low = (uint64_t)product ^ (series_turn(h->high, 23) + b);
	h->high = (uint64_t)(product >> 64) ^ (series_turn(low, 41) + a);
}

/* All bytes of a string, by overlapping loads at its end; not its length. */
static inline __attribute__((always_inline)) void
series_absorb_string(struct series_id *h, struct metric_slice s)
{
	const char *b = s.bytes;
	size_t n = s.length;

	while (n > 16) {
		series_absorb(h, series_load64(b), series_load64(b + 8));
		b += 16;
		n -= 16;
	}
	if (n >= 8)
		series_absorb(h, series_load64(b), series_load64(b + n - 8));
	else if (n >= 4)
		series_absorb(h, series_load32(b), series_load32(b + n - 4));
	else if (n > 0)
		series_absorb(h, (unsigned char)b[0],
		    (uint64_t)(unsigned char)b[n / 2] << 8 |
			(unsigned char)b[n - 1]);
}

static inline struct series_id
series_name_id(struct metric_slice name)
{
	struct series_id h = { SERIES_SEED, name.length };

	series_absorb_string(&h, name);
	return h;
}

static inline struct series_id
series_label_id(const struct metric_label *label)
{
	struct series_id h = { (uint64_t)label->name.length << 32,
		label->value.length };

	series_absorb_string(&h, label->name);
	series_absorb_string(&h, label->value);
	return h;
}

/* The order of additions does not matter, so labels need not be sorted. */
static inline void
series_id_add(struct series_id *sum, struct series_id more)
{
	sum->high += more.high;
	sum->low += more.low;
}

/* Mixes a sum to an identity. */
static inline struct series_id
series_id_finish(struct series_id sum)
{
	series_wide one = (series_wide)(sum.low ^ SERIES_FACTOR_A) *
	    (sum.high ^ SERIES_FACTOR_B);
	series_wide two = (series_wide)(sum.high ^ SERIES_FACTOR_C) *
	    (series_turn(sum.low, 32) ^ SERIES_FACTOR_D);

	return (
	    struct series_id){ .high = (uint64_t)two ^ (uint64_t)(two >> 64),
		.low = (uint64_t)one ^ (uint64_t)(one >> 64) };
}

/*
 * Identities, each with a number of the owner's.  Half of an identity is
 * enough: of a million series, two are taken for one once in 30 million times.
 * To clear the set is to count up its generation: entries of others are free.
 * Few stand near to each other, so that they need little memory.
 */
struct series_entry {
	uint64_t low;
	uint32_t generation;
	uint32_t mark;
};

struct series_set {
	struct series_entry *entries;
	size_t capacity; /* in use, a power of two: few at first */
	size_t capacity_max;
	size_t count;
	size_t max;
	uint32_t generation; /* never 0 */
};

/* False: no memory. */
bool series_set_init(struct series_set *set, size_t max);
void series_set_clear(struct series_set *set);
void series_set_free(struct series_set *set);

/*
 * The entry of that identity, until the next is put; is_new says whether it was
 * made just now.  NULL when the set is full and does not have it.
 */
struct series_entry *series_set_put(
    struct series_set *set, struct series_id id, bool *is_new);

/* Soon to be put. */
static inline void
series_set_expect(const struct series_set *set, struct series_id id)
{
	__builtin_prefetch(&set->entries[(size_t)id.low & (set->capacity - 1)]);
}

/* NULL: it is not there. */
struct series_entry *series_set_find(
    const struct series_set *set, struct series_id id);

#endif
