/*
 * command_judge.h - what the end of a program says about the target.
 *
 * Only an exit status is an answer.  A program that could not be run, that
 * was killed by others or crashed is our own trouble; one that does not end
 * in time is a target that does not answer.
 */
#ifndef PROBE_COMMAND_JUDGE_H
#define PROBE_COMMAND_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "probe/command_settings.h"
#include "probe/verdict.h"

#define COMMAND_STATUS_COUNT 256

/* A plain value; borrows nothing. */
struct command_judge {
	bool is_ok[COMMAND_STATUS_COUNT];
	bool is_lost[COMMAND_STATUS_COUNT];
	bool wants_value;
	enum sample_outcome on_no_value;
};

enum command_end {
	COMMAND_NOT_RUN,
	COMMAND_EXITED,
	COMMAND_KILLED, /* by a signal that was not ours */
	COMMAND_TIMED_OUT,
};

struct command_answer {
	enum command_end end;
	int64_t status; /* of its exit, or the signal */
	const char *output;
	size_t length;
	const char *reason; /* in words, where there is no output */
};

/* False with the reason: a status is no number, or good and lost at once. */
bool command_judge_init(struct command_judge *j,
    const struct command_settings *settings, struct error *err);

/* The value is NAN where there is none. */
struct probe_verdict command_judge_answer(const struct command_judge *j,
    const struct command_answer *a, double *value);

#endif
