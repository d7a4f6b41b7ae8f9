/*
 * backtest_options.h - what rollbackctl backtest was asked to do.
 */
#ifndef DAEMON_CTL_BACKTEST_OPTIONS_H
#define DAEMON_CTL_BACKTEST_OPTIONS_H

#include "base/error.h"
#include "daemon/ctl/backtest_prometheus.h"
#include "service/backtest.h"

#define BACKTEST_FILES_MAX 64

struct backtest_wish {
	const char *config;
	const char *files[BACKTEST_FILES_MAX];
	size_t file_count;
	struct prometheus_wish prometheus;
	enum backtest_acts acts;
	bool skip_unknown;
	bool sort;
	bool verify;
	bool help;
};

extern const char backtest_usage[];

/* False with the reason.  argv[0] is the name of the command. */
bool backtest_options(
    int argc, char *argv[], struct backtest_wish *w, struct error *err);

#endif
