#include "daemon/ctl/backtest_prometheus.h"

enum prometheus_end
prometheus_read(const struct prometheus_wish *wish, const struct config *config,
    prometheus_take *take, void *arg, struct error *err)
{
	(void)wish;
	(void)config;
	(void)take;
	(void)arg;
	(void)error_set(err, "this build cannot ask Prometheus");
	return PROMETHEUS_USAGE;
}
