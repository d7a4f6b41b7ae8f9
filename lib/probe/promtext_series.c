#include "probe/promtext_series.h"

#include <string.h>

#include "base/pages.h"

/* While so many are enough the rest of the memory is not touched. */
#define FEW 64U

/* At most two of three are taken. */
static size_t
room(size_t capacity)
{
	return capacity - capacity / 3;
}

bool
series_set_init(struct series_set *set, size_t max)
{
	*set = (struct series_set){ .capacity = FEW,
		.capacity_max = FEW,
		.max = max,
		.generation = 1 };
	while (room(set->capacity_max) < max + 1)
		set->capacity_max *= 2;
	set->entries = pages_new(set->capacity_max, sizeof(set->entries[0]));
	return set->entries != NULL;
}

void
series_set_clear(struct series_set *set)
{
	if (set->count < room(FEW))
		set->capacity = FEW;
	set->count = 0;
	if (++set->generation != 0)
		return;
	set->generation = 1;
	memset(set->entries, 0, set->capacity_max * sizeof(set->entries[0]));
}

void
series_set_free(struct series_set *set)
{
	pages_free(set->entries, set->capacity_max, sizeof(set->entries[0]));
	*set = (struct series_set){ 0 };
}

static struct series_entry *
place_of(const struct series_set *set, struct series_id id)
{
	size_t i = (size_t)id.low & (set->capacity - 1);

	for (;;) {
		struct series_entry *e = &set->entries[i];

		if (e->generation != set->generation || e->low == id.low)
			return e;
		i = (i + 1) & (set->capacity - 1);
	}
}

/* They are few no more: all find their places anew. */
static void
spread(struct series_set *set)
{
	struct series_entry few[FEW];

	memcpy(few, set->entries, sizeof(few));
	memset(set->entries, 0, sizeof(few));
	set->capacity = set->capacity_max;
	for (size_t i = 0; i < FEW; i++)
		if (few[i].generation == set->generation)
			*place_of(set,
			    (struct series_id){ .low = few[i].low }) = few[i];
}

struct series_entry *
series_set_put(struct series_set *set, struct series_id id, bool *is_new)
{
	struct series_entry *e = place_of(set, id);

	*is_new = e->generation != set->generation;
	if (!*is_new)
		return e;
	if (set->count == set->max)
		return NULL;
	if (set->count + 1 >= room(set->capacity) &&
	    set->capacity < set->capacity_max) {
		spread(set);
		e = place_of(set, id);
	}
	set->count++;
	*e = (struct series_entry){ .low = id.low,
		.generation = set->generation };
	return e;
}

struct series_entry *
series_set_find(const struct series_set *set, struct series_id id)
{
	struct series_entry *e = place_of(set, id);

	return e->generation == set->generation ? e : NULL;
}
