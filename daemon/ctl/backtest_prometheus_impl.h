/*
 * backtest_prometheus_impl.h - what the files of backtest_prometheus.h share.
 */
#ifndef DAEMON_CTL_BACKTEST_PROMETHEUS_IMPL_H
#define DAEMON_CTL_BACKTEST_PROMETHEUS_IMPL_H

#include "daemon/ctl/backtest_prometheus.h"
#include "daemon/ctl/backtest_range.h"
#include "daemon/ctl/backtest_time.h"

#define PROMETHEUS_STEP_MIN_MS 100
#define PROMETHEUS_STEPS_MAX 2000000 /* of a probe */

/* The points of one query. */
struct column {
	char *name; /* of the metric; NULL: the probe's own value */
	struct range_points points;
};

/* One probe. */
struct asked_probe {
	const struct service_settings *service;
	const struct probe_settings *probe;
	const struct promql_settings *promql; /* NULL: metrics */
	unsigned index;
	int64_t step_ms;
	size_t count; /* of steps */
	size_t given;
	size_t found; /* points that are there */
	bool is_refused;
	struct column columns[METRIC_NAMES_MAX];
	size_t column_count;
};

struct deploy {
	int64_t at_ms;
	const char *service;
	char version[NAME_MAX_BYTES + 1];
	char previous[NAME_MAX_BYTES + 1];
};

struct asking {
	int64_t from_ms, to_ms, step_ms;
	struct range_server *server;
	struct asked_probe sources[PROMETHEUS_SERIES_MAX];
	size_t source_count;
	struct deploy deploys[PROMETHEUS_DEPLOYS_MAX]; /* by time */
	size_t deploy_count, deployed;
	prometheus_take *take;
	void *arg;
	struct recording_line line;
};

/* "SERVICE=VERSION[,PREVIOUS]@TIME", put in order. */
bool prometheus_take_deploys(struct asking *a, const struct prometheus_wish *w,
    int64_t now_ms, struct error *err);

/* Gives those that happened at at_ms or before. */
bool prometheus_deployed(struct asking *a, int64_t at_ms, struct error *err);

#endif
