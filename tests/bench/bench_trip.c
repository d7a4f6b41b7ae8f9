/*
 * bench_trip [SERVICES [TRIPS [FILES]]] - from the last wrong answer that a
 * rule needs, as the server sends it, to the first line of the step's main():
 * probe, verdict, plan, durable intent, request, runner, claim.
 *
 * The services become bad one after another, so that each trip is alone, and
 * after some a new state folder is begun: the runner reads what was claimed
 * within a day, and twenty in an hour is what is allowed unless said otherwise.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "rig.h"

#define SERVICES 400
#define TRIPS 200
#define INTERVAL_MS 1000
#define GAP_MS 60
#define TRIPS_A_ROUND 40
#define PATIENCE_MS 30000

static bool
stamp_of(const struct rig *r, int service, int64_t *us)
{
	char path[256];
	long long at = 0;
	FILE *f;
	bool ok;

	(void)snprintf(path, sizeof(path), "%s/ran/s%d", r->dir, service);
	f = fopen(path, "re");
	ok = f != NULL && fscanf(f, "%lld", &at) == 1;
	if (f != NULL)
		(void)fclose(f);
	*us = at;
	return ok;
}

/* Those that were acted upon become well; gives how many were not yet. */
static int
look(struct rig *r, int count, int64_t *took_us)
{
	int left = 0;

	for (int i = 0; i < count; i++) {
		int64_t ran_us;

		if (!r->board->is_bad[i])
			continue;
		if (!stamp_of(r, i, &ran_us)) {
			left++;
			continue;
		}
		took_us[i] = ran_us - r->board->decided_us[i];
		r->board->is_bad[i] = false;
	}
	return left;
}

static void
run(struct rig *r, int trips, int64_t *took_us)
{
	int left = 0;

	for (int i = 0; i < trips; i++) {
		r->board->is_bad[i] = true;
		rig_pause_ms(GAP_MS);
		left = look(r, i + 1, took_us);
	}
	for (int waited = 0; left > 0; waited += GAP_MS) {
		if (waited > PATIENCE_MS)
			errx(1, "%d services were not acted upon: see %s/log",
			    left, r->dir);
		rig_pause_ms(GAP_MS);
		left = look(r, trips, took_us);
	}
}

int
main(int argc, char *argv[])
{
	int services = argc > 1 ? (int)strtol(argv[1], NULL, 10) : SERVICES;
	int trips = argc > 2 ? (int)strtol(argv[2], NULL, 10) : TRIPS;
	struct rig_settings settings = { .services = services,
		.interval_ms = INTERVAL_MS,
		.files = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 1 };
	char step[RIG_PATH_BYTES];
	int64_t *took_us;
	struct rig r;

	rig_program(step, "tests/peer/stamp");
	settings.step = step;
	if (trips < 1 || services <= TRIPS_A_ROUND)
		errx(1, "more services than %d", TRIPS_A_ROUND);
	took_us = calloc((size_t)trips, sizeof(*took_us));
	if (took_us == NULL)
		err(1, "calloc");
	for (int done = 0; done < trips; done += TRIPS_A_ROUND) {
		int left = trips - done;

		rig_open(&r, &settings);
		(void)rig_start_us(&r);
		rig_pause_ms(3 * INTERVAL_MS);
		run(&r, left < TRIPS_A_ROUND ? left : TRIPS_A_ROUND,
		    took_us + done);
		rig_close(&r);
	}
	rig_print("trip to first step", took_us, (size_t)trips);
	free(took_us);
	return 0;
}
