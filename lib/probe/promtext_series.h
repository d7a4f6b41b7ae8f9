/*
 * promtext_series.h - which series a sample is of, and a fixed table of those
 * that were seen.
 */
#ifndef PROBE_PROMTEXT_SERIES_H
#define PROBE_PROMTEXT_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/promtext.h"

/* The order of additions does not matter, so labels need not be sorted. */
static inline void
series_id_add(struct series_id *sum, struct series_id more)
{
	sum->high += more.high;
	sum->low += more.low;
}

struct series_id series_name_id(struct metric_slice name);
struct series_id series_label_id(const struct metric_label *label);

/* Mixes a sum to an identity. */
struct series_id series_id_finish(struct series_id sum);

/*
 * Identities, each with a number of the owner's.  Half of an identity is
 * enough: of a million series, two are taken for one once in 30 million times.
 * To clear the set is to count up its generation: entries of others are free.
 */
struct series_entry {
	uint64_t low;
	uint32_t generation;
	uint32_t mark;
};

struct series_set {
	struct series_entry *entries;
	size_t capacity; /* a power of two */
	size_t count;
	size_t max;
	uint32_t generation; /* never 0 */
};

/* False: no memory. */
bool series_set_init(struct series_set *set, size_t max);
void series_set_clear(struct series_set *set);
void series_set_free(struct series_set *set);

/*
 * The entry of that identity; is_new says whether it was made just now.  NULL
 * when the set is full and does not have it.
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
