/*
 * prometheus_settings.h - how a page of metrics is asked for and read.
 *
 * Which metrics are wanted of it is for the evaluators to say.
 */
#ifndef PROBE_PROMETHEUS_SETTINGS_H
#define PROBE_PROMETHEUS_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/option.h"
#include "probe/http_settings.h"

enum prometheus_absent {
	PROMETHEUS_ABSENT_LOST,   /* unknown to whoever wants the metric */
	PROMETHEUS_ABSENT_FAILED, /* the whole answer is FAILED */
};

struct prometheus_settings {
	struct http_settings http; /* its expect stays empty */
	int64_t max_bytes;         /* of the page; default 64 MiB */
	unsigned max_series;       /* for each metric; default 1000 */
	enum prometheus_absent on_absent;
	/* Samples with a timestamp that is older are not there; default 5m. */
	int64_t max_age_ms;
	struct prometheus_freshness {
		bool given;
		const char *metric; /* must change */
		int64_t max_age_ms; /* so often */
	} freshness;
};

#endif
