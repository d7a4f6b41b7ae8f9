/*
 * silence.h - tells people when nothing has been heard of targets for long:
 * what is not seen is never rolled back.
 */
#ifndef DAEMON_SILENCE_H
#define DAEMON_SILENCE_H

#include "daemon/monitor.h"

/* No answer of any witness. */
#define SILENCE_WITNESS_MS (60 * 1000)

struct silence;

/* NULL when memory is short. */
struct silence *silence_new(struct monitor *m);
void silence_free(struct silence *s); /* NULL is allowed */

/* Now and then; alarms once each time it begins. */
void silence_look(struct silence *s, int64_t now_ms);

#endif
