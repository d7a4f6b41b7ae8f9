/*
 * config_test.h - rollbackd -t: is this configuration good, and how fast
 * would it notice?
 */
#ifndef DAEMON_CONFIG_TEST_H
#define DAEMON_CONFIG_TEST_H

#include <stdbool.h>

enum config_verdict {
	CONFIG_GOOD = 0,
	CONFIG_UNREADABLE = 3,
	CONFIG_WRONG = 4,
	CONFIG_DOUBTFUL = 5, /* warnings, when strict */
};

/*
 * Complaints go to standard error, the summary to standard output.  Gives
 * the exit status, one of enum config_verdict.
 */
int config_test(const char *path, bool strict);

#endif
