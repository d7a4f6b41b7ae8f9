/*
 * Reads the input as the length of a window and a stream of samples, silences
 * and resets.  Beside the window goes a slow and obvious one that keeps every
 * sample and looks at all of them each time: counts, sums, extremes and
 * quantiles must agree, and nothing as old as the window may count.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sample/window.h"
#include "tests/fuzz/fuzz.h"

#define SAMPLES_MAX 700
#define BURST 100
#define START_MS 1000000
#define ERROR 0.02
#define ROUNDING 1e-9

struct told {
	int64_t at_ms;
	enum window_side side;
	double value;
};

struct history {
	struct told all[SAMPLES_MAX];
	size_t count;
	int64_t newest_ms;
	int64_t length_ms;
	unsigned slices;
};

static void
insist(bool so)
{
	if (!so)
		abort();
}

static int64_t
slice_at(const struct history *h, int64_t at_ms)
{
	return (at_ms - h->all[0].at_ms) * h->slices / h->length_ms;
}

static bool
is_in(const struct history *h, const struct told *t)
{
	int64_t age_ms = h->newest_ms - t->at_ms;
	bool in = slice_at(h, h->newest_ms) - slice_at(h, t->at_ms) <
	    (int64_t)h->slices;

	insist(!in || age_ms < h->length_ms);
	insist(in || age_ms * h->slices > h->length_ms * (h->slices - 1));
	return in;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
check_values(const struct window *w, double *values, size_t count)
{
	static const unsigned percents[] = { 0, 10, 50, 95, 100 };

	qsort(values, count, sizeof(*values), by_value);
	if (count == 0) {
		insist(isnan(window_mean(w)) && isnan(window_least(w)));
		insist(isnan(window_most(w)) && isnan(window_quantile(w, 1)));
		return;
	}
	insist(window_least(w) == values[0]);
	insist(window_most(w) == values[count - 1]);
	for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
		size_t rank = (percents[i] * count + 99) / 100;
		double exact = values[rank > 0 ? rank - 1 : 0];

		insist(fabs(window_quantile(w, percents[i] / 100.0) - exact) <=
		    exact * (ERROR + ROUNDING));
	}
}

static void
check(const struct window *w, const struct history *h)
{
	struct window_totals t = window_totals(w);
	uint64_t sides[2] = { 0, 0 };
	int64_t first_ms = INT64_MAX;
	double values[SAMPLES_MAX] = { 0 }, sum = 0;
	size_t count = 0;

	for (size_t i = 0; i < h->count; i++) {
		const struct told *s = &h->all[i];

		if (!is_in(h, s))
			continue;
		sides[s->side]++;
		if (s->side == WINDOW_FAILED && s->at_ms < first_ms)
			first_ms = s->at_ms;
		if (isfinite(s->value)) {
			values[count++] = s->value;
			sum += s->value;
		}
	}
	insist(t.ok == sides[WINDOW_OK] && t.failed == sides[WINDOW_FAILED]);
	insist(t.first_failed_ms == first_ms && t.values == count);
	insist(fabs(t.sum - sum) <= sum * ROUNDING);
	check_values(w, values, count);
}

static void
tell(struct window *w, struct history *h, int64_t at_ms, uint8_t byte)
{
	struct told *t = &h->all[h->count++];

	if (h->count == 1 || at_ms > h->newest_ms)
		h->newest_ms = at_ms;
	*t = (struct told){ .at_ms = h->newest_ms,
		.side = byte & 1 ? WINDOW_FAILED : WINDOW_OK,
		.value = byte % 7 == 0 ? (double)NAN : 1 + byte * byte / 8.0 };
	window_add(w, at_ms, t->side, t->value);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct history h;
	struct sketch_range range = { 0.5, 9000, ERROR, false };
	struct window_settings set = { .extremes = true, .quantiles = &range };
	int64_t now_ms = START_MS;
	struct window *w;

	if (size < 3)
		return 0;
	set.length_ms = 1 + data[0] * 100 + data[1];
	set.slices = 1 + data[2] % 30;
	h = (struct history){ .length_ms = set.length_ms,
		.slices = set.slices };
	w = window_new(&set);
	if (w == NULL)
		return 0;
	for (size_t i = 3; i + 1 < size && h.count < SAMPLES_MAX; i += 2) {
		now_ms += data[i] * (data[i] & 1 ? 1 : 37);
		if (data[i + 1] == 255) {
			window_reset(w);
			h.count = 0;
		} else if (data[i + 1] == 254 && h.count > 0) {
			window_advance(w, now_ms);
			h.newest_ms = now_ms;
		} else if (data[i + 1] == 253) {
			for (int k = 0; k < BURST && h.count < SAMPLES_MAX; k++)
				tell(w, &h, now_ms, data[i]);
		} else {
			tell(w, &h, now_ms - data[i + 1] % 3 * 50, data[i + 1]);
		}
		check(w, &h);
	}
	window_free(w);
	return 0;
}
