/*
 * effect.h - runs a program to its end, its time limit included.
 */
#ifndef DAEMON_STEP_EFFECT_H
#define DAEMON_STEP_EFFECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "daemon/step/output.h"
#include "daemon/step/who.h"
#include "executor/executor.h"

struct effect_settings {
	const struct command *command;
	const char *mark; /* of the environment: "NAME=VALUE" */
	int input;        /* descriptor; its standard input */
	int64_t timeout_ms;
	int64_t kill_grace_ms;  /* between TERM and KILL */
	const struct who *user; /* whom it runs as; NULL: as we do */
};

enum effect_end {
	EFFECT_NOT_STARTED, /* nothing has run; the reason says why */
	EFFECT_EXITED,      /* by itself */
	EFFECT_TIMED_OUT,   /* everything it started is dead */
	EFFECT_STOPPED,     /* the runner was told to: all of it is dead */
	EFFECT_UNKILLABLE,  /* some of it lives on in spite of SIGKILL */
};

struct effect {
	enum effect_end end;
	int exit_status; /* 128 + signal when killed */
	int signal;      /* that killed it; 0: none */
	int64_t started_ms;
	int64_t started_wall_ms;
	int64_t ended_ms;
	size_t left_behind;
	struct error reason;
};

/*
 * Once a process: makes it a subreaper and takes over SIGCHLD, SIGTERM and
 * SIGINT.  The output is given all that is printed.
 */
void effect_run(const struct effect_settings *settings, struct output *output,
    struct effect *effect);

#endif
