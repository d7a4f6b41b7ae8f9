/*
 * threshold_impl.h - the parts of the threshold evaluator to each other.
 */
#ifndef EVALUATOR_THRESHOLD_IMPL_H
#define EVALUATOR_THRESHOLD_IMPL_H

#include "evaluator/measure_impl.h"
#include "evaluator/statistic.h"
#include "evaluator/threshold.h"

/* What it measures over its window; false: no such statistic. */
bool threshold_statistic(
    const struct threshold_settings *s, struct statistic *st);

/* Does it trip below its limit? */
bool threshold_is_below(const struct threshold_settings *s);

int64_t threshold_fastest_trip_ms(
    const void *settings, const struct evaluator_source *sources, size_t count);
int64_t threshold_slowest_trip_ms(
    const void *settings, const struct evaluator_source *sources, size_t count);
void threshold_check(const void *settings,
    const struct evaluator_source *sources, size_t count,
    evaluator_object *object, void *arg);

#endif
