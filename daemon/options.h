/*
 * options.h - the command line of rollbackd.
 */
#ifndef DAEMON_OPTIONS_H
#define DAEMON_OPTIONS_H

#include <stdbool.h>

struct options {
	const char *config;
	const char *state; /* where the last good configuration is kept */
	bool foreground;
	bool test;
	bool strict;
};

/* Ends the program by itself for -V and -h, and on a wrong line (1). */
struct options options_parse(int argc, char *argv[]);

#endif
