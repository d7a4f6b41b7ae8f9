/*
 * recover_moment.h - when an event of the log was, on the clock of this boot.
 */
#ifndef DAEMON_RECOVER_MOMENT_H
#define DAEMON_RECOVER_MOMENT_H

#include <stdint.h>

struct monitor;
struct store_event;

/* A moment of any boot; never in the future. */
int64_t recover_moment_ms(struct monitor *m, const struct store_event *e);

#endif
