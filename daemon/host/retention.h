/*
 * retention.h - which runs are so old that their files may go.
 *
 * For the monitor in direct mode and for the runner in system mode.  A run
 * whose request still stands is never forgotten: without its claim the step
 * could be run once more.  Nor is one that was claimed in this boot less than
 * so long ago, whatever the wall clock says.
 */
#ifndef DAEMON_HOST_RETENTION_H
#define DAEMON_HOST_RETENTION_H

#include <stddef.h>
#include <stdint.h>

#define RETENTION_MS (INT64_C(90) * 24 * 3600 * 1000)

struct retention_folders {
	int requests;
	int claims;
	int pins;
	int results;
	int outputs;
};

/* Deletes what is older; gives the number of runs that were forgotten. */
size_t retention_sweep(
    const struct retention_folders *f, int64_t older_than_ms);

#endif
