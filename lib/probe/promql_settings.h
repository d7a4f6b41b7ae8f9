/*
 * promql_settings.h - a query that a Prometheus server is asked, and what it
 * means when the answer is not simply a number.
 */
#ifndef PROBE_PROMQL_SETTINGS_H
#define PROBE_PROMQL_SETTINGS_H

#include <stdint.h>

#include "base/option.h"
#include "probe/http_settings.h"

enum promql_meaning {
	PROMQL_LOST,
	PROMQL_OK,
	PROMQL_FAILED,
};

struct promql_settings {
	/* url and body are made by promql_request(). */
	struct http_settings http;
	const char *server; /* "http://192.0.2.8:9090", a path allowed */
	const char *query;
	int64_t max_bytes;  /* of an answer; default 1 MiB */
	int64_t max_age_ms; /* of a value; default 5m */
	/* All default to LOST: */
	enum promql_meaning on_empty;       /* no series */
	enum promql_meaning on_nan;         /* no number, or infinite */
	enum promql_meaning on_many;        /* more than one series */
	enum promql_meaning on_warning;     /* OK: the value counts */
	enum promql_meaning on_error;       /* the server answers, but not so */
	enum promql_meaning on_unreachable; /* nothing is heard of the server */
};

#endif
