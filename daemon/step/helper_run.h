/*
 * helper_run.h - runs a notifier's program: no claim, no key, and no disk, so
 * that it can also say that the disk is full.
 */
#ifndef DAEMON_STEP_HELPER_RUN_H
#define DAEMON_STEP_HELPER_RUN_H

#include <stdint.h>

#include "daemon/step/state.h"

/* Reads the record from the descriptor and puts the result in its place. */
enum step_exit helper_run(int record, const char *id, int64_t kill_grace_ms);

#endif
