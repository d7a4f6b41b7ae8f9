/*
 * backtest_lines.h - the lines of recordings, file by file.
 */
#ifndef DAEMON_CTL_BACKTEST_LINES_H
#define DAEMON_CTL_BACKTEST_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "service/recording.h"

/* With --sort all of it is held in memory. */
#define BACKTEST_SORT_MAX_BYTES ((size_t)2 * 1024 * 1024 * 1024)

/* A line without its newline; false ends it with the reason. */
typedef bool lines_take(
    void *arg, const char *bytes, size_t length, struct error *err);

enum lines_end {
	LINES_DONE,
	LINES_UNREADABLE,
	LINES_WRONG, /* take() said so, or a line is too long */
};

/*
 * Reads the files one after the other; "-" is standard input.  The reason in
 * err names file and line.  A last line that was cut off is left out, and
 * named in cut ("": there was none).
 */
enum lines_end lines_read(const char *const *files, size_t count,
    lines_take *take, void *arg, struct error *cut, struct error *err);

/* The same in the order of time; equal times stay as they are. */
enum lines_end lines_sorted(const char *const *files, size_t count,
    lines_take *take, void *arg, struct error *cut, struct error *err);

#endif
