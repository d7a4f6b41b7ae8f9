/*
 * Reads the input as settings and a stream of answers, resets and silences,
 * in any order.
 */
#include "evaluator/latency.h"
#include "tests/fuzz/measure.h"

#define START_MS 1000000

static const struct probe_settings health = { .name = "health",
	.interval_ms = 1000,
	.timeout_ms = 4000 };

static void
read_settings(struct latency_settings *set, const uint8_t *data)
{
	static const char *const statistics[] = { "mean", "p50", "p95", "p99.9",
		"p1" };

	*set = (struct latency_settings){
		.statistic = statistics[data[0] % 5],
		.window_ms = 1000 + data[1] * 100,
		.above_ms = 1 + (data[2] & 15) * 100,
		.min_samples = 1 + data[3] % 8,
	};
	if (data[0] & 32)
		set->clear_below_ms = 1 + set->above_ms / 2;
	if (data[0] & 64)
		set->for_ms = (data[2] >> 4) * 500;
	if (data[0] & 128)
		set->clear_for_ms = (data[3] >> 4) * 500;
}

static void
tell(struct measure_pair *p, uint8_t what, uint8_t took, int64_t now_ms)
{
	static const double odd[] = { (double)NAN, (double)INFINITY, -1, 0,
		1e300, 0.01, 4000, 1e-300 };
	struct sample s = { .answered_ms = now_ms,
		.outcome = what % 3,
		.latency_ms = (double)took * 8,
		.failure = "http.status" };

	if (took < 8)
		s.latency_ms = odd[took];
	if ((what & 12) == 12) /* an answer out of order */
		s.answered_ms -= 700;
	s.asked_ms = s.answered_ms - (what >> 7) * 900;
	tell_pair(p, &s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct latency_settings set;
	struct evaluator_settings wanted = {
		.name = "slow", .kind = &evaluator_latency, .settings = &set
	};
	struct evaluator_source source = { .probe = &health, .slot = -1 };
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
