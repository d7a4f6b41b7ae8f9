/*
 * error_rate.h - trips when too large a share goes wrong.
 *
 * Either of the probe's own answers, failed ones among all, or of requests as
 * a pair of metrics counts them: by how much errors and total have grown over
 * the window, from counters that only ever grow.  A counter that drops was
 * reset and counts from zero.  The first scrape only begins the count, and so
 * does one after a gap as long as the window.
 *
 * No traffic is no share of it: where total has not grown by min_total nothing
 * is known.  A metric of errors that is not there while total is counts as 0
 * until it appears, as a label that never occurred has no series; once it was
 * there and goes, it has not grown.  Errors beyond the total count as all of
 * it.
 */
#ifndef EVALUATOR_ERROR_RATE_H
#define EVALUATOR_ERROR_RATE_H

#include <stdint.h>

#include "base/option.h"

#define ERROR_RATE_SAMPLES_MAX 10000
#define ERROR_RATE_TOTAL_MAX 1000000000
#define ERROR_RATE_METRIC_MAX 1024

struct error_rate_settings {
	const char *errors; /* selectors of counters; NULL: */
	const char *total;  /* the probe's own answers */
	int64_t window_ms;
	double above;       /* trips above that share */
	double clear_below; /* clears at it or below; 0: the limit */
	int64_t for_ms;
	int64_t clear_for_ms;
	unsigned min_samples; /* answers, or scrapes that counted */
	unsigned min_errors;  /* fewer never trip it */
	unsigned min_total;   /* requests, of metrics only */
};

extern const struct option_table error_rate_options;

#endif
