/*
 * backtest_server.h - how a Prometheus server is reached.
 */
#ifndef DAEMON_CTL_BACKTEST_SERVER_H
#define DAEMON_CTL_BACKTEST_SERVER_H

#include "base/text.h"
#include "daemon/ctl/backtest_range.h"

struct range_request {
	const char *query;
	int64_t start_ms;
	int64_t end_ms;
	int64_t step_ms;
};

/* Whatever the server answers; false with the reason when it does not. */
bool range_server_ask(struct range_server *s, const struct range_request *q,
    struct text *body, long *status, struct error *err);

#endif
