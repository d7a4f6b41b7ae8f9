/*
 * gap.h - how long a silence may be before what was counted is over.
 *
 * Shared by the kinds that count samples, not time.
 */
#ifndef EVALUATOR_GAP_H
#define EVALUATOR_GAP_H

#include <stdbool.h>
#include <stdint.h>

#include "evaluator/evaluator_settings.h"

/* Where no gap is set: so many times the probe's interval or timeout. */
#define GAP_PACES 5
/* So a probe that is down may be asked so much more rarely. */
#define PROBE_DOWN_PACES (GAP_PACES - 1)

#define GAP_MIN_MS 100.0
#define GAP_MAX_MS (7.0 * 24 * 3600 * 1000)

/* The longer one of the probe's interval and timeout. */
int64_t gap_pace_ms(const struct probe_settings *probe);

/* The gap that is set, or else the probe's own. */
int64_t gap_or_default_ms(int64_t gap_ms, const struct probe_settings *probe);

/* Objects to a gap that answers of the probe may lie farther apart than. */
void gap_check(int64_t gap_ms, const struct probe_settings *probe,
    evaluator_object *object, void *arg);

#endif
