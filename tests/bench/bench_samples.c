/*
 * What one sample costs the usual evaluators of one target together, and what
 * memory they take: with full windows, one sample a second each.
 *
 * bench_samples [TARGETS [NAME]]: so many targets visited in turn, each of
 * which is out of the nearest caches by then; one alone is measured first.
 * With NAME only rows that have it in their name.
 */
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "evaluator/breaker.h"
#include "evaluator/consecutive.h"
#include "evaluator/error_rate.h"
#include "evaluator/evaluator.h"
#include "evaluator/latency.h"

#define TARGETS_MAX 100000
#define EACH 4   /* evaluators of a target */
#define FILL 400 /* samples until all windows are full */
#define BEST_OF 9
#define TIMES 1024
#define WORK 200000 /* samples in a row that are timed, at least */
#define ALL_MASK ((1U << EACH) - 1)

static const struct probe_settings probe = { .name = "p",
	.interval_ms = 1000,
	.timeout_ms = 2000 };
static const struct consecutive_settings consecutive = { 3, 2, 0 };
static const struct breaker_settings breaker = { .error_threshold = 0.5,
	.window_ms = 60000,
	.min_samples = 10,
	.reset_timeout_ms = 30000,
	.trials = 3 };
static const struct latency_settings mean = { .statistic = "mean",
	.window_ms = 300000,
	.above_ms = 500,
	.min_samples = 5,
	.min_slow = 5 };
static const struct latency_settings p95 = { .statistic = "p95",
	.window_ms = 300000,
	.above_ms = 500,
	.min_samples = 5,
	.min_slow = 5 };
static const struct error_rate_settings error_rate = { .window_ms = 300000,
	.above = 0.05,
	.min_samples = 10,
	.min_errors = 3 };

static const struct evaluator_settings of_mean[EACH] = {
	{ .kind = &evaluator_consecutive, .settings = &consecutive },
	{ .kind = &evaluator_breaker, .settings = &breaker },
	{ .kind = &evaluator_latency, .settings = &mean },
	{ .kind = &evaluator_error_rate, .settings = &error_rate },
};
static const struct evaluator_settings of_p95[EACH] = {
	{ .kind = &evaluator_consecutive, .settings = &consecutive },
	{ .kind = &evaluator_breaker, .settings = &breaker },
	{ .kind = &evaluator_latency, .settings = &p95 },
	{ .kind = &evaluator_error_rate, .settings = &error_rate },
};

struct row {
	const char *name;
	const struct evaluator_settings *settings;
	unsigned mask; /* which of them */
};

static const struct row rows[] = {
	{ "consecutive", of_mean, 1 },
	{ "breaker", of_mean, 2 },
	{ "latency mean", of_mean, 4 },
	{ "latency p95", of_p95, 4 },
	{ "error_rate", of_mean, 8 },
	{ "the first three, mean", of_mean, 7 },
	{ "the first three, p95", of_p95, 7 },
	{ "all four, mean", of_mean, ALL_MASK },
	{ "all four, p95", of_p95, ALL_MASK },
};

static struct evaluator *all[TARGETS_MAX][EACH];
static double times_ms[TIMES];

static double
cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* 2 ms as a rule, now and then much more: as answers come over a network. */
static void
draw_times(void)
{
	for (int i = 0; i < TIMES; i++) {
		double normal = 0;

		for (int k = 0; k < 12; k++)
			normal += (double)rand() / RAND_MAX;
		times_ms[i] = 2 * exp((normal - 6) / 3);
	}
}

static void
make(const struct row *row, unsigned targets)
{
	struct evaluator_source source = { .probe = &probe, .slot = -1 };

	for (unsigned t = 0; t < targets; t++)
		for (unsigned i = 0; i < EACH; i++) {
			all[t][i] = NULL;
			if ((row->mask >> i & 1) == 0)
				continue;
			all[t][i] =
			    evaluator_new(&row->settings[i], &source, 1);
			if (all[t][i] == NULL)
				exit(1);
		}
}

static void
end(unsigned targets)
{
	for (unsigned t = 0; t < targets; t++)
		for (unsigned i = 0; i < EACH; i++)
			evaluator_free(all[t][i]);
}

/* One sample a target, a second after the last ones. */
static void
visit(unsigned targets, unsigned second)
{
	struct sample s = { .phases = { .resolve_ms = -1 }, .status = 200 };

	for (unsigned t = 0; t < targets; t++) {
		s.latency_ms = times_ms[(t * 31 + second) % TIMES];
		s.asked_ms = 1000 * (int64_t)second + t % 1000;
		s.answered_ms = s.asked_ms + 2;
		for (unsigned i = 0; i < EACH; i++)
			if (all[t][i] != NULL)
				evaluator_hear(all[t][i], &s);
	}
}

static double
best_ns(unsigned targets)
{
	unsigned rounds = WORK / targets + 1, second = 0;
	double best = HUGE_VAL;

	while (second < FILL)
		visit(targets, ++second);
	for (int i = 0; i < BEST_OF; i++) {
		double begin = cpu_ns();

		for (unsigned k = 0; k < rounds; k++)
			visit(targets, ++second);
		best =
		    fmin(best, (cpu_ns() - begin) / ((double)rounds * targets));
	}
	return best;
}

static double
bytes_each(size_t before, unsigned targets)
{
	return (double)(mallinfo2().uordblks - before) / targets;
}

int
main(int argc, char *argv[])
{
	long targets = argc > 1 ? strtol(argv[1], NULL, 10) : 10000;

	if (targets < 1 || targets > TARGETS_MAX) {
		(void)fprintf(stderr, "usage: %s [TARGETS [NAME]]\n", argv[0]);
		return 1;
	}
	draw_times();
	printf("%-24s %14s %10ld in turn %14s\n", "a sample, ns of CPU",
	    "one target", targets, "bytes each");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t before = mallinfo2().uordblks;
		double one, many;

		if (argc > 2 && strstr(rows[i].name, argv[2]) == NULL)
			continue;
		make(&rows[i], 1);
		one = best_ns(1);
		end(1);
		make(&rows[i], (unsigned)targets);
		many = best_ns((unsigned)targets);
		printf("%-24s %14.1f %18.1f %14.0f\n", rows[i].name, one, many,
		    bytes_each(before, (unsigned)targets));
		end((unsigned)targets);
	}
	return 0;
}
