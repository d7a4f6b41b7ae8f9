/*
 * measure_impl.h - what is common to kinds that measure one number over a
 * window of samples and hold it against a limit.
 *
 * Included by lib/evaluator/ alone.  A kind embeds struct measure as its first
 * member, says for each sample what was measured, and leaves to it the latch,
 * the evidence, the age of the verdict and since when.
 *
 * No single sample acts, even where its value alone would take the mean over
 * the limit: as long as fewer samples than speakers_min, never less than
 * MEASURE_SPEAKERS_MIN, speak for tripping each by itself, a measurement
 * beyond the limit is unknown.
 */
#ifndef EVALUATOR_MEASURE_IMPL_H
#define EVALUATOR_MEASURE_IMPL_H

#include "evaluator/baseline.h"
#include "evaluator/evaluator_impl.h"
#include "evaluator/latch.h"
#include "sample/window.h"

#define MEASURE_SPEAKERS_MIN 2
#define MEASURE_FOR_MAX_MS (7.0 * 24 * 3600 * 1000)

struct measurement {
	double value;      /* NAN: unknown */
	uint64_t samples;  /* behind it */
	uint64_t speakers; /* of these, beyond the limit each by itself */
	int64_t first_ms;  /* the oldest of the speakers; INT64_MAX: none */
	bool is_thin;      /* beyond the limit, it would prove nothing */
	bool speaks;       /* the sample at hand is one of them, ... */
	double own;        /* ... as it measures so much by itself */
};

/* Limits that are so many times what is normal. */
struct measure_learned {
	struct baseline *baseline;
	double times;
	double clear_times; /* 0: the limit */
	double deviations;  /* and not nearer than so many spreads */
};

struct measure {
	struct evaluator base;
	struct latch latch;
	struct latch_settings bounds;
	struct measure_learned *learned; /* NULL: the limits are fixed */
	int64_t onset_ms;      /* first speaker of the run beyond the limit */
	double last_value;     /* of the last measurement, for people */
	uint32_t last_samples; /* so many at least: see measure_judge() */
	uint32_t last_speakers;
	uint32_t speakers_min;
	bool is_thin;
};

/* Where a longer silence is given to the bounds, verdicts age by it too. */
void measure_init(struct measure *m, const struct evaluator_ops *ops,
    const struct latch_settings *bounds);

/*
 * The limits are learned: so long as the baseline may not judge, every
 * measurement is unknown.  False when memory is short.
 */
bool measure_set_learned(struct measure *m, double times, double clear_times,
    const struct baseline_settings *settings);

/* Ops of the same name.  Release gives back what measure_set_learned() took. */
struct baseline *measure_baseline(struct evaluator *self);
void measure_release(struct measure *m);

void measure_reset(struct measure *m);

/* Before a sample that is not lost is looked at: the limits as they are now. */
void measure_take_limits(struct measure *m);

static inline void
measure_begin(struct measure *m)
{
	if (m->learned != NULL)
		measure_take_limits(m);
}

/* A sample was lost: nothing changes. */
void measure_lost(struct measure *m);

/* Fills in what the ops observe is to say. */
void measure_judge(
    struct measure *m, const struct sample *s, const struct measurement *x);

/*
 * What is missing in general: samples, more that speak for tripping, the time
 * that "for" asks.  what: "answers", "values"; speakers: "slow answers".
 */
void measure_missing(const struct measure *m, const char *what,
    const char *speakers, struct text *out);

/* A window of samples as of that moment, but for value and own. */
static inline struct measurement
measure_window(const struct window *w, bool speaks)
{
	uint64_t speakers = window_failed(w);

	return (struct measurement){ .samples = window_samples(w),
		.speakers = speakers,
		.first_ms =
		    speakers > 0 ? window_first_failed_ms(w) : INT64_MAX,
		.speaks = speaks };
}

/*
 * How far verdicts and gaps look back: the window, or where it is shorter
 * five times the pace of the probe.
 */
int64_t measure_look_back_ms(
    int64_t window_ms, const struct probe_settings *probe);

/* Of samples so far apart: how long until "for" has passed, at least. */
int64_t measure_hold_ms(int64_t for_ms, int64_t apart_ms);

/* Samples so far apart that are in a window at most. */
uint64_t measure_room(int64_t window_ms, int64_t apart_ms);

/*
 * A target that hangs, seen from the last healthy answer on: the window is
 * full of healthy answers, one an interval, and every answer takes the whole
 * time-out.  Steps from bad answer to bad answer.
 */
struct measure_hang {
	const struct probe_settings *probe;
	int64_t window_ms;
	int64_t at_ms; /* when the newest bad answer came */
	uint64_t bad;  /* in the window */
	uint64_t good; /* in the window, at most */
	bool is_over;  /* nothing will change any more */
};

void measure_hang_step(struct measure_hang *h);

/* Objections that all of them share. */
struct measure_doubts {
	const struct probe_settings *probe;
	const char *what;  /* "answers" */
	int64_t window_ms; /* 0: none */
	unsigned slices;   /* of the window */
	unsigned min_samples;
	unsigned min_errors; /* 0: none */
	const char *errors_key;
};

void measure_check(
    const struct measure_doubts *d, evaluator_object *object, void *arg);

/* Of limits that are learned; with the keys that they are written by. */
struct measure_learned_doubts {
	const struct baseline_settings *settings;
	const char *limit,
	    *clear;              /* "above_baseline", "clear_below_baseline" */
	const char *fixed_clear; /* "clear_below" */
	double times, clear_times; /* 0: not given */
	bool below;
	bool has_fixed_clear;
};

void measure_check_learned(const struct measure_learned_doubts *d,
    evaluator_object *object, void *arg);

#endif
