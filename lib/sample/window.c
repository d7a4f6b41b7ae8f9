#include "sample/window.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct slice {
	uint32_t ok;
	uint32_t failed;
	uint32_t values;
	uint16_t first_bucket; /* of its values; first > last: none */
	uint16_t last_bucket;
	double sum;
	int64_t first_failed_ms;
};

struct extremes {
	double least;
	double most;
};

/* Behind it, in the same memory: slices, extremes, scale, buckets. */
struct window {
	int64_t length_ms;
	int64_t origin_ms; /* the first sample */
	int64_t newest_ms;
	uint64_t turn; /* slices begun since the first sample */
	unsigned slice_count;
	unsigned bucket_count; /* of one slice; 0: no quantiles */
	bool has_begun;
	struct extremes *extremes; /* NULL: not asked for */
	struct sketch_scale *scale;
	uint16_t *buckets;
	struct slice slices[];
};

static unsigned
slice_count_of(const struct window_settings *set)
{
	if (set->slices > 0)
		return set->slices;
	return set->quantiles == NULL ? WINDOW_SLICES : WINDOW_SKETCH_SLICES;
}

static void
empty_slice(struct window *w, unsigned i)
{
	w->slices[i] = (struct slice){ .first_failed_ms = INT64_MAX,
		.first_bucket = UINT16_MAX };
	if (w->extremes != NULL)
		w->extremes[i] = (struct extremes){ HUGE_VAL, -HUGE_VAL };
	if (w->bucket_count > 0)
		memset(w->buckets + (size_t)i * w->bucket_count, 0,
		    w->bucket_count * sizeof(w->buckets[0]));
}

static void
begin(struct window *w, int64_t at_ms)
{
	w->has_begun = true;
	w->origin_ms = w->newest_ms = at_ms;
	w->turn = 0;
}

/* Which slice since the first sample, from 0; no rounding adds up. */
static uint64_t
turn_at(const struct window *w, int64_t at_ms)
{
	uint64_t elapsed = (uint64_t)at_ms - (uint64_t)w->origin_ms;
	uint64_t length = (uint64_t)w->length_ms;

	return elapsed / length * w->slice_count +
	    elapsed % length * w->slice_count / length;
}

static unsigned
current(const struct window *w)
{
	return (unsigned)(w->turn % w->slice_count);
}

/* False where the value finds no room any more. */
static bool
sketch_value(struct window *w, struct slice *s, double value)
{
	uint16_t *own = w->buckets + (size_t)current(w) * w->bucket_count;
	unsigned bucket = sketch_add(w->scale, own, value);

	if (bucket == SKETCH_FULL)
		return false;
	if (bucket < s->first_bucket)
		s->first_bucket = (uint16_t)bucket;
	if (bucket > s->last_bucket)
		s->last_bucket = (uint16_t)bucket;
	return true;
}

static void
count_value(struct window *w, struct slice *s, double value)
{
	struct extremes *x = w->extremes;

	if (w->bucket_count > 0 && !sketch_value(w, s, value))
		return;
	s->values++;
	s->sum += value;
	if (x == NULL)
		return;
	x += current(w);
	x->least = fmin(x->least, value);
	x->most = fmax(x->most, value);
}

size_t
window_bytes(const struct window_settings *set)
{
	size_t each = sizeof(struct slice);
	size_t bytes = sizeof(struct window);

	if (set->extremes)
		each += sizeof(struct extremes);
	if (set->quantiles != NULL) {
		struct sketch_scale scale = sketch_scale(set->quantiles);

		bytes += sizeof(scale);
		each += sketch_bucket_count(&scale) * sizeof(uint16_t);
	}
	return bytes + slice_count_of(set) * each;
}

struct window *
window_new(const struct window_settings *set)
{
	unsigned count = slice_count_of(set);
	struct window *w;
	void *behind;

	assert(count <= WINDOW_SLICES_MAX);
	assert(set->length_ms >= 1);
	assert(set->length_ms <= INT64_MAX / WINDOW_SLICES_MAX);

	w = calloc(1, window_bytes(set));
	if (w == NULL)
		return NULL;
	w->length_ms = set->length_ms;
	w->slice_count = count;
	behind = &w->slices[count];
	if (set->extremes) {
		w->extremes = behind;
		behind = &w->extremes[count];
	}
	if (set->quantiles != NULL) {
		w->scale = behind;
		*w->scale = sketch_scale(set->quantiles);
		w->bucket_count = sketch_bucket_count(w->scale);
		assert(w->bucket_count < UINT16_MAX);
		behind = w->scale + 1;
		w->buckets = behind;
	}
	window_reset(w);
	return w;
}

void
window_reset(struct window *w)
{
	w->has_begun = false;
	for (unsigned i = 0; i < w->slice_count; i++)
		empty_slice(w, i);
}

void
window_advance(struct window *w, int64_t now_ms)
{
	uint64_t turn;

	if (!w->has_begun || now_ms <= w->newest_ms)
		return;
	w->newest_ms = now_ms;
	turn = turn_at(w, now_ms);
	if (turn - w->turn > w->slice_count)
		w->turn = turn - w->slice_count;
	while (w->turn < turn) {
		w->turn++;
		empty_slice(w, current(w));
	}
}

void
window_add(struct window *w, int64_t at_ms, enum window_side side, double value)
{
	struct slice *s;

	if (!w->has_begun)
		begin(w, at_ms);
	window_advance(w, at_ms);
	s = &w->slices[current(w)];
	if (side == WINDOW_OK)
		s->ok++;
	else if (s->failed++ == 0)
		s->first_failed_ms = w->newest_ms;
	if (isfinite(value))
		count_value(w, s, value);
}

struct window_totals
window_totals(const struct window *w)
{
	struct window_totals t = { .first_failed_ms = INT64_MAX };

	for (unsigned i = 0; i < w->slice_count; i++) {
		const struct slice *s = &w->slices[i];

		t.ok += s->ok;
		t.failed += s->failed;
		t.values += s->values;
		t.sum += s->sum;
		if (s->first_failed_ms < t.first_failed_ms)
			t.first_failed_ms = s->first_failed_ms;
	}
	return t;
}

double
window_mean(const struct window *w)
{
	struct window_totals t = window_totals(w);

	return t.values == 0 ? (double)NAN : t.sum / (double)t.values;
}

double
window_least(const struct window *w)
{
	double least = HUGE_VAL;

	for (unsigned i = 0; w->extremes != NULL && i < w->slice_count; i++)
		least = fmin(least, w->extremes[i].least);
	return isinf(least) ? (double)NAN : least;
}

double
window_most(const struct window *w)
{
	double most = -HUGE_VAL;

	for (unsigned i = 0; w->extremes != NULL && i < w->slice_count; i++)
		most = fmax(most, w->extremes[i].most);
	return isinf(most) ? (double)NAN : most;
}

double
window_quantile(const struct window *w, double q)
{
	struct sketch k = { .scale = w->scale,
		.buckets = w->buckets,
		.arrays = w->slice_count,
		.span = { .first = UINT16_MAX } };

	if (w->bucket_count == 0)
		return (double)NAN;
	for (unsigned i = 0; i < w->slice_count; i++) {
		const struct slice *s = &w->slices[i];

		if (s->values == 0)
			continue;
		k.count += s->values;
		if (s->first_bucket < k.span.first)
			k.span.first = s->first_bucket;
		if (s->last_bucket > k.span.last)
			k.span.last = s->last_bucket;
	}
	return sketch_quantile(&k, q);
}

void
window_free(struct window *w)
{
	free(w);
}
