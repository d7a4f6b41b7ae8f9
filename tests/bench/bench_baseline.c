/*
 * What the baseline evaluator does in worlds where all is well, how soon it
 * sees what is not, and what it costs.
 *
 * A value every ten seconds, settings as they are by default: the
 * median of five minutes, above five times or below a fifth of what is normal.
 * First healthy days, with the mean beside the median: how often it trips, and
 * between what values that which it holds for normal goes up and down.  Then
 * faults after two healthy days.
 */
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "evaluator/baseline_kind.h"
#include "evaluator/evaluator.h"
#include "tests/dice.h"

#define STEP_MS 10000
#define DAY 8640
#define DAYS 30
#define YEAR 365.0
#define HOUR 360
#define FAULT_AT (2 * DAY)
#define TURN 6.283185307179586

struct world {
	const char *name;
	double (*draw)(struct dice *d, int64_t t);
};

static double
steady(struct dice *d, int64_t t)
{
	(void)t;
	return 100 * exp(0.2 * dice_normal(d));
}

/* Seven times as much by day as by night. */
static double
daily(struct dice *d, int64_t t)
{
	double base = 100 + 75 * sin(TURN * (double)t / DAY);

	return base * exp(0.2 * dice_normal(d));
}

/* And half of that at the end of a week. */
static double
weekly(struct dice *d, int64_t t)
{
	return daily(d, t) * (t / DAY % 7 < 5 ? 1 : 0.5);
}

/* Five minutes of every hour four times as much. */
static double
bursty(struct dice *d, int64_t t)
{
	return steady(d, t) * (t % HOUR < 30 ? 4 : 1);
}

static double
heavy(struct dice *d, int64_t t)
{
	(void)t;
	return 50 * pow(dice_share(d), -0.7);
}

/* Errors: nearly always none. */
static double
rare(struct dice *d, int64_t t)
{
	(void)t;
	return dice_share(d) > 0.02 ? 0 : 1 + floor(5 * dice_share(d));
}

static const struct world worlds[] = {
	{ "steady", steady },
	{ "daily cycle", daily },
	{ "daily and weekly", weekly },
	{ "bursts", bursty },
	{ "heavy tails", heavy },
	{ "rare errors", rare },
};

#define WORLDS (sizeof(worlds) / sizeof(worlds[0]))

static struct evaluator *
make(const char *statistic, double above, double below)
{
	static const struct probe_settings probe = {
		.name = "p", .interval_ms = STEP_MS, .timeout_ms = 5000
	};
	struct baseline_kind_settings settings = { .statistic = statistic,
		.window_ms = INT64_C(300000),
		.above = above,
		.below = below,
		.deviations = (double)NAN,
		.min_samples = 5,
		.baseline = { .min_age_ms = INT64_C(86400000),
		    .min_samples = 60,
		    .half_life_ms = INT64_C(3) * 86400000,
		    .quarantine_ms = INT64_C(2) * 3600000 } };
	struct evaluator_settings e = { .name = "e",
		.probe = "p",
		.kind = &evaluator_baseline_kind,
		.settings = &settings };
	struct evaluator_source source = { &probe, 0, 0 };

	return evaluator_new(&e, &source, 1);
}

static enum verdict
tell(struct evaluator *e, double value, int64_t t)
{
	struct sample s = { .asked_ms = t * STEP_MS,
		.answered_ms = t * STEP_MS,
		.values = &value,
		.value_count = 1 };

	evaluator_learn(e, LEARNING_ON);
	return evaluator_observe(e, &s).verdict;
}

static void
healthy_days(
    const struct world *w, const char *statistic, double above, double below)
{
	struct evaluator *e = make(statistic, above, below);
	double least = (double)INFINITY, most = -(double)INFINITY;
	enum verdict before = VERDICT_UNKNOWN;
	struct dice d = { 7 };
	unsigned trips = 0;

	for (int64_t t = 0; e != NULL && t < DAYS * DAY; t++) {
		enum verdict now = tell(e, w->draw(&d, t), t);
		double normal = baseline_value(evaluator_baseline(e));

		trips += now == VERDICT_TRIPPED && before != VERDICT_TRIPPED;
		before = now;
		if (t > FAULT_AT) {
			least = fmin(least, normal);
			most = fmax(most, normal);
		}
	}
	printf("%-18s %-4s %s %-4g %8.1f trips a service-year, normal from "
	       "%.4g to %.4g%s\n",
	    w->name, statistic, above > 0 ? "above" : "below",
	    above > 0 ? above : below, trips * YEAR / DAYS, least, most,
	    before == VERDICT_UNKNOWN ? ", not judged" : "");
	evaluator_free(e);
}

/* It begins at noon of the third day, or at midnight. */
static void
fault(const struct world *w, double times, int64_t at)
{
	struct evaluator *e =
	    make("p50", times > 1 ? 5 : 0, times > 1 ? 0 : 0.2);
	struct dice d = { 11 };
	int64_t t = 0;

	for (; e != NULL && t < at + DAY; t++)
		if (tell(e, w->draw(&d, t) * (t < at ? 1 : times), t) ==
			VERDICT_TRIPPED &&
		    t >= at)
			break;
	printf("%-18s x%-5g", w->name, times);
	if (t < at + DAY)
		printf(" seen after %6.1f min\n",
		    (double)(t - at + 1) * STEP_MS / 60000);
	else
		printf(" not seen within a day\n");
	evaluator_free(e);
}

/* Grows by this each hour, from the third day on, until it trips. */
static void
creeping(double an_hour)
{
	struct evaluator *e = make("p50", 5, 0);
	struct dice d = { 13 };
	double factor = 1;
	int64_t t = 0;

	for (; e != NULL && t < FAULT_AT + 30 * DAY && factor < 1e9; t++) {
		if (t >= FAULT_AT)
			factor *= pow(an_hour, 1.0 / HOUR);
		if (tell(e, steady(&d, t) * factor, t) == VERDICT_TRIPPED)
			break;
	}
	printf("creeping %+6.1f %% an hour: ", (an_hour - 1) * 100);
	if (t < FAULT_AT + 30 * DAY && factor < 1e9)
		printf("trips after %5.1f h at %.1f times what it was\n",
		    (double)(t - FAULT_AT) / HOUR, factor);
	else
		printf("followed, never trips\n");
	evaluator_free(e);
}

static double
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
cost(void)
{
	struct evaluator *e = make("p50", 5, 0);
	struct text out = text_new(BASELINE_TEXT_MAX);
	struct dice d = { 3 };
	double begin = seconds(), took;

	for (int64_t t = 0; e != NULL && t < 30 * DAY; t++)
		(void)tell(e, steady(&d, t), t);
	took = seconds() - begin;
	if (e != NULL)
		baseline_export(evaluator_baseline(e), &out);
	printf("%zu bytes each, %zu as text; %.0f ns a sample with all that "
	       "it takes to make one up\n",
	    baseline_bytes(), out.length, took / (30.0 * DAY) * 1e9);
	text_free(&out);
	evaluator_free(e);
}

int
main(void)
{
	for (size_t i = 0; i < WORLDS; i++) {
		healthy_days(&worlds[i], "p50", 5, 0);
		healthy_days(&worlds[i], "p50", 0, 0.2);
		healthy_days(&worlds[i], "mean", 5, 0);
		healthy_days(&worlds[i], "mean", 0, 0.2);
	}
	for (size_t i = 0; i < 4; i++) {
		fault(&worlds[i], 6, FAULT_AT + DAY / 4);
		fault(&worlds[i], 10, FAULT_AT + DAY * 3 / 4);
		fault(&worlds[i], 0.1, FAULT_AT + DAY / 4);
	}
	creeping(1.5);
	creeping(1.1);
	creeping(1.03);
	creeping(1.02);
	creeping(1.01);
	cost();
	return 0;
}
