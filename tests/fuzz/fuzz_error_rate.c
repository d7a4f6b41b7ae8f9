/*
 * Reads the input as settings and a stream of answers or scrapes, resets and
 * silences, in any order and with any values.
 */
#include "evaluator/error_rate.h"
#include "tests/fuzz/measure.h"

#define START_MS 1000000

static const struct probe_settings app = { .name = "app",
	.interval_ms = 1000,
	.timeout_ms = 4000 };

static void
read_settings(struct error_rate_settings *set, const uint8_t *data)
{
	*set = (struct error_rate_settings){
		.window_ms = 1000 + data[1] * 100,
		.above = 0.001 + data[2] / 256.0,
		.min_samples = 1 + data[3] % 8,
		.min_errors = 1 + (data[3] >> 4) % 4,
		.min_total = 1 + (data[3] >> 6) * 10u,
	};
	if (data[0] & 1) {
		set->errors = "e";
		set->total = "t";
	}
	if (data[0] & 32)
		set->clear_below = set->above / 2;
	if (data[0] & 64)
		set->for_ms = (data[0] >> 1 & 15) * 500;
	if (data[0] & 128)
		set->clear_for_ms = (data[0] >> 1 & 15) * 300;
}

static double
value_of(uint8_t byte, double *counter)
{
	static const double odd[] = { (double)NAN, (double)INFINITY, -1, 0,
		1e308, -1e308, 0.5, 1e-300 };

	if (byte < 8)
		return odd[byte];
	if (byte < 16)
		*counter = byte; /* a reset */
	else
		*counter += byte - 16;
	return *counter;
}

static void
tell(struct measure_pair *p, const uint8_t *data, double *counters,
    int64_t now_ms)
{
	double values[2] = { value_of(data[1], &counters[0]),
		value_of(data[2], &counters[1]) };
	struct sample s = { .answered_ms = now_ms,
		.outcome = data[0] % 3,
		.values = values,
		.value_count = data[0] % 7 == 0 ? 1 : 2,
		.failure = "http.status" };

	if ((data[0] & 12) == 12) /* an answer out of order */
		s.answered_ms -= 700;
	s.asked_ms = s.answered_ms - (data[0] >> 7) * 900;
	tell_pair(p, &s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error_rate_settings set;
	struct evaluator_settings wanted = { .name = "errors",
		.kind = &evaluator_error_rate,
		.settings = &set };
	struct evaluator_source sources[] = { { .probe = &app, .slot = 0 },
		{ .probe = &app, .slot = 1 } };
	int64_t now_ms = START_MS;
	double counters[2] = { 0, 0 };
	struct measure_pair p;

	if (size < 4)
		return 0;
	read_settings(&set, data);
	if (!new_pair(&p, &wanted, sources, set.errors != NULL ? 2 : 1))
		return 0;
	p.holds_time = set.for_ms > 0 || set.clear_for_ms > 0;
	for (size_t i = 4; i + 2 < size; i += 3) {
		now_ms += (data[i] >> 4 & 7) * 300;
		if (data[i] == 255)
			reset_pair(&p, now_ms);
		else if (data[i] == 254)
			now_ms += data[i + 1] * 1000;
		else
			tell(&p, data + i, counters, now_ms);
	}
	free_pair(&p);
	return 0;
}
