/*
 * learned.h - what evaluators have learned, over a change of their service.
 */
#ifndef SERVICE_LEARNED_H
#define SERVICE_LEARNED_H

#include "evaluator/evaluator.h"
#include "service/service_settings.h"

/*
 * Copies baselines from the evaluators of the service as it was to those of
 * the same name that still measure the same.
 */
void learned_inherit(const struct service_settings *to,
    struct evaluator *const *to_evaluators, const struct service_settings *from,
    struct evaluator *const *from_evaluators);

#endif
