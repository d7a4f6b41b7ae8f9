/*
 * command_settings.h - a probe that runs a program and believes its exit
 * status.
 */
#ifndef PROBE_COMMAND_SETTINGS_H
#define PROBE_COMMAND_SETTINGS_H

#include "base/option.h"
#include "base/strings.h"

enum command_value {
	COMMAND_VALUE_NONE,
	COMMAND_VALUE_STDOUT, /* the first line is a number */
};

struct command_settings {
	struct strings command; /* program and arguments */
	struct strings ok;      /* exit status: "0", "0-1" */
	struct strings lost;    /* says nothing of the target: "3" */
	int value;              /* enum command_value */
	int on_no_value;        /* enum sample_outcome */
};

extern const struct option_table command_options;

#endif
