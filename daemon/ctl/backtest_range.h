/*
 * backtest_range.h - one query over a range, from a Prometheus server.
 */
#ifndef DAEMON_CTL_BACKTEST_RANGE_H
#define DAEMON_CTL_BACKTEST_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define RANGE_POINTS_MAX 10000 /* of an answer; the server takes 11,000 */
#define RANGE_BODY_MAX_BYTES ((size_t)32 * 1024 * 1024)
#define RANGE_SERIES_MAX 1000 /* that are added up */
#define RANGE_SECRET_MAX_BYTES 4096

struct range_server;

struct range_access {
	const char *url;
	const char *token_file; /* NULL: none; the others too */
	const char *user;
	const char *password_file;
	const char *ca_file;
};

/* NULL with the reason: a file cannot be read, the url is none. */
struct range_server *range_server_new(
    const struct range_access *access, struct error *err);
void range_server_free(struct range_server *s);

enum range_end {
	RANGE_DONE,
	RANGE_REFUSED,     /* the server says that the query is wrong */
	RANGE_UNREACHABLE, /* or answers with what is no answer of it */
};

/* Times are from_ms + i * step_ms. */
struct range_query {
	const char *query;
	int64_t from_ms;
	int64_t step_ms;
	size_t count;
	/*
	 * Adds up the counters of all series without their resets; one that
	 * is new counts from zero.  Else there should be one series.
	 */
	bool is_counter;
};

#define RANGE_MANY (-1) /* in series: more than one */

/* values: NAN where there is none; series: how many there were. */
struct range_points {
	double *values;
	signed char *series;
	bool is_warned; /* the server was not sure of some */
};

enum range_end range_ask(struct range_server *s, const struct range_query *q,
    struct range_points *points, struct error *err);

#endif
