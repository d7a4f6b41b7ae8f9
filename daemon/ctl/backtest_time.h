/*
 * backtest_time.h - moments as people write them on a command line.
 */
#ifndef DAEMON_CTL_BACKTEST_TIME_H
#define DAEMON_CTL_BACKTEST_TIME_H

#include <stdbool.h>
#include <stdint.h>

/*
 * "2026-11-22T12:00:00Z", "2026-11-22T12:00:00.5+01:00", "1763812800",
 * "1763812800.25", "-7d", "now": ms since 1970.
 */
bool backtest_time_parse(const char *text, int64_t now_ms, int64_t *ms);

#endif
