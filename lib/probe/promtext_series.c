#include "probe/promtext_series.h"

#include <stdlib.h>
#include <string.h>

#define NAME_SEED UINT64_C(0x9e3779b97f4a7c15)
#define LABEL_SEED UINT64_C(0xd1b54a32d192ed03)
#define FACTOR_A UINT64_C(0xa0761d6478bd642f)
#define FACTOR_B UINT64_C(0xe7037ed1a0b428db)
#define FACTOR_C UINT64_C(0x8ebc6af09c88c6e3)

__extension__ typedef unsigned __int128 wide;

static inline uint64_t
load64(const char *b)
{
	uint64_t v;

	memcpy(&v, b, sizeof(v));
	return v;
}

static inline uint64_t
load32(const char *b)
{
	uint32_t v;

	memcpy(&v, b, sizeof(v));
	return v;
}

static inline uint64_t
turned(uint64_t v, unsigned bits)
{
	return (v << bits) | (v >> (64 - bits));
}

static inline void
absorb(struct series_id *h, uint64_t a, uint64_t b)
{
	wide product = (wide)(a ^ h->low ^ FACTOR_A) * (b ^ h->high ^ FACTOR_B);
	uint64_t low = h->low;

	h->low = (uint64_t)product ^ (turned(h->high, 23) + b);
	h->high = (uint64_t)(product >> 64) ^ (turned(low, 41) + a);
}

/* All bytes of a string and its length, by overlapping loads at its end. */
static inline void
absorb_string(struct series_id *h, struct metric_slice s)
{
	const char *b = s.bytes;
	size_t n = s.length;

	while (n > 16) {
		absorb(h, load64(b), load64(b + 8));
		b += 16;
		n -= 16;
	}
	if (n >= 8)
		absorb(h, load64(b), load64(b + n - 8) ^ n);
	else if (n >= 4)
		absorb(h, load32(b), load32(b + n - 4) ^ ((uint64_t)n << 32));
	else if (n > 0)
		absorb(h,
		    (uint64_t)(unsigned char)b[0] << 16 |
			(uint64_t)(unsigned char)b[n / 2] << 8 |
			(unsigned char)b[n - 1],
		    (uint64_t)n << 32);
	else
		absorb(h, 0, FACTOR_C);
}

struct series_id
series_name_id(struct metric_slice name)
{
	struct series_id h = { NAME_SEED, name.length };

	absorb_string(&h, name);
	return h;
}

struct series_id
series_label_id(const struct metric_label *label)
{
	struct series_id h = { LABEL_SEED, label->name.length };

	absorb_string(&h, label->name);
	h.low += label->value.length;
	absorb_string(&h, label->value);
	absorb(&h, FACTOR_C, h.low);
	return h;
}

struct series_id
series_id_finish(struct series_id sum)
{
	struct series_id h = { NAME_SEED, LABEL_SEED };

	absorb(&h, sum.low, sum.high);
	absorb(&h, sum.high, sum.low);
	return h;
}

bool
series_set_init(struct series_set *set, size_t max)
{
	*set =
	    (struct series_set){ .capacity = 16, .max = max, .generation = 1 };
	/* At most two of three are taken. */
	while (set->capacity - set->capacity / 3 < max + 1)
		set->capacity *= 2;
	set->entries = calloc(set->capacity, sizeof(set->entries[0]));
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
	free(set->entries);
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
