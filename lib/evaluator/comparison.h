/*
 * comparison.h - is this metric of the canary worse than the baseline's?
 *
 * It fails only where significance and effect size agree:
 *
 * Significance is Mann and Whitney's test of the canary against the baseline
 * moved by the tolerance in the bad direction: to y + tolerance |y| where an
 * increase is bad, to y - tolerance |y| where a decrease is.  A baseline of 0
 * stays where it is, so that zeros on both sides stay tied and some errors
 * among them count for what they are.  One direction fails where the one-sided
 * p is at most 1 - confidence, either where the two-sided one is.
 *
 * Effect size is the common language effect size, and where they are set
 * Cohen's d and the ratio of the means, of the values as they are.
 *
 * Takes no memory: the caller lends room.  The same values always give the
 * same answer, in whatever order they stand.
 */
#ifndef EVALUATOR_COMPARISON_H
#define EVALUATOR_COMPARISON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/option.h"
#include "evaluator/effect.h"
#include "evaluator/mann_whitney.h"

/* With less on either side 98 % could never be reached. */
#define COMPARISON_SAMPLES_MIN 5

#define COMPARISON_CONFIDENCE 0.98

/* A small effect (Vargha and Delaney 2000). */
#define COMPARISON_CLES 0.56

enum comparison_direction {
	COMPARISON_INCREASE, /* is bad */
	COMPARISON_DECREASE,
	COMPARISON_EITHER,
};

enum comparison_nan {
	COMPARISON_NAN_REMOVE,
	COMPARISON_NAN_ZERO,
};

/* "increase", "decrease", "either"; "remove", "zero". */
extern const struct option_word comparison_directions[];
extern const struct option_word comparison_nans[];

struct comparison_settings {
	int direction;        /* enum comparison_direction */
	int nan;              /* enum comparison_nan */
	double confidence;    /* above 0 and below 1 */
	double tolerance;     /* ratio, 0 or more */
	double cles;          /* at least so much, 0.5 to 1 */
	double d;             /* at least so much; 0: any */
	double ratio;         /* at least so many times; 0: any */
	unsigned min_samples; /* a side; less than the minimum is raised */
};

enum comparison_verdict {
	COMPARISON_NODATA, /* too few to say */
	COMPARISON_PASS,
	COMPARISON_FAIL,
};

enum comparison_reason {
	COMPARISON_TOO_FEW,
	COMPARISON_ALL_EQUAL,
	COMPARISON_NOT_SIGNIFICANT,
	COMPARISON_WITHIN_TOLERANCE, /* significant only without it */
	COMPARISON_EFFECT_TOO_SMALL,
	COMPARISON_BETTER, /* significant in the direction nobody minds */
	COMPARISON_HIGHER, /* these two fail */
	COMPARISON_LOWER,
};

struct comparison {
	enum comparison_verdict verdict;
	enum comparison_reason reason;
	struct series canary, baseline; /* cleaned; in the caller's room */
	size_t canary_nans, baseline_nans;

	/* Only where neither side is empty: */
	struct mann_whitney test; /* the values as they are */
	struct effect effect;
	double higher, lower; /* one-sided p beyond the tolerance */
	double p;             /* of the direction: what is compared with ... */
	double alpha;         /* ... 1 - confidence */
};

/* Room for so many points a side, to borrow. */
struct comparison_room {
	double *canary, *baseline, *moved;
	struct mann_whitney_room exact;
};

#define COMPARISON_ROOM(points, exact_max) \
	(3 * (size_t)(points) + MANN_WHITNEY_ROOM(exact_max))

/* doubles: COMPARISON_ROOM(points, exact_max) of them, borrowed. */
struct comparison_room comparison_room_over(
    double *doubles, size_t points, size_t exact_max);

/*
 * Infinite values count as the largest numbers there are.  What was in the
 * room before is lost.
 */
struct comparison comparison_make(const struct comparison_settings *settings,
    const double *canary, size_t canary_count, const double *baseline,
    size_t baseline_count, const struct comparison_room *room);

/* y as the tolerance moves it: up, or down. */
double comparison_moved(double y, double tolerance, bool up);

/* "pass", "fail", "nodata". */
const char *comparison_verdict_word(enum comparison_verdict verdict);

/* "too_few", "higher": for machines. */
const char *comparison_reason_word(enum comparison_reason reason);

/* Why, in words for a person, with the numbers. */
#define COMPARISON_TEXT_MAX 192
void comparison_explain(const struct comparison *c,
    const struct comparison_settings *settings, char text[COMPARISON_TEXT_MAX]);

#endif
