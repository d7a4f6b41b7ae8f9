#include "evaluator/baseline_impl.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#define RANDOM_SEED 0x9e3779b9U /* any: the same values, the same choice */
#define SPREAD_OF_DISTANCE 1.4826
#define GAP_FACTOR 5
#define GAPS_A_QUARANTINE 8

/* A value that stands for others. */
struct point {
	double value;
	double weight;
};

/* Shell's sort; qsort() of the C library may take memory. */
static void
sort_points(struct point *points, size_t count)
{
	static const size_t gaps[] = { 301, 132, 57, 23, 10, 4, 1 };

	for (size_t g = 0; g < sizeof(gaps) / sizeof(gaps[0]); g++) {
		for (size_t i = gaps[g]; i < count; i++) {
			struct point p = points[i];
			size_t to = i;

			for (; to >= gaps[g] &&
			     points[to - gaps[g]].value > p.value;
			     to -= gaps[g])
				points[to] = points[to - gaps[g]];
			points[to] = p;
		}
	}
}

/* Where half of the weight lies below; sorts them. */
static double
median(struct point *points, size_t count)
{
	double total = 0, so_far = 0;
	size_t i = 0;

	sort_points(points, count);
	for (size_t k = 0; k < count; k++)
		total += points[k].weight;
	for (; i + 1 < count; i++) {
		so_far += points[i].weight;
		if (so_far * 2 >= total)
			break;
	}
	if (i + 1 < count && so_far * 2 <= total)
		return points[i].value / 2 + points[i + 1].value / 2;
	return points[i].value;
}

struct baseline_slice *
baseline_slice(struct baseline *b, unsigned i)
{
	return &b->slices[(b->first + i) % SLICES_MAX];
}

static double
weight(const struct baseline_slice *s, unsigned slices_since)
{
	double drawn = s->samples < DRAWN_MAX ? s->samples : DRAWN_MAX;

	return drawn * exp2(-(double)slices_since / SLICES_A_HALF_LIFE);
}

/* Of one field of each slice that counts; sorted by the median. */
static double
median_of(struct baseline *b, bool of_strays)
{
	struct point points[SLICES_MAX];
	unsigned counting = b->count - b->held;

	for (unsigned i = 0; i < counting; i++) {
		const struct baseline_slice *s = baseline_slice(b, i);

		points[i] = (struct point){
			.value = (double)(of_strays ? s->stray : s->middle),
			.weight = weight(s, counting - 1 - i),
		};
	}
	return median(points, counting);
}

/* How far medians lie from the centre: over days, as by night and by day. */
static double
drift(struct baseline *b)
{
	struct point points[SLICES_MAX];
	unsigned counting = b->count - b->held;

	for (unsigned i = 0; i < counting; i++) {
		const struct baseline_slice *s = baseline_slice(b, i);

		points[i] = (struct point){
			.value = fabs((double)s->middle - b->centre),
			.weight = weight(s, counting - 1 - i),
		};
	}
	return median(points, counting);
}

void
baseline_reckon(struct baseline *b)
{
	b->centre = (double)NAN;
	b->spread = (double)NAN;
	if (b->count == b->held)
		return;
	b->centre = median_of(b, false);
	b->spread = SPREAD_OF_DISTANCE * hypot(median_of(b, true), drift(b));
}

void
baseline_clear(struct baseline *b)
{
	*b = (struct baseline){
		.settings = b->settings,
		.slice_ms = b->slice_ms,
		.random = RANDOM_SEED,
		.seen_ms = b->seen_ms,
		.has_seen = b->has_seen,
		.is_pinned = b->is_pinned,
		.pinned = b->pinned,
		.learning = b->learning,
		.changes = b->changes + 1,
	};
	baseline_reckon(b);
}

static void
grow_up(struct baseline *b)
{
	b->is_mature = b->is_mature ||
	    (b->age_ms >= b->settings.min_age_ms &&
		b->samples >= b->settings.min_samples);
}

/* Much longer than from one value to the next, as for the quarantine. */
static bool
is_gap(const struct baseline *b, int64_t apart_ms)
{
	return b->apart_ms > 0 &&
	    apart_ms > b->settings.quarantine_ms / GAPS_A_QUARANTINE &&
	    apart_ms / GAP_FACTOR > b->apart_ms;
}

/*
 * Nobody watched for so long: what was held back stays so for as long again
 * as it would have, for trouble may have begun meanwhile.
 */
static void
stretch(struct baseline *b, int64_t gap_ms)
{
	for (unsigned i = b->count - b->held; i < b->count; i++)
		baseline_slice(b, i)->ended_ms += gap_ms;
	if (b->open.samples > 0) {
		b->open.began_ms += gap_ms;
		b->open.last_ms += gap_ms;
	}
}

/* Those that are through with their quarantine begin to count. */
static void
release(struct baseline *b, int64_t now_ms)
{
	unsigned held_before = b->held;

	while (b->held > 0) {
		const struct baseline_slice *s =
		    baseline_slice(b, b->count - b->held);

		if (now_ms - s->ended_ms < b->settings.quarantine_ms)
			break;
		b->age_ms += s->learned_ms;
		b->samples += s->samples;
		b->held--;
	}
	if (b->held == held_before)
		return;
	baseline_reckon(b);
	grow_up(b);
}

static void
throw_away(struct baseline *b)
{
	if (b->held > 0 || b->open.samples > 0)
		b->changes++;
	b->count -= b->held;
	b->held = 0;
	b->open = (struct baseline_open){ 0 };
}

/* Rounding must not make a value of it that is none. */
static float
fitted(double value)
{
	if (value > (double)FLT_MAX)
		return FLT_MAX;
	return value < -(double)FLT_MAX ? -FLT_MAX : (float)value;
}

static void
sum_up(const struct baseline_open *o, struct baseline_slice *s)
{
	unsigned drawn = o->samples < DRAWN_MAX ? o->samples : DRAWN_MAX;
	struct point points[DRAWN_MAX];
	double middle;

	for (unsigned i = 0; i < drawn; i++)
		points[i] = (struct point){ (double)o->drawn[i], 1 };
	middle = median(points, drawn);
	for (unsigned i = 0; i < drawn; i++)
		points[i].value = fabs(points[i].value - middle);
	s->middle = fitted(middle);
	s->stray = fitted(median(points, drawn));
}

static void
close_slice(struct baseline *b)
{
	struct baseline_open *o = &b->open;
	struct baseline_slice *s;

	if (b->count == SLICES_MAX) {
		b->first = (b->first + 1) % SLICES_MAX;
		b->count--;
	}
	b->count++;
	if (b->held < SLICES_MAX)
		b->held++;
	s = baseline_slice(b, b->count - 1);
	*s = (struct baseline_slice){
		.samples = o->samples,
		.learned_ms = o->learned_ms,
		.ended_ms = o->last_ms,
	};
	sum_up(o, s);
	*o = (struct baseline_open){ 0 };
}

/* George Marsaglia's xorshift. */
static uint32_t
next_random(struct baseline *b)
{
	b->random ^= b->random << 13;
	b->random ^= b->random >> 17;
	b->random ^= b->random << 5;
	return b->random;
}

static void
draw(struct baseline *b, double value)
{
	struct baseline_open *o = &b->open;
	uint32_t place = o->samples;

	if (o->samples < UINT32_MAX)
		o->samples++;
	if (place >= DRAWN_MAX)
		place = next_random(b) % o->samples;
	if (place < DRAWN_MAX)
		o->drawn[place] = fitted(value);
}

static void
gather(struct baseline *b, double value, int64_t at_ms, int64_t since_ms)
{
	struct baseline_open *o = &b->open;

	if (o->samples > 0 && at_ms - o->began_ms >= b->slice_ms)
		close_slice(b);
	if (o->samples == 0)
		o->began_ms = at_ms;
	o->last_ms = at_ms;
	draw(b, value);
	o->learned_ms +=
	    (uint32_t)(since_ms < b->slice_ms ? since_ms : b->slice_ms);
	b->changes++;
}

void
baseline_learn(
    struct baseline *b, enum learning learning, double value, int64_t at_ms)
{
	int64_t now_ms = b->has_seen && at_ms < b->seen_ms ? b->seen_ms : at_ms;
	int64_t since_ms = b->goes_on ? now_ms - b->seen_ms : 0;
	int64_t apart_ms = b->has_seen ? now_ms - b->seen_ms : 0;

	if (is_gap(b, apart_ms))
		stretch(b, apart_ms);
	b->apart_ms = apart_ms;
	b->seen_ms = now_ms;
	b->has_seen = true;
	b->learning = learning;
	b->goes_on = learning == LEARNING_ON && isfinite(value);
	if (learning == LEARNING_INCIDENT || learning == LEARNING_TRIPPED)
		throw_away(b);
	release(b, now_ms);
	if (b->goes_on)
		gather(b, value, now_ms, since_ms);
}

void
baseline_pin(struct baseline *b, double value)
{
	assert(isfinite(value));
	b->is_pinned = true;
	b->pinned = value;
	b->changes++;
}

void
baseline_unpin(struct baseline *b)
{
	b->is_pinned = false;
	b->changes++;
}

void
baseline_reset(struct baseline *b)
{
	baseline_clear(b);
}

uint64_t
baseline_changes(const struct baseline *b)
{
	return b->changes;
}

size_t
baseline_bytes(void)
{
	return sizeof(struct baseline);
}

void
baseline_copy(struct baseline *to, const struct baseline *from)
{
	struct baseline_settings settings = to->settings;
	int64_t slice_ms = to->slice_ms;

	*to = *from;
	to->settings = settings;
	to->slice_ms = slice_ms;
	grow_up(to);
}

struct baseline *
baseline_clone(const struct baseline *b)
{
	struct baseline *clone = malloc(sizeof(*clone));

	if (clone != NULL)
		*clone = *b;
	return clone;
}

struct baseline *
baseline_new(const struct baseline_settings *settings)
{
	struct baseline *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	assert(settings->half_life_ms > 0);
	b->settings = *settings;
	b->slice_ms = settings->half_life_ms / SLICES_A_HALF_LIFE;
	if (b->slice_ms == 0)
		b->slice_ms = 1;
	baseline_clear(b);
	b->changes = 0;
	return b;
}

void
baseline_free(struct baseline *b)
{
	free(b);
}
