/*
 * How often the canary evaluator is wrong, and how fast it is right.
 *
 * One metric, all settings as they are by default, a point a side every ten
 * seconds.  First a canary that is like its baseline, watched for a day, over
 * and over, in each world with the default tolerance and with none: how many
 * of these days have a false alarm, which may be at most 1 - confidence = 2 %.
 * Then one that is worse, from the start or from the 360th point on (an
 * hour): points until it trips.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "evaluator/canary.h"
#include "evaluator/comparison.h"
#include "evaluator/evaluator.h"
#include "tests/dice.h"

#define STEP_MS 10000
#define DAY 8640
#define DAYS 500
#define HOUR 360
#define RUNS 200
#define DAYS_A_YEAR 365.25

/* What both sides have in common at a moment, and what each has of its own. */
struct world {
	const char *name;
	double (*draw)(struct dice *d, int64_t t, double lift, double *memory);
};

/* Latency in ms, about 100. */
static double
steady(struct dice *d, int64_t t, double lift, double *memory)
{
	(void)t;
	(void)memory;
	return 100 * (1 + lift) + 10 * dice_normal(d);
}

static double
daily(struct dice *d, int64_t t, double lift, double *memory)
{
	double base = 100 + 60 * sin(2 * 3.14159265 * (double)t / DAY);

	(void)memory;
	return (base + 10 * dice_normal(d)) * (1 + lift);
}

/* Both sides are hit at the same time, for five minutes of an hour. */
static double
bursty(struct dice *d, int64_t t, double lift, double *memory)
{
	double burst = t % HOUR < 30 ? 400 * dice_share(d) : 0;

	(void)memory;
	return (100 + burst + 10 * dice_normal(d)) * (1 + lift);
}

static double
heavy(struct dice *d, int64_t t, double lift, double *memory)
{
	(void)t;
	(void)memory;
	return 50 * pow(dice_share(d), -0.7) * (1 + lift);
}

/* Errors a minute: nearly always none. */
static double
errors(struct dice *d, int64_t t, double lift, double *memory)
{
	(void)t;
	(void)memory;
	if (dice_share(d) > 0.02 + lift / 2)
		return 0;
	return 1 + floor(5 * dice_share(d));
}

/* Each point has half of the one before: not what it takes for granted. */
static double
sticky(struct dice *d, int64_t t, double lift, double *memory)
{
	(void)t;
	*memory = 0.5 * *memory + 0.866 * dice_normal(d);
	return 100 * (1 + lift) + 10 * *memory;
}

static const struct world worlds[] = {
	{ "steady", steady },
	{ "daily cycle", daily },
	{ "bursts of both", bursty },
	{ "heavy tails", heavy },
	{ "rare errors", errors },
	{ "each half the last", sticky },
};

#define WORLDS (sizeof(worlds) / sizeof(worlds[0]))

static struct evaluator *
make(double tolerance, int64_t spacing_ms)
{
	static const struct probe_settings probe = {
		.name = "p", .interval_ms = STEP_MS, .timeout_ms = 5000
	};
	struct canary_metric metric = { .name = "m",
		.tolerance = tolerance,
		.cles = COMPARISON_CLES,
		.weight = 1 };
	struct canary_settings settings = { .metrics = { &metric, 1 },
		.window = 100,
		.min_samples = 10,
		.spacing_ms = spacing_ms,
		.confidence = COMPARISON_CONFIDENCE,
		.pass = 95,
		.marginal = 75 };
	struct evaluator_source sources[] = { { &probe, 0, 0 },
		{ &probe, 0, 1 } };

	return canary_new(&settings, sources);
}

/* Points from the fault to the trip; 0: before it; -1: never. */
static int64_t
watch(const struct world *w, struct dice *d, struct evaluator *e, double lift,
    int64_t from, int64_t points)
{
	double memory[2] = { 0, 0 };

	evaluator_reset(e, 0);
	for (int64_t t = 0; t < points; t++) {
		double values[] = {
			w->draw(d, t, t >= from ? lift : 0, &memory[0]),
			w->draw(d, t, 0, &memory[1]),
		};
		struct sample s = { .asked_ms = t * STEP_MS,
			.answered_ms = t * STEP_MS,
			.outcome = SAMPLE_OK,
			.values = values,
			.value_count = 2 };

		if (evaluator_observe(e, &s).verdict == VERDICT_TRIPPED)
			return t < from ? 0 : t - from + 1;
	}
	return -1;
}

static void
false_alarms(const struct world *w, double tolerance, int64_t spacing_ms)
{
	struct evaluator *e = make(tolerance, spacing_ms);
	struct dice d = { 7 };
	unsigned wrong = 0;
	double share;

	for (int day = 0; e != NULL && day < DAYS; day++)
		wrong += watch(w, &d, e, 0, 0, DAY) >= 0;
	share = (double)wrong / DAYS;
	printf("%-20s %8.0f %% %8.2f %% of days %8.1f a service-year%s\n",
	    w->name, tolerance * 100, share * 100, share * DAYS_A_YEAR,
	    spacing_ms > 0 ? ", pairs a minute apart" : "");
	evaluator_free(e);
}

static int
by_size(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
power(const struct world *w, double lift, int64_t from)
{
	struct evaluator *e = make(0.1, 0);
	struct dice d = { 11 };
	int64_t found[RUNS];
	size_t count = 0;

	for (int run = 0; e != NULL && run < RUNS; run++) {
		int64_t at = watch(w, &d, e, lift, from, from + 2 * HOUR);

		if (at > 0)
			found[count++] = at;
	}
	qsort(found, count, sizeof(*found), by_size);
	printf("%-20s %+8.0f %% %8.1f %% found", w->name, lift * 100,
	    100 * (double)count / RUNS);
	if (count > 0)
		printf(", median %4.0f min, nine of ten %4.0f min",
		    (double)found[count / 2] * STEP_MS / 60000,
		    (double)found[count * 9 / 10] * STEP_MS / 60000);
	printf("%s\n", from > 0 ? ", after a healthy hour" : "");
	evaluator_free(e);
}

static void
speed(void)
{
	struct evaluator *e = make(0.1, 0);
	struct dice d = { 5 };
	struct timespec a, b;
	int64_t points = 200 * DAY / 10;

	if (e == NULL)
		return;
	clock_gettime(CLOCK_MONOTONIC, &a);
	(void)watch(&worlds[0], &d, e, 0, 0, points);
	clock_gettime(CLOCK_MONOTONIC, &b);
	printf("canary %.0f ns a sample\n",
	    ((double)(b.tv_sec - a.tv_sec) * 1e9 +
		(double)(b.tv_nsec - a.tv_nsec)) /
		(double)points);
	evaluator_free(e);
}

int
main(void)
{
	static const double lifts[] = { 0.15, 0.2, 0.3, 0.5, 1 };

	printf("false alarms of the canary evaluator\n%-20s %10s\n", "world",
	    "tolerance");
	for (size_t i = 0; i < WORLDS; i++) {
		false_alarms(&worlds[i], 0, 0);
		false_alarms(&worlds[i], 0.1, 0);
	}
	false_alarms(&worlds[WORLDS - 1], 0, 60000);
	printf("\nfaults found within two hours, tolerance 10 %%\n%-20s %10s\n",
	    "world", "fault");
	for (size_t i = 0; i < WORLDS; i++) {
		for (size_t k = 0; k < sizeof(lifts) / sizeof(lifts[0]); k++) {
			power(&worlds[i], lifts[k], 0);
			power(&worlds[i], lifts[k], HOUR);
		}
	}
	speed();
	return 0;
}
