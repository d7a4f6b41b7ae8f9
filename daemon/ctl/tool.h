/*
 * tool.h - commands of rollbackctl that need no daemon.
 */
#ifndef DAEMON_CTL_TOOL_H
#define DAEMON_CTL_TOOL_H

#include <stdbool.h>

#include "base/text.h"

struct tool {
	const char *name;
	const char *help; /* one line, for people */
	/* argv[0] is the name; returns the exit status. */
	int (*run)(int argc, char *argv[]);
};

/* NULL: there is no such tool. */
const struct tool *tool_find(const char *name);

/* A line for each, as rollbackctl --help shows its verbs. */
void tool_help_all(struct text *out);

/* "rollbackctl: ..." on standard error, made safe to show. */
void tool_complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* All of it on standard output; false, and said, when it cannot be. */
bool tool_print(const struct text *out);

int tool_metrics(int argc, char *argv[]);
int tool_compare(int argc, char *argv[]);
int tool_backtest(int argc, char *argv[]);

#endif
