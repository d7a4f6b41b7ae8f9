/*
 * Many seeds, each a day in which anything may happen to the daemon and to
 * what it watches; an oracle looks on.
 *
 *	simulate [SEEDS [FIRST]]
 *	SIMULATION_SEED=N simulate	that one alone, telling all
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/simulation/disk.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/sim.h"

/* Sanitizers make it ten times slower. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SEEDS 20
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SEEDS 20
#endif
#endif
#ifndef SEEDS
#define SEEDS 300
#endif
#define QUIET_MS (3 * INT64_C(3600000)) /* the end of the day */

char sim_folder[] = "/tmp/simulation.XXXXXX";

/* A daemon that dies frees nothing. */
int __lsan_is_turned_off(void);

int
__lsan_is_turned_off(void)
{
	return 1;
}

struct totals {
	uint64_t polls, effects, rollbacks, recovered, closed, deployments,
	    crashes;
};

static struct totals totals;

static void
add_up(void)
{
	totals.polls += sim.polls;
	totals.effects += sim.effects;
	totals.rollbacks += sim.rollbacks;
	totals.recovered += sim.recovered;
	totals.closed += sim.closed;
	totals.deployments += sim.deployments;
	totals.crashes += sim.crashes;
}

/* Nothing breaks any more: all that is open must come to its end. */
static void
calm_down(void)
{
	say("from here on all is calm");
	sim.is_quiet = true;
	sim.disk_fails = false;
	truth_calm();
}

static bool
run_seed(uint64_t seed, bool is_noisy)
{
	int64_t end_ms = START_MS + DAY_MS;

	sim = (struct sim){ .seed = seed,
		.names = seed,
		.dice = seed * UINT64_C(0x9e3779b97f4a7c15) + 1,
		.now_ms = START_MS,
		.wall_ahead_ms = WALL_MS - START_MS,
		.is_noisy = is_noisy };
	for (int i = 0; i < 8; i++)
		(void)roll(2);
	truth_begin();
	oracle_begin();
	host_start();
	chance_begin();
	loop_until(end_ms - QUIET_MS);
	if (sim.breach[0] == '\0')
		calm_down();
	loop_until(end_ms);
	if (sim.breach[0] == '\0')
		oracle_end();
	add_up();
	host_crash();
	steps_reset();
	disk_reset();
	loop_reset();
	return sim.breach[0] == '\0';
}

static bool
run_seeds(uint64_t first, uint64_t count)
{
	for (uint64_t seed = first; seed < first + count; seed++) {
		if (run_seed(seed, false))
			continue;
		printf("not ok seed %" PRIu64 ": %s\n", seed, sim.breach);
		printf("# again, telling all: SIMULATION_SEED=%" PRIu64
		       " $BUILD/tests/simulation/simulate\n",
		    seed);
		return false;
	}
	printf("ok %" PRIu64 " days of %d services\n", count, ESTATE_SERVICES);
	printf("# %" PRIu64 " polls, %" PRIu64 " deployments, %" PRIu64
	       " runs, %" PRIu64 " steps, %" PRIu64
	       " incidents closed, %" PRIu64 " of them recovered, %" PRIu64
	       " crashes\n",
	    totals.polls, totals.deployments, totals.rollbacks, totals.effects,
	    totals.closed, totals.recovered, totals.crashes);
	return true;
}

/* It was no quiet time. */
static bool
was_busy(uint64_t days)
{
	bool busy = totals.rollbacks > days && totals.crashes > days &&
	    totals.recovered * 5 > totals.rollbacks &&
	    totals.effects > totals.rollbacks;

	printf("%s these were no quiet days\n", busy ? "ok" : "not ok");
	return busy;
}

static void
leave_nothing(void)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%s/reports", sim_folder);
	(void)rmdir(path);
	(void)rmdir(sim_folder);
}

int
main(int argc, char *argv[])
{
	const char *only = getenv("SIMULATION_SEED");
	uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : SEEDS;
	uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	bool ok;

	if (mkdtemp(sim_folder) == NULL) {
		printf("not ok a folder in /tmp\n");
		return 1;
	}
	(void)atexit(leave_nothing);
	if (only != NULL) {
		ok = run_seed(strtoull(only, NULL, 10), true);
		printf("%s seed %s%s%s\n", ok ? "ok" : "not ok", only,
		    ok ? "" : ": ", sim.breach);
		return ok ? 0 : 1;
	}
	ok = run_seeds(first, count);
	if (ok && count >= SEEDS)
		ok = was_busy(count);
	return ok ? 0 : 1;
}
