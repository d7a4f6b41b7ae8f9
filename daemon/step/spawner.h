/*
 * spawner.h - a small process that starts runners for the monitor.
 *
 * It is started before the monitor grows and holds none of its descriptors,
 * so that a start costs the monitor one message.  It ends when the monitor
 * does; what it started goes on.
 *
 * A message is a tag and the arguments of rollbackd-step, each ended by a
 * NUL; a descriptor that comes along is passed on as descriptor 3.  Answers are
 * texts: "started TAG PID", "ended TAG STATUS" (128 + signal when killed),
 * "failed TAG REASON".
 */
#ifndef DAEMON_STEP_SPAWNER_H
#define DAEMON_STEP_SPAWNER_H

#include "daemon/step/state.h"

#define SPAWNER_MESSAGE_MAX 8192
#define SPAWNER_ARGUMENTS_MAX 32
#define SPAWNER_TAG_MAX 31

/* Until the other end of the socket is closed. */
enum step_exit spawner_run(int socket, char *program);

#endif
