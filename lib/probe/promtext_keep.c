#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "probe/promtext_impl.h"
#include "probe/promtext_number.h"

#define NOBODY UINT32_MAX
#define BOUND_BYTES_MAX 64 /* of le */

/*
 * The names that selectors ask for, by what is cheap to know of a name: its
 * length and its first and last bytes.  Selectors of the same name are a
 * chain, in their order.
 */
struct names {
	uint32_t mask;
	bool ask_for_any; /* some selector has no single name */
	uint32_t *first;  /* a bucket's first selector */
	uint32_t *next;   /* of a selector's bucket */
};

static inline uint32_t
bucket_of(const struct names *n, struct metric_slice name)
{
	uint32_t first = (unsigned char)name.bytes[0];
	uint32_t middle = (unsigned char)name.bytes[name.length / 2];
	uint32_t last = (unsigned char)name.bytes[name.length - 1];
	uint32_t h = (first << 16 | middle << 8 | last) * 0x9e3779b1U;

	h ^= (uint32_t)name.length * 0x85ebca6bU;
	return (h >> 16) & n->mask;
}

static inline bool
equals(struct metric_slice a, struct metric_slice b)
{
	return a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0;
}

/* From the last to the first, so that chains are in order. */
static void
fill(struct names *n, struct selector *const *selectors, size_t count)
{
	memset(n->first, 0xff, ((size_t)n->mask + 1) * sizeof(n->first[0]));
	for (size_t i = count; i-- > 0;) {
		struct metric_slice name = selector_name(selectors[i]);
		uint32_t bucket;

		if (name.bytes == NULL) {
			n->ask_for_any = true;
			continue;
		}
		bucket = bucket_of(n, name);
		n->next[i] = n->first[bucket];
		n->first[bucket] = (uint32_t)i;
	}
}

struct names *
promtext_names_new(struct selector *const *selectors, size_t count)
{
	struct names *n = calloc(1, sizeof(*n));
	uint32_t buckets = 64;

	if (n == NULL)
		return NULL;
	while (buckets < 8 * count && buckets < (1U << 16))
		buckets *= 2;
	n->mask = buckets - 1;
	n->ask_for_any = count == 0;
	n->first = calloc(buckets, sizeof(n->first[0]));
	n->next = calloc(count + 1, sizeof(n->next[0]));
	if (n->first == NULL || n->next == NULL) {
		promtext_names_free(n);
		return NULL;
	}
	fill(n, selectors, count);
	return n;
}

void
promtext_names_free(struct names *n)
{
	if (n == NULL)
		return;
	free(n->first);
	free(n->next);
	free(n);
}

bool
promtext_wants_all(const struct names *names)
{
	return names->ask_for_any;
}

bool
promtext_is_wanted(const struct promtext *p, struct metric_slice name)
{
	const struct names *n = p->names;

	if (n->ask_for_any)
		return true;
	for (uint32_t i = n->first[bucket_of(n, name)]; i != NOBODY;
	     i = n->next[i])
		if (equals(name, selector_name(p->selectors[i])))
			return true;
	return false;
}

/* The bound of a bucket. */
static double
bound(struct metric_slice text)
{
	char copy[BOUND_BYTES_MAX + 1];
	size_t length = text.length;
	const char *end;
	double le;

	if (length == 0 || length > BOUND_BYTES_MAX)
		return (double)NAN;
	end = text.bytes + length;
	if (*end == '"') /* in the line, or as good as it */
		return promtext_number(text.bytes, end, &le) == end ?
		    le :
		    (double)NAN;
	/* It lacks the byte that ends a number. */
	memcpy(copy, text.bytes, length);
	copy[length] = '\n';
	return promtext_number(copy, copy + length, &le) == copy + length ?
	    le :
	    (double)NAN;
}

static bool
hand_over(struct promtext *p, unsigned selector)
{
	const struct sample_line *s = &p->sample;
	struct promtext_sample sample = {
		.selector = selector,
		.name = s->name,
		.labels = s->labels.items,
		.label_count = s->labels.count,
		.id = s->id,
		.group = s->group,
		.value = s->value,
		.has_timestamp = s->has_timestamp,
		.timestamp_ms = s->has_timestamp ? s->timestamp_ms : 0,
		.type = promtext_type_of(p),
		.le = s->le,
		.is_repeated = s->is_repeated,
	};

	p->fn(p->arg, &sample);
	return true;
}

static bool
refuse_more(struct promtext *p)
{
	return promtext_fail(p, "more than %u series%s", p->limits.series,
	    p->selector_count == 0 ? "" : " are asked for");
}

/* The first time that somebody wants it. */
static bool
remember(struct promtext *p)
{
	struct sample_line *s = &p->sample;
	bool is_new;

	s->le = bound(s->le_text);
	if (series_set_put(&p->kept, s->id, &is_new) == NULL)
		return refuse_more(p);
	s->is_repeated = !is_new;
	return true;
}

static bool
keep_all(struct promtext *p)
{
	p->sample.le = bound(p->sample.le_text);
	p->sample.is_repeated = false;
	if (++p->samples > p->limits.series)
		return refuse_more(p);
	return hand_over(p, 0);
}

bool
promtext_keep(struct promtext *p)
{
	const struct sample_line *s = &p->sample;
	bool is_remembered = false;

	if (p->selector_count == 0)
		return keep_all(p);
	if (!promtext_is_wanted(p, s->name))
		return true;
	for (size_t i = 0; i < p->selector_count; i++) {
		struct metric_slice name = selector_name(p->selectors[i]);

		if (name.bytes != NULL && !equals(name, s->name))
			continue;
		switch (selector_match_within(p->selectors[i], s->name,
		    s->labels.items, s->labels.count, &p->steps_left)) {
		case SELECTOR_NO:
			continue;
		case SELECTOR_GAVE_UP:
			p->gave_up = true;
			return promtext_fail(p,
			    "a regular expression of %s "
			    "takes too long",
			    selector_text(p->selectors[i]));
		case SELECTOR_YES:
			break;
		}
		if (!is_remembered && !remember(p))
			return false;
		is_remembered = true;
		if (!hand_over(p, (unsigned)i))
			return false;
	}
	return true;
}
