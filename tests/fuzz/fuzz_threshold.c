/*
 * Reads the input as settings and a stream of values, resets and silences, in
 * any order and of any size.
 */
#include <string.h>

#include "evaluator/baseline.h"
#include "evaluator/threshold.h"
#include "tests/fuzz/measure.h"

#define START_MS 1000000

static const struct probe_settings ratio = { .name = "ratio",
	.interval_ms = 1000,
	.timeout_ms = 4000 };

static void
read_limits(struct threshold_settings *set, const uint8_t *data)
{
	double limit = (data[2] & 63) - 32;

	set->above = set->below = (double)NAN;
	set->clear_above = set->clear_below = (double)NAN;
	set->baseline = (struct baseline_settings){
		.min_age_ms = 1000, .min_samples = 1, .half_life_ms = 10000
	};
	if (data[2] >> 6 == 0)
		set->above = limit;
	else if (data[2] >> 6 == 1)
		set->below = limit;
	else if (data[2] >> 6 == 2)
		set->above_baseline = 1 + data[3] % 5;
	else
		set->below_baseline = 1.0 / (1 + data[3] % 5);
	if (data[0] & 32) {
		set->clear_below = set->above - 2;
		set->clear_above = set->below + 2;
	}
}

static void
read_settings(struct threshold_settings *set, const uint8_t *data)
{
	static const char *const statistics[] = { NULL, "mean", "min", "max",
		"p50", "p99", "p1" };

	*set = (struct threshold_settings){ .min_samples = 1 + data[3] % 6 };
	read_limits(set, data);
	if (data[0] % 7 > 0) {
		set->statistic = statistics[data[0] % 7];
		set->window_ms = 1000 + data[1] * 100;
	}
	if (data[0] & 64)
		set->for_ms = (data[3] >> 4) * 500;
	if (data[0] & 128)
		set->clear_for_ms = (data[3] >> 4) * 500;
}

static double
value_of(uint8_t byte)
{
	static const double odd[] = { (double)NAN, (double)INFINITY,
		-(double)INFINITY, 0, 1e308, -1e308, 1e-300, -1e-7 };

	return byte < 8 ? odd[byte] : (byte - 130) / 2.0;
}

static void
tell(struct measure_pair *p, uint8_t what, uint8_t value, int64_t now_ms)
{
	double values[] = { value_of(value) };
	struct sample s = { .answered_ms = now_ms,
		.outcome = what % 3,
		.values = values,
		.value_count = what % 11 == 0 ? 0 : 1,
		.failure = "http.status" };

	if ((what & 12) == 12) /* an answer out of order */
		s.answered_ms -= 700;
	s.asked_ms = s.answered_ms - (what >> 7) * 900;
	evaluator_learn(p->all, LEARNING_ON);
	evaluator_learn(p->known, LEARNING_ON);
	tell_pair(p, &s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct threshold_settings set;
	struct evaluator_settings wanted = {
		.name = "ratio", .kind = &evaluator_threshold, .settings = &set
	};
	struct evaluator_source source = { .probe = &ratio, .slot = 0 };
	int64_t now_ms = START_MS;
	struct measure_pair p;

	if (size < 4)
		return 0;
	read_settings(&set, data);
	if (!new_pair(&p, &wanted, &source, 1))
		return 0;
	p.holds_time = set.for_ms > 0 || set.clear_for_ms > 0;
	for (size_t i = 4; i + 1 < size; i += 2) {
		now_ms += (data[i] >> 4 & 7) * 300;
		if (data[i] == 255)
			reset_pair(&p, now_ms);
		else if (data[i] == 254)
			now_ms += data[i + 1] * 1000;
		else
			tell(&p, data[i], data[i + 1], now_ms);
	}
	free_pair(&p);
	return 0;
}
