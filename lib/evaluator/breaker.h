/*
 * breaker.h - a circuit breaker: closed, open, half-open.
 *
 * Closed, it opens when the share of failures among the answers of the last
 * window reaches the threshold, judged on every answer, once there are
 * min_samples.  It stays open for the reset time; then it is half-open, and
 * so many successes in a row close it, with an empty window, while any
 * failure opens it again for a full reset time, longer each time where there
 * is a back-off.
 *
 * It only watches, so what was asked before a change of state may be answered
 * after it: such an answer moves nothing.  Lost samples move nothing either.
 * Answers count by the time of the answer, so that a time-out longer than the
 * window counts.
 *
 * Open and half-open are tripped, which ages from the newest failure on: to be
 * open for the timer alone is no reason to act.  Closed is healthy once there
 * were min_samples, or when successes have just closed it, until nothing is
 * left in the window; and unknown else.
 */
#ifndef EVALUATOR_BREAKER_H
#define EVALUATOR_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/option.h"
#include "probe/probe_settings.h"

#define BREAKER_SAMPLES_MAX 100000
#define BREAKER_TRIALS_MAX 1000
#define BREAKER_BACKOFF_MAX 10.0

/* Where no max_reset_timeout is set: so many times the reset_timeout. */
#define BREAKER_RESETS_MAX 10

/* The edge of the window is precise to 1 %. */
#define BREAKER_SLICES 100

struct breaker_settings {
	double error_threshold; /* share of failures: > 0 to 1 */
	int64_t window_ms;
	unsigned min_samples; /* at least 1 */
	int64_t reset_timeout_ms;
	unsigned trials;              /* at least 1 */
	double backoff;               /* 0 is 1: none */
	int64_t max_reset_timeout_ms; /* 0: BREAKER_RESETS_MAX times */
	int64_t slow_call_ms;         /* slower is a failure; 0: never */
};

extern const struct option_table breaker_options;

struct evaluator;

/*
 * stale_ms: so long without an answer, and its verdict is too old; 0: never.
 * Copies the settings.  NULL when memory is short.
 */
struct evaluator *breaker_new(
    const struct breaker_settings *settings, int64_t stale_ms);

/* Do so many failures reach the threshold? */
bool breaker_share_reaches(
    double threshold, uint64_t failures, uint64_t samples);
bool breaker_reaches(
    const struct breaker_settings *s, uint64_t failures, uint64_t samples);

/*
 * The fewest failures that can open it, with successes among min_samples as
 * lucky as can be.
 */
unsigned breaker_fewest_failures(const struct breaker_settings *s);

/* Answers that surely fit into the window when they come so far apart. */
uint64_t breaker_room(const struct breaker_settings *s, int64_t apart_ms);

/*
 * From the moment a target goes bad right after a question until it opens, at
 * worst: answers take answer_ms and come apart_ms from each other, whatever
 * good ones are left in the window.  -1: it does not open.
 */
int64_t breaker_slowest_ms(const struct breaker_settings *s,
    const struct probe_settings *probe, int64_t answer_ms, int64_t apart_ms);

#endif
