#include "probe/promtext_series.h"

#include <string.h>

#include "base/pages.h"

bool
series_set_init(struct series_set *set, size_t max)
{
	*set =
	    (struct series_set){ .capacity = 16, .max = max, .generation = 1 };
	/* At most two of three are taken. */
	while (set->capacity - set->capacity / 3 < max + 1)
		set->capacity *= 2;
	set->entries = pages_new(set->capacity, sizeof(set->entries[0]));
	return set->entries != NULL;
}

void
series_set_clear(struct series_set *set)
{
	set->count = 0;
	if (++set->generation != 0)
		return;
	set->generation = 1;
	memset(set->entries, 0, set->capacity * sizeof(set->entries[0]));
}

void
series_set_free(struct series_set *set)
{
	pages_free(set->entries, set->capacity, sizeof(set->entries[0]));
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

struct series_entry *
series_set_put(struct series_set *set, struct series_id id, bool *is_new)
{
	struct series_entry *e = place_of(set, id);

	*is_new = e->generation != set->generation;
	if (!*is_new)
		return e;
	if (set->count == set->max)
		return NULL;
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
