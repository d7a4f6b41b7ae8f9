/*
 * inputs.h - who in a service is told what: which metrics are asked of a
 * probe, and where in its samples an evaluator finds its own.
 *
 * Follows from the settings alone, so that daemon and backtest agree.
 */
#ifndef SERVICE_INPUTS_H
#define SERVICE_INPUTS_H

#include <stdbool.h>
#include <stddef.h>

#include "evaluator/evaluator_settings.h"
#include "probe/metric_name.h"
#include "service/service_settings.h"

enum inputs_trouble {
	INPUTS_FINE,
	INPUTS_NO_PROBE,    /* it names none, and its kind needs one */
	INPUTS_UNKNOWN,     /* the service has no such probe */
	INPUTS_NO_METRICS,  /* that probe has no metrics to name */
	INPUTS_NAME_METRIC, /* that probe has no value without a name */
	INPUTS_TOO_MANY,    /* METRIC_NAMES_MAX are asked of that probe */
};

/*
 * The metrics that evaluators want of a probe, in the order of sample.values.
 * Texts are borrowed from the settings.  Up to METRIC_NAMES_MAX.
 */
size_t service_metrics(const struct service_settings *s, unsigned probe,
    struct metric_name *names);

/*
 * Where an evaluator finds its inputs: up to EVALUATOR_INPUTS_MAX sources.
 * Where there is trouble, culprit is the input that has it.
 */
enum inputs_trouble service_sources(const struct service_settings *s,
    const struct evaluator_settings *e, struct evaluator_source *sources,
    size_t *count, struct evaluator_input *culprit);

#endif
