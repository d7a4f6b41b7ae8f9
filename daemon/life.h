/*
 * life.h - the daemon's own pulse: signals, systemd, pauses, and whether it
 * could act if it had to.
 */
#ifndef DAEMON_LIFE_H
#define DAEMON_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/monitor.h"

struct life;

/* A pause or a step of the wall clock beyond this is a tilt. */
#define TILT_MS 2000
#define TILT_HOLD_MS 30000

/* Handles TERM, INT, HUP and USR1, and begins to beat.  NULL: no memory. */
struct life *life_new(struct monitor *m);
void life_free(struct life *l);

/* Tells systemd that all is up, once. */
void life_ready(struct life *l);

/* What sd_notify's STATUS says. */
void life_status(struct life *l);

/* Reload by signal or verb: begins and ends what systemd sees of it. */
void life_reloading(void);
void life_reloaded(void);

/*
 * How far the clocks say that we were away: the longer of what the loop
 * missed and what the wall clock moved against boot time.
 */
int64_t life_tilt_ms(
    int64_t expected_ms, int64_t boot_gap_ms, int64_t wall_gap_ms);

#endif
