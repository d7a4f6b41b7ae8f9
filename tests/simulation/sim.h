/*
 * sim.h - a simulated host around the daemon: what the files of this folder
 * share.
 *
 * The daemon is the real one but for what touches the world.  These are stood
 * in for, by the functions of their own headers:
 *
 *   fake_loop.c     daemon/loop.h: a clock that only timers move
 *   fake_ask.c      daemon/ask/ask.h: the answers of simulated services
 *   fake_store.c    daemon/store/store.h: a disk that keeps what was
 *   fake_rows.c       committed, whatever becomes of the daemon
 *   fake_steps.c    daemon/steps.h: runners that outlive the daemon
 *   fake_host.c     files, log, control socket, the configuration's loading
 *
 *   truth.c         what is really so: releases, outages, partitions
 *   chance.c        what happens, and when: one seed, one day
 *   host.c          starts, crashes and ends the daemon
 *   oracle*.c       what the daemon promises, worked out by other means
 *
 * One world at a time: the functions stood in for leave no place for another.
 */
#ifndef TESTS_SIMULATION_SIM_H
#define TESTS_SIMULATION_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/loop.h"
#include "daemon/monitor.h"
#include "daemon/store/store.h"
#include "tests/simulation/estate.h"

#define SECOND_MS 1000
#define MINUTE_MS 60000
#define HOUR_MS 3600000
#define DAY_MS (24 * INT64_C(3600000))
#define START_MS 100000000      /* the host has been up for a while */
#define WALL_MS 1750000000000LL /* the wall clock says then */
#define SIM_NEVER INT64_MIN

struct sim {
	uint64_t seed;
	uint64_t dice;
	uint64_t names; /* the dice that names are made with */
	int64_t now_ms;
	int64_t wall_ahead_ms; /* of the clock since boot */
	unsigned life;         /* counts the daemon's; 0: not of the daemon */
	bool is_up;
	bool is_dying; /* what it still does has no effect */
	bool is_noisy; /* tells all */
	bool is_quiet; /* the day is over: no more trouble */
	unsigned boot;
	unsigned variant;         /* configuration in use */
	unsigned variant_on_disk; /* what a reload would read */
	struct monitor *monitor;
	bool disk_fails;
	char breach[256];
	uint64_t polls, effects, rollbacks, recovered, closed, deployments,
	    crashes;
};

extern struct sim sim;

/* The state directory: reports are looked at, and not written, in there. */
extern char sim_folder[];

/* chance.c: xorshift64*; the same everywhere. */
uint64_t roll(uint64_t sides);
bool one_in(uint64_t sides);
int64_t span_between(int64_t from_ms, int64_t to_ms);

/* fake_loop.c: a timer of the world, which no crash stops. */
struct loop_timer *world_timer(loop_callback *callback, void *arg);
void loop_until(int64_t until_ms);
void loop_reset(void);

/* Prints what happens, when that is wished. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The first one counts. */
void breach(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* fake_store.c */
void disk_reset(void);
void disk_mended(void);
size_t disk_rows(const struct store_event **rows);

/* fake_steps.c */
void steps_reset(void);
void steps_reboot(void);
unsigned steps_running(void);

/* fake_host.c */
void host_reset(void);

/* host.c */
void host_start(void);
void host_crash(void);
void host_reload(void);
void host_end(void);
const char *sim_boot_id(void);

/* An operator's order; the verb's arguments as JSON. */
void host_order(int verb, const char *args);

/* chance.c */
void chance_begin(void);
void chance_row(const char *kind); /* something was stored: a crash now? */

/* truth.c */
void truth_begin(void);
bool truth_is_blind(void);
void truth_switched(unsigned service, const char *version);
void truth_deployed(unsigned service, const char *version, bool is_bad);
bool truth_is_bad(unsigned service);
void truth_restarted(unsigned service);

struct answer {
	enum sample_outcome outcome;
	int64_t latency_ms;
};

/* What a question that is put now will be answered. */
struct answer truth_answer(unsigned service);
struct answer truth_witness(void);
void truth_trouble(void); /* something breaks, or is mended */
void truth_calm(void);    /* everything is mended but bad releases */

#endif
