#include "sample/window.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sample/excess.h"
#include "sample/recent.h"

#define BYTE_VALUES                                              \
	256 /* a slice counts by bytes, and by so many in excess \
	     */

struct extremes {
	double least;
	double most;
};

/*
 * Behind it, in the same memory: sums and extremes of the slices, what
 * quantiles are of, and a byte for each slice's samples, and its values.
 */
struct window {
	struct window_counts counts;
	int64_t lap_ms; /* the slice 0 began */
	int64_t newest_ms;
	uint32_t length_ms;
	uint32_t ends_ms; /* the current slice, after lap_ms */
	uint16_t slice_count;
	uint16_t current;
	uint32_t slice_ms; /* of each, and of them all that much more: */
	uint16_t rest_ms;
	bool has_begun;
	bool has_sums;
	bool has_extremes;
	bool has_values; /* they are for someone */
	uint64_t values;
	uint8_t *in_slice;     /* samples, and behind them values */
	struct recent *recent; /* NULL: no quantiles */
	double earlier_sum;    /* of all slices but the current */
	struct excess_list excess;
	double sums[];
};

static unsigned
slice_count_of(const struct window_settings *set)
{
	if (set->slices > 0)
		return set->slices;
	return set->quantiles == NULL ? WINDOW_SLICES : WINDOW_SKETCH_SLICES;
}

static struct recent_settings
recent_of(const struct window_settings *set)
{
	return (struct recent_settings){ .range = set->quantiles,
		.slices = slice_count_of(set),
		.expected = set->expected };
}

static bool
has_values(const struct window_settings *set)
{
	return !set->no_sum || set->extremes || set->quantiles != NULL;
}

/* The first moment that is in the slice after that, from the lap's begin. */
static uint32_t
end_of(const struct window *w, unsigned slice)
{
	uint32_t after = slice + 1;
	uint32_t rest = after * w->rest_ms + w->slice_count - 1;

	return after * w->slice_ms + rest / w->slice_count;
}

static void
enter(struct window *w, unsigned slice)
{
	w->current = (uint16_t)slice;
	w->ends_ms = end_of(w, slice);
}

static void
begin(struct window *w, int64_t at_ms)
{
	w->has_begun = true;
	w->lap_ms = w->newest_ms = at_ms;
	enter(w, 0);
}

static struct extremes *
extremes_of(const struct window *w)
{
	const double *behind = w->sums;

	if (w->has_sums)
		behind += w->slice_count;
	return (struct extremes *)(uintptr_t)behind;
}

static void
empty_values(struct window *w, unsigned i)
{
	w->values -= w->in_slice[w->slice_count + i];
	w->in_slice[w->slice_count + i] = 0;
	if (w->has_sums)
		w->sums[i] = 0;
	if (w->has_extremes)
		extremes_of(w)[i] = (struct extremes){ HUGE_VAL, -HUGE_VAL };
}

static void
empty_all(struct window *w)
{
	memset(w->in_slice, 0, w->slice_count);
	for (unsigned i = 0; w->has_values && i < w->slice_count; i++)
		empty_values(w, i);
	if (w->recent != NULL)
		recent_clear(w->recent);
	excess_clear(&w->excess);
	w->counts.samples = w->counts.failed = w->values = 0;
	w->earlier_sum = 0;
}

static void
empty_slice(struct window *w, unsigned i)
{
	w->counts.samples -= w->in_slice[i];
	w->in_slice[i] = 0;
	if (w->excess.count > 0) {
		struct excess x = excess_drop(&w->excess, i);

		w->counts.failed -= x.failed;
		w->counts.samples -= (uint64_t)x.samples * BYTE_VALUES;
		w->values -= (uint64_t)x.values * BYTE_VALUES;
	}
	if (w->has_values)
		empty_values(w, i);
	if (w->recent != NULL)
		recent_drop(w->recent, i);
}

/* Anew from the oldest on, so that no rounding adds up. */
static void
sum_up(struct window *w)
{
	w->earlier_sum = 0;
	for (unsigned i = w->current + 1U; i < w->slice_count; i++)
		w->earlier_sum += w->sums[i];
	for (unsigned i = 0; i < w->current; i++)
		w->earlier_sum += w->sums[i];
}

/* All of it is too old. */
static void
begin_anew(struct window *w, uint64_t elapsed_ms)
{
	uint64_t laps = elapsed_ms / w->length_ms;

	elapsed_ms -= laps * w->length_ms;
	w->lap_ms += (int64_t)(laps * w->length_ms);
	empty_all(w);
	enter(w, (unsigned)(elapsed_ms * w->slice_count / w->length_ms));
}

/* The current slice is over. */
static void
move_on(struct window *w)
{
	uint64_t elapsed_ms = (uint64_t)w->newest_ms - (uint64_t)w->lap_ms;

	if (elapsed_ms - w->ends_ms >= w->length_ms) {
		begin_anew(w, elapsed_ms);
		return;
	}
	while (elapsed_ms >= w->ends_ms) {
		unsigned next = w->current + 1U;

		if (next == w->slice_count) {
			next = 0;
			w->lap_ms += w->length_ms;
			elapsed_ms -= w->length_ms;
		}
		enter(w, next);
		empty_slice(w, next);
	}
	if (w->has_sums)
		sum_up(w);
}

static struct excess *
excess_now(struct window *w)
{
	return excess_of(&w->excess, w->current, w->slice_count);
}

static void
count_failed(struct window *w)
{
	struct excess *x = excess_now(w);

	if (x->failed++ == 0)
		x->first_failed_ms = w->newest_ms;
	w->counts.failed++;
}

static void
count_value(struct window *w, double value)
{
	unsigned i = w->current;
	struct extremes *x;

	if (w->recent != NULL && !recent_add(w->recent, i, value))
		return;
	if (++w->in_slice[w->slice_count + i] == 0)
		excess_now(w)->values++;
	w->values++;
	if (w->has_sums)
		w->sums[i] += value;
	if (!w->has_extremes)
		return;
	x = extremes_of(w) + i;
	x->least = fmin(x->least, value);
	x->most = fmax(x->most, value);
}

size_t
window_bytes(const struct window_settings *set)
{
	size_t bytes = sizeof(struct window);
	size_t each = sizeof(uint8_t);
	struct recent_settings recent = recent_of(set);

	if (has_values(set))
		each += sizeof(uint8_t);
	if (!set->no_sum)
		each += sizeof(double);
	if (set->extremes)
		each += sizeof(struct extremes);
	if (set->quantiles != NULL)
		bytes += recent_bytes(&recent);
	return bytes + slice_count_of(set) * each;
}

struct window *
window_init(void *memory, const struct window_settings *set)
{
	struct recent_settings recent = recent_of(set);
	unsigned count = slice_count_of(set);
	struct window *w = memory;
	void *behind;

	assert(count >= 1 && count <= WINDOW_SLICES_MAX);
	assert(set->length_ms >= 1 && set->length_ms <= WINDOW_LENGTH_MAX_MS);

	w->length_ms = (uint32_t)set->length_ms;
	w->slice_count = (uint16_t)count;
	w->slice_ms = w->length_ms / count;
	w->rest_ms = (uint16_t)(w->length_ms % count);
	w->has_sums = !set->no_sum;
	w->has_extremes = set->extremes;
	w->has_values = has_values(set);
	behind = extremes_of(w) + (set->extremes ? count : 0);
	if (set->quantiles != NULL) {
		w->recent = recent_init(behind, &recent);
		behind = (uint8_t *)behind + recent_bytes(&recent);
	}
	w->in_slice = behind;
	window_reset(w);
	return w;
}

struct window *
window_new(const struct window_settings *set)
{
	void *memory = calloc(1, window_bytes(set));

	return memory == NULL ? NULL : window_init(memory, set);
}

void
window_reset(struct window *w)
{
	w->has_begun = false;
	empty_all(w);
}

void
window_advance(struct window *w, int64_t now_ms)
{
	if (!w->has_begun || now_ms <= w->newest_ms)
		return;
	w->newest_ms = now_ms;
	if ((uint64_t)now_ms - (uint64_t)w->lap_ms >= w->ends_ms)
		move_on(w);
}

void
window_add(struct window *w, int64_t at_ms, enum window_side side, double value)
{
	if (!w->has_begun)
		begin(w, at_ms);
	window_advance(w, at_ms);
	if (++w->in_slice[w->current] == 0)
		excess_now(w)->samples++;
	w->counts.samples++;
	if (side == WINDOW_FAILED)
		count_failed(w);
	if (w->has_values && isfinite(value))
		count_value(w, value);
}

double
window_sum(const struct window *w)
{
	return w->has_sums ? w->earlier_sum + w->sums[w->current] : 0;
}

int64_t
window_first_failed_ms(const struct window *w)
{
	if (w->counts.failed == 0)
		return INT64_MAX;
	return excess_first_failed_ms(&w->excess);
}

struct window_totals
window_totals(const struct window *w)
{
	return (
	    struct window_totals){ .ok = w->counts.samples - w->counts.failed,
		.failed = w->counts.failed,
		.values = w->values,
		.sum = window_sum(w),
		.first_failed_ms = window_first_failed_ms(w) };
}

double
window_mean(const struct window *w)
{
	if (!w->has_sums || w->values == 0)
		return (double)NAN;
	return window_sum(w) / (double)w->values;
}

double
window_least(const struct window *w)
{
	double least = HUGE_VAL;

	for (unsigned i = 0; w->has_extremes && i < w->slice_count; i++)
		least = fmin(least, extremes_of(w)[i].least);
	return isinf(least) ? (double)NAN : least;
}

double
window_most(const struct window *w)
{
	double most = -HUGE_VAL;

	for (unsigned i = 0; w->has_extremes && i < w->slice_count; i++)
		most = fmax(most, extremes_of(w)[i].most);
	return isinf(most) ? (double)NAN : most;
}

double
window_quantile(const struct window *w, double q)
{
	if (w->recent == NULL)
		return (double)NAN;
	return recent_quantile(w->recent, q);
}

void
window_release(struct window *w)
{
	if (w == NULL)
		return;
	excess_clear(&w->excess);
	recent_release(w->recent);
}

void
window_free(struct window *w)
{
	window_release(w);
	free(w);
}
