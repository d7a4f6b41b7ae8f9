/*
 * metric_name.h - how evaluators and probes speak of one measured value.
 *
 * A probe of Prometheus exposition measures what the evaluators of its
 * service name; every other kind has one value of its own at most, which has
 * no name.  The order of the names is the order of sample.values.
 */
#ifndef PROBE_METRIC_NAME_H
#define PROBE_METRIC_NAME_H

#include <stdbool.h>

/* Different metrics that may be asked of one probe. */
#define METRIC_NAMES_MAX 64

struct metric_name {
	const char *text; /* an expression; NULL: the probe's own value */
	bool is_counter;  /* as counter(text): cumulative, without resets */
};

bool metric_name_equals(struct metric_name a, struct metric_name b);

#endif
