/*
 * backtest_prometheus.h - samples from what a Prometheus server remembers.
 *
 * Each probe that can be put as a query is asked for as a range, in pieces
 * that the server does not refuse, and its points come out as samples in the
 * order of time.
 */
#ifndef DAEMON_CTL_BACKTEST_PROMETHEUS_H
#define DAEMON_CTL_BACKTEST_PROMETHEUS_H

#include "base/error.h"
#include "config/config.h"
#include "service/recording.h"

#define PROMETHEUS_DEPLOYS_MAX 256
#define PROMETHEUS_POINTS_MAX                                              \
	11000                     /* a series and answer: the server's own \
	                           */
#define PROMETHEUS_SERIES_MAX 256 /* queries of a configuration */
#define PROMETHEUS_SAMPLES_MAX 20000000

/* Texts as they were given. */
struct prometheus_wish {
	const char *url;
	const char *from; /* RFC 3339, seconds since 1970, "-7d" */
	const char *to;   /* the same; NULL: now */
	const char *step; /* a duration; NULL: each probe's interval */
	const char *token_file;
	const char *user;
	const char *password_file;
	const char *ca_file;
	const char *deploys[PROMETHEUS_DEPLOYS_MAX];
	size_t deploy_count;
};

enum prometheus_end {
	PROMETHEUS_DONE,
	PROMETHEUS_USAGE,
	PROMETHEUS_UNREACHABLE,
	PROMETHEUS_WRONG,
};

typedef bool prometheus_take(
    void *arg, const struct recording_line *line, struct error *err);

/* Probes that have no query, or no data, are named on standard error. */
enum prometheus_end prometheus_read(const struct prometheus_wish *wish,
    const struct config *config, prometheus_take *take, void *arg,
    struct error *err);

#endif
